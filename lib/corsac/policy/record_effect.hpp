#pragma once

#include <string>

#include "corsac/policy/snapshot.hpp"
#include "corsac/policy/trusted_origin.hpp"

namespace corsac {

// Why an ACTIVE record gives nothing of what its scopes say under this policy, scope by scope:
// "CORS: its host is a public suffix; REDIRECT: ...". Empty = it gives all of it, or it is
// INACTIVE. Asked of what was compiled, so that it is what requests get; where others grant the
// same origin, it is given. A scope for frames without [frames] takes nothing away: any page may
// frame then.
[[nodiscard]] std::string why_without_effect(const Snapshot& policy, const TrustedOrigin& record);

// The scopes of a record that is INACTIVE, or gone, whose origin this policy trusts all the same:
// "CORS, REDIRECT". Another record names it, perhaps in another spelling, or a list does. Empty =
// none, or the record is ACTIVE.
[[nodiscard]] std::string still_in_effect(const Snapshot& policy, const TrustedOrigin& record);

}  // namespace corsac
