#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "corsac/runtime/rule_counts.hpp"
#include "corsac/stage/decision.hpp"

namespace corsac {

// How long decisions took, as a histogram. Only those under a policy with `debug = true` are
// timed: two looks at the clock cost as much as a decision.
struct DecisionTimes {
  // The upper bounds of the buckets, ends included; one more bucket has no bound.
  static constexpr std::array<std::chrono::nanoseconds, 11> kBounds = {
      std::chrono::nanoseconds(250),       std::chrono::nanoseconds(500),
      std::chrono::nanoseconds(1'000),     std::chrono::nanoseconds(2'500),
      std::chrono::nanoseconds(5'000),     std::chrono::nanoseconds(10'000),
      std::chrono::nanoseconds(25'000),    std::chrono::nanoseconds(100'000),
      std::chrono::nanoseconds(500'000),   std::chrono::nanoseconds(2'500'000),
      std::chrono::nanoseconds(10'000'000)};

  std::array<std::uint64_t, kBounds.size() + 1> counts = {};  // of each bucket alone
  std::chrono::nanoseconds sum{0};
};

// Counters of one gate. Adding is one relaxed atomic increment; safe from any thread. They run
// whether or not debug is on. Labels come from fixed lists and the policy, never from a request.
class Counters {
 public:
  Counters();

  // For a policy that comes into force: what its decisions are counted in. Its rules in the order
  // of Decision::rule, not empty. Throws for memory only.
  [[nodiscard]] std::shared_ptr<RuleCounts> begin_policy(std::vector<CountedRule> rules);
  // A decision whose policy has no such counters: under kOtherRules.
  void count(const Decision& decision) noexcept;
  void count_decision_time(std::chrono::nanoseconds time) noexcept;
  void count_predicate_failure() noexcept;
  void count_handler_headers_replaced() noexcept;  // as a reason, too
  // Of a request that was decided, and counted, before: by its handler, or behind it.
  void count_late_reason(Reason reason) noexcept;
  void count_response_without_decision() noexcept;
  void count_event_failure() noexcept;

  struct Totals {
    // Each decision counts in exactly one of these five.
    std::uint64_t passed = 0;      // no grant, nothing refused
    std::uint64_t granted = 0;     // actual requests with a grant
    std::uint64_t preflights = 0;  // answered with a grant
    std::uint64_t refused = 0;     // 400, 403, 421, and preflights answered without a grant
    std::uint64_t marked = 0;      // the handler ran although something was refused
    // By Reason; that of None stays 0.
    std::array<std::uint64_t, kReasonCount> reasons = {};
    std::uint64_t predicate_failures = 0;
    std::uint64_t handler_headers_replaced = 0;
    std::uint64_t responses_without_decision = 0;
    std::uint64_t event_failures = 0;  // events lost because recording them failed (no memory)
  };
  [[nodiscard]] Totals totals() const noexcept;
  // The same decisions by rule; late reasons stand in none.
  [[nodiscard]] std::map<CountedRule, OutcomeCounts> by_rule() const;
  [[nodiscard]] DecisionTimes decision_times() const noexcept;

 private:
  const std::shared_ptr<RuleTotals> rules_;
  const std::shared_ptr<RuleCounts> other_rules_;
  std::array<std::atomic<std::uint64_t>, kReasonCount> late_reasons_{};
  std::array<std::atomic<std::uint64_t>, DecisionTimes::kBounds.size() + 1> times_{};
  std::atomic<std::uint64_t> time_sum_{0};  // nanoseconds
  std::atomic<std::uint64_t> predicate_failures_{0}, handler_headers_replaced_{0},
      responses_without_decision_{0}, event_failures_{0};
};

}  // namespace corsac
