#include "corsac/stage/decision.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

TEST(Decision, VaryNamesWhatTheAnswerDependsOn) {
  EXPECT_EQ(vary_value(VaryOn::Nothing), "");
  EXPECT_EQ(vary_value(VaryOn::Origin), "Origin");
  EXPECT_EQ(vary_value(VaryOn::RequestedMethodAndHeaders),
            "Access-Control-Request-Method, Access-Control-Request-Headers");
  EXPECT_EQ(vary_value(VaryOn::OriginRequestedMethodAndHeaders),
            "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
}

TEST(Decision, GrantHeadersHaveTheNamesOfTheStandard) {
  Decision decision;
  for (std::size_t i = 0; i < kGrantHeaderCount; ++i) {
    decision.add_grant(static_cast<GrantHeader>(i), "x");
  }
  const Headers expected = {{"Access-Control-Allow-Origin", "x"},
                            {"Access-Control-Allow-Credentials", "x"},
                            {"Access-Control-Allow-Methods", "x"},
                            {"Access-Control-Allow-Headers", "x"},
                            {"Access-Control-Allow-Private-Network", "x"},
                            {"Access-Control-Expose-Headers", "x"},
                            {"Access-Control-Max-Age", "x"},
                            {"Timing-Allow-Origin", "x"}};
  EXPECT_EQ(grant_headers(decision), expected);
}

TEST(Decision, StartsAsAPassThatSaysNothing) {
  const Decision decision;
  EXPECT_EQ(decision.outcome, Outcome::Pass);
  EXPECT_EQ(decision.handler_headers, HandlerHeaders::Untouched);
  EXPECT_EQ(decision.vary, VaryOn::Nothing);
  EXPECT_EQ(decision.reason, Reason::None);
  EXPECT_FALSE(decision.has_grant());
  EXPECT_EQ(grant_headers(decision), Headers{});
}

TEST(Decision, SendsATakenListBackWhole) {
  Decision decision;
  decision.requested.verdict = HeaderListVerdict::Allowed;
  decision.requested.whole = "content-type,x-a";
  decision.add_grant(GrantHeader::AllowHeaders, decision.requested.whole);
  EXPECT_EQ(grant_headers(decision),
            (Headers{{"Access-Control-Allow-Headers", "content-type,x-a"}}));
}

TEST(Decision, JoinsTheNamesOfATolerantListInLowerCase) {
  Decision decision;
  decision.requested.verdict = HeaderListVerdict::Allowed;
  decision.requested.names[0] = BytesRef::of("X-B");
  decision.requested.names[1] = BytesRef::of("content-type");
  decision.requested.count = 2;
  decision.add_grant(GrantHeader::AllowHeaders, {});
  EXPECT_EQ(grant_headers(decision),
            (Headers{{"Access-Control-Allow-Headers", "x-b,content-type"}}));
}

Decision filled(std::uint32_t names) {
  Decision decision;
  decision.outcome = Outcome::Answer;
  decision.handler_headers = HandlerHeaders::Keep;
  decision.vary = VaryOn::Origin;
  decision.reason = Reason::OriginNull;
  decision.status = 204;
  decision.is_preflight = true;
  decision.is_own_origin = true;
  decision.rule = 7;
  decision.offending = "null";
  decision.add_grant(GrantHeader::AllowOrigin, "https://a.example");
  decision.add_grant(GrantHeader::AllowHeaders, {});
  decision.requested.verdict = HeaderListVerdict::Allowed;
  decision.requested.offending = "x";
  for (std::uint32_t i = 0; i < names; ++i) decision.requested.names[i] = BytesRef::of("name");
  decision.requested.count = names;
  return decision;
}

void expect_same(const Decision& a, const Decision& b) {
  EXPECT_EQ(a.outcome, b.outcome);
  EXPECT_EQ(a.handler_headers, b.handler_headers);
  EXPECT_EQ(a.vary, b.vary);
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.is_preflight, b.is_preflight);
  EXPECT_EQ(a.is_own_origin, b.is_own_origin);
  EXPECT_EQ(a.rule, b.rule);
  EXPECT_EQ(a.offending, b.offending);
  EXPECT_EQ(a.requested.verdict, b.requested.verdict);
  EXPECT_EQ(a.requested.offending, b.requested.offending);
  EXPECT_EQ(a.requested.whole, b.requested.whole);
  EXPECT_EQ(a.requested.count, b.requested.count);
  EXPECT_EQ(grant_headers(a), grant_headers(b));
}

TEST(Decision, IsTheSameAfterCopying) {
  for (const std::uint32_t names : {0U, 1U, 64U}) {
    const Decision decision = filled(names);
    const Decision copy(decision);  // NOLINT: the copy is what is tested
    expect_same(copy, decision);
    Decision assigned = filled(3);
    assigned = decision;
    expect_same(assigned, decision);
    const Decision& same = assigned;
    assigned = same;
    expect_same(assigned, decision);
  }
}

}  // namespace
}  // namespace corsac
