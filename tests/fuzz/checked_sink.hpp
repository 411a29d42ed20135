#pragma once

// A sink between a reader of documents and the core: checks that each call is one that the plugin
// contract has, and that its place is where such a value can begin.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/utf8.hpp"
#include "corsac_store_plugin.h"
#include "fuzz/fuzz.hpp"

namespace corsac::fuzz {

class CheckedSink {
 public:
  // What documents of a format look like: the bytes that a value of each kind may begin with...
  struct Format {
    std::string_view text;
    std::string_view number;
    std::string_view flag;
    std::string_view null;
    std::string_view list;
    std::string_view item;  // empty = any
    // ... and how deep they may nest, and how long a name may be, before nothing is handed over.
    std::size_t deepest;
    std::size_t longest_name;
  };

  // All must outlive the object. Places count in `document`.
  CheckedSink(const corsac_sink& to, std::string_view document, const Format& format)
      : to_(to), lines_(lines_with_last(document)), format_(format) {
    table_ = {sizeof(corsac_sink),
              this,
              source,
              begin_list,
              end_list,
              begin_item,
              end_item,
              text,
              integer,
              real,
              flag,
              null,
              problem,
              finish};
  }
  CheckedSink(const CheckedSink&) = delete;
  CheckedSink& operator=(const CheckedSink&) = delete;

  [[nodiscard]] const corsac_sink& table() const { return table_; }
  [[nodiscard]] bool is_stopped() const { return is_stopped_; }
  [[nodiscard]] bool has_problem() const { return has_problem_; }
  // Between these two, places are in another source and not looked at.
  void enter_other_source() { is_in_document_ = false; }
  void leave_other_source() { is_in_document_ = true; }
  // The document was handed over to its end.
  void expect_complete() const {
    if (!open_.empty()) fail_with("a list or an item is not closed");
  }

 private:
  static std::vector<std::string_view> lines_with_last(std::string_view document) {
    std::vector<std::string_view> lines = lines_of(document);
    if (document.empty() || document.back() == '\n') lines.emplace_back();
    return lines;
  }
  static CheckedSink& self(void* context) { return *static_cast<CheckedSink*>(context); }
  static std::string_view view(corsac_text text) {
    if (text.data == nullptr && text.size != 0) fail_with("a text without bytes");
    return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
  }

  int keep(int answer) {
    if (is_stopped_ && answer != 0) fail_with("goes on after a stop");
    is_stopped_ = answer == 0;
    return answer;
  }

  void check_place(corsac_place place, std::string_view first_bytes) const {
    if (!is_in_document_) return;
    const std::string told = std::to_string(place.line) + ':' + std::to_string(place.column);
    if (place.line == 0 || place.line > lines_.size()) fail_with("no such line", told);
    const std::string_view line = lines_[place.line - 1];
    if (place.column == 0 || place.column > line.size() + 1) fail_with("no such column", told);
    if (first_bytes.empty()) return;
    if (place.column > line.size() ||
        first_bytes.find(line[place.column - 1]) == std::string_view::npos) {
      fail_with("nothing of that kind begins there", told, shown("line", line));
    }
  }

  // One value, list or item, inside of what is open.
  void check_value(corsac_text field, corsac_place place, std::string_view first_bytes) const {
    const bool is_element = !open_.empty() && open_.back() == 'l';
    if (is_element && !view(field).empty()) fail_with("a name in a list");
    if (view(field).size() > format_.longest_name) fail_with("a name beyond the limit");
    if (!is_utf8(view(field))) fail_with("a name that is no UTF-8", shown("", view(field)));
    check_place(place, first_bytes);
  }

  static int source(void* c, corsac_text name) {
    return self(c).keep(self(c).to_.source(self(c).to_.context, name));
  }
  static int begin_list(void* c, corsac_text field, corsac_place place) {
    self(c).check_value(field, place, self(c).format_.list);
    self(c).open('l');
    return self(c).keep(self(c).to_.begin_list(self(c).to_.context, field, place));
  }
  static int end_list(void* c) {
    self(c).close('l');
    return self(c).keep(self(c).to_.end_list(self(c).to_.context));
  }
  static int begin_item(void* c, corsac_text field, corsac_place place) {
    self(c).check_value(field, place, self(c).format_.item);
    self(c).open('i');
    return self(c).keep(self(c).to_.begin_item(self(c).to_.context, field, place));
  }
  static int end_item(void* c) {
    self(c).close('i');
    return self(c).keep(self(c).to_.end_item(self(c).to_.context));
  }
  static int text(void* c, corsac_text field, corsac_text value, corsac_place place) {
    self(c).check_value(field, place, self(c).format_.text);
    if (self(c).is_in_document_ && !is_utf8(view(value))) {
      fail_with("a text that is no UTF-8", shown("", view(value)));
    }
    return self(c).keep(self(c).to_.text(self(c).to_.context, field, value, place));
  }
  static int integer(void* c, corsac_text field, std::int64_t value, corsac_place place) {
    self(c).check_value(field, place, self(c).format_.number);
    return self(c).keep(self(c).to_.integer(self(c).to_.context, field, value, place));
  }
  static int real(void* c, corsac_text field, double value, corsac_place place) {
    self(c).check_value(field, place, self(c).format_.number);
    return self(c).keep(self(c).to_.real(self(c).to_.context, field, value, place));
  }
  static int flag(void* c, corsac_text field, int value, corsac_place place) {
    self(c).check_value(field, place, self(c).format_.flag);
    return self(c).keep(self(c).to_.flag(self(c).to_.context, field, value, place));
  }
  static int null(void* c, corsac_text field, corsac_place place) {
    self(c).check_value(field, place, self(c).format_.null);
    return self(c).keep(self(c).to_.null_value(self(c).to_.context, field, place));
  }
  static int problem(void* c, corsac_text code, corsac_text what, corsac_text fix,
                     corsac_place place) {
    if (view(code).empty() || view(what).empty()) fail_with("a problem without words");
    self(c).check_place(place, {});
    self(c).has_problem_ = true;
    return self(c).keep(self(c).to_.problem(self(c).to_.context, code, what, fix, place));
  }
  static int finish(void* c, corsac_text revision) {
    self(c).expect_complete();
    return self(c).keep(self(c).to_.finish(self(c).to_.context, revision));
  }

  void open(char kind) {
    open_.push_back(kind);
    if (open_.size() > format_.deepest) fail_with("nests beyond the limit");
  }
  void close(char kind) {
    if (open_.empty() || open_.back() != kind) fail_with("closes what is not open");
    open_.pop_back();
  }

  const corsac_sink& to_;
  std::vector<std::string_view> lines_;
  Format format_;
  corsac_sink table_ = {};
  std::string open_ = {};  // 'l' or 'i' for each
  bool is_in_document_ = true;
  bool is_stopped_ = false;
  bool has_problem_ = false;
};

}  // namespace corsac::fuzz
