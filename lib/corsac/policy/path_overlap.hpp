#pragma once

#include "corsac/policy/path_pattern.hpp"

namespace corsac {

// True when some path is matched by both patterns: for the warning about rules that no included
// path reaches.
[[nodiscard]] bool do_paths_overlap(const PathPattern& a, const PathPattern& b) noexcept;

}  // namespace corsac
