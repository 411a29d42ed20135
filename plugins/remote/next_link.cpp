// Link headers. Entry: next_links. Spec: RFC 8288, 3. Test: tests/plugins/remote_parts_test.cpp.

#include "next_link.hpp"

#include <algorithm>
#include <utility>

namespace corsac::remote_store {
namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

void skip_blanks(std::string_view& text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

// A token or a quoted string, without its quotes and escapes.
std::string take_value(std::string_view& text) {
  std::string value;
  if (!text.starts_with('"')) {
    const std::size_t end = std::min(text.find_first_of(";, \t"), text.size());
    value = text.substr(0, end);
    text.remove_prefix(end);
    return value;
  }
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
    value += text.front();
    text.remove_prefix(1);
  }
  if (!text.empty()) text.remove_prefix(1);
  return value;
}

// The relations of a link are a list with blanks between them: `rel="next last"`.
bool names_next(std::string_view relations) {
  const std::string lower = to_lower(relations);
  std::string_view rest = lower;
  while (!rest.empty()) {
    skip_blanks(rest);
    const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
    if (rest.substr(0, end) == "next") return true;
    rest.remove_prefix(end);
  }
  return false;
}

// The parameters of one link, up to the comma behind it; true when the first `rel` names "next".
bool take_parameters(std::string_view& text) {
  bool has_relation = false;
  bool is_next = false;
  while (true) {
    skip_blanks(text);
    if (!text.starts_with(';')) break;
    text.remove_prefix(1);
    skip_blanks(text);
    const std::size_t end = std::min(text.find_first_of("=;, \t"), text.size());
    const std::string name = to_lower(text.substr(0, end));
    text.remove_prefix(end);
    skip_blanks(text);
    if (!text.starts_with('=')) continue;
    text.remove_prefix(1);
    skip_blanks(text);
    const std::string value = take_value(text);
    if (name != "rel" || std::exchange(has_relation, true)) continue;
    is_next = names_next(value);
  }
  return is_next;
}

}  // namespace

std::vector<std::string> next_links(const std::vector<std::string_view>& values) {
  std::vector<std::string> found;
  for (std::string_view text : values) {
    while (!text.empty()) {
      skip_blanks(text);
      const std::size_t end = text.find('>');
      if (!text.starts_with('<') || end == std::string_view::npos) break;
      std::string target(text.substr(1, end - 1));
      text.remove_prefix(end + 1);
      if (take_parameters(text)) found.push_back(std::move(target));
      if (!text.starts_with(',')) break;
      while (text.starts_with(',') || (!text.empty() && is_blank(text.front()))) {
        text.remove_prefix(1);
      }
    }
  }
  return found;
}

}  // namespace corsac::remote_store
