// Whether two path patterns can match the same path, decided segment by segment.
// Entry: do_paths_overlap. Spec: policy document, 2 "Paths".
// Test: tests/policy/path_overlap_test.cpp.

#include "corsac/policy/path_overlap.hpp"

#include <cstddef>
#include <string_view>

namespace corsac {
namespace {

// "/account*" at its last segment: the beginning of one, then whatever.
bool is_raw_at(const PathPattern& pattern, std::size_t index) noexcept {
  return pattern.end == PathPattern::End::Raw && index + 1 == pattern.segments.size();
}

// `pattern` has a segment at `index`, where the other one has the beginning `raw`.
bool does_raw_overlap(std::string_view raw, const PathPattern& pattern,
                      std::size_t index) noexcept {
  const PathPattern::Segment& segment = pattern.segments[index];
  if (segment.is_any || segment.text.starts_with(raw)) return true;
  return is_raw_at(pattern, index) && raw.starts_with(segment.text);
}

}  // namespace

bool do_paths_overlap(const PathPattern& a, const PathPattern& b) noexcept {
  for (std::size_t i = 0;; ++i) {
    const bool a_ends = i == a.segments.size();
    const bool b_ends = i == b.segments.size();
    if (a_ends && b_ends) return true;
    if (a_ends) return a.end == PathPattern::End::Below;
    if (b_ends) return b.end == PathPattern::End::Below;
    if (is_raw_at(a, i)) return does_raw_overlap(a.segments[i].text, b, i);
    if (is_raw_at(b, i)) return does_raw_overlap(b.segments[i].text, a, i);
    const bool is_any = a.segments[i].is_any || b.segments[i].is_any;
    if (!is_any && a.segments[i].text != b.segments[i].text) return false;
  }
}

}  // namespace corsac
