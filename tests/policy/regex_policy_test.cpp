// Regexes of origins and of paths in a document: what they grant, what is refused, and that there
// is one way only to say where CORS is.

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/origin/regex_set.hpp"
#include "corsac/policy/compile.hpp"
#include "policy/asked.hpp"

namespace corsac {
namespace {

using testing::ask;
using testing::Asked;
using testing::get;
using testing::preflight;

using Texts = std::vector<std::string>;

const std::string kApp = "https://app.example.com";
const std::string kEvil = "https://evil.example";

class RegexPolicy : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!RegexSet::is_available()) GTEST_SKIP() << "a build without RE2";
  }
};

Policy quiet() {
  Policy policy;
  policy.hosts.allowed = {"api.example.com"};
  return policy;
}

Texts problems_of(const Policy& policy, const ApplicationFacts& application = {}) {
  const auto compiled = compile_policy(policy, {.application = application});
  Texts found;
  for (const Problem& problem : (compiled ? compiled->warnings : compiled.error()).problems()) {
    found.push_back(std::string(problem.code) + ' ' + problem.path);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string told(const Policy& policy, Asked asked) {
  const auto compiled = compile_policy(policy, {});
  return compiled ? ask(*compiled->snapshot, std::move(asked)) : compiled.error().text();
}

TEST_F(RegexPolicy, GrantsWhatMatchesWhole) {
  Policy policy = quiet();
  policy.cors.allowed_origins = {kApp};
  policy.cors.allowed_origin_regexes = {R"(^https://\w+\.partner\.example$)"};
  policy.cors.allow_credentials = true;
  policy.cors.rules = {CorsRule{.paths = {"/inherits"}, .on_denied = "mark"},
                       CorsRule{.paths = {"/own"}, .allowed_origins = {kApp}}};
  const std::string grant =
      "pass (replace); Access-Control-Allow-Origin: https://a.partner.example; "
      "Access-Control-Allow-Credentials: true; Vary: Origin";
  const struct {
    const char* desc;
    Asked asked;
    std::string told;
  } rows[] = {
      {"M42: a match", get("https://a.partner.example"), "cors: " + grant},
      {"S3: more behind", get("https://a.partner.example.evil.test"),
       "cors: refuse 403 origin_not_allowed; Vary: Origin"},
      {"S3: what is no origin is not asked", get("https://evil.test/.partner.example"),
       "cors: refuse 403 origin_malformed; Vary: Origin"},
      {"a rule inherits them", get("https://a.partner.example", "/inherits"),
       "cors.rules[0]: " + grant},
      {"not one with a list of its own", get("https://a.partner.example", "/own"),
       "cors.rules[1]: refuse 403 origin_not_allowed; Vary: Origin"},
      {"null is never asked", get("null"), "cors: refuse 403 origin_null; Vary: Origin"},
  };
  for (const auto& row : rows) EXPECT_EQ(told(policy, row.asked), row.told) << row.desc;
}

TEST_F(RegexPolicy, RefusesWhatOthersCouldMatchWithCredentials) {
  const struct {
    const char* desc;
    std::function<void(CorsPolicy&)> change;
    Texts problems;
  } rows[] = {
      {"a pattern that is none",
       [](CorsPolicy& c) {
         c.allowed_origin_regexes = {"a", "("};
       },
       {"regex-malformed cors.allowed_origin_regexes[1]"}},
      {"12: everything, with credentials",
       [](CorsPolicy& c) {
         c.allow_credentials = true;
         c.allowed_origin_regexes = {".*"};
       },
       {"origin-insecure-credentials cors.allowed_origin_regexes[0]",
        "regex-open cors.allowed_origin_regexes[0]"}},
      {"12: everything, without credentials",
       [](CorsPolicy& c) { c.allowed_origin_regexes = {".*"}; },
       {}},
      {"S3: an open one with credentials",
       [](CorsPolicy& c) {
         c.allow_credentials = true;
         c.allowed_origin_regexes = {"https://.*"};
       },
       {"regex-open cors.allowed_origin_regexes[0]"}},
      {"S1: nor with the switch for wildcards on public suffixes",
       [](CorsPolicy& c) {
         c.allow_credentials = true;
         c.dangerously_allow_public_suffixes = true;
         c.allowed_origin_regexes = {"https://.*"};
       },
       {"dangerous-switch cors.dangerously_allow_public_suffixes",
        "regex-open cors.allowed_origin_regexes[0]"}},
      {"S9: one that may match plain http",
       [](CorsPolicy& c) {
         c.allow_credentials = true;
         c.allowed_origin_regexes = {R"(https?://\w+\.example\.com)"};
       },
       {"origin-insecure-credentials cors.allowed_origin_regexes[0]"}},
      {"beside any origin",
       [](CorsPolicy& c) {
         c.allowed_origins = {"*"};
         c.allowed_origin_regexes = {"a"};
       },
       {"origin-any-not-alone cors.allowed_origins[0]"}},
      {"a rule that switches credentials on over inherited ones",
       [](CorsPolicy& c) {
         c.allowed_origin_regexes = {"https://.*"};
         c.rules = {CorsRule{.paths = {"/a"}, .allow_credentials = true}};
       },
       {"regex-open cors.allowed_origin_regexes[0]"}},
      {"too many",
       [](CorsPolicy& c) { c.allowed_origin_regexes = Names(Texts(1001, "a")); },
       {"regex-too-many cors.allowed_origin_regexes[1000]"}},
      {"a path pattern that is none",
       [](CorsPolicy& c) {
         c.allowed_origins = {kApp};
         c.excluded_path_regexes = {"[z-a]"};
       },
       {"regex-malformed cors.excluded_path_regexes[0]"}},
      {"no path pattern at all",
       [](CorsPolicy& c) {
         c.allowed_origins = {kApp};
         c.included_path_regexes = Names::none();
       },
       {"rule-selects-nothing cors.included_path_regexes"}},
  };
  for (const auto& row : rows) {
    Policy policy = quiet();
    row.change(policy.cors);
    EXPECT_EQ(problems_of(policy), row.problems) << row.desc;
  }
}

TEST_F(RegexPolicy, SaysWhereCorsIs) {
  Policy included = quiet();
  included.cors.allowed_origins = {kApp};
  included.cors.included_path_regexes = {R"(/api/v\d+/.*)"};
  Policy excluded = quiet();
  excluded.cors.allowed_origins = {kApp};
  excluded.cors.excluded_path_regexes = {R"(/(admin|account).*)"};
  excluded.cors.rules = {CorsRule{.paths = {"/admin/open"}, .on_denied = "mark"}};
  const std::string grant =
      "pass (replace); Access-Control-Allow-Origin: https://app.example.com; Vary: Origin";
  const struct {
    const char* desc;
    const Policy& policy;
    Asked asked;
    std::string told;
  } rows[] = {
      {"M88: included", included, get(kApp, "/api/v1/x"), "cors: " + grant},
      {"M88: not included", included, get(kEvil, "/api/x"), "not included paths: pass (untouched)"},
      {"M88: a preflight that is not", included, preflight(kApp, "PUT", "/x"),
       "not included paths: refuse 403 preflight_on_excluded_path"},
      {"more than the pattern", included, get(kApp, "/x/api/v1/"),
       "not included paths: pass (untouched)"},
      {"M88: excluded", excluded, get(kEvil, "/administrator"), "excluded paths: pass (untouched)"},
      {"whatever rules say", excluded, get(kEvil, "/admin/open"),
       "excluded paths: pass (untouched)"},
      {"M88: not excluded", excluded, get(kApp, "/x"), "cors: " + grant},
      {"S17: an ambiguous path gets nothing", excluded, get(kApp, "/x//admin"),
       "cors: refuse 403 path_ambiguous; Vary: Origin"},
      {"the query is no part of it", excluded, get(kApp, "/x?y=/admin"), "cors: " + grant},
  };
  for (const auto& row : rows) EXPECT_EQ(told(row.policy, row.asked), row.told) << row.desc;
}

TEST_F(RegexPolicy, TakesOneKindOfPathSelector) {
  const struct {
    const char* desc;
    std::function<void(CorsPolicy&)> change;
    bool has_applies_to;
    Texts problems;
  } rows[] = {
      {"M88: include beside exclude",
       [](CorsPolicy& c) {
         c.included_paths = {"/a"};
         c.excluded_paths = {"/b"};
       },
       false,
       {"path-selectors-exclusive cors.included_paths"}},
      {"M88: a regex beside paths",
       [](CorsPolicy& c) {
         c.excluded_paths = {"/b"};
         c.excluded_path_regexes = {"/a"};
       },
       false,
       {"path-selectors-exclusive cors.excluded_path_regexes"}},
      {"M88: a regex beside a regex",
       [](CorsPolicy& c) {
         c.included_path_regexes = {"/b"};
         c.excluded_path_regexes = {"/a"};
       },
       false,
       {"path-selectors-exclusive cors.included_path_regexes"}},
      {"M88: a predicate beside a regex",
       [](CorsPolicy& c) { c.included_path_regexes = {"/b"}; },
       true,
       {"path-selectors-exclusive cors.included_path_regexes"}},
      {"M88: a predicate beside paths",
       [](CorsPolicy& c) { c.excluded_paths = {"/b"}; },
       true,
       {"path-selectors-exclusive cors.excluded_paths"}},
      {"M88: a predicate alone", [](CorsPolicy&) {}, true, {}},
      {"a predicate beside what a profile excludes",
       [](CorsPolicy& c) {
         c.profile = "fusionauth";
         c.enabled = true;
         c.knobs.vary = "dynamic";
       },
       true,
       {}},
  };
  for (const auto& row : rows) {
    Policy policy = quiet();
    policy.cors.allowed_origins = {kApp};
    row.change(policy.cors);
    EXPECT_EQ(problems_of(policy, {.has_applies_to = row.has_applies_to}), row.problems)
        << row.desc;
  }
}

TEST(RegexPolicyWithoutRe2, IsRefusedWhole) {
  if (RegexSet::is_available()) return;
  Policy policy = quiet();
  policy.cors.allowed_origin_regexes = {"a"};
  EXPECT_EQ(problems_of(policy), Texts{"regex-malformed cors.allowed_origin_regexes[0]"});
}

}  // namespace
}  // namespace corsac
