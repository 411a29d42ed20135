#pragma once

// What is known about the candidate of [shadow], and where it differs from the policy in force.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/runtime/store_status.hpp"
#include "corsac/stage/reason.hpp"

namespace corsac {

// How a decision of the candidate differs.
enum class ShadowChange : unsigned char {
  WouldAllow,   // the policy in force refuses or marks it; rule and reason are that one's
  WouldRefuse,  // the candidate refuses or marks it; rule and reason are the candidate's, as below
  OtherReason,  // both do, for another reason or with another outcome
  OtherGrant,   // neither does; the headers differ, or only one of them grants. Reason::None
};
inline constexpr std::size_t kShadowChangeCount = 4;

[[nodiscard]] std::string_view to_text(ShadowChange change) noexcept;  // "would_allow"

struct ShadowDifference {
  ShadowChange change = ShadowChange::WouldAllow;
  std::string rule = {};
  Reason reason = Reason::None;
  std::uint64_t count = 0;
};

// Counted since the later one of the two policies came into force.
struct ShadowCounts {
  std::uint64_t compared = 0;                      // decisions
  std::vector<ShadowDifference> differences = {};  // those that came, by change, rule and reason
};

struct ShadowStatus {
  std::string file = {};  // as [shadow] has it
  // Of the candidate's own store. Starting with a last_error: it could not even be opened; Closed:
  // there was no usable candidate yet. Nothing is compared then.
  StoreStatus store = {};
  ShadowCounts counts = {};
};

}  // namespace corsac
