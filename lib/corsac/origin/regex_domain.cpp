// Whose origins a regex can match. Entry: has_fixed_domain. Spec: policy document, 2. Test:
// tests/origin/regex_set_test.cpp.
//
// Reads the pattern from its right end, where the host's last labels stand. It understands the
// forms that people write and takes none of the others for granted.

#include <array>

#include "corsac/base/ascii.hpp"
#include "corsac/origin/public_suffix.hpp"
#include "corsac/origin/regex_set.hpp"

namespace corsac {
namespace {

constexpr std::array<std::string_view, 5> kPorts = {R"((:\d+)?)", R"((?::\d+)?)", R"((:[0-9]+)?)",
                                                    R"((?::[0-9]+)?)", R"(:\d+)"};

bool is_escaped(std::string_view text, std::size_t at) noexcept {
  std::size_t slashes = 0;
  while (at > slashes && text[at - slashes - 1] == '\\') ++slashes;
  return slashes % 2 == 1;
}

std::string_view without_anchors(std::string_view pattern) noexcept {
  if (pattern.starts_with('^')) pattern.remove_prefix(1);
  if (pattern.ends_with('$') && !is_escaped(pattern, pattern.size() - 1)) pattern.remove_suffix(1);
  for (const std::string_view port : kPorts) {
    if (pattern.ends_with(port)) return pattern.substr(0, pattern.size() - port.size());
  }
  return pattern;
}

// Where the class ends that begins at `begin`, as RE2 reads it: a "]" that stands first belongs to
// it, and so does that of "[:alpha:]". npos = nowhere.
std::size_t end_of_class(std::string_view pattern, std::size_t begin) noexcept {
  const std::size_t first = begin + (pattern.substr(begin).starts_with("[^") ? 2 : 1);
  for (std::size_t i = first; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == ']' && i != first) {
      return i;
    } else if (pattern.substr(i).starts_with("[:")) {
      const std::size_t end = pattern.find(":]", i + 2);
      if (end != std::string_view::npos) i = end + 1;
    }
  }
  return std::string_view::npos;
}

// "a|b" outside of groups: each side is a pattern of its own.
bool has_top_level_choice(std::string_view pattern) noexcept {
  int depth = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
    } else if (c == '[') {
      i = end_of_class(pattern, i);
      if (i == std::string_view::npos) return true;  // not understood: as if there were one
    } else if (c == '(' || c == ')') {
      depth += c == '(' ? 1 : -1;
    } else if (c == '|' && depth == 0) {
      return true;
    }
  }
  return depth != 0;
}

// Takes the plain text at the right end off `pattern`.
std::string take_literal_end(std::string_view& pattern) {
  std::string text;
  while (!pattern.empty()) {
    const std::size_t at = pattern.size() - 1;
    const char c = pattern[at];
    const bool escaped = is_escaped(pattern, at);
    const bool is_letter = is_ascii_lower(c) || is_ascii_digit(c) || c == '-';
    const bool is_plain = escaped ? c == '.' || c == '-' : is_letter;
    if (!is_plain) break;
    text.insert(text.begin(), c);
    pattern.remove_suffix(escaped ? 2 : 1);
  }
  return text;
}

// What stands before the domain ends a label: "//", "\.", or a group that ends in "\.", which may
// be left out when "//" is before it.
bool ends_label(std::string_view before) noexcept {
  if (before.ends_with("//") || before.ends_with(R"(\/\/)")) return true;
  const bool is_optional = before.ends_with(")?") || before.ends_with(")*");
  if (is_optional) before.remove_suffix(1);
  if (!before.ends_with(R"(\.))")) return false;
  const std::size_t begin = before.rfind('(');
  if (begin == std::string_view::npos || is_escaped(before, begin)) return false;
  const std::string_view group = before.substr(begin + 1, before.size() - begin - 2);
  const bool is_simple = group.find_first_of("()|") == std::string_view::npos;
  const std::string_view first = before.substr(0, begin);
  return is_simple && (!is_optional || first.ends_with("//") || first.ends_with(R"(\/\/)"));
}

}  // namespace

bool has_unread_escape(std::string_view pattern) noexcept {
  for (std::size_t i = 0; i + 1 < pattern.size(); ++i) {
    if (pattern[i] != '\\') continue;
    const char escaped = pattern[++i];
    if (escaped == 'Q' || escaped == 'E' || escaped == 'C') return true;
  }
  return false;
}

bool is_https_only(std::string_view pattern) noexcept {
  pattern = without_anchors(pattern);
  return !has_unread_escape(pattern) && !has_top_level_choice(pattern) &&
         (pattern.starts_with("https://") || pattern.starts_with(R"(https:\/\/)"));
}

bool has_fixed_domain(std::string_view pattern) {
  pattern = without_anchors(pattern);
  if (has_unread_escape(pattern) || has_top_level_choice(pattern)) return false;
  const std::string end = take_literal_end(pattern);
  const std::string_view host = std::string_view(end).substr(end.starts_with('.') ? 1 : 0);
  const std::string domain = registrable_domain(host);
  if (domain.empty() || !end.ends_with(domain)) return false;
  const std::string_view above = std::string_view(end).substr(0, end.size() - domain.size());
  return above.ends_with('.') || (above.empty() && ends_label(pattern));
}

}  // namespace corsac
