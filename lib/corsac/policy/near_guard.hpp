#pragma once

#include <string>

#include "corsac/policy/snapshot.hpp"

namespace corsac {

// What a refused write, or the target of a refused redirect, would have needed, in plain words;
// empty when nothing is near. For decisions with cross_site_write and redirect_not_allowed.
// Everything from the request is escaped and cut; of a target its origin alone is named.
[[nodiscard]] std::string near_write(const Snapshot& snapshot, const RequestView& request,
                                     const Decision& decision);
[[nodiscard]] std::string near_redirect(const Snapshot& snapshot, const Decision& decision);

}  // namespace corsac
