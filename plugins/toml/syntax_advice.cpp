// Advice for the slips that people make in TOML. Entry: advice_for. Test:
// tests/plugins/toml_document_test.cpp.

#include "syntax_advice.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace corsac::toml_store {
namespace {

// A fragment that is shown in advice is a word or a URL, not a paragraph.
constexpr std::size_t kShownLimitBytes = 80;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string_view line_of(std::string_view document, plugin::Place place) {
  for (std::uint32_t line = 1; line < place.line; ++line) {
    const std::size_t end = document.find('\n');
    if (end == std::string_view::npos) return {};
    document.remove_prefix(end + 1);
  }
  return document.substr(0, document.find('\n'));
}

// The rest of the line from the place on, up to what ends a value.
std::string_view value_at(std::string_view document, plugin::Place place) {
  std::string_view line = line_of(document, place);
  if (place.column == 0 || place.column > line.size()) return {};
  line.remove_prefix(place.column - 1);
  return line.substr(0, line.find_first_of(" \t\r,]}#"));
}

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

// The name whose value, no text, ends before the place, as it is written in that line; empty where
// it stands elsewhere or in quotes.
std::string_view name_before(std::string_view document, plugin::Place place) {
  std::string_view line = line_of(document, place);
  if (place.column != 0) line = line.substr(0, place.column - 1);
  const std::size_t equals = line.rfind('=');
  if (equals == std::string_view::npos) return {};
  if (line.find_first_of("\"'", equals) != std::string_view::npos) return {};
  line = line.substr(0, equals);
  line = line.substr(0, line.find_last_not_of(" \t") + 1);
  const auto begin = std::find_if_not(line.rbegin(), line.rend(), is_name_byte).base();
  return line.substr(static_cast<std::size_t>(begin - line.begin()));
}

std::string advice_for_long_number(std::string_view name) {
  constexpr std::string_view kDigits = "a number of at most 18 digits";
  if (name.empty() || name.size() > kShownLimitBytes) return "write " + std::string(kDigits);
  return "give " + std::string(name) + ' ' + std::string(kDigits);
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

// `on_denied = block`, `enabled = True`: a value without quotes.
std::string advice_for_bare_value(std::string_view value) {
  std::string lower(value);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  if (lower == "true" || lower == "yes" || lower == "on") return "write true";
  if (lower == "false" || lower == "no" || lower == "off") return "write false";
  if (value.empty() || value.size() > kShownLimitBytes || !is_printable(value) ||
      contains(value, "\"") || contains(value, "\\")) {
    return "put texts in double quotes";
  }
  return "write \"" + std::string(value) + "\"";
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kAdvice = {{
    {"expected '=', saw ':'", "write = in place of :"},
    {"expected '='",
     "write name = value; a name with other characters than A-Z a-z 0-9 _ - goes in "
     "quotes"},
    {"expected comma or closing ']'", "put a comma between the values, or ] behind the last one"},
    {"dangling comma", "remove the comma before }"},
    {"cannot redefine existing table",
     "put its fields into one table; a table for each element of "
     "a list has two brackets, [[like.this]]"},
    {"cannot redefine", "remove one of the two"},
    {"unknown escape sequence", "write \\\\ for a backslash, or put the text in single quotes"},
    {"unescaped control characters", "close the text with its quote on the same line"},
    {"unexpected control character", "remove it"},
    {"leading zeroes are prohibited", "remove the zeroes in front"},
    {"expected a comment or whitespace", "put what follows on a line of its own"},
    {"string: encountered end-of-file", "close the text with its quote"},
    {"array: encountered end-of-file", "close the list with ]"},
    {"table header: encountered end-of-file", "close the table's name with ]"},
    {"key-value pair: encountered end-of-file", "write name = value"},
    {"invalid utf-8", "save the file as UTF-8"},
}};

}  // namespace

std::string advice_for(std::string_view description, std::string_view document,
                       plugin::Place place) {
  if (document.substr(std::min(document.find_first_not_of(" \t\r\n"), document.size()))
          .substr(0, 1) == "{") {
    return "this is JSON: write the policy in TOML, which begins with version = 1";
  }
  if (contains(description, "could not determine value type") ||
      contains(description, "expected 'true', saw") ||
      contains(description, "expected 'false', saw")) {
    return advice_for_bare_value(value_at(document, place));
  }
  if (contains(description, "not representable in 64 bits")) {
    return advice_for_long_number(name_before(document, place));
  }
  for (const auto& [part, advice] : kAdvice) {
    if (contains(description, part)) return std::string(advice);
  }
  return {};
}

std::string_view short_description(std::string_view description) {
  constexpr std::string_view kBefore = "Error while parsing ";
  if (description.substr(0, kBefore.size()) == kBefore) description.remove_prefix(kBefore.size());
  return description;
}

}  // namespace corsac::toml_store
