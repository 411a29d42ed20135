#include "corsac/runtime/rule_counts.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

Decision decided(Outcome outcome, Reason reason, std::uint32_t rule, bool is_granted = false) {
  Decision decision;
  decision.outcome = outcome;
  decision.reason = reason;
  decision.rule = rule;
  if (is_granted) decision.add_grant(GrantHeader::AllowOrigin, "*");
  return decision;
}

constexpr auto kNotAllowed = Reason::OriginNotAllowed;
std::size_t at(Reason reason) { return static_cast<std::size_t>(reason); }

TEST(RuleCounts, CountEachDecisionUnderItsRule) {
  const auto totals = std::make_shared<RuleTotals>();
  const auto counts = totals->begin({{.name = "cors"}, {.name = "trial", .is_report_only = true}});
  const testing::AllocationCounter counter;
  counts->count(decided(Outcome::Pass, Reason::None, 0));
  counts->count(decided(Outcome::Pass, Reason::None, 0, true));
  counts->count(decided(Outcome::Answer, Reason::None, 1, true));
  counts->count(decided(Outcome::Refuse, kNotAllowed, 0));
  counts->count(decided(Outcome::Answer, Reason::OriginNull, 0));
  counts->count(decided(Outcome::Pass, kNotAllowed, 1, true));
  EXPECT_EQ(counter.count(), 0U);
  const auto rules = totals->by_rule();
  ASSERT_EQ(rules.size(), 2U);
  const OutcomeCounts& cors = rules.at({.name = "cors"});
  EXPECT_EQ(cors.passed, 1U);
  EXPECT_EQ(cors.granted, 1U);
  EXPECT_EQ(cors.preflights, 0U);
  EXPECT_EQ(cors.refused[at(kNotAllowed)], 1U);
  EXPECT_EQ(cors.refused[at(Reason::OriginNull)], 1U) << "answered without a grant";
  const OutcomeCounts& trial = rules.at({.name = "trial", .is_report_only = true});
  EXPECT_EQ(trial.preflights, 1U);
  EXPECT_EQ(trial.marked[at(kNotAllowed)], 1U);
  EXPECT_EQ(totals->sum().marked[at(kNotAllowed)], 1U);
}

TEST(RuleCounts, StayWhenTheirPolicyIsGone) {
  const auto totals = std::make_shared<RuleTotals>();
  auto first = totals->begin({{.name = "cors"}, {.name = "old"}});
  first->count(decided(Outcome::Pass, Reason::None, 1));
  const auto second = totals->begin({{.name = "cors"}});
  second->count(decided(Outcome::Pass, Reason::None, 0));
  first->count(decided(Outcome::Pass, Reason::None, 0));  // a request that began before
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(totals->by_rule().at({.name = "cors"}).passed, 2U);
    EXPECT_EQ(totals->by_rule().at({.name = "old"}).passed, 1U);
    EXPECT_EQ(totals->sum().passed, 3U);
    first = nullptr;
  }
}

TEST(RuleCounts, AreBoundedByConstants) {
  const auto totals = std::make_shared<RuleTotals>();
  std::size_t policies = 0;
  for (std::size_t first = 0; first <= 2 * kRulesRemembered; first += kRulesCounted) {
    std::vector<CountedRule> rules;
    for (std::size_t i = 0; i < 3 * kRulesCounted; ++i) {
      rules.push_back({.name = "rule " + std::to_string(first + i)});
    }
    const auto counts = totals->begin(std::move(rules));
    counts->count(decided(Outcome::Pass, Reason::None, 3 * kRulesCounted - 1));
    ++policies;
  }
  EXPECT_LE(totals->by_rule().size(), kRulesRemembered + 1);
  EXPECT_EQ(totals->by_rule().at({.name = std::string(kOtherRules)}).passed, policies);
}

TEST(RuleCounts, LoseNothingBetweenThreads) {
  const auto totals = std::make_shared<RuleTotals>();
  auto counts = totals->begin({{.name = "cors"}});
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([counts] {
      for (int n = 0; n < 1000; ++n) counts->count(decided(Outcome::Refuse, kNotAllowed, 0));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(totals->sum().refused[at(kNotAllowed)], 20'000U);
}

}  // namespace
}  // namespace corsac
