#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace corsac {

// One origin, as an element of cors.allowed_origins, that came or went.
struct OriginChange {
  std::string origin = {};
  bool is_added = true;
};

// What became of the elements that stand in one source.
struct OriginChanges {
  std::string source = {};  // one of Policy::sources, and not the first
  // In the order in which they were made. One that comes and stands there, or goes and does not, is
  // as none.
  std::vector<OriginChange> made = {};
};

struct OriginChangeCounts {
  std::size_t added = 0;
  std::size_t removed = 0;
};

}  // namespace corsac
