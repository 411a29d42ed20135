// Entries: accepts_json, is_json_type, is_merge_patch_type. Spec: RFC 9110, 8.3.1 and 12.5.1. Test:
// tests/authority/media_types_test.cpp.

#include "corsac/authority/media_types.hpp"

#include <array>
#include <cstddef>

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

// What stands before the next `separator`, without blanks; `text` goes on behind it.
std::string_view take_part(std::string_view& text, char separator) noexcept {
  const std::size_t end = text.find(separator);
  const std::string_view part = trim_ows(text.substr(0, end));
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

// The value of a parameter, without quotation marks; empty = absent.
std::string_view find_parameter(std::string_view parameters, std::string_view name) noexcept {
  while (!parameters.empty()) {
    std::string_view value = take_part(parameters, ';');
    if (!equals_ignoring_case(take_part(value, '='), name)) continue;
    value = trim_ows(value);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    return value;
  }
  return {};
}

bool is_type_in_utf8(std::string_view content_type, std::string_view wanted) noexcept {
  const std::string_view type = take_part(content_type, ';');
  const std::string_view charset = find_parameter(content_type, "charset");
  return equals_ignoring_case(type, wanted) &&
         (charset.empty() || equals_ignoring_case(charset, "utf-8"));
}

bool is_zero(std::string_view weight) noexcept {
  return weight.starts_with('0') && weight.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool accepts_json(std::string_view accept) noexcept {
  constexpr std::array<std::string_view, 3> kRanges = {"*/*", "application/*", "application/json"};
  std::size_t best = 0;  // 1 + the index of the most specific one so far
  bool is_taken = false;
  while (!accept.empty()) {
    std::string_view rest = take_part(accept, ',');
    const std::string_view range = take_part(rest, ';');
    for (std::size_t i = 0; i < kRanges.size(); ++i) {
      if (!equals_ignoring_case(range, kRanges[i]) || i + 1 < best) continue;
      best = i + 1;
      is_taken = !is_zero(find_parameter(rest, "q"));
    }
  }
  return is_taken;
}

bool is_json_type(std::string_view content_type) noexcept {
  return is_type_in_utf8(content_type, "application/json");
}

bool is_merge_patch_type(std::string_view content_type) noexcept {
  return is_type_in_utf8(content_type, "application/merge-patch+json");
}

}  // namespace corsac
