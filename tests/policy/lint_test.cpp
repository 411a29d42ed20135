#include "corsac/policy/lint.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/policy/compile.hpp"

namespace corsac {
namespace {

using Texts = std::vector<std::string>;

Policy with_origins(Names origins) {
  Policy policy;
  policy.cors.allowed_origins = std::move(origins);
  policy.hosts.allowed = {"api.example.com"};
  return policy;
}

// "port-blocked cors.allowed_origins[0]", in order.
Texts lints_of(const Policy& policy, bool has_lints = true) {
  const auto compiled = compile_policy(policy, {.has_lints = has_lints});
  Texts found;
  for (const Problem& problem : (compiled ? compiled->warnings : compiled.error()).problems()) {
    EXPECT_EQ(problem.severity, Severity::Warning) << problem.code;
    EXPECT_FALSE(problem.what.empty() || problem.fix.empty()) << problem.code;
    found.push_back(std::string(problem.code) + ' ' + problem.path);
  }
  std::sort(found.begin(), found.end());
  return found;
}

TEST(Lint, SaysWhatIsMostLikelyNotMeantOfAnOrigin) {
  const struct {
    const char* desc;
    const char* origin;
    const char* code;  // empty = nothing to say
  } rows[] = {
      {"an origin", "https://app.example.com", ""},
      {"4: the port of https on http", "http://a.example:443", "port-suspicious"},
      {"4: the port of http on https", "https://a.example:80", "port-suspicious"},
      {"6: a port that browsers block", "https://a.example:6000", "port-blocked"},
      {"6: the last of them", "http://a.example:10080", "port-blocked"},
      {"6: a port beside them", "http://a.example:10081", ""},
      {"6: another scheme's ports are its own", "chrome-extension://abc:6000", ""},
      {"19: an extension of Chromium", "chrome-extension://abcdefgh", ""},
      {"19: one of Firefox", "moz-extension://01234567-89ab-cdef-0123-456789abcdef",
       "extension-id"},
      {"20: an app shell", "capacitor://localhost", "app-scheme"},
      {"28: what is no name", "https://xn--0.example", "punycode-unknown"},
      {"28: a name", "https://xn--bcher-kva.example", ""},
      {"30: a final dot", "https://a.example.", "trailing-dot"},
      {"34: localhost", "http://localhost:3000", "loopback-origin"},
      {"34: 127.0.0.1, any port", "http://127.0.0.1:*", "loopback-origin"},
      {"34: a name that only looks like it", "https://localhost.example", ""},
  };
  for (const auto& row : rows) {
    const std::string code = row.code;
    const Texts expected = code.empty() ? Texts{} : Texts{code + " cors.allowed_origins[0]"};
    EXPECT_EQ(lints_of(with_origins({row.origin})), expected) << row.desc;
  }
}

TEST(Lint, SaysWhatIsMostLikelyNotMeantOfOtherFields) {
  const struct {
    const char* desc;
    std::function<void(Policy&)> change;
    Texts lints;
  } rows[] = {
      {"32: an entry that a wildcard covers",
       [](Policy& p) {
         p.cors.allowed_origins = {"https://x.example.com", "https://*.example.com",
                                   "https://example.com"};
       },
       {"origin-redundant cors.allowed_origins[0]"}},
      {"55: patch",
       [](Policy& p) {
         p.cors.allowed_methods = {"patch", "put", "DELETE"};
       },
       {"content-type-missing cors.allowed_headers", "method-case cors.allowed_methods[0]"}},
      {"57: OPTIONS",
       [](Policy& p) { p.cors.allowed_methods = {"options"}; },
       {"options-needless cors.allowed_methods[0]"}},
      {"57: OPTIONS where methods are enforced",
       [](Policy& p) {
         p.cors.profile = "fusionauth";
         p.cors.knobs.vary = "dynamic";
         p.cors.allowed_methods = {"GET", "OPTIONS"};
       },
       {}},
      {"56: what no page can send",
       [](Policy& p) {
         p.cors.profile = "cloudflare";
         p.cors.allowed_methods = {"GET", "TRACE"};
       },
       {"verb-unsendable cors.allowed_methods[1]"}},
      {"67, S19: an override",
       [](Policy& p) { p.cors.allowed_headers = {"X-HTTP-Method-Override"}; },
       {"method-override cors.allowed_headers[0]"}},
      {"91: two hours are enough", [](Policy& p) { p.cors.max_age_seconds = 7200; }, {}},
      {"91: more than two hours",
       [](Policy& p) { p.cors.max_age_seconds = 7201; },
       {"max-age-long cors.max_age_seconds"}},
      {"114: what pages read anyway",
       [](Policy& p) {
         p.cors.exposed_headers = {"Content-Type", "ETag"};
       },
       {"exposed-needless cors.exposed_headers[0]"}},
      {"a rule",
       [](Policy& p) {
         p.cors.rules = {CorsRule{.paths = {"/a"}, .allowed_origins = {"http://localhost"}}};
       },
       {"loopback-origin cors.rules[0].allowed_origins[0]"}},
      {"one that is allowed",
       [](Policy& p) {
         p.cors.max_age_seconds = 86400;
         p.allowed_warnings = {
             {.code = "max-age-long", .path = "cors.max_age_seconds", .reason = "a contract"}};
       },
       {}},
      {"one that is allowed and not there",
       [](Policy& p) {
         p.allowed_warnings = {{.code = "max-age-long", .path = "cors.max_age_seconds"}};
       },
       {"lint-allow-unused lint.allow[0]"}},
  };
  for (const auto& row : rows) {
    Policy policy = with_origins({"https://app.example.com"});
    row.change(policy);
    EXPECT_EQ(lints_of(policy), row.lints) << row.desc;
  }
}

TEST(Lint, IsSilentAtALoad) {
  Policy policy = with_origins({"http://localhost:3000"});
  EXPECT_EQ(lints_of(policy, false), Texts{});
  policy.allowed_warnings = {{.code = "loopback-origin", .path = "cors.allowed_origins"}};
  EXPECT_EQ(lints_of(policy, false), Texts{}) << "what a load does not ask is not unused";
}

TEST(Lint, KnowsItsCodes) {
  for (const char* code : {"port-suspicious", "exposed-needless", "max-age-long"}) {
    EXPECT_TRUE(is_lint_code(code)) << code;
  }
  EXPECT_FALSE(is_lint_code("dangerous-switch"));
  EXPECT_FALSE(is_lint_code(""));
}

}  // namespace
}  // namespace corsac
