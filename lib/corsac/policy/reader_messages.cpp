// Words for values of the wrong type, with the fixed form where there is one.
// Entries: shown, expectation_of, fix_of. Test: tests/policy/reader_test.cpp.

#include "corsac/policy/reader_messages.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"

namespace corsac {
namespace {

// More than Report prints, so that it can tell that the value was cut.
constexpr std::size_t kKeptBytes = 2 * kPrintableLimitBytes;

[[nodiscard]] std::string text_of(double value) {
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), end.ptr);
}

[[nodiscard]] bool is_number(std::string_view text) noexcept {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.size() < 19 && std::all_of(text.begin(), text.end(), is_ascii_digit);
}

[[nodiscard]] std::string quoted(std::string_view text) { return '"' + to_printable(text) + '"'; }

[[nodiscard]] std::string one_of(const std::vector<std::string_view>& words) {
  std::string text = "it must be ";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i != 0) text += i + 1 == words.size() ? " or " : ", ";
    text += quoted(words[i]);
  }
  return text;
}

[[nodiscard]] std::string fix_of_integer(const DocumentValue& value) {
  if (const auto* text = std::get_if<std::string_view>(&value); text && is_number(*text)) {
    return "write " + std::string(*text);
  }
  const auto* real = std::get_if<double>(&value);
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond it a double is no exact integer
  if (real == nullptr) return {};
  if (std::isnan(*real)) return "write a whole number";
  if (std::abs(*real) >= kExact) return "write a number of at most 18 digits";
  if (std::trunc(*real) != *real) return "write it without a fraction";
  return "write " + std::to_string(static_cast<std::int64_t>(*real));
}

}  // namespace

std::string shown(std::string_view text) {
  if (text.find('@') != std::string_view::npos) return {};
  return std::string(text.substr(0, kKeptBytes));
}

std::string shown(const DocumentValue& value) {
  struct {
    std::string operator()(std::string_view text) const { return shown(text); }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return text_of(number); }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::nullptr_t) const { return "null"; }
  } constexpr kTextOf;
  return std::visit(kTextOf, value);
}

std::string expectation_of(const DocumentField& field) {
  switch (field.shape) {
    case FieldShape::Word:
      return one_of(field.words());
    case FieldShape::Time:
      return "it must be a time with an offset";
    case FieldShape::Integer:
      return "it must be a whole number";
    case FieldShape::Flag:
      return "it must be true or false";
    case FieldShape::TextList:
    case FieldShape::FileList:
      return "it must be a list of texts";
    case FieldShape::Item:
      return "it must be a table";
    case FieldShape::ItemList:
      return "it must be a list of tables";
    default:
      return "it must be a text";
  }
}

std::string fix_of(const DocumentField& field, FoundShape found, const std::string& path) {
  if (found == FoundShape::List || field.shape != FieldShape::ItemList) return {};
  return "write [[" + path + "]] in TOML, a list in JSON";
}

std::string fix_of(const DocumentField& field, const DocumentValue& value) {
  if (std::holds_alternative<std::nullptr_t>(value)) return "leave the field out";
  const auto* text = std::get_if<std::string_view>(&value);
  switch (field.shape) {
    case FieldShape::Flag:
      if (text != nullptr && (*text == "true" || *text == "false")) {
        return "write " + std::string(*text);
      }
      return {};
    case FieldShape::Integer:
      return fix_of_integer(value);
    case FieldShape::Time:
      return "write it as \"2027-01-31T00:00:00Z\"";
    case FieldShape::TextList:
      if (text == nullptr || shown(*text).empty()) return {};
      return "write [" + quoted(*text) + "]";
    case FieldShape::Text:
    case FieldShape::Name:
      return text == nullptr ? "write " + quoted(shown(value)) : std::string();
    default:
      return {};
  }
}

}  // namespace corsac
