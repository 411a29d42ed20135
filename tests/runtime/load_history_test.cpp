// What is kept of the last loads and of the last policies, and that both are bounded.

#include "corsac/runtime/load_history.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/runtime/policy_history.hpp"
#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

using ::testing::ElementsAre;
using Time = std::chrono::system_clock::time_point;

Time at(int seconds) { return Time(std::chrono::seconds(seconds)); }

Report a_report(std::size_t warnings, std::size_t errors, const std::string& what = "wrong") {
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < warnings + errors; ++i) {
    problems.push_back({.severity = i < warnings ? Severity::Warning : Severity::Error,
                        .code = "origin-path",
                        .path = "cors",
                        .place = {.line = static_cast<std::uint32_t>(i + 1), .column = 1},
                        .what = what,
                        .fix = "write another"});
  }
  return Report(std::move(problems), {"policy.toml"});
}

TEST(LoadHistory, TellsTheNewestFirstWithErrorsBeforeWarnings) {
  LoadHistory history;
  history.note({.revision = "1", .is_taken = true, .time = at(1)}, a_report(0, 0));
  history.note({.revision = "2", .time = at(2)}, a_report(1, 1));
  ASSERT_EQ(history.loads().size(), 2U);
  const LoadNote& newest = history.loads().front();
  EXPECT_EQ(newest.revision, "2");
  EXPECT_EQ(newest.time, at(2));
  EXPECT_FALSE(newest.is_taken);
  EXPECT_EQ(newest.errors, 1U);
  EXPECT_EQ(newest.warnings, 1U);
  EXPECT_THAT(newest.problems,
              ElementsAre("policy.toml:2:1: error[origin-path]: cors: wrong; write another",
                          "policy.toml:1:1: warning[origin-path]: cors: wrong; write another"));
  EXPECT_TRUE(history.loads().back().is_taken);
}

TEST(LoadHistory, CountsTheSameRefusalInARow) {
  const struct {
    const char* desc;
    const char* revision;
    bool is_taken;
    std::size_t errors;
    std::size_t loads;
    std::uint64_t times;
  } rows[] = {
      {"a first refusal", "", false, 1, 1, 1}, {"the same again", "", false, 1, 1, 2},
      {"another error", "", false, 2, 2, 1},   {"another revision", "7", false, 2, 3, 1},
      {"taken", "7", true, 0, 4, 1},           {"taken again", "7", true, 0, 5, 1},
  };
  LoadHistory history;
  int seconds = 0;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    history.note({.revision = row.revision, .is_taken = row.is_taken, .time = at(++seconds)},
                 a_report(0, row.errors));
    EXPECT_EQ(history.loads().size(), row.loads);
    EXPECT_EQ(history.loads().front().times, row.times);
    EXPECT_EQ(history.loads().front().time, at(seconds));
  }
}

TEST(LoadHistory, ChangesPushNothingOut) {
  LoadHistory history;
  history.note({.revision = "1", .time = at(1)}, a_report(0, 1));
  for (int i = 2; i <= 100; ++i) {
    const std::string revision = std::to_string(i);
    history.note({.revision = revision, .is_taken = true, .is_changes = true, .time = at(i)}, {});
  }
  ASSERT_EQ(history.loads().size(), 2U);
  EXPECT_EQ(history.loads().front().revision, "100");
  EXPECT_EQ(history.loads().front().time, at(100));
  EXPECT_EQ(history.loads().front().times, 99U);
  EXPECT_EQ(history.loads().back().revision, "1");
  history.note({.revision = "101", .is_taken = true, .time = at(101)}, {});
  history.note({.revision = "102", .is_taken = true, .is_changes = true, .time = at(102)}, {});
  EXPECT_EQ(history.loads().size(), 4U) << "a document lies between the changes";
}

TEST(LoadHistory, IsBoundedAndPrintable) {
  LoadHistory history;
  for (int i = 0; i < 100; ++i) {
    const std::string revision = std::to_string(i) + "\x1b[31m";
    history.note({.revision = revision, .time = at(i)},
                 a_report(0, 900, std::string(5'000, 'x') + "\x1b"));
  }
  ASSERT_EQ(history.loads().size(), LoadHistory::kLoads);
  EXPECT_EQ(history.loads().front().revision, "99\\x1B[31m");
  for (const LoadNote& load : history.loads()) {
    EXPECT_EQ(load.errors, 900U);
    ASSERT_EQ(load.problems.size(), LoadHistory::kProblems);
    for (const std::string& line : load.problems) {
      EXPECT_LE(line.size(), LoadHistory::kProblemBytes + 3);
      EXPECT_EQ(line.find('\x1b'), std::string::npos);
    }
  }
}

std::shared_ptr<const Policy> a_policy() { return std::make_shared<const Policy>(); }

TEST(PolicyHistory, KeepsTheLastOnesAndCountsThem) {
  PolicyHistory history;
  EXPECT_TRUE(history.policies().empty());
  for (int i = 1; i <= 12; ++i) history.note("r" + std::to_string(i), a_policy(), at(i));
  const std::vector<KeptPolicy> policies = history.policies();
  ASSERT_EQ(policies.size(), PolicyHistory::kPolicies);
  EXPECT_EQ(policies.front().revision, "r12");
  EXPECT_EQ(policies.front().number, 12U);
  EXPECT_EQ(policies.front().taken_at, at(12));
  EXPECT_EQ(policies.back().number, 3U);
}

TEST(PolicyHistory, TakesTheSameRevisionInARowAsOne) {
  const struct {
    const char* desc;
    const char* revision;
    std::size_t policies;
  } rows[] = {
      {"a first one", "a", 1},     {"the same", "a", 1},   {"another", "b", 2},
      {"the first again", "a", 3}, {"one without", "", 4}, {"and one more", "", 5},
  };
  PolicyHistory history;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    history.note(row.revision, a_policy(), at(1));
    EXPECT_EQ(history.policies().size(), row.policies);
  }
}

TEST(PolicyHistory, TellsTheCacheFromTheStore) {
  PolicyHistory history;
  history.note("a", a_policy(), at(1), PolicySource::Cache);
  history.note("a", a_policy(), at(2), PolicySource::Cache);
  history.note("a", a_policy(), at(3));  // what was in the cache may have lost trust
  history.note("a", a_policy(), at(4));
  const std::vector<KeptPolicy> policies = history.policies();
  ASSERT_EQ(policies.size(), 2U);
  EXPECT_EQ(policies[0].source, PolicySource::Store);
  EXPECT_EQ(policies[1].source, PolicySource::Cache);
}

TEST(PolicyHistory, KnowsWhatIsTooLong) {
  const auto with_origins = [](std::size_t count, std::size_t bytes) {
    Policy policy;
    for (std::size_t i = 0; i < count; ++i) {
      policy.cors.allowed_origins.add("https://" + std::string(bytes, 'a') + ".example", {});
    }
    return policy;
  };
  EXPECT_TRUE(PolicyHistory::is_short(Policy()));
  EXPECT_TRUE(PolicyHistory::is_short(with_origins(1'000, 10)));
  EXPECT_FALSE(PolicyHistory::is_short(with_origins(100'000, 1)));
  EXPECT_FALSE(PolicyHistory::is_short(with_origins(100, 10'000)));
}

// Written out, a million origins are some hundred MiB for as long as it takes to count them.
TEST(PolicyHistory, WritesNoMillionOriginsToKnowThatTheyAreTooMany) {
  Policy policy;
  for (int i = 0; i < 100'000; ++i) policy.cors.allowed_origins_from_file.add("https://a.b", {});
  Policy with_rule;
  with_rule.cors.rules.emplace_back().allowed_origins_from_file =
      policy.cors.allowed_origins_from_file;
  for (const Policy* one : {&policy, &with_rule}) {
    const testing::AllocationCounter allocations;
    const bool is_short = PolicyHistory::is_short(*one);
    const std::size_t count = allocations.count();
    EXPECT_FALSE(is_short);
    EXPECT_EQ(count, 0U);
  }
}

TEST(PolicyHistory, ChangesPushNothingOut) {
  PolicyHistory history;
  history.note("1", a_policy(), at(1));
  for (int i = 2; i <= 100; ++i) history.note_changes(std::to_string(i) + "\x1b", at(i));
  auto policies = history.policies();
  ASSERT_EQ(policies.size(), 2U);
  EXPECT_EQ(policies[0].revision, "100\\x1B");
  EXPECT_EQ(policies[0].taken_at, at(100));
  EXPECT_EQ(policies[0].number, 100U);
  EXPECT_EQ(policies[0].policy, nullptr);
  EXPECT_EQ(policies[1].revision, "1");
  history.note("101", a_policy(), at(101));
  history.note_changes("102", at(102));
  EXPECT_EQ(history.policies().size(), 4U) << "a document lies between the changes";
  PolicyHistory first;
  first.note_changes("1", at(1));
  EXPECT_EQ(first.policies().size(), 1U);
}

}  // namespace
}  // namespace corsac
