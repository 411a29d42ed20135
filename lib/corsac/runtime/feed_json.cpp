// JSON (RFC 8259) to the calls of a sink, token by token; nothing is built in between. Entry:
// feed_json. Test: tests/plugins/feed_json_test.cpp.
//
// The parser tells no place of a token, so the iterator that it reads through keeps one
// (json_places.hpp).

#include "corsac/runtime/feed_json.hpp"

#include <cstdint>
#include <exception>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "corsac/policy/reader.hpp"
#include "corsac/runtime/c_text.hpp"
#include "corsac/runtime/json_places.hpp"

namespace corsac {
namespace {

using Json = nlohmann::json;

// A sink that hears problems only, and passes them on to `sink`.
corsac_sink problems_only(const corsac_sink& sink) noexcept {
  corsac_sink deaf = sink;
  deaf.begin_list = deaf.begin_item = [](void*, corsac_text, corsac_place) { return 1; };
  deaf.end_list = deaf.end_item = [](void*) { return 1; };
  deaf.text = [](void*, corsac_text, corsac_text, corsac_place) { return 1; };
  deaf.integer = [](void*, corsac_text, std::int64_t, corsac_place) { return 1; };
  deaf.real = [](void*, corsac_text, double, corsac_place) { return 1; };
  deaf.flag = [](void*, corsac_text, int, corsac_place) { return 1; };
  deaf.null_value = [](void*, corsac_text, corsac_place) { return 1; };
  return deaf;
}

// What the parser calls (nlohmann's SAX interface; false = stop parsing).
class JsonToSink final : public nlohmann::json_sax<Json> {
 public:
  JsonToSink(const corsac_sink& sink, const TokenPlaces& places) : sink_(sink), places_(places) {}

  [[nodiscard]] corsac_status status() const noexcept {
    return is_stopped_ ? CORSAC_CANCELLED : has_problem_ ? CORSAC_INVALID : CORSAC_OK;
  }

  bool null() override {
    return is_in_object() && keep(sink_.null_value(sink_.context, field(), places_.value()));
  }
  bool boolean(bool value) override {
    return is_in_object() &&
           keep(sink_.flag(sink_.context, field(), value ? 1 : 0, places_.value()));
  }
  bool number_integer(number_integer_t value) override {
    return is_in_object() && keep(sink_.integer(sink_.context, field(), value, places_.value()));
  }
  bool number_unsigned(number_unsigned_t value) override {
    constexpr auto kLargest =
        static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max());
    if (value > kLargest) return number_float(static_cast<double>(value), {});
    return number_integer(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t value, const string_t&) override {
    return is_in_object() && keep(sink_.real(sink_.context, field(), value, places_.value()));
  }
  bool string(string_t& value) override {
    return is_in_object() && keep(sink_.text(sink_.context, field(), to_c(value), places_.value()));
  }
  bool binary(binary_t&) override { return false; }  // JSON has none

  bool start_object(std::size_t) override {
    if (!levels_.empty()) {
      if (!may_nest() || !keep(sink_.begin_item(sink_.context, field(), places_.value()))) {
        return false;
      }
    }
    levels_.push_back({.is_list = false, .key = {}});
    return true;
  }
  bool end_object() override {
    levels_.pop_back();
    return levels_.empty() || keep(sink_.end_item(sink_.context));
  }
  bool start_array(std::size_t) override {
    if (!is_in_object() || !may_nest() ||
        !keep(sink_.begin_list(sink_.context, field(), places_.value()))) {
      return false;
    }
    levels_.push_back({.is_list = true, .key = {}});
    return true;
  }
  bool end_array() override {
    levels_.pop_back();
    return keep(sink_.end_list(sink_.context));
  }
  bool key(string_t& name) override {
    levels_.back().key = std::move(name);
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
    const JsonFault fault = to_json_fault(error.what());
    problem("json-syntax", fault.what, fault.fix,
            fault.is_about_token ? places_.token() : places_.value());
    return false;
  }

 private:
  struct Level {
    bool is_list = false;
    std::string key = {};  // of the value that comes next
  };

  [[nodiscard]] corsac_text field() const noexcept {
    return levels_.back().is_list ? corsac_text{nullptr, 0} : to_c(levels_.back().key);
  }
  bool keep(int goes_on) noexcept {
    is_stopped_ = goes_on == 0;
    return !is_stopped_;
  }
  bool problem(std::string_view code, const std::string& what, std::string_view fix,
               corsac_place place) {
    has_problem_ = true;
    return keep(sink_.problem(sink_.context, to_c(code), to_c(what), to_c(fix), place));
  }
  bool is_in_object() {
    if (!levels_.empty()) return true;
    problem("json-root", "a policy is a JSON object", "put the fields in { }", places_.value());
    return false;
  }
  bool may_nest() {
    if (levels_.size() <= kNestingLimit) return true;  // the document itself is no nesting
    problem("nesting-too-deep",
            "lists and objects nest deeper than " + std::to_string(kNestingLimit) + " levels", "",
            places_.value());
    return false;
  }

  const corsac_sink& sink_;
  const TokenPlaces& places_;
  std::vector<Level> levels_ = {};  // the document, and at most kNestingLimit in it
  bool is_stopped_ = false;
  bool has_problem_ = false;
};

}  // namespace

std::int32_t feed_json(void*, const corsac_sink* sink, const char* bytes,
                       std::size_t length) noexcept {
  if (sink == nullptr || (bytes == nullptr && length != 0)) return CORSAC_FAILED;
  try {
    if (length > kDocumentLimitBytes) {
      constexpr std::string_view kCode = "document-too-large";
      const std::string what = "the document has " + std::to_string(length) + " bytes, at most " +
                               std::to_string(kDocumentLimitBytes) + " are read";
      sink->problem(sink->context, {kCode.data(), kCode.size()}, {what.data(), what.size()},
                    {nullptr, 0}, {0, 0});
      return CORSAC_INVALID;
    }
    // First, so that what is missing from half a document is not reported before that it is half.
    const bool is_json = Json::accept(bytes, bytes + length);
    const corsac_sink deaf = problems_only(*sink);
    TokenPlaces places;
    JsonToSink handler(is_json ? *sink : deaf, places);
    const PlacingIterator begin(bytes, &places);
    const PlacingIterator end(bytes + length, &places);
    Json::sax_parse(begin, end, &handler);
    return handler.status();
  } catch (const std::exception&) {
    return CORSAC_FAILED;  // no memory: nothing of the document throws
  }
}

}  // namespace corsac
