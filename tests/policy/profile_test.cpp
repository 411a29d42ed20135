// What a document that names a profile, and little else, does: its defaults, its own demands, and
// what the document's own values change.

#include "corsac/stage/cors/profile.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/http/own_origin.hpp"
#include "corsac/policy/compile.hpp"
#include "corsac/policy/effective_rule.hpp"
#include "policy/asked.hpp"

namespace corsac {
namespace {

using testing::ask;
using testing::Asked;
using testing::get;
using testing::preflight;

using Texts = std::vector<std::string>;
using Change = std::function<void(Policy&)>;

const std::string kApp = "https://app.example.com";
const std::string kEvil = "https://evil.example";

// The profile with one allowed origin, and nothing to warn of that is not the profile's.
Policy with_profile(const char* profile) {
  Policy policy;
  policy.cors.profile = profile;
  policy.cors.enabled = true;
  policy.cors.allowed_origins = {kApp};
  policy.hosts.allowed = {"api.example.com"};
  return policy;
}

Texts problems_of(const Policy& policy) {
  const auto compiled = compile_policy(policy, {});
  Texts found;
  for (const Problem& problem : (compiled ? compiled->warnings : compiled.error()).problems()) {
    found.push_back((problem.severity == Severity::Error ? "error " : "warning ") +
                    std::string(problem.code) + ' ' + problem.path);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::shared_ptr<const Snapshot> compiled(const Policy& policy) {
  auto result = compile_policy(policy, {});
  if (result) return result->snapshot;
  ADD_FAILURE() << result.error().text();
  return Snapshot::closed_at_start();
}

Asked request_of(std::string method, std::string origin, std::string target = "/") {
  Asked asked = get(std::move(origin), std::move(target));
  asked.method = std::move(method);
  return asked;
}

struct Row {
  const char* desc;
  Asked asked;
  std::string told;
};

void expect_rows(const Policy& policy, const std::vector<Row>& rows) {
  const auto snapshot = compiled(policy);
  for (const Row& row : rows) EXPECT_EQ(ask(*snapshot, row.asked), row.told) << row.desc;
}

TEST(PolicyProfile, OktaGrantsWithCredentialsAndMarks) {
  Policy policy = with_profile("okta");
  policy.cors.allowed_methods = {"PUT"};
  expect_rows(
      policy,
      {
          {"M30: credentials with the origin itself", get(kApp),
           "cors: pass (replace); Access-Control-Allow-Origin: https://app.example.com; "
           "Access-Control-Allow-Credentials: true; Vary: Origin"},
          {"M31: a refusal is the missing header", get(kEvil),
           "cors: pass (replace) origin_not_allowed; Vary: Origin"},
          {"a refused preflight is no error", preflight(kEvil, "PUT"),
           "cors: refuse 204 origin_not_allowed; Vary: Origin, Access-Control-Request-Method, "
           "Access-Control-Request-Headers"},
          {"an answered one", preflight(kApp, "PUT"),
           "cors: answer 204; Access-Control-Allow-Origin: https://app.example.com; "
           "Access-Control-Allow-Credentials: true; Access-Control-Allow-Methods: PUT; Vary: "
           "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
      });
}

TEST(PolicyProfile, DjangoPrintsItsListsAndNeverRefuses) {
  const std::string lists =
      "Access-Control-Allow-Methods: DELETE, GET, OPTIONS, PATCH, POST, PUT; "
      "Access-Control-Allow-Headers: accept, authorization, content-type, user-agent, "
      "x-csrftoken, x-requested-with; ";
  const std::string allowed = "Access-Control-Allow-Origin: https://app.example.com; ";
  Policy policy = with_profile("django");
  policy.cors.exposed_headers = {"X-A", "X-B"};
  Asked no_origin = request_of("OPTIONS", "");
  no_origin.origin.reset();
  no_origin.requested_method = "PUT";
  expect_rows(
      policy,
      {
          {"M45, M46, M48, M49: an allowed preflight, nothing of it checked",
           preflight(kApp, "PURGE", "/", {"x-z"}),
           "cors: answer 200; " + allowed + lists +
               "Access-Control-Expose-Headers: X-A, X-B; Access-Control-Max-Age: 86400; Vary: "
               "Origin"},
          {"M53: a refused preflight", preflight(kEvil, "PUT"),
           "cors: refuse 200 origin_not_allowed; Vary: Origin"},
          {"M52: without Origin", no_origin, "cors: answer 200; Vary: Origin"},
          {"M54: an unlisted origin", get(kEvil),
           "cors: pass (replace) origin_not_allowed; Vary: Origin"},
          {"M58: a malformed one", get("https://app.example.com/"),
           "cors: pass (replace); Vary: Origin"},
          {"the application's own OPTIONS", request_of("OPTIONS", kApp),
           "cors: pass (replace); " + allowed + "Access-Control-Expose-Headers: X-A, X-B; " +
               lists + "Access-Control-Max-Age: 86400; Vary: Origin"},
      });
}

TEST(PolicyProfile, OpenEdxIsDjangoWithCredentialsAndItsHeader) {
  expect_rows(
      with_profile("openedx"),
      {
          {"M47, M66: a preflight", preflight(kApp, "GET"),
           "cors: answer 200; Access-Control-Allow-Origin: https://app.example.com; "
           "Access-Control-Allow-Credentials: true; Access-Control-Allow-Methods: DELETE, GET, "
           "OPTIONS, PATCH, POST, PUT; Access-Control-Allow-Headers: accept, authorization, "
           "content-type, user-agent, x-csrftoken, x-requested-with, use-jwt-cookie; "
           "Access-Control-Max-Age: 86400; Vary: Origin"},
      });
}

TEST(PolicyProfile, FusionAuthEnforcesItsDefaults) {
  Asked own = get("https://api.example.com");
  own.sec_fetch_site = "same-origin";
  OwnOrigin nothing;
  own.own = &nothing;
  const std::string exposed =
      "Access-Control-Expose-Headers: Access-Control-Allow-Origin,Access-Control-Allow-"
      "Credentials; ";
  const std::string grant = "Access-Control-Allow-Origin: https://app.example.com; ";
  expect_rows(with_profile("fusionauth"),
              {
                  {"M69, M79, M81: a listed method", get(kApp),
                   "cors: pass (replace); " + grant + exposed + "Vary: Origin"},
                  {"M74: an unlisted one", request_of("DELETE", kApp),
                   "cors: refuse 403 method_not_allowed"},
                  {"GET does not imply HEAD", request_of("HEAD", kApp),
                   "cors: refuse 403 method_not_allowed"},
                  {"M73, M75, M76, M80: a preflight, its method in any case",
                   preflight(kApp, "get", "/", {"content-type,x-fusionauth-tenantid"}),
                   "cors: answer 204; " + grant +
                       "Access-Control-Allow-Methods: GET; Access-Control-Allow-Headers: Accept,"
                       "Access-Control-Request-Headers,Access-Control-Request-Method,Authorization,"
                       "Content-Type,Last-Modified,Origin,X-FusionAuth-TenantId,X-Requested-With; "
                       "Access-Control-Max-Age: 1800; Vary: Origin"},
                  {"M77: the origin is judged first", preflight(kEvil, "DELETE", "/", {"x-z"}),
                   "cors: refuse 403 origin_not_allowed"},
                  {"M77: then the method", preflight(kApp, "DELETE", "/", {"x-z"}),
                   "cors: refuse 403 requested_method_not_allowed"},
                  {"M77: then the headers", preflight(kApp, "GET", "/", {"x-z"}),
                   "cors: refuse 403 requested_header_not_allowed"},
                  {"M78: a strange origin", get(kEvil), "cors: refuse 403 origin_not_allowed"},
                  {"M82: an own page", own, "cors: pass (untouched)"},
                  {"M84: a method that it does not know", request_of("PURGE", kApp),
                   "cors: refuse 403 method_unknown"},
                  {"M85: a blank method of a preflight", preflight(kApp, ""),
                   "cors: refuse 403 requested_method_malformed"},
                  {"M85: an absent one", request_of("OPTIONS", kApp),
                   "cors: pass (replace); " + grant + exposed + "Vary: Origin"},
                  {"M86: an excluded prefix", get(kEvil, "/administrator"),
                   "excluded paths: pass (untouched)"},
                  {"M87: its preflight", preflight(kApp, "GET", "/ajax/x"),
                   "excluded paths: refuse 403 preflight_on_excluded_path"},
                  {"M89: the match is case-sensitive", get("https://APP.example.com"),
                   "cors: refuse 403 origin_malformed"},
              });
}

TEST(PolicyProfile, FusionAuthIsOffUntilItIsSwitchedOn) {
  Policy policy = with_profile("fusionauth");
  policy.cors.enabled = {};
  expect_rows(policy,
              {{"M68: everything passes", preflight(kEvil, "PUT"), "no policy: pass (untouched)"}});
}

TEST(PolicyProfile, CloudflareAnswersPreflightsAndLeavesTheRest) {
  Policy policy = with_profile("cloudflare");
  policy.cors.allowed_methods = {"get", "PUT", "TRACE"};
  policy.cors.allowed_headers = {"X-A"};
  policy.cors.max_age_seconds = -1;
  const std::string varied =
      "; Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
  Asked blank = preflight(kApp, "");
  expect_rows(
      policy,
      {
          {"M97, M98, M99, M106: a preflight", preflight(kApp, "GET", "/", {"x-a"}),
           "cors: answer 200; Access-Control-Allow-Origin: https://app.example.com; "
           "Access-Control-Allow-Methods: GET; Access-Control-Allow-Headers: x-a; "
           "Access-Control-Max-Age: 0" +
               varied},
          {"M101: one of the nine verbs", preflight(kApp, "TRACE"),
           "cors: answer 200; Access-Control-Allow-Origin: https://app.example.com; "
           "Access-Control-Allow-Methods: TRACE; Access-Control-Max-Age: 0" +
               varied},
          {"M101: POST must be listed", preflight(kApp, "POST"),
           "cors: refuse 200 requested_method_not_allowed" + varied},
          {"M102: another origin", preflight(kEvil, "GET"),
           "cors: refuse 200 origin_not_allowed" + varied},
          {"an empty method is no preflight", blank, "cors: pass (untouched)"},
          {"M108, M115: actual answers are the application's", get(kApp), "cors: pass (untouched)"},
          {"M108: whoever asks", get(kEvil), "cors: pass (untouched)"},
      });
}

TEST(PolicyProfile, CloudflareBlocksPreflightsWithoutSettings) {
  Policy policy;
  policy.cors.profile = "cloudflare";
  policy.hosts.allowed = {"api.example.com"};
  expect_rows(policy, {{"M95: the default", preflight(kApp, "GET"),
                        "cors: refuse 403 preflight_rejected; Vary: Origin, "
                        "Access-Control-Request-Method, Access-Control-Request-Headers"},
                       {"an actual request", get(kApp), "cors: pass (untouched)"}});
  policy.cors.preflight = "pass_through";
  expect_rows(policy, {{"M96: bypass", preflight(kApp, "GET"), "cors: pass (untouched)"}});
  policy.cors.preflight = {};
  CorsRule rule;
  rule.paths = {"/api"};
  rule.allowed_origins = {"*"};
  rule.allowed_methods = {"*"};
  policy.cors.rules = {rule};
  expect_rows(policy, {{"a rule with settings answers", preflight(kEvil, "PUT", "/api"),
                        "cors.rules[0]: answer 200; Access-Control-Allow-Origin: *; "
                        "Access-Control-Allow-Methods: PUT; Vary: Access-Control-Request-Method, "
                        "Access-Control-Request-Headers"},
                       {"elsewhere nothing is", preflight(kEvil, "PUT", "/"),
                        "cors: refuse 403 preflight_rejected; Vary: Origin, "
                        "Access-Control-Request-Method, Access-Control-Request-Headers"}});
}

// Proves M72.
TEST(PolicyProfile, ADocumentsOwnValuesWin) {
  const struct {
    const char* desc;
    const char* profile;
    Change change;
    Asked asked;
    std::string told;
  } rows[] = {
      {"a knob", "django", [](Policy& p) { p.cors.knobs.preflight_status = 204; },
       preflight(kEvil, "PUT"), "cors: refuse 200 origin_not_allowed; Vary: Origin"},
      {"a mode", "okta", [](Policy& p) { p.cors.on_denied = "block"; }, get(kEvil),
       "cors: refuse 403 origin_not_allowed; Vary: Origin"},
      {"an empty list", "fusionauth", [](Policy& p) { p.cors.exposed_headers = Names::none(); },
       get(kApp),
       "cors: pass (replace); Access-Control-Allow-Origin: https://app.example.com; Vary: Origin"},
      {"M94: a false switch", "okta", [](Policy& p) { p.cors.allow_credentials = false; },
       get(kApp),
       "cors: pass (replace); Access-Control-Allow-Origin: https://app.example.com; Vary: Origin"},
      {"excluded paths", "fusionauth", [](Policy& p) { p.cors.excluded_paths = {"/x"}; },
       get(kEvil, "/admin"), "cors: refuse 403 origin_not_allowed"},
      {"no excluded paths", "fusionauth", [](Policy& p) { p.cors.excluded_paths = Names::none(); },
       get(kEvil, "/admin"), "cors: refuse 403 origin_not_allowed"},
      {"included paths replace the excluded ones", "fusionauth",
       [](Policy& p) { p.cors.included_paths = {"/admin"}; }, get(kEvil, "/admin"),
       "cors: refuse 403 origin_not_allowed"},
      {"a rule over [cors] over the profile", "django",
       [](Policy& p) {
         p.cors.knobs.vary = "dynamic";
         CorsRule rule;
         rule.paths = {"/r"};
         rule.on_denied = "block";
         rule.knobs.refused_preflight_status = 403;
         p.cors.rules = {rule};
       },
       preflight(kEvil, "PUT", "/r"), "cors.rules[0]: refuse 403 origin_not_allowed; Vary: Origin"},
      {"M57: a listed null is the switch", "django",
       [](Policy& p) {
         p.cors.allowed_origins = {kApp, "null"};
       },
       get("null"), "cors: pass (replace); Access-Control-Allow-Origin: null; Vary: Origin"},
      {"M57: inherited by a rule", "fusionauth",
       [](Policy& p) {
         p.cors.allowed_origins = {kApp, "null"};
         CorsRule rule;
         rule.paths = {"/r"};
         rule.exposed_headers = Names::none();
         p.cors.rules = {rule};
       },
       get("null", "/r"),
       "cors.rules[0]: pass (replace); Access-Control-Allow-Origin: null; Vary: Origin"},
      {"M57: not by a rule with a list of its own", "fusionauth",
       [](Policy& p) {
         p.cors.allowed_origins = {kApp, "null"};
         CorsRule rule;
         rule.paths = {"/r"};
         rule.allowed_origins = {kApp};
         p.cors.rules = {rule};
       },
       get("null", "/r"), "cors.rules[0]: refuse 403 origin_null"},
      {"M90: a listed file://", "fusionauth",
       [](Policy& p) { p.cors.allowed_origins = {"file://"}; }, get("file://"),
       "cors: pass (replace); Access-Control-Allow-Origin: file://; "
       "Access-Control-Expose-Headers: Access-Control-Allow-Origin,Access-Control-Allow-"
       "Credentials; Vary: Origin"},
      {"M71: echo any origin", "fusionauth",
       [](Policy& p) {
         p.cors.allowed_origins = {"*"};
         p.cors.allow_credentials = true;
         p.cors.dangerously_echo_any_origin = true;
         p.cors.exposed_headers = Names::none();
       },
       get(kEvil),
       "cors: pass (replace); Access-Control-Allow-Origin: https://evil.example; "
       "Access-Control-Allow-Credentials: true; Vary: Origin"},
  };
  for (const auto& row : rows) {
    Policy policy = with_profile(row.profile);
    row.change(policy);
    EXPECT_EQ(ask(*compiled(policy), row.asked), row.told) << row.desc;
  }
}

TEST(PolicyProfile, SaysWhatItDoesNotTake) {
  const struct {
    const char* desc;
    const char* profile;
    Change change;
    Texts problems;
  } rows[] = {
      {"M70: `*` beside others",
       "fusionauth",
       [](Policy& p) {
         p.cors.allowed_origins = {"*", kApp};
       },
       {"error origin-any-not-alone cors.allowed_origins[0]"}},
      {"`*` among headers",
       "fusionauth",
       [](Policy& p) { p.cors.allowed_headers = {"*"}; },
       {"error header-any-literal cors.allowed_headers[0]",
        "warning vary-specific-only cors.vary"}},
      {"headers that no page can set",
       "fusionauth",
       [](Policy& p) {
         p.cors.allowed_headers = {"Origin", "X-A"};
       },
       {"warning header-forbidden cors.allowed_headers[0]",
        "warning vary-specific-only cors.vary"}},
      {"its own defaults draw no warning about themselves",
       "fusionauth",
       [](Policy&) {},
       {"warning vary-specific-only cors.vary"}},
      {"an unchecked echo",
       "fetch",
       [](Policy& p) { p.cors.knobs.check_requested = false; },
       {"error unchecked-echo cors.check_requested"}},
      {"an unchecked echo of one of the two",
       "django",
       [](Policy& p) { p.cors.knobs.headers_answer = "requested"; },
       {"error unchecked-echo cors.check_requested"}},
      {"11: echo any origin elsewhere",
       "fetch",
       [](Policy& p) {
         p.cors.allowed_origins = {"*"};
         p.cors.allow_credentials = true;
         p.cors.dangerously_echo_any_origin = true;
       },
       {"error echo-not-available cors.dangerously_echo_any_origin",
        "warning dangerous-switch cors.dangerously_echo_any_origin"}},
      {"M43: any origin with credentials is not echoed unasked",
       "openedx",
       [](Policy& p) { p.cors.allowed_origins = {"*"}; },
       {"error origin-any-credentials cors.allowed_origins[0]"}},
      {"echo without `*`",
       "django",
       [](Policy& p) { p.cors.dangerously_echo_any_origin = true; },
       {"warning dangerous-switch cors.dangerously_echo_any_origin",
        "warning setting-has-no-effect cors.dangerously_echo_any_origin"}},
      {"null with credentials",
       "openedx",
       [](Policy& p) {
         p.cors.allowed_origins = {kApp, "null"};
       },
       {"error null-credentials cors.allow_null_origin"}},
      {"null in another profile",
       "okta",
       [](Policy& p) { p.cors.allowed_origins = {"null"}; },
       {"error origin-null cors.allowed_origins[0]"}},
      {"a status that no browser takes",
       "fetch",
       [](Policy& p) {
         p.cors.knobs.preflight_status = 302;
         p.cors.knobs.refused_preflight_status = 500;
       },
       {"error status-range cors.preflight_status",
        "error status-range cors.refused_preflight_status"}},
      {"a word that is none",
       "fetch",
       [](Policy& p) { p.cors.knobs.vary = "alwys"; },
       {"error value-unknown cors.vary"}},
      {"specific_only",
       "fetch",
       [](Policy& p) { p.cors.knobs.vary = "specific_only"; },
       {"warning vary-specific-only cors.vary"}},
      {"a max-age of -1 elsewhere",
       "django",
       [](Policy& p) { p.cors.max_age_seconds = -1; },
       {"error max-age-range cors.max_age_seconds"}},
      {"M106: a max-age of -2",
       "cloudflare",
       [](Policy& p) {
         p.cors.allowed_methods = {"*"};
         p.cors.max_age_seconds = -2;
       },
       {"error max-age-range cors.max_age_seconds",
        "warning content-type-missing cors.allowed_headers"}},
      {"CONNECT elsewhere",
       "django",
       [](Policy& p) { p.cors.allowed_methods = {"CONNECT"}; },
       {"error method-forbidden cors.allowed_methods[0]"}},
      {"M105: no methods",
       "cloudflare",
       [](Policy&) {},
       {"error cloudflare-methods-missing cors.allowed_methods"}},
      {"M105: no origins",
       "cloudflare",
       [](Policy& p) {
         p.cors.allowed_origins = {};
         p.cors.allowed_methods = {"*"};
       },
       {"error cloudflare-origins-missing cors.allowed_origins",
        "warning content-type-missing cors.allowed_headers"}},
      {"M104: all origins with credentials",
       "cloudflare",
       [](Policy& p) {
         p.cors.allowed_origins = {"*"};
         p.cors.allowed_methods = {"*"};
         p.cors.allow_credentials = true;
       },
       {"error origin-any-credentials cors.allowed_origins[0]",
        "warning content-type-missing cors.allowed_headers"}},
      {"M107: bypass beside settings",
       "cloudflare",
       [](Policy& p) {
         p.cors.allowed_methods = {"*"};
         p.cors.preflight = "pass_through";
       },
       {"error pass-through-exclusive cors.preflight",
        "warning setting-has-no-effect cors.allowed_methods"}},
  };
  for (const auto& row : rows) {
    Policy policy = with_profile(row.profile);
    row.change(policy);
    EXPECT_EQ(problems_of(policy), row.problems) << row.desc;
  }
}

}  // namespace
}  // namespace corsac
