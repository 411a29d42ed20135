// What holds for every policy and request, over generated ones, and that deciding allocates
// nothing.

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/stage/cors/evaluate.hpp"
#include "stage/cors_table.hpp"
#include "support/allocation_counter.hpp"

namespace corsac::testing {
namespace {

constexpr int kPolicies = 300;
constexpr unsigned kSeed = 20240607;  // any; fixed, so that a failure can be run again

const Texts kOriginPool = {"https://a.example",
                           "https://b.example:8443",
                           "https://*.wild.example",
                           "https://pr-*.glob.example",
                           "http://localhost:*",
                           "http://localhost:[3000,8000-8099]",
                           "https://*.deep.wild.example:*",
                           "capacitor://localhost",
                           "https://[::1]:8443"};
const Texts kRequestPool = {"https://a.example",
                            "https://b.example:8443",
                            "https://b.example",
                            "https://x.wild.example",
                            "https://wild.example",
                            "https://x.deep.wild.example:99",
                            "https://pr-1.glob.example",
                            "https://pr-.glob.example",
                            "http://localhost",
                            "http://localhost:3000",
                            "http://localhost:8050",
                            "http://localhost:9",
                            "capacitor://localhost",
                            "https://[::1]:8443",
                            "null",
                            "",
                            "https://a.example/",
                            "HTTPS://A.EXAMPLE",
                            "https://evil.example"};

class Generator {
 public:
  bool coin() { return std::bernoulli_distribution(0.5)(random_); }
  Texts some(const Texts& pool) {
    Texts taken;
    for (const std::string& text : pool) {
      if (coin()) taken.push_back(text);
    }
    return taken;
  }
  TestPolicy policy() {
    TestPolicy policy;
    const bool is_any = std::bernoulli_distribution(0.1)(random_);
    policy.origins = is_any ? Texts{"*"} : some(kOriginPool);
    policy.methods = some({"PUT", "PATCH", "DELETE"});
    policy.headers = some({"content-type", "x-a"});
    policy.allow_credentials = !is_any && coin();
    policy.allow_null_origin = !policy.allow_credentials && coin();
    policy.timing_allow_origin = coin();
    policy.behaviour.on_denied = coin() ? OnDenied::Block : OnDenied::Mark;
    policy.report_only = std::bernoulli_distribution(0.1)(random_);
    return policy;
  }

 private:
  std::mt19937 random_{kSeed};
};

std::string value_of(const Decision& decision, const std::string& name) {
  for (const auto& [header, value] : grant_headers(decision)) {
    if (header == name) return value;
  }
  return "(absent)";
}

TEST(EvaluateProperties, PreflightAndActualAgreeAboutTheOrigin) {
  Generator generator;
  int grants = 0;
  for (int i = 0; i < kPolicies; ++i) {
    const CompiledCors compiled = compile(generator.policy());
    for (const std::string& origin : kRequestPool) {
      const TestRequest actual = get(origin);
      const TestRequest asking = preflight(origin, "POST");
      const BuiltRequest built_actual(actual);
      const BuiltRequest built_asking(asking);
      const Decision answer = evaluate(compiled, built_actual.view());
      const Decision asked = evaluate(compiled, built_asking.view());
      for (const char* name : {"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"}) {
        EXPECT_EQ(value_of(answer, name), value_of(asked, name)) << origin;
      }
      EXPECT_EQ(answer.reason, asked.reason) << origin;
      EXPECT_EQ(answer.offending, asked.offending) << origin;
      grants += answer.has_grant() ? 1 : 0;
    }
  }
  EXPECT_GT(grants, kPolicies);  // the pools do meet
}

TEST(EvaluateProperties, AGrantNamesTheOriginOrAStarWithoutCredentials) {
  Generator generator;
  for (int i = 0; i < kPolicies; ++i) {
    const CompiledCors compiled = compile(generator.policy());
    for (const std::string& origin : kRequestPool) {
      for (const TestRequest& request : {get(origin), preflight(origin, "PUT", {"x-a"})}) {
        const BuiltRequest built(request);
        const Decision decision = evaluate(compiled, built.view());
        if (!decision.has_grant()) continue;
        EXPECT_NE(decision.outcome, Outcome::Refuse);
        EXPECT_EQ(decision.reason, Reason::None);
        const std::string allowed = value_of(decision, "Access-Control-Allow-Origin");
        const bool has_credentials =
            value_of(decision, "Access-Control-Allow-Credentials") == "true";
        EXPECT_TRUE(allowed == origin || (allowed == "*" && !has_credentials)) << origin;
        EXPECT_FALSE(allowed == "null" && has_credentials);
        EXPECT_EQ(allowed == "*", decision.vary != VaryOn::Origin &&
                                      decision.vary != VaryOn::OriginRequestedMethodAndHeaders);
      }
    }
  }
}

TEST(EvaluateProperties, DecidesWithoutAllocating) {
  TestPolicy policy = {.exposed = {"X-Request-Id"},
                       .max_age_seconds = 600,
                       .allow_private_network = true,
                       .timing_allow_origin = true};
  const TestPolicy any = {.origins = {"*"}, .methods = {"*"}, .headers = {"*"}};
  std::vector<TestRequest> requests = {
      {},
      get("https://a.example"),
      get("https://x.wild.example"),
      get("https://evil.example"),
      get("null"),
      get("https://" + std::string(8000, 'a')),
      {.origin = {"https://a.example", "https://a.example"}},
      preflight("https://a.example", "PUT", {"content-type,x-a,x-b"}),
      preflight("https://a.example", "PUT", {"X-B , x-a", "content-type"}),
      preflight("https://a.example", "PUT", {std::string(16384, ',')}),
      preflight("https://a.example", std::string(4096, 'X')),
      preflight("https://evil.example", "PUT"),
      {.origin = {"https://evil.example"}, .has_cookie = true, .is_upgrade = true},
      {.origin = {"https://evil.example"}, .is_own = true},
  };
  for (const CompiledCors& compiled : {compile(policy), compile(any)}) {
    for (const TestRequest& request : requests) {
      const BuiltRequest built(request);
      const AllocationCounter counter;
      const Decision decision = evaluate(compiled, built.view());
      const Decision copy(decision);  // NOLINT: copying is counted too
      const std::size_t allocations = counter.count();
      EXPECT_EQ(allocations, 0U) << whole(copy);
    }
  }
}

TEST(EvaluateProperties, AnswersWithTheStoredBytesOfAnExactOrigin) {
  const CompiledCors compiled = compile({});
  const std::string origin = "https://a.example";
  const TestRequest request = get(origin);
  const BuiltRequest built(request);
  const Decision decision = evaluate(compiled, built.view());
  ASSERT_EQ(decision.grant_count, 1);
  EXPECT_EQ(decision.grants[0].value.view(), origin);
  EXPECT_NE(static_cast<const void*>(decision.grants[0].value.data),
            static_cast<const void*>(built.view().origin.value.data()));
}

}  // namespace
}  // namespace corsac::testing
