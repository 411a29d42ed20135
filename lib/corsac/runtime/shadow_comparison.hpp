#pragma once

// A candidate beside the policy in force: what it would have done with the same request.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "corsac/policy/snapshot.hpp"
#include "corsac/runtime/event_log.hpp"
#include "corsac/runtime/shadow_status.hpp"

namespace corsac {

// Rules of a policy that are counted apart; those behind count as kOtherRules (rule_counts.hpp).
inline constexpr std::size_t kShadowRulesCounted = 200;

// How `candidate` differs from `live`, two decisions about one request; nothing = it does not.
// Frames, redirects behind a handler and Vary are not looked at.
[[nodiscard]] std::optional<ShadowChange> shadow_change(const Decision& live,
                                                        const Decision& candidate) noexcept;

// Of one pair of policies. Any thread. Memory comes from the policies alone, all of it at the
// construction: comparing allocates nothing.
class ShadowComparison {
 public:
  // Both never null, and not closed. Throws for memory only.
  ShadowComparison(SnapshotPtr live, SnapshotPtr candidate);

  [[nodiscard]] const Snapshot& live() const noexcept { return *live_; }
  [[nodiscard]] const Snapshot& candidate() const noexcept { return *candidate_; }

  // Decides `request` by the candidate and counts. The answer is the change when it is to be shown
  // as a sample: the 1st, 2nd, 4th, 8th ... of its change, rule and reason, and each 1024th. Then
  // `decision` is the candidate's.
  [[nodiscard]] std::optional<ShadowChange> compare(const RequestView& request,
                                                    const Decision& live,
                                                    Decision& decision) noexcept;

  [[nodiscard]] ShadowCounts counts() const;

 private:
  [[nodiscard]] std::size_t cell_of(ShadowChange change, std::uint32_t rule,
                                    Reason reason) const noexcept;

  const SnapshotPtr live_;
  const SnapshotPtr candidate_;
  const std::size_t rows_;  // for each change: of rules, the last one for those behind it
  std::unique_ptr<std::atomic<std::uint64_t>[]> cells_;
  std::atomic<std::uint64_t> compared_{0};
};

// The sample as an event: that of whoever refuses, with what the candidate would have done as its
// outcome, the change, and what was done. seq and time are not set.
[[nodiscard]] Event make_shadow_event(const ShadowComparison& comparison,
                                      const RequestView& request, const Decision& live,
                                      const Decision& candidate, ShadowChange change);

}  // namespace corsac
