#pragma once

// What an operator writes for a path: policy document, 2 "Paths".

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/result.hpp"

namespace corsac {

// No router has paths like these; the limits bound the memory and the depth of a table.
inline constexpr std::size_t kPathPatternLimitBytes = 1024;
inline constexpr std::size_t kPathSegmentLimit = 64;

// One path pattern, checked and taken apart.
struct PathPattern {
  enum class End : unsigned char {
    Below,  // "/admin": that path and everything below it
    Exact,  // "/health$": nothing else
    Raw,    // "/account*": the last segment is the beginning of one, then whatever
  };
  struct Segment {
    bool is_any = false;    // "*" or ":name": one segment, an empty one too (as routers do)
    std::string text = {};  // empty when is_any; may be empty: "/api/$" ends in an empty segment
  };

  std::vector<Segment> segments = {};  // "/" has none, "/$" has an empty one
  End end = End::Below;
};

// Why a text is no path pattern. Codes: path-malformed, path-ambiguous-form, path-star-place.
struct PathPatternError {
  std::string_view code = {};  // a literal
  std::string what = {};
  std::string fix = {};  // empty when there is no fixed form
};

[[nodiscard]] Result<PathPattern, PathPatternError> parse_path_pattern(std::string_view text);

}  // namespace corsac
