// What a regex matches, seen from its ends. Entry: anchors_of. Test: tests/import/import_test.py.

#include "regex_text.hpp"

namespace corsac::server {
namespace {

// `|` outside of parentheses and classes.
bool has_alternatives(std::string_view pattern) noexcept {
  std::size_t depth = 0;
  bool is_in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
    } else if (is_in_class) {
      is_in_class = c != ']';
    } else if (c == '[') {
      is_in_class = true;
      // A "]" that stands first is a character of the class.
      if (pattern.substr(i + 1).starts_with('^')) ++i;
      if (pattern.substr(i + 1).starts_with(']')) ++i;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      depth -= depth > 0 ? 1 : 0;
    } else if (c == '|' && depth == 0) {
      return true;
    }
  }
  return false;
}

// "\$" is a dollar sign, "\\$" an end.
bool ends_with_dollar(std::string_view pattern) noexcept {
  if (!pattern.ends_with('$')) return false;
  std::size_t backslashes = 0;
  while (backslashes + 1 < pattern.size() && pattern[pattern.size() - 2 - backslashes] == '\\') {
    ++backslashes;
  }
  return backslashes % 2 == 0;
}

}  // namespace

RegexAnchors anchors_of(std::string_view pattern) noexcept {
  if (has_alternatives(pattern)) return {};
  return {.has_begin = pattern.starts_with('^'), .has_end = ends_with_dollar(pattern)};
}

std::string to_prefix_regex(std::string_view pattern) {
  if (anchors_of(pattern).has_end) return std::string(pattern);
  return "(?:" + std::string(pattern) + ").*";
}

}  // namespace corsac::server
