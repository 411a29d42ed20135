#pragma once

#include <optional>
#include <span>

#include "corsac/policy/policy.hpp"
#include "corsac/policy/record_withdrawal.hpp"

namespace corsac {

// True when `after` trusts nothing that `before` does not, because all that differs is that records
// (`trusted_origins`) were removed or deactivated, lost scopes, or end earlier: policy document, 1
// "Removing trust cannot be refused". Names, ids and times of records, allowed warnings, and places
// may differ: they trust nothing. Any other difference, tests included, is a new document: false.
[[nodiscard]] bool only_removes_trust(const Policy& before, const Policy& after);

// `before` without the trust that `after` takes away by its records: whole records, scopes,
// applications, the time after an earlier end. Nothing when they differ in anything else (an edited
// document is taken whole or not at all), or when it takes none away.
[[nodiscard]] std::optional<Policy> with_trust_removed(const Policy& before, const Policy& after);

// `policy` without the trust that was withdrawn; nothing when it has none of it. A record is meant
// by its id, and by its name and origin: that of a person may have no id yet. Where both name one,
// both lose it: trust too little is mended by the next document, trust too much is not.
[[nodiscard]] std::optional<Policy> without_withdrawn(const Policy& policy,
                                                      std::span<const RecordWithdrawal> withdrawn);

}  // namespace corsac
