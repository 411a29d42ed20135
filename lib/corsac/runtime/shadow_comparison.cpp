// Compares a candidate with the policy in force. Entry: ShadowComparison::compare. Spec: policy
// document, 1 "[shadow]". Test: tests/runtime/shadow_test.cpp.
//
// Samples by powers of two rather than by time: no clock, a bound on what a difference that never
// ends costs, and the first ones, which tell most, are all there.

#include "corsac/runtime/shadow_comparison.hpp"

#include <algorithm>
#include <bit>

#include "corsac/base/printable.hpp"
#include "corsac/runtime/rule_counts.hpp"

namespace corsac {
namespace {

constexpr std::uint64_t kSampledEach = 1024;

bool is_sample(std::uint64_t number) noexcept {
  return number <= kSampledEach ? std::has_single_bit(number) : number % kSampledEach == 0;
}

bool has_same_grants(const Decision& a, const Decision& b) noexcept {
  return std::equal(a.grants.begin(), a.grants.begin() + a.grant_count, b.grants.begin(),
                    b.grants.begin() + b.grant_count, [](const auto& one, const auto& other) {
                      // Without data: the names of the request, which is the same.
                      return one.header == other.header &&
                             (one.value.data == nullptr) == (other.value.data == nullptr) &&
                             (one.value.data == nullptr || one.value.view() == other.value.view());
                    });
}

std::size_t rows_of(const Snapshot& live, const Snapshot& candidate) noexcept {
  const std::size_t rules = std::max(live.rule_count(), candidate.rule_count());
  return std::min(rules, kShadowRulesCounted + 1);
}

EventOutcome outcome_of(const Decision& decision) noexcept {
  if (decision.reason == Reason::None) return EventOutcome::Allowed;
  return decision.outcome == Outcome::Pass ? EventOutcome::Marked : EventOutcome::Blocked;
}

}  // namespace

std::string_view to_text(ShadowChange change) noexcept {
  switch (change) {
    case ShadowChange::WouldAllow:
      return "would_allow";
    case ShadowChange::WouldRefuse:
      return "would_refuse";
    case ShadowChange::OtherReason:
      return "other_reason";
    case ShadowChange::OtherGrant:
      return "other_grant";
  }
  return "";
}

std::optional<ShadowChange> shadow_change(const Decision& live,
                                          const Decision& candidate) noexcept {
  const bool is_refused = live.reason != Reason::None;
  const bool would_be_refused = candidate.reason != Reason::None;
  if (is_refused && !would_be_refused) return ShadowChange::WouldAllow;
  if (!is_refused && would_be_refused) return ShadowChange::WouldRefuse;
  if (is_refused) {
    const bool is_same = live.reason == candidate.reason && live.outcome == candidate.outcome;
    return is_same ? std::nullopt : std::optional(ShadowChange::OtherReason);
  }
  const bool is_same = live.outcome == candidate.outcome && has_same_grants(live, candidate);
  return is_same ? std::nullopt : std::optional(ShadowChange::OtherGrant);
}

ShadowComparison::ShadowComparison(SnapshotPtr live, SnapshotPtr candidate)
    : live_(std::move(live)),
      candidate_(std::move(candidate)),
      rows_(rows_of(*live_, *candidate_)),
      cells_(std::make_unique<std::atomic<std::uint64_t>[]>(kShadowChangeCount * rows_ *
                                                            kReasonCount)) {}

std::size_t ShadowComparison::cell_of(ShadowChange change, std::uint32_t rule,
                                      Reason reason) const noexcept {
  const std::size_t row = std::min<std::size_t>(rule, rows_ - 1);
  return (static_cast<std::size_t>(change) * rows_ + row) * kReasonCount +
         static_cast<std::size_t>(reason) % kReasonCount;
}

std::optional<ShadowChange> ShadowComparison::compare(const RequestView& request,
                                                      const Decision& live,
                                                      Decision& decision) noexcept {
  candidate_->decide(request, decision);
  compared_.fetch_add(1, std::memory_order_relaxed);
  const auto change = shadow_change(live, decision);
  if (!change) return std::nullopt;
  const Decision& refusing = *change == ShadowChange::WouldAllow ? live : decision;
  auto& cell = cells_[cell_of(*change, refusing.rule, refusing.reason)];
  const std::uint64_t number = cell.fetch_add(1, std::memory_order_relaxed) + 1;
  return is_sample(number) ? change : std::nullopt;
}

ShadowCounts ShadowComparison::counts() const {
  ShadowCounts counts{.compared = compared_.load(std::memory_order_relaxed)};
  for (std::size_t c = 0; c < kShadowChangeCount; ++c) {
    const auto change = static_cast<ShadowChange>(c);
    const Snapshot& refusing = change == ShadowChange::WouldAllow ? *live_ : *candidate_;
    for (std::uint32_t row = 0; row < rows_; ++row) {
      for (std::size_t r = 0; r < kReasonCount; ++r) {
        const auto reason = static_cast<Reason>(r);
        const std::uint64_t count =
            cells_[cell_of(change, row, reason)].load(std::memory_order_relaxed);
        if (count == 0) continue;
        const bool is_named =
            row < std::min<std::size_t>(refusing.rule_count(), kShadowRulesCounted);
        counts.differences.push_back(
            {.change = change,
             .rule = is_named ? refusing.rule(row).name : std::string(kOtherRules),
             .reason = reason,
             .count = count});
      }
    }
  }
  return counts;
}

Event make_shadow_event(const ShadowComparison& comparison, const RequestView& request,
                        const Decision& live, const Decision& candidate, ShadowChange change) {
  const bool is_of_live = change == ShadowChange::WouldAllow;
  Event event = is_of_live ? make_event(comparison.live(), request, live)
                           : make_event(comparison.candidate(), request, candidate);
  event.type = EventType::Shadow;
  event.revision = to_printable(comparison.candidate().revision());
  event.outcome = outcome_of(candidate);
  event.status = candidate.outcome == Outcome::Pass ? 0 : candidate.status;
  event.change = to_text(change);
  event.live_outcome = outcome_of(live);
  return event;
}

}  // namespace corsac
