#include "corsac/runtime/metrics.hpp"

#include <array>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

// The five outcome counters in the order of their declaration.
std::array<std::uint64_t, 5> outcomes(const Counters::Totals& totals) {
  return {totals.passed, totals.granted, totals.preflights, totals.refused, totals.marked};
}

TEST(Counters, CountEachDecisionOnce) {
  struct Row {
    const char* desc;
    Outcome outcome;
    bool has_grant;
    Reason reason;
    std::array<std::uint64_t, 5> counted;  // passed, granted, preflights, refused, marked
  };
  const Row rows[] = {
      {"no Origin", Outcome::Pass, false, Reason::None, {1, 0, 0, 0, 0}},
      {"an allowed request", Outcome::Pass, true, Reason::None, {0, 1, 0, 0, 0}},
      {"an allowed preflight", Outcome::Answer, true, Reason::None, {0, 0, 1, 0, 0}},
      {"a refused request", Outcome::Refuse, false, Reason::OriginNotAllowed, {0, 0, 0, 1, 0}},
      {"a preflight answered without a grant",
       Outcome::Answer,
       false,
       Reason::RequestedMethodNotAllowed,
       {0, 0, 0, 1, 0}},
      {"a marked request", Outcome::Pass, false, Reason::OriginNull, {0, 0, 0, 0, 1}},
      {"report_only: a grant beside a reason",
       Outcome::Pass,
       true,
       Reason::MethodNotAllowed,
       {0, 0, 0, 0, 1}},
  };
  for (const Row& row : rows) {
    Counters counters;
    Decision decision;
    decision.outcome = row.outcome;
    decision.reason = row.reason;
    if (row.has_grant) decision.add_grant(GrantHeader::AllowOrigin, "*");
    counters.count(decision);
    const Counters::Totals totals = counters.totals();
    EXPECT_EQ(outcomes(totals), row.counted) << row.desc;
    for (std::size_t i = 0; i < kReasonCount; ++i) {
      const bool is_reason =
          row.reason != Reason::None && i == static_cast<std::size_t>(row.reason);
      EXPECT_EQ(totals.reasons[i], is_reason ? 1U : 0U) << row.desc << ", reason " << i;
    }
  }
}

TEST(Counters, CountWhatIsNoDecision) {
  Counters counters;
  counters.count_predicate_failure();
  counters.count_handler_headers_replaced();
  counters.count_handler_headers_replaced();
  counters.count_response_without_decision();
  counters.count_event_failure();
  const Counters::Totals totals = counters.totals();
  EXPECT_EQ(totals.predicate_failures, 1U);
  EXPECT_EQ(totals.handler_headers_replaced, 2U);
  for (std::size_t i = 0; i < kReasonCount; ++i) {
    const bool is_replaced = i == static_cast<std::size_t>(Reason::HandlerHeadersReplaced);
    EXPECT_EQ(totals.reasons[i], is_replaced ? 2U : 0U) << "reason " << i;
  }
  EXPECT_EQ(totals.responses_without_decision, 1U);
  EXPECT_EQ(totals.event_failures, 1U);
  EXPECT_EQ(outcomes(totals), (std::array<std::uint64_t, 5>{}));
}

TEST(Counters, LoseNothingBetweenThreads) {
  Counters counters;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&counters] {
      Decision refused;
      refused.outcome = Outcome::Refuse;
      refused.reason = Reason::OriginNotAllowed;
      for (int n = 0; n < 1000; ++n) counters.count(refused);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counters.totals().refused, 4000U);
  EXPECT_EQ(counters.totals().reasons[static_cast<std::size_t>(Reason::OriginNotAllowed)], 4000U);
}

}  // namespace
}  // namespace corsac
