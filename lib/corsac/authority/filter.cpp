// A recursive descent over a filter. Entries: parse_filter, matches. Spec: Okta Core API, "Filter";
// RFC 7644, 3.4.2.2, which it comes from. Test: tests/authority/filter_test.cpp.

#include "corsac/authority/filter.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"

namespace corsac {
namespace {

// In the order of RecordAttribute.
constexpr std::array<std::string_view, kRecordAttributes> kAttributes = {"id", "name", "origin",
                                                                         "status", "type"};
constexpr std::array<std::string_view, 9> kOtherOperators = {"ne", "gt", "ge", "lt", "le",
                                                             "sw", "pr", "co", "ew"};

constexpr std::size_t kWordShownBytes = 40;

class Parser {
 public:
  explicit Parser(std::string_view text) noexcept : text_(text) {}

  Result<Filter, FilterError> parse() {
    if (text_.size() > kFilterLimitBytes) {
      return fail(
          FilterError{kFilterLimitBytes + 1,
                      "the filter is longer than " + std::to_string(kFilterLimitBytes) + " bytes"});
    }
    auto filter = parse_list(Filter::Kind::Or, 0);
    if (!filter) return filter;
    if (at_ < text_.size()) return error("expected and, or, or the end, not " + shown());
    return filter;
  }

 private:
  [[nodiscard]] tl::unexpected<FilterError> error(std::string what) const {
    return fail(FilterError{at_ + 1, std::move(what)});
  }
  // What stands here, for a message.
  [[nodiscard]] std::string shown() const {
    if (at_ >= text_.size()) return "the end";
    const std::string_view word = peek_word();
    return to_quoted((word.empty() ? text_.substr(at_, 1) : word).substr(0, kWordShownBytes));
  }
  void skip_blanks() noexcept {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  // Up to a blank, a parenthesis or a quotation mark.
  [[nodiscard]] std::string_view peek_word() const noexcept {
    return text_.substr(at_, text_.substr(at_).find_first_of(" ()\""));
  }
  void take(std::size_t bytes) noexcept {
    at_ += bytes;
    skip_blanks();
  }
  bool take_word(std::string_view word) noexcept {
    if (!equals_ignoring_case(peek_word(), word)) return false;
    take(word.size());
    return true;
  }
  bool take_byte(char byte) noexcept {
    if (at_ >= text_.size() || text_[at_] != byte) return false;
    take(1);
    return true;
  }

  // kind = Or: and *("or" and). kind = And: unary *("and" unary).
  Result<Filter, FilterError> parse_list(Filter::Kind kind, std::size_t depth) {
    const bool is_or = kind == Filter::Kind::Or;
    Filter list{.kind = kind};
    do {
      auto child = is_or ? parse_list(Filter::Kind::And, depth) : parse_unary(depth);
      if (!child) return child;
      list.children.push_back(std::move(*child));
    } while (take_word(is_or ? "or" : "and"));
    if (list.children.size() > 1) return list;
    Filter only = std::move(list.children.front());
    return only;
  }

  Result<Filter, FilterError> parse_unary(std::size_t depth) {
    skip_blanks();
    if (depth > kFilterLimitDepth) return error("the filter nests too deep");
    if (take_word("not")) {
      auto inner = parse_unary(depth + 1);
      if (!inner) return inner;
      Filter negation{.kind = Filter::Kind::Not};
      negation.children.push_back(std::move(*inner));
      return negation;
    }
    if (!take_byte('(')) return parse_comparison();
    auto inner = parse_list(Filter::Kind::Or, depth + 1);
    if (inner && !take_byte(')')) return error("expected ), not " + shown());
    return inner;
  }

  Result<Filter, FilterError> parse_comparison() {
    const std::string_view word = peek_word();
    const auto* const found = std::find(kAttributes.begin(), kAttributes.end(), word);
    if (found == kAttributes.end()) {
      return error("expected id, name, origin, status or type, not " + shown());
    }
    Filter equal{.attribute = static_cast<RecordAttribute>(found - kAttributes.begin())};
    take(word.size());
    if (!take_word("eq")) return operator_error();
    const std::size_t value_at = at_;
    auto value = parse_string();
    if (!value) return fail(value.error());
    equal.value = std::move(*value);
    const bool has_such_value =
        equal.attribute == RecordAttribute::Status
            ? parse_record_status(equal.value).has_value()
            : equal.attribute != RecordAttribute::Type || parse_scope_type(equal.value).has_value();
    if (has_such_value) return equal;
    at_ = value_at;
    return error(equal.attribute == RecordAttribute::Status
                     ? "a status is ACTIVE or INACTIVE"
                     : "a type is CORS, REDIRECT or IFRAME_EMBED");
  }

  [[nodiscard]] tl::unexpected<FilterError> operator_error() const {
    for (const std::string_view other : kOtherOperators) {
      if (!equals_ignoring_case(peek_word(), other)) continue;
      return error("the operator " + std::string(other) + " is not supported here, only eq is");
    }
    return error("expected eq, not " + shown());
  }

  Result<std::string, FilterError> parse_string() {
    if (at_ >= text_.size() || text_[at_] != '"') {
      return error("expected a value in double quotes, not " + shown());
    }
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) return error("the value has no closing quote");
    const std::string_view token = text_.substr(at_, end + 1 - at_);
    const auto value = nlohmann::json::parse(token, nullptr, false);
    if (!value.is_string()) return error("the value is no JSON string");
    take(token.size());
    return value.get<std::string>();
  }

  const std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Filter, FilterError> parse_filter(std::string_view text) { return Parser(text).parse(); }

bool matches(const Filter& filter, const TrustedOrigin& record) noexcept {
  const auto is_match = [&record](const Filter& child) { return matches(child, record); };
  switch (filter.kind) {
    case Filter::Kind::And:
      return std::all_of(filter.children.begin(), filter.children.end(), is_match);
    case Filter::Kind::Or:
      return std::any_of(filter.children.begin(), filter.children.end(), is_match);
    case Filter::Kind::Not:
      return !matches(filter.children.front(), record);
    case Filter::Kind::Equal:
      break;
  }
  const AttributeValues values = values_of(record, filter.attribute);
  return std::find(values.begin(), values.end(), filter.value) != values.end();
}

}  // namespace corsac
