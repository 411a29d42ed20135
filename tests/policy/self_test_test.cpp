#include "corsac/policy/self_test.hpp"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/policy/compile.hpp"

namespace corsac {
namespace {

using Request = PolicyTest::Request;
using Expect = PolicyTest::Expect;

constexpr const char* kApp = "https://app.example.com";
constexpr const char* kEvil = "https://evil.example";

Policy base() {
  Policy policy;
  policy.cors.allowed_origins = {kApp};
  policy.cors.allowed_methods = {"PUT"};
  policy.cors.allowed_headers = {"content-type", "x-a"};
  policy.cors.excluded_paths = {"/admin"};
  policy.hosts.allowed = {"api.example.com"};
  return policy;
}

TestOutcome outcome_of(Policy policy, PolicyTest test) {
  policy.tests = {std::move(test)};
  const auto outcomes = run_policy_tests(policy);
  EXPECT_EQ(outcomes.size(), 1U);
  return outcomes.at(0);
}

struct Row {
  const char* desc;
  PolicyTest test;
  const char* failure;  // "" = the test passes
};

TEST(PolicyTests, SendWhatABrowserWould) {
  const Row rows[] = {
      {"a GET sends no preflight",
       {.origin = kApp, .method = "GET", .path = "/admin"},
       "expected allow, but the request passed without a grant under the rule \"excluded paths\""},
      {"a POST of a form sends none either",
       {.origin = kApp, .method = "POST", .headers = {"Accept", "content-language"}},
       ""},
      {"a header of its own sends one",
       {.origin = kApp, .method = "GET", .path = "/admin", .headers = {"x-a"}},
       "expected allow, but the preflight was refused with 403 preflight_on_excluded_path under "
       "the rule \"excluded paths\""},
      {"Content-Type is worth naming only when it is unusual",
       {.origin = kApp, .method = "POST", .path = "/admin", .headers = {"Content-Type"}},
       "expected allow, but the preflight was refused with 403 preflight_on_excluded_path under "
       "the rule \"excluded paths\""},
      {"a listed method and listed headers",
       {.origin = kApp, .method = "PUT", .headers = {"X-A", "Content-Type", "x-a"}},
       ""},
      {"a method is put into upper case as Fetch does", {.origin = kApp, .method = "put"}, ""},
      {"but patch is not",
       {.origin = kApp,
        .method = "patch",
        .expect = Expect::Deny,
        .reason = "requested_method_not_allowed"},
       ""},
      {"a header that no page can set is not asked for",
       {.origin = kApp, .method = "PUT", .headers = {"Cookie", "Host"}},
       ""},
      {"a header that is not listed",
       {.origin = kApp, .method = "GET", .headers = {"x-aa"}},
       "expected allow, but the preflight was refused with 403 requested_header_not_allowed "
       "(\"x-a\" is allowed; the client asks for \"x-aa\") under the rule \"cors\""},
      {"an origin that is not listed",
       {.origin = kEvil},
       "expected allow, but the request was refused with 403 origin_not_allowed under the rule "
       "\"cors\""},
      {"denied is what was expected", {.origin = kEvil, .expect = Expect::Deny}, ""},
      {"allowed is not what was expected",
       {.origin = kApp, .expect = Expect::Deny},
       "expected deny, but the request got a grant under the rule \"cors\""},
      {"a request without Origin passes", {.method = "PUT", .path = "/admin"}, ""},
      {"unless its path does not matter to anybody",
       {.method = "PUT",
        .host = "evil.example",
        .expect = Expect::Deny,
        .reason = "host_not_allowed"},
       ""},
      {"the path is decoded as routers do",
       {.origin = kApp, .path = "/%61dmin?x=1", .expect = Expect::Deny},
       ""},
  };
  for (const Row& row : rows) {
    const TestOutcome outcome = outcome_of(base(), row.test);
    EXPECT_EQ(outcome.what, row.failure) << row.desc;
    EXPECT_EQ(outcome.has_passed, *row.failure == '\0') << row.desc;
  }
}

TEST(PolicyTests, SendOneRequestOrBothWhenTheyAreNamed) {
  const Row rows[] = {
      {"the preflight alone",
       {.origin = kApp,
        .method = "GET",
        .path = "/admin",
        .request = Request::Preflight,
        .expect = Expect::Deny,
        .reason = "preflight_on_excluded_path"},
       ""},
      {"the preflight alone asks for every name",
       {.origin = kApp,
        .method = "PUT",
        .headers = {"accept"},
        .request = Request::Preflight,
        .expect = Expect::Deny,
        .reason = "requested_header_not_allowed"},
       ""},
      {"the request alone, whose method nobody checks",
       {.origin = kApp, .method = "DELETE", .request = Request::Actual},
       ""},
      {"both allowed", {.origin = kApp, .method = "PUT", .request = Request::Both}, ""},
      {"both denied",
       {.origin = kEvil,
        .method = "PUT",
        .request = Request::Both,
        .expect = Expect::Deny,
        .reason = "origin_not_allowed"},
       ""},
      {"only one denied",
       {.origin = kApp, .method = "DELETE", .request = Request::Both, .expect = Expect::Deny},
       "expected deny, but the request got a grant under the rule \"cors\""},
      {"only one allowed",
       {.origin = kApp, .method = "DELETE", .request = Request::Both},
       "expected allow, but the preflight was refused with 403 requested_method_not_allowed under "
       "the rule \"cors\""},
      {"denied for another reason",
       {.origin = kEvil, .expect = Expect::Deny, .reason = "origin_null"},
       "expected deny with origin_null, but the request was refused with 403 origin_not_allowed "
       "under the rule \"cors\""},
  };
  for (const Row& row : rows) {
    const TestOutcome outcome = outcome_of(base(), row.test);
    EXPECT_EQ(outcome.what, row.failure) << row.desc;
    EXPECT_EQ(outcome.has_passed, *row.failure == '\0') << row.desc;
  }
}

TEST(PolicyTests, CountAMarkedRequestAndAPassedPreflightAsNotGranted) {
  Policy policy = base();
  policy.cors.on_denied = "mark";
  EXPECT_EQ(outcome_of(policy, {.origin = kEvil}).what,
            "expected allow, but the request passed without a grant: origin_not_allowed under the "
            "rule \"cors\"");
  policy.cors.preflight = "pass_through";
  EXPECT_EQ(outcome_of(policy, {.origin = kApp, .method = "PUT"}).what,
            "expected allow, but the preflight went to the application, without a grant under the "
            "rule \"cors\"");
}

struct HostRow {
  const char* desc;
  const char* allowed;
};

TEST(PolicyTests, SendAHostThatTheGuardTakes) {
  const HostRow rows[] = {
      {"a name", "api.example.com"},         {"a name with a port", "api.example.com:8443"},
      {"any port", "localhost:*"},           {"a set of ports", "localhost:[3000-3999,80]"},
      {"any subdomain", "*.example.com"},    {"a glob", "pr-*.preview.example.com"},
      {"an IPv4 address", "127.0.0.1:8080"}, {"an IPv6 address", "[::1]:*"},
  };
  for (const HostRow& row : rows) {
    Policy policy = base();
    policy.hosts.allowed = {row.allowed};
    EXPECT_EQ(outcome_of(policy, {.origin = kApp}).what, "") << row.desc;
  }
  Policy policy = base();
  policy.hosts = {};
  EXPECT_EQ(outcome_of(policy, {.origin = kApp}).what, "") << "no guard";
}

TEST(PolicyTests, IgnoreExpiriesUnlessTheTestNamesAMoment) {
  using std::chrono::seconds;
  const std::chrono::system_clock::time_point expiry{seconds(1'000'000)};
  Policy policy = base();
  policy.trusted_origins.resize(2);
  for (std::size_t i = 0; i < 2; ++i) {
    policy.trusted_origins[i].origin = i == 0 ? "https://p0.example" : "https://p1.example";
    policy.trusted_origins[i].scopes.emplace_back();
    policy.trusted_origins[i].valid_until = expiry + seconds(100 * i);
  }
  policy.tests = {
      {.name = "after the last",
       .origin = "https://p1.example",
       .expect = Expect::Deny,
       .at = expiry + seconds(100)},
      {.name = "no moment", .origin = "https://p0.example"},
      {.name = "before", .origin = "https://p0.example", .at = expiry - seconds(1)},
      {.name = "at the expiry",
       .origin = "https://p0.example",
       .expect = Expect::Deny,
       .at = expiry},
      {.name = "the other one still stands", .origin = "https://p1.example", .at = expiry},
      {.name = "wrong", .origin = "https://p0.example", .at = expiry, .place = {.line = 9}},
  };
  const auto outcomes = run_policy_tests(policy);
  ASSERT_EQ(outcomes.size(), policy.tests.size());
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    EXPECT_EQ(outcomes[i].name, policy.tests[i].name);
    EXPECT_EQ(outcomes[i].field, "test[" + std::to_string(i) + "]");
    EXPECT_EQ(outcomes[i].has_passed, outcomes[i].name != "wrong") << outcomes[i].what;
  }
  EXPECT_EQ(outcomes.back().place, (Place{.line = 9}));
}

TEST(PolicyTests, BecomeErrorsWhenTheyFail) {
  Policy policy = base();
  policy.tests = {{.name = "fine", .origin = kApp},
                  {.name = "the evil one may", .origin = kEvil, .place = {.line = 9, .column = 1}}};
  const auto compiled = compile_policy(policy, {});
  ASSERT_TRUE(compiled);
  const auto problems = failed_tests(run_policy_tests(policy, compiled->snapshot.get()));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].severity, Severity::Error);
  EXPECT_EQ(problems[0].code, "test-failed");
  EXPECT_EQ(problems[0].path, "test[1]");
  EXPECT_EQ(problems[0].value, "the evil one may");
  EXPECT_EQ(problems[0].place, (Place{.line = 9, .column = 1}));
  EXPECT_EQ(problems[0].what,
            "expected allow, but the request was refused with 403 origin_not_allowed under the "
            "rule \"cors\"");
}

TEST(PolicyTests, StopWhenTheyAreNotWantedAnyMore) {
  Policy policy = base();
  policy.tests.resize(10, {.origin = kApp});
  int asked = 0;
  EXPECT_TRUE(run_policy_tests(policy, nullptr, [&asked] { return ++asked < 3; }).empty());
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(run_policy_tests(policy, nullptr, [] { return true; }).size(), 10U);
}

}  // namespace
}  // namespace corsac
