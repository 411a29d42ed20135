// Counters of one gate. Entry: Counters::begin_policy, Counters::totals. Spec: policy document, 5
// ("Counters run always"). Test: tests/runtime/metrics_test.cpp.
//
// All increments are relaxed: a total is a picture of one moment, not a point of synchronisation.

#include "corsac/runtime/metrics.hpp"

#include <algorithm>
#include <utility>

namespace corsac {
namespace {

void add_one(std::atomic<std::uint64_t>& counter) noexcept {
  counter.fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t read(const std::atomic<std::uint64_t>& counter) noexcept {
  return counter.load(std::memory_order_relaxed);
}

}  // namespace

Counters::Counters()
    : rules_(std::make_shared<RuleTotals>()),
      other_rules_(rules_->begin({{.name = std::string(kOtherRules)}})) {}

std::shared_ptr<RuleCounts> Counters::begin_policy(std::vector<CountedRule> rules) {
  return rules_->begin(std::move(rules));
}

void Counters::count(const Decision& decision) noexcept { other_rules_->count(decision); }

void Counters::count_decision_time(std::chrono::nanoseconds time) noexcept {
  const auto& bounds = DecisionTimes::kBounds;
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), time) - bounds.begin();
  add_one(times_[static_cast<std::size_t>(bucket)]);
  time_sum_.fetch_add(static_cast<std::uint64_t>(time.count()), std::memory_order_relaxed);
}

void Counters::count_predicate_failure() noexcept { add_one(predicate_failures_); }

// Found after the decision, so it comes in no decision; it is a reason all the same.
void Counters::count_handler_headers_replaced() noexcept {
  add_one(handler_headers_replaced_);
  add_one(late_reasons_[static_cast<std::size_t>(Reason::HandlerHeadersReplaced)]);
}

void Counters::count_late_reason(Reason reason) noexcept {
  add_one(late_reasons_[static_cast<std::size_t>(reason)]);
}

void Counters::count_response_without_decision() noexcept { add_one(responses_without_decision_); }

void Counters::count_event_failure() noexcept { add_one(event_failures_); }

Counters::Totals Counters::totals() const noexcept {
  Totals totals;
  const OutcomeCounts decided = rules_->sum();
  totals.passed = decided.passed;
  totals.granted = decided.granted;
  totals.preflights = decided.preflights;
  for (std::size_t i = 0; i < kReasonCount; ++i) {
    totals.refused += decided.refused[i];
    totals.marked += decided.marked[i];
    totals.reasons[i] = decided.refused[i] + decided.marked[i] + read(late_reasons_[i]);
  }
  totals.reasons[0] = 0;  // Reason::None
  totals.predicate_failures = read(predicate_failures_);
  totals.handler_headers_replaced = read(handler_headers_replaced_);
  totals.responses_without_decision = read(responses_without_decision_);
  totals.event_failures = read(event_failures_);
  return totals;
}

std::map<CountedRule, OutcomeCounts> Counters::by_rule() const { return rules_->by_rule(); }

DecisionTimes Counters::decision_times() const noexcept {
  DecisionTimes times;
  for (std::size_t i = 0; i < times.counts.size(); ++i) times.counts[i] = read(times_[i]);
  times.sum = std::chrono::nanoseconds(read(time_sum_));
  return times;
}

}  // namespace corsac
