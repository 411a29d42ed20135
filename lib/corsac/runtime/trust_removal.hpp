#pragma once

#include "corsac/policy/policy.hpp"

namespace corsac {

// True when `after` trusts nothing that `before` does not, because all that differs is that records
// (`trusted_origins`) were removed or deactivated, lost scopes, or end earlier: policy document, 1
// "Removing trust cannot be refused". Names, ids and times of records, allowed warnings, and places
// may differ: they trust nothing. Any other difference, tests included, is a new document: false.
[[nodiscard]] bool only_removes_trust(const Policy& before, const Policy& after);

}  // namespace corsac
