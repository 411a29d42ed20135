// The self-check of real servers: what is in its place, and what is not.

#include "adapter/host_policy.hpp"

namespace corsac::testing {
namespace {

std::string address_of(int port) { return "http://127.0.0.1:" + std::to_string(port); }

std::vector<std::string> codes_of(const std::vector<Problem>& problems) {
  std::vector<std::string> codes;
  for (const Problem& problem : problems) codes.emplace_back(std::string_view(problem.code));
  return codes;
}

bool has(const std::vector<std::string>& codes, const char* code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// Policies of every kind that shows the middleware somewhere.
struct PolicyRow {
  const char* desc;
  Policy policy;
};

std::vector<PolicyRow> policies() {
  std::vector<PolicyRow> rows = {
      {"origins", app_policy()},
      {"wildcards alone", {.cors = {.allowed_origins = {"https://*.example.com"}}}},
      {"a star", {.cors = {.allowed_origins = {"*"}}}},
      {"marked", {.cors = {.allowed_origins = {"https://*.example.com"}, .on_denied = "mark"}}},
      {"cloudflare, which leaves answers alone but those to preflights",
       {.cors = {.profile = "cloudflare",
                 .allowed_origins = {"https://app.example.com"},
                 .allowed_methods = {"GET"}}}},
      {"a guarded Host", app_policy()},
  };
  rows.back().policy.hosts.allowed = {"api.example.com"};
  return rows;
}

TEST(HostSelfCheck, FindsNothingWrongWithAnInstalledGate) {
  for (const PolicyRow& row : policies()) {
    SCOPED_TRACE(row.desc);
    const TestHost host(make_test_gate(row.policy));
    EXPECT_EQ(codes_of(check_host(address_of(host.port()), host.gate(), {"/ok", "/nowhere"})),
              std::vector<std::string>{});
  }
}

TEST(HostSelfCheck, FindsAHookThatWasReplacedUnderEveryPolicy) {
  for (const PolicyRow& row : policies()) {
    SCOPED_TRACE(row.desc);
    for (const HookStyle style : {HookStyle::ReplacedBefore, HookStyle::ReplacedAfter}) {
      const TestHost host(make_test_gate(row.policy), {.hooks = style});
      EXPECT_TRUE(has(codes_of(check_host(address_of(host.port()), host.gate(), {"/nowhere"})),
                      "self-check-missing"))
          << (style == HookStyle::ReplacedBefore ? "before" : "after");
    }
  }
}

// Proves 105. The default one is erased, so there is nothing to find.
TEST(HostSelfCheck, FindsNoGrantOfDefaultHeaders) {
  const TestHost host(make_test_gate(),
                      {.default_headers = {{"Access-Control-Allow-Origin", "*"}}});
  EXPECT_EQ(codes_of(check_host(address_of(host.port()), host.gate(), {"/ok"})),
            std::vector<std::string>{});
}

// Proves 106, S40.
TEST(HostSelfCheck, FindsADoubledHeader) {
  // No policy of its own, so the handler's three lines of Allow-Origin go out.
  const TestHost host(make_test_gate(Policy{}));
  EXPECT_TRUE(has(codes_of(check_host(address_of(host.port()), *make_test_gate(), {"/own-cors"})),
                  "self-check-doubled"));
}

TEST(HostSelfCheck, SaysWhenNobodyAnswers) {
  int port;
  {
    const TestHost host(make_test_gate());
    port = host.port();
  }
  for (const std::string& address :
       {address_of(port), std::string("gopher://127.0.0.1"), std::string("https://127.0.0.1:1")}) {
    SCOPED_TRACE(address);
    EXPECT_EQ(codes_of(check_host(address, *make_test_gate(), {"/ok"})),
              std::vector<std::string>{"self-check-unreachable"});
  }
}

}  // namespace
}  // namespace corsac::testing
