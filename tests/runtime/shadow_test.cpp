// A candidate in a gate: what is compared, counted and shown. Where it comes from:
// shadow_policy_test.cpp.

#include "corsac/runtime/shadow_comparison.hpp"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "corsac/policy/compile.hpp"
#include "support/allocation_counter.hpp"
#include "support/request.hpp"

namespace corsac {
namespace {

constexpr const char* kApp = "https://app.example.com";
constexpr const char* kNew = "https://new.example.com";

SnapshotPtr compiled(const Policy& policy) {
  auto result = compile_policy(policy, {});
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().text());
  return result ? result->snapshot : nullptr;
}

Policy with_origins(Names origins) {
  return {.cors = {.allowed_origins = std::move(origins), .allowed_methods = {"GET", "PUT"}}};
}

struct Compared {
  std::optional<ShadowChange> sample;
  ShadowCounts counts;
};

Compared compare(const Policy& live, const Policy& candidate, test::Request& request) {
  ShadowComparison comparison(compiled(live), compiled(candidate));
  const Decision decided = comparison.live().decide(request.view());
  Decision decision;
  const auto sample = comparison.compare(request.view(), decided, decision);
  return {.sample = sample, .counts = comparison.counts()};
}

TEST(ShadowComparison, TellsWhatBecomesDifferent) {
  const Policy live = with_origins({kApp});
  Policy credentials = live;
  credentials.cors.allow_credentials = true;
  Policy marks = live;
  marks.cors.on_denied = std::string("mark");
  const struct {
    const char* desc;
    Policy candidate;
    const char* origin;
    std::optional<ShadowChange> change;
    Reason reason;
  } rows[] = {
      {"the same policy", live, kApp, std::nullopt, Reason::None},
      {"refused by both", with_origins({kNew}), "https://evil.example", std::nullopt, Reason::None},
      {"one more origin", with_origins({kApp, kNew}), kNew, ShadowChange::WouldAllow,
       Reason::OriginNotAllowed},
      {"one origin less", with_origins({kNew}), kApp, ShadowChange::WouldRefuse,
       Reason::OriginNotAllowed},
      {"marked instead of blocked", marks, kNew, ShadowChange::OtherReason,
       Reason::OriginNotAllowed},
      {"credentials", credentials, kApp, ShadowChange::OtherGrant, Reason::None},
      {"no policy at all", Policy(), kApp, ShadowChange::OtherGrant, Reason::None},
      {"no Origin", with_origins({kNew}), "", std::nullopt, Reason::None},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    test::Request::Lines lines = {{"Host", "api.example.com"}};
    if (*row.origin != '\0') lines.emplace_back("Origin", row.origin);
    test::Request request("GET", "/a", lines);
    const Compared compared = compare(live, row.candidate, request);
    EXPECT_EQ(compared.sample, row.change);
    EXPECT_EQ(compared.counts.compared, 1U);
    ASSERT_EQ(compared.counts.differences.size(), row.change ? 1U : 0U);
    if (!row.change) continue;
    EXPECT_EQ(compared.counts.differences[0].change, *row.change);
    EXPECT_EQ(compared.counts.differences[0].reason, row.reason);
    EXPECT_EQ(compared.counts.differences[0].count, 1U);
    EXPECT_NE(compared.counts.differences[0].rule, "");
  }
}

TEST(ShadowComparison, SamplesEverMoreSeldomAndAllocatesNothing) {
  ShadowComparison comparison(compiled(with_origins({kApp})), compiled(with_origins({kNew})));
  test::Request request("GET", "/a", {{"Host", "api.example.com"}, {"Origin", kApp}});
  const Decision live = comparison.live().decide(request.view());
  std::vector<int> samples;
  samples.reserve(100);
  const testing::AllocationCounter counter;
  for (int i = 1; i <= 4096; ++i) {
    Decision decision;
    if (comparison.compare(request.view(), live, decision)) samples.push_back(i);
  }
  const std::size_t allocations = counter.count();
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(samples,
            (std::vector<int>{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3072, 4096}));
  EXPECT_EQ(comparison.counts().differences.at(0).count, 4096U);
}

TEST(ShadowComparison, CountsRulesBeyondTheLimitTogether) {
  Policy many = with_origins({kApp});
  for (std::size_t i = 0; i < kShadowRulesCounted + 50; ++i) {
    many.cors.rules.push_back({.name = "rule " + std::to_string(i),
                               .paths = {"/p" + std::to_string(i)},
                               .allowed_origins = {kNew}});
  }
  ShadowComparison comparison(compiled(with_origins({kApp})), compiled(many));
  for (const char* path : {"/p0", "/p240", "/p249"}) {
    test::Request request("GET", path, {{"Host", "api.example.com"}, {"Origin", kApp}});
    Decision decision;
    static_cast<void>(
        comparison.compare(request.view(), comparison.live().decide(request.view()), decision));
  }
  const auto differences = comparison.counts().differences;
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_EQ(differences[0].rule, "rule 0");
  EXPECT_EQ(differences[1].rule, "other rules");
  EXPECT_EQ(differences[1].count, 2U);
}

TEST(ShadowComparison, MakesAnEventThatSaysBoth) {
  Policy candidate = with_origins({kNew});
  candidate.revision = "next";
  ShadowComparison comparison(compiled(with_origins({kApp})), compiled(candidate));
  const struct {
    const char* desc;
    const char* origin;
    const char* change;
    const char* outcome;
    const char* live_outcome;
    int status;
  } rows[] = {
      {"refused by the candidate", kApp, "would_refuse", "blocked", "allowed", 403},
      {"allowed by it", kNew, "would_allow", "allowed", "blocked", 0},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    test::Request request("GET", "/a?token=secret",
                          {{"Host", "api.example.com"}, {"Origin", row.origin}});
    const Decision live = comparison.live().decide(request.view());
    Decision decision;
    const auto change = comparison.compare(request.view(), live, decision);
    ASSERT_TRUE(change);
    const auto event = nlohmann::json::parse(
        to_json(make_shadow_event(comparison, request.view(), live, decision, *change)));
    EXPECT_EQ(event["type"], "shadow");
    EXPECT_EQ(event["change"], row.change);
    EXPECT_EQ(event["outcome"], row.outcome);
    EXPECT_EQ(event["live_outcome"], row.live_outcome);
    EXPECT_EQ(event["reason"], "origin_not_allowed");
    EXPECT_EQ(event["origin"], row.origin);
    EXPECT_EQ(event["status"], row.status);
    EXPECT_EQ(event["revision"], "next");
    EXPECT_EQ(event["path"], "/a");
  }
}

}  // namespace
}  // namespace corsac
