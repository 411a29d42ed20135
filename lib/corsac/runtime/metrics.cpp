// Counters of one gate. Entry: Counters::count, Counters::totals. Spec: policy document, 5
// ("Counters run always"). Test: tests/runtime/metrics_test.cpp.
//
// All increments are relaxed: a total is a picture of one moment, not a point of synchronisation.

#include "corsac/runtime/metrics.hpp"

namespace corsac {
namespace {

void add_one(std::atomic<std::uint64_t>& counter) noexcept {
  counter.fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t read(const std::atomic<std::uint64_t>& counter) noexcept {
  return counter.load(std::memory_order_relaxed);
}

}  // namespace

void Counters::count(const Decision& decision) noexcept {
  const auto reason = static_cast<std::size_t>(decision.reason);
  const bool has_reason = decision.reason != Reason::None;
  if (has_reason && reason < kReasonCount) add_one(reasons_[reason]);
  switch (decision.outcome) {
    case Outcome::Pass:
      add_one(has_reason ? marked_ : decision.has_grant() ? granted_ : passed_);
      return;
    case Outcome::Answer:
      add_one(has_reason ? refused_ : preflights_);
      return;
    case Outcome::Refuse:
      add_one(refused_);
      return;
  }
}

void Counters::count_predicate_failure() noexcept { add_one(predicate_failures_); }

// Found after the decision, so it comes in no decision; it is a reason all the same.
void Counters::count_handler_headers_replaced() noexcept {
  add_one(handler_headers_replaced_);
  add_one(reasons_[static_cast<std::size_t>(Reason::HandlerHeadersReplaced)]);
}

void Counters::count_late_reason(Reason reason) noexcept {
  add_one(reasons_[static_cast<std::size_t>(reason)]);
}

void Counters::count_response_without_decision() noexcept { add_one(responses_without_decision_); }

void Counters::count_event_failure() noexcept { add_one(event_failures_); }

Counters::Totals Counters::totals() const noexcept {
  Totals totals;
  totals.passed = read(passed_);
  totals.granted = read(granted_);
  totals.preflights = read(preflights_);
  totals.refused = read(refused_);
  totals.marked = read(marked_);
  for (std::size_t i = 0; i < kReasonCount; ++i) totals.reasons[i] = read(reasons_[i]);
  totals.predicate_failures = read(predicate_failures_);
  totals.handler_headers_replaced = read(handler_headers_replaced_);
  totals.responses_without_decision = read(responses_without_decision_);
  totals.event_failures = read(event_failures_);
  return totals;
}

}  // namespace corsac
