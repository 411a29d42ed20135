#pragma once

#include <vector>

#include "corsac/policy/explain.hpp"
#include "corsac/policy/snapshot.hpp"

namespace corsac {

// What `decision`, which `snapshot` made about `request`, met on its way.
[[nodiscard]] std::vector<Explanation::Step> explain_steps(const Snapshot& snapshot,
                                                           const RequestView& request,
                                                           const Decision& decision);

}  // namespace corsac
