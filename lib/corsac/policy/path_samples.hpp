#pragma once

// Paths that stand for all others where policies are compared.

#include <cstddef>
#include <string>
#include <vector>

namespace corsac {

// So many paths are made at most: enough for a policy of 10,000 rules with a path each.
inline constexpr std::size_t kPathSampleLimit = 32'768;

struct PathSamples {
  std::vector<std::string> paths = {};  // each clear, and each once
  // True: whatever path a request has, one of these is matched by exactly the same patterns.
  bool is_complete = true;
};

// One path for each set of `patterns` (what an operator writes for a path) that some path is
// matched by, one of none among them. A text that is no pattern is left out.
[[nodiscard]] PathSamples path_samples(const std::vector<std::string>& patterns);

}  // namespace corsac
