// Reads the headers by which an answer limits frames. Entry: frame_limit. Spec: HTML, 7.7; CSP 3,
// 2.2.1 "parse a serialized CSP". Test: tests/http/frame_limit_test.cpp.

#include "corsac/http/frame_limit.hpp"

#include <algorithm>

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

constexpr std::string_view kBlanks = " \t\n\f\r";

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string_view take_until(std::string_view& rest, std::string_view ends) noexcept {
  const std::size_t end = std::min(rest.find_first_of(ends), rest.size());
  const std::string_view taken = trimmed(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return taken;
}

// Policies are separated by commas, directives by semicolons; neither can stand in a directive.
bool has_frame_ancestors(std::string_view line) noexcept {
  while (!line.empty()) {
    const std::string_view directive = take_until(line, ",;");
    const std::string_view name = directive.substr(0, directive.find_first_of(kBlanks));
    if (equals_ignoring_case(name, "frame-ancestors")) return true;
  }
  return false;
}

}  // namespace

FrameLimit frame_limit(std::span<const std::string_view> policies,
                       std::span<const std::string_view> options) noexcept {
  if (std::any_of(policies.begin(), policies.end(), has_frame_ancestors)) return FrameLimit::None;
  std::string_view first;
  bool has_others = false;
  bool is_known = false;
  for (std::string_view line : options) {
    while (!line.empty()) {
      const std::string_view value = take_until(line, ",");
      is_known = is_known || equals_ignoring_case(value, "DENY") ||
                 equals_ignoring_case(value, "SAMEORIGIN") ||
                 equals_ignoring_case(value, "ALLOWALL");
      if (first.data() == nullptr || first.empty()) first = value;
      has_others = has_others || !equals_ignoring_case(first, value);
    }
  }
  if (!is_known) return FrameLimit::None;
  if (has_others || equals_ignoring_case(first, "DENY")) return FrameLimit::Nobody;
  return equals_ignoring_case(first, "SAMEORIGIN") ? FrameLimit::SameOrigin : FrameLimit::None;
}

}  // namespace corsac
