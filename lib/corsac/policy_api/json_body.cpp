// Entries: check_json_body, merge_patch. Spec: RFC 8259, RFC 7396. Test:
// tests/policy_api/json_body_test.cpp.

#include "corsac/policy_api/json_body.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "corsac/base/printable.hpp"
#include "corsac/policy/document_fields.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/runtime/json_places.hpp"

namespace corsac {
namespace {

using Json = nlohmann::ordered_json;

// Of the path of a problem, of which there may be kProblemLimit: as much as answers show.
constexpr std::size_t kPathLimitBytes = 512;

std::string cut_path(std::string path) {
  if (path.size() <= kPathLimitBytes) return path;
  path.resize(kPathLimitBytes);
  return path + "...";
}

// What the parser calls (nlohmann's SAX interface; false = stop parsing).
class BodyChecker final : public nlohmann::json_sax<Json> {
 public:
  explicit BodyChecker(const TokenPlaces& places) : places_(places) {}
  [[nodiscard]] std::vector<Problem> take_problems() { return std::move(problems_); }

  bool null() override { return take_value(); }
  bool boolean(bool) override { return take_value(); }
  bool number_integer(number_integer_t) override { return take_value(); }
  bool number_unsigned(number_unsigned_t) override { return take_value(); }
  bool number_float(number_float_t, const string_t&) override { return take_value(); }
  bool string(string_t&) override { return take_value(); }
  bool binary(binary_t&) override { return false; }  // JSON has none
  bool start_object(std::size_t) override { return open(false); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    Level& level = levels_.back();
    if (name.size() > kKeyLimitBytes) {
      level.key = name.substr(0, kPathLimitBytes) + "...";
      add("key-too-long", "a name has more than " + std::to_string(kKeyLimitBytes) + " bytes", "",
          places_.value());
      return problems_.size() < kProblemLimit;
    }
    level.key = std::move(name);
    if (!level.names.insert(level.key).second) {
      add("field-repeated", "the field stands twice", "keep one of the two", places_.value());
    }
    return problems_.size() < kProblemLimit;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
    const JsonFault fault = to_json_fault(error.what());
    problems_.clear();  // of half a document
    levels_.clear();
    add("json-syntax", fault.what, fault.fix,
        fault.is_about_token ? places_.token() : places_.value());
    return false;
  }

 private:
  struct Level {
    bool is_list = false;
    std::size_t count = 0;  // of a list: the elements so far
    std::string key = {};
    std::set<std::string> names = {};
  };

  bool take_value() {
    if (levels_.empty()) {
      add("json-root", "it is no JSON object", "put the fields in { }", places_.value());
      return false;
    }
    ++levels_.back().count;
    return true;
  }
  bool open(bool is_list) {
    if (levels_.empty() ? is_list && !take_value() : !take_value()) return false;
    if (levels_.size() > kNestingLimit) {  // the body itself is no nesting
      add("nesting-too-deep",
          "lists and objects nest deeper than " + std::to_string(kNestingLimit) + " levels", "",
          places_.value());
      return false;
    }
    levels_.push_back({.is_list = is_list});
    return true;
  }
  bool close() {
    levels_.pop_back();
    return true;
  }
  [[nodiscard]] std::string path() const {
    std::string path;
    for (const Level& level : levels_) {
      if (path.size() > kPathLimitBytes) break;
      if (level.is_list) {
        path += '[' + std::to_string(level.count - 1) + ']';
      } else {
        path += (path.empty() ? "" : ".") + level.key;
      }
    }
    return cut_path(std::move(path));
  }
  void add(std::string_view code, std::string what, std::string_view fix, corsac_place place) {
    problems_.push_back({.code = code,
                         .path = path(),
                         .place = {.line = place.line, .column = place.column & 0xFFFFFFU},
                         .what = std::move(what),
                         .fix = std::string(fix)});
  }

  const TokenPlaces& places_;
  std::vector<Level> levels_ = {};
  std::vector<Problem> problems_ = {};
};

// Where null takes away what no policy has.
class UnknownNulls {
 public:
  std::vector<Problem> find(const Json& patch) {
    look(patch, policy_document(), "");
    return std::move(problems_);
  }

 private:
  // Lists are replaced, so a null inside of one stays, and is the reader's.
  void look(const Json& patch, const DocumentItem& item, const std::string& path) {
    for (const auto& [name, value] : patch.items()) {
      const auto field =
          std::find_if(item.fields.begin(), item.fields.end(),
                       [&name = name](const DocumentField& known) { return known.name == name; });
      std::string whole = path;
      if (!whole.empty()) whole += '.';
      whole += name;
      if (problems_.size() == kProblemLimit) return;
      if (field == item.fields.end()) {
        if (value.is_null()) add(whole, name, item);
      } else if (value.is_object() && field->shape == FieldShape::Item) {
        look(value, *field->item, whole);
      }
    }
  }
  void add(const std::string& path, const std::string& name, const DocumentItem& item) {
    std::vector<std::string_view> known;
    for (const DocumentField& field : item.fields) known.push_back(field.name);
    const std::string_view nearest = nearest_name(name, known);
    problems_.push_back({.code = "field-unknown",
                         .path = cut_path(path),
                         .what = std::string(item.label) + " has no such field to take away",
                         .fix = nearest.empty() ? "" : "write " + std::string(nearest)});
  }

  std::vector<Problem> problems_ = {};
};

}  // namespace

std::vector<Problem> check_json_body(std::string_view body) {
  TokenPlaces places;
  BodyChecker checker(places);
  Json::sax_parse(PlacingIterator(body.data(), &places),
                  PlacingIterator(body.data() + body.size(), &places), &checker);
  return checker.take_problems();
}

MergedPatch merge_patch(const std::string& document, std::string_view patch) {
  MergedPatch merged{.problems = check_json_body(patch)};
  if (!merged.problems.empty()) return merged;
  const Json change = Json::parse(patch);
  merged.problems = UnknownNulls().find(change);
  Json changed = Json::parse(document);
  changed.merge_patch(change);
  merged.document = changed.dump();
  return merged;
}

}  // namespace corsac
