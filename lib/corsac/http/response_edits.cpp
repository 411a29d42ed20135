// The Vary line of a response, and which headers the response pass owns.
// Entry: merge_vary. Follows RFC 9110, 5.6.1 and 12.5.5. Test: tests/http/response_edits_test.cpp.

#include "corsac/http/response_edits.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "corsac/base/ascii.hpp"
#include "corsac/http/header_name.hpp"

namespace corsac {
namespace {

struct Element {
  std::string_view name;
  std::size_t position;
};

bool is_less_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::lexicographical_compare(
      a.begin(), a.end(), b.begin(), b.end(),
      [](char left, char right) { return ascii_lower(left) < ascii_lower(right); });
}

// Appends the field names of one comma list. False when `*` is among its elements.
bool collect_names(std::string_view list, std::vector<Element>& elements) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const std::string_view name = trim_ows(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (name == "*") return false;
    if (is_header_name(name)) elements.push_back({name, elements.size()});
  }
  return true;
}

// By sorting, not by comparing each with each: a handler may have put request data into Vary, and
// then the number of names is a client's choice.
void drop_repeats(std::vector<Element>& elements) {
  std::sort(elements.begin(), elements.end(), [](const Element& a, const Element& b) {
    if (equals_ignoring_case(a.name, b.name)) return a.position < b.position;
    return is_less_ignoring_case(a.name, b.name);
  });
  const auto end = std::unique(elements.begin(), elements.end(), [](const auto& a, const auto& b) {
    return equals_ignoring_case(a.name, b.name);
  });
  elements.erase(end, elements.end());
  std::sort(elements.begin(), elements.end(),
            [](const Element& a, const Element& b) { return a.position < b.position; });
}

}  // namespace

std::string merge_vary(std::span<const std::string_view> lines, std::string_view added) {
  std::vector<Element> elements;
  for (const std::string_view line : lines) {
    if (!collect_names(line, elements)) return "*";
  }
  if (!collect_names(added, elements)) return "*";
  drop_repeats(elements);

  std::string merged;
  for (const Element& element : elements) {
    if (!merged.empty()) merged += ", ";
    merged += element.name;
  }
  return merged;
}

bool is_cors_response_header(std::string_view name) noexcept {
  constexpr std::string_view kPrefix = "Access-Control-";
  if (name.size() > kPrefix.size()) {
    if (equals_ignoring_case(name.substr(0, kPrefix.size()), kPrefix)) return true;
  }
  return equals_ignoring_case(name, "Timing-Allow-Origin");
}

}  // namespace corsac
