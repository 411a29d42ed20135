#pragma once

// What another policy says of a refusal that an event tells.

#include <string>

#include <corsac/policy/snapshot.hpp>

#include "replay_events.hpp"

namespace corsac::server {

struct ReplayedDecision {
  bool is_allowed = false;       // neither blocked nor marked
  std::string outcome = {};      // "allowed", "blocked" or "marked"
  Reason reason = Reason::None;  // None <=> is_allowed
  std::string rule = {};         // that decides now
  // The event does not hold all that a decision may look at: the method and the headers that a
  // preflight asks for, beyond the one it was refused for, or something was cut. It was judged by
  // what there is, which can only be too kind.
  bool is_partly_known = false;
  // Of a path_ambiguous: the event does not hold what made its target so, and it was judged as one
  // that still is.
  bool is_target_unknown = false;
};

// Events do not hold the value of Sec-Fetch-Site; where it came it counts as cross-site, for an own
// page is not refused.
[[nodiscard]] ReplayedDecision judge_again(const Snapshot& policy, const ReplayedEvent& event);

}  // namespace corsac::server
