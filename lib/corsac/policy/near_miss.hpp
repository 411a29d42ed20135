#pragma once

#include <string>

#include "corsac/policy/snapshot.hpp"

namespace corsac {

// What the refused request would have needed, in plain words, when it was near:
// `"https://a.example" is listed; the request has port 8443`, `the client sent "patch"; write
// "PATCH" in fetch()`. Empty when nothing is near. Names values of the policy and of the request,
// escaped and cut. Not for the hot path.
[[nodiscard]] std::string near_miss(const Snapshot& snapshot, const RequestView& request,
                                    const Decision& decision);

// The hint of the decision's reason for this request: reason_info().hint, or a sharper one where
// the request tells more (an opaque `null`, a same-origin form under no-referrer, an upgrade).
[[nodiscard]] std::string hint(const Snapshot& snapshot, const RequestView& request,
                               const Decision& decision);

// Where in the policy the refusal comes from ("policy.toml:4:1"): the list that was asked, else the
// rule; empty when not known.
[[nodiscard]] std::string place_of_refusal(const Snapshot& snapshot, const Decision& decision);

}  // namespace corsac
