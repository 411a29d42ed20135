#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "corsac/stage/decision.hpp"

namespace corsac {

// Counters of one gate. Adding is one relaxed atomic increment; safe from any thread. They run
// whether or not debug is on. Labels come from fixed lists only, never from a request.
class Counters {
 public:
  void count(const Decision& decision) noexcept;
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

 private:
  std::atomic<std::uint64_t> passed_{0}, granted_{0}, preflights_{0}, refused_{0}, marked_{0};
  std::array<std::atomic<std::uint64_t>, kReasonCount> reasons_{};
  std::atomic<std::uint64_t> predicate_failures_{0}, handler_headers_replaced_{0},
      responses_without_decision_{0}, event_failures_{0};
};

}  // namespace corsac
