// Finds lists of which each line can be read by itself. Entries: without_long_lists,
// for_each_element. The format: TOML 1.0, "Array" and "String". Tests:
// tests/plugins/toml_long_lists_test.cpp; against the parser: tests/fuzz/toml_fuzz.cpp.

#include "long_lists.hpp"

#include <algorithm>
#include <optional>

namespace corsac::toml_store {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::size_t kQuestionBytes = std::size_t{1024} * 1024;  // read within milliseconds

bool is_plain(char byte) { return byte >= ' ' && byte <= '~' && byte != '"' && byte != '\\'; }

std::string_view after_blanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

// Without the line break, of which a carriage return is a part.
std::string_view line_at(std::string_view document, std::size_t begin, std::size_t& next) {
  const std::size_t end = std::min(document.find('\n', begin), document.size());
  next = std::min(end + 1, document.size());
  std::string_view line = document.substr(begin, end - begin);
  if (end < document.size() && line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool opens_list(std::string_view line) {
  constexpr std::string_view kName = "allowed_origins";
  line = after_blanks(line);
  if (!line.starts_with(kName)) return false;
  line = after_blanks(line.substr(kName.size()));
  if (!line.starts_with('=')) return false;
  line = after_blanks(line.substr(1));
  return line.starts_with('[') && after_blanks(line.substr(1)).empty();
}

bool closes_list(std::string_view line) {
  line = after_blanks(line);
  return line.starts_with(']') && after_blanks(line.substr(1)).empty();
}

enum class Kind : unsigned char { Nothing, Element, ElementAndComma, Other };

struct ListLine {
  Kind kind = Kind::Other;
  std::string_view text = {};
  std::size_t offset = 0;  // of the opening quote
};

// A comment in plain ASCII; what else may stand in one is the parser's to judge.
bool is_nothing(std::string_view rest) {
  return rest.empty() || (rest.front() == '#' && std::all_of(rest.begin(), rest.end(), [](char c) {
                            return c == '\t' || (c >= ' ' && c <= '~');
                          }));
}

ListLine read_line(std::string_view line) {
  const std::string_view begun = after_blanks(line);
  if (is_nothing(begun)) return {.kind = Kind::Nothing};
  if (begun.front() != '"') return {};
  const std::size_t end = begun.find('"', 1);
  if (end == std::string_view::npos) return {};
  const std::string_view text = begun.substr(1, end - 1);
  if (!std::all_of(text.begin(), text.end(), is_plain)) return {};
  std::string_view rest = after_blanks(begun.substr(end + 1));
  const bool has_comma = rest.starts_with(',');
  if (has_comma) rest = after_blanks(rest.substr(1));
  if (!is_nothing(rest)) return {};
  return {has_comma ? Kind::ElementAndComma : Kind::Element, text, line.size() - begun.size()};
}

struct Found {
  std::size_t elements = 0;
  std::size_t lines = 0;
  std::size_t end = 0;  // where the line of the closing bracket begins
};

// The list whose first line begins at `begin`; nothing when a line of it is anything else.
std::optional<Found> read_list(std::string_view document, std::size_t begin) {
  Found found;
  bool may_go_on = true;  // the last element had a comma
  for (std::size_t at = begin, next = at; at < document.size(); at = next) {
    const std::string_view line = line_at(document, at, next);
    if (closes_list(line)) {
      found.end = at;
      return found;
    }
    const Kind kind = read_line(line).kind;
    if (kind == Kind::Other) return std::nullopt;
    ++found.lines;
    if (kind == Kind::Nothing) continue;
    if (!may_go_on) return std::nullopt;
    may_go_on = kind == Kind::ElementAndComma;
    ++found.elements;
  }
  return std::nullopt;
}

bool may_open_long_string(std::string_view line) {
  return line.find("\"\"\"") != std::string_view::npos ||
         line.find("'''") != std::string_view::npos;
}

}  // namespace

ShortenedDocument without_long_lists(std::string_view document, std::size_t from,
                                     const std::function<bool()>& is_wanted) {
  ShortenedDocument shortened;
  std::size_t copied = 0;
  std::size_t next_question = 0;
  std::uint32_t number = 1;
  for (std::size_t at = 0, next = 0; at < document.size(); at = next, ++number) {
    if (at >= next_question) {
      if (!is_wanted()) return {};
      next_question = at + kQuestionBytes;
    }
    const std::string_view line = line_at(document, at, next);
    if (may_open_long_string(line)) break;
    if (!opens_list(line)) continue;
    const auto found = read_list(document, next);
    if (!found || found->elements < from) continue;
    shortened.elements += found->elements;
    shortened.lists.push_back({number, document.substr(next, found->end - next)});
    shortened.text.append(document.substr(copied, next - copied));
    shortened.text.append(found->lines, '\n');
    copied = next = found->end;
    number += static_cast<std::uint32_t>(found->lines);
  }
  if (!shortened.lists.empty()) shortened.text.append(document.substr(copied));
  return shortened;
}

void for_each_element(const LongList& list,
                      const std::function<bool(std::string_view text, std::uint32_t line,
                                               std::uint32_t column)>& take) {
  std::uint32_t number = list.line + 1;
  for (std::size_t at = 0, next = 0; at < list.text.size(); at = next, ++number) {
    const ListLine line = read_line(line_at(list.text, at, next));
    if (line.kind == Kind::Nothing) continue;
    if (!take(line.text, number, static_cast<std::uint32_t>(line.offset + 1))) return;
  }
}

}  // namespace corsac::toml_store
