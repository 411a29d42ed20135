#include "corsac/policy/snapshot.hpp"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/http/own_origin.hpp"
#include "corsac/policy/compile.hpp"
#include "policy/asked.hpp"
#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

using testing::ask;
using testing::Asked;
using testing::get;
using testing::preflight;

constexpr const char* kApp = "https://app.example.com";
constexpr const char* kEvil = "https://evil.example";

// [cors] lets the app PUT, with credentials; rules differ in their origins so that the answer shows
// which one spoke.
Policy base() {
  Policy policy;
  policy.cors.allowed_origins = {kApp};
  policy.cors.allowed_methods = {"PUT", "DELETE"};
  return policy;
}

CorsRule rule(std::string name, Names paths, Names methods = {}, Names hosts = {}) {
  CorsRule made;
  made.name = std::move(name);
  made.paths = std::move(paths);
  made.methods = std::move(methods);
  made.hosts = std::move(hosts);
  return made;
}

std::shared_ptr<const Snapshot> compiled(const Policy& policy) {
  auto result = compile_policy(policy, {.application = {.has_public_origins = true}});
  if (result) return result->snapshot;
  ADD_FAILURE() << result.error().text();
  return Snapshot::closed_at_start();
}

// The name of the rule that decides.
std::string rule_of(const Snapshot& snapshot, Asked asked) {
  return snapshot.rule(snapshot.decide(asked.view()).rule).name;
}

Asked on_host(Asked asked, std::string host) {
  asked.host = std::move(host);
  return asked;
}

struct RuleRow {
  const char* desc;
  Asked asked;
  const char* rule;
};

TEST(Snapshot, PicksTheRuleByPathRequestedMethodAndHost) {
  Policy policy = base();
  policy.cors.excluded_paths = {"/api/internal"};
  policy.cors.rules = {
      rule("api", {"/api"}),
      rule("api reads", {"/api"}, {"GET"}),
      rule("api keys", {"/api/:id/keys"}),
      rule("deletes", {}, {"DELETE"}),
      rule("other host", {}, {}, {"other.example.com"}),
  };
  const auto snapshot = compiled(policy);
  const RuleRow rows[] = {
      {"no rule", get(kApp, "/"), "cors"},
      {"by path", preflight(kApp, "PUT", "/api"), "api"},
      {"below the path", preflight(kApp, "PUT", "/api/x/y"), "api"},
      {"not beside the path", get(kApp, "/apis"), "cors"},
      {"the query is no path", get(kApp, "/x?y=/api"), "cors"},
      {"with case", get(kApp, "/API"), "cors"},
      {"by method, actual", get(kApp, "/api"), "api reads"},
      {"by method, preflight", preflight(kApp, "GET", "/api"), "api reads"},
      {"the more specific path", get(kApp, "/api/7/keys"), "api keys"},
      {"an excluded path inside a rule's", get(kApp, "/api/internal/x"), "excluded paths"},
      {"by method alone", preflight(kApp, "DELETE", "/x"), "deletes"},
      {"by host alone", on_host(get(kApp, "/x"), "other.example.com"), "other host"},
      {"by host with a port", on_host(get(kApp, "/x"), "OTHER.example.com:8080"), "other host"},
      {"another host", on_host(get(kApp, "/x"), "api.example.com"), "cors"},
      {"no host at all", on_host(get(kApp, "/x"), ""), "cors"},
  };
  for (const RuleRow& row : rows) EXPECT_EQ(rule_of(*snapshot, row.asked), row.rule) << row.desc;
}

TEST(Snapshot, BelievesNoneOfSeveralHostLines) {
  Policy policy = base();
  policy.cors.rules = {rule("other host", {}, {}, {"other.example.com"})};
  const auto snapshot = compiled(policy);
  Asked asked = on_host(get(kApp), "other.example.com");
  RequestView request = asked.view();
  request.host.lines = 2;
  EXPECT_EQ(snapshot->route(request).rule, 0U);
}

// Micronaut PR 12865 and hapi 2980: a preflight that is judged by another rule than its request.
// Proves 128, 129, S18.
TEST(Snapshot, JudgesAPreflightAndItsRequestByOneRule) {
  Policy policy = base();
  policy.cors.excluded_paths = {"/files/private"};
  policy.cors.rules = {rule("reads", {"/files"}, {"GET"}), rule("writes", {"/files"}, {"PUT"}),
                       rule("deletes", {}, {"DELETE"}), rule("host", {"/h"}, {}, {"h.example"})};
  policy.cors.rules[0].allowed_origins = {"*"};
  policy.cors.rules[1].allowed_origins = {kApp};
  const auto snapshot = compiled(policy);
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "purge"}) {
    for (const char* path : {"/", "/files", "/files/a", "/files/private/x", "/h", "/files//a"}) {
      for (const char* host : {"api.example.com", "h.example", "h.example:81"}) {
        Asked actual = on_host(get(kEvil, path), host);
        actual.method = method;
        Asked before = on_host(preflight(kEvil, method, path), host);
        EXPECT_EQ(snapshot->decide(actual.view()).rule, snapshot->decide(before.view()).rule)
            << method << ' ' << path << ' ' << host;
      }
    }
  }
  EXPECT_EQ(ask(*snapshot, preflight(kEvil, "GET", "/files/a")),
            "reads: answer 204; Access-Control-Allow-Origin: *; "
            "Vary: Access-Control-Request-Method, Access-Control-Request-Headers");
  EXPECT_EQ(ask(*snapshot, preflight(kEvil, "PUT", "/files/a")),
            "writes: refuse 403 origin_not_allowed; "
            "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
}

struct Row {
  const char* desc;
  Asked asked;
  const char* told;
};

// Proves 126, 127.
TEST(Snapshot, GrantsNothingOnExcludedPathsAndLeavesThemAlone) {
  Policy policy = base();
  policy.cors.excluded_paths = {"/admin", "/account*"};
  const auto snapshot = compiled(policy);
  const Row rows[] = {
      {"an actual request of an allowed origin", get(kApp, "/admin"),
       "excluded paths: pass (untouched)"},
      {"an actual request of another origin", get(kEvil, "/accounts/7"),
       "excluded paths: pass (untouched)"},
      {"a preflight", preflight(kApp, "PUT", "/admin/x"),
       "excluded paths: refuse 403 preflight_on_excluded_path"},
      {"a sibling", get(kApp, "/administrator"),
       "cors: pass (replace); Access-Control-Allow-Origin: https://app.example.com; "
       "Vary: Origin"},
  };
  for (const Row& row : rows) EXPECT_EQ(ask(*snapshot, row.asked), row.told) << row.desc;
}

// Proves 126.
TEST(Snapshot, OrdersExcludedPathsAmongTheRules) {
  Policy policy = base();
  policy.cors.excluded_paths = {"/admin"};
  policy.cors.rules = {rule("all", {"/"}), rule("public", {"/admin/public"})};
  const auto snapshot = compiled(policy);
  const Row rows[] = {
      {"under a broader rule", get(kApp, "/admin/x"), "excluded paths: pass (untouched)"},
      {"a more specific rule inside", get(kApp, "/admin/public/x"),
       "public: pass (replace); Access-Control-Allow-Origin: https://app.example.com; "
       "Vary: Origin"},
      {"beside it", get(kApp, "/x"),
       "all: pass (replace); Access-Control-Allow-Origin: https://app.example.com; Vary: Origin"},
  };
  for (const Row& row : rows) EXPECT_EQ(ask(*snapshot, row.asked), row.told) << row.desc;
}

TEST(Snapshot, HasCorsOnlyOnIncludedPaths) {
  Policy policy = base();
  policy.cors.included_paths = {"/api"};
  policy.cors.rules = {rule("everywhere", {"/"}, {"PUT"}), rule("outside", {"/admin"}),
                       rule("inside", {"/api/v2"}), rule("deletes", {}, {"DELETE"})};
  const auto snapshot = compiled(policy);
  const Row rows[] = {
      {"inside, no rule", get(kApp, "/api/x"),
       "cors: pass (replace); Access-Control-Allow-Origin: https://app.example.com; "
       "Vary: Origin"},
      {"inside, under a rule", get(kEvil, "/api/v2/x"),
       "inside: refuse 403 origin_not_allowed; Vary: Origin"},
      {"a rule for every path works inside", preflight(kEvil, "PUT", "/api/x"),
       "everywhere: refuse 403 origin_not_allowed; "
       "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
      {"and not outside", preflight(kApp, "PUT", "/x"),
       "not included paths: refuse 403 preflight_on_excluded_path"},
      {"a rule for a method works inside only", preflight(kApp, "DELETE", "/x"),
       "not included paths: refuse 403 preflight_on_excluded_path"},
      {"a rule outside is never asked", get(kApp, "/admin"),
       "not included paths: pass (untouched)"},
      {"outside, an actual request", get(kEvil, "/"), "not included paths: pass (untouched)"},
      {"an ambiguous path is refused wherever it lies", get(kApp, "/x/../api"),
       "cors: refuse 403 path_ambiguous; Vary: Origin"},
  };
  for (const Row& row : rows) EXPECT_EQ(ask(*snapshot, row.asked), row.told) << row.desc;
}

struct AmbiguousRow {
  const char* desc;
  std::function<void(CorsPolicy&)> change;
  Asked asked;
  const char* told;
};

// Proves 121, 122, 124, S17.
TEST(Snapshot, GivesAnAmbiguousPathNoGrantWherePathRulesExist) {
  const auto no_origin = [] {
    Asked asked;
    asked.target = "/a//b";
    return asked;
  };
  const AmbiguousRow rows[] = {
      {"refused as [cors] says", [](CorsPolicy&) {}, get(kApp, "/a//b"),
       "cors: refuse 403 path_ambiguous; Vary: Origin"},
      {"a preflight too", [](CorsPolicy&) {}, preflight(kApp, "PUT", "/a/%2e%2e/b"),
       "cors: refuse 403 path_ambiguous; "
       "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
      {"an absolute target", [](CorsPolicy&) {}, get(kApp, "http://api.example.com/a"),
       "cors: refuse 403 path_ambiguous; Vary: Origin"},
      {"96: OPTIONS of a star, which is no path", [](CorsPolicy&) {}, preflight(kApp, "PUT", "*"),
       "cors: refuse 403 path_ambiguous; "
       "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
      {"96: by the default policy where nothing hangs on paths",
       [](CorsPolicy& c) { c.rules.clear(); }, preflight(kApp, "PUT", "*"),
       "cors: answer 204; Access-Control-Allow-Origin: https://app.example.com; "
       "Access-Control-Allow-Methods: PUT; "
       "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
      {"a GET of it", [](CorsPolicy& c) { c.rules.clear(); }, get(kApp, "*"),
       "cors: pass (replace); Access-Control-Allow-Origin: https://app.example.com; "
       "Vary: Origin"},
      {"whichever rule the path could lead to",
       [](CorsPolicy& c) { c.rules[0].allowed_origins = {"*"}; }, get(kApp, "/rule//b"),
       "cors: refuse 403 path_ambiguous; Vary: Origin"},
      {"under `*` too", [](CorsPolicy& c) { c.allowed_origins = {"*"}; }, get(kApp, "/a//b"),
       "cors: refuse 403 path_ambiguous; Vary: Origin"},
      {"marked as [cors] says", [](CorsPolicy& c) { c.on_denied = "mark"; }, get(kApp, "/a//b"),
       "cors: pass (replace) path_ambiguous; Vary: Origin"},
      {"not as the rule says", [](CorsPolicy& c) { c.rules[0].on_denied = "mark"; },
       get(kApp, "/rule//b"), "cors: refuse 403 path_ambiguous; Vary: Origin"},
      {"without Origin it passes", [](CorsPolicy&) {}, no_origin(),
       "cors: pass (replace); Vary: Origin"},
      {"in the query nothing is ambiguous", [](CorsPolicy&) {}, get(kApp, "/a?b=//%2e"),
       "cors: pass (replace); Access-Control-Allow-Origin: https://app.example.com; "
       "Vary: Origin"},
      {"excluded paths are path rules",
       [](CorsPolicy& c) {
         c.rules.clear();
         c.excluded_paths = {"/admin"};
       },
       get(kApp, "/x/./y"), "cors: refuse 403 path_ambiguous; Vary: Origin"},
      {"rules for hosts and methods are none",
       [](CorsPolicy& c) {
         c.rules = {rule("get", {}, {"GET"}), rule("h", {}, {}, {"h"})};
       },
       get(kApp, "/a//b"),
       "get: pass (replace); Access-Control-Allow-Origin: https://app.example.com; "
       "Vary: Origin"},
      {"without rules no path matters", [](CorsPolicy& c) { c.rules.clear(); }, get(kApp, "/a//b"),
       "cors: pass (replace); Access-Control-Allow-Origin: https://app.example.com; "
       "Vary: Origin"},
  };
  for (const AmbiguousRow& row : rows) {
    Policy policy = base();
    policy.cors.rules = {rule("rule", {"/rule"})};
    row.change(policy.cors);
    EXPECT_EQ(ask(*compiled(policy), row.asked), row.told) << row.desc;
  }
}

// Proves 110.
TEST(Snapshot, GivesTheDefaultRuleWhenNothingWasParsed) {
  Policy policy = base();
  policy.cors.rules = {rule("all", {"/"})};
  EXPECT_EQ(ask(*compiled(policy), on_host(Asked{.target = ""}, "")),
            "cors: pass (replace); Vary: Origin");
  policy.cors.included_paths = {"/"};
  EXPECT_EQ(ask(*compiled(policy), on_host(Asked{.target = ""}, "")),
            "not included paths: pass (untouched)");
}

TEST(Snapshot, KeepsTheHostGuardWhateverCorsSays) {
  const auto rebound = [] { return on_host(get(kApp), "evil.example"); };
  const char* const kRefused = ": refuse 421 host_not_allowed";
  const std::function<void(Policy&)> changes[] = {
      [](Policy&) {},
      [](Policy& p) { p.cors = {}; },
      [](Policy& p) { p.cors.enabled = false; },
      [](Policy& p) { p.cors.excluded_paths = {"/"}; },
      [](Policy& p) { p.cors.on_denied = "mark"; },
  };
  for (const auto& change : changes) {
    Policy policy = base();
    policy.hosts.allowed = {"api.example.com"};
    change(policy);
    const auto snapshot = compiled(policy);
    EXPECT_EQ(ask(*snapshot, rebound()), rule_of(*snapshot, rebound()) + kRefused);
    const auto closed = Snapshot::closed(*snapshot);
    EXPECT_EQ(ask(*closed, rebound()), rule_of(*closed, rebound()) + kRefused);
  }
}

// Proves S22.
TEST(Snapshot, PassesEverythingWithoutCors) {
  for (const bool is_disabled : {false, true}) {
    Policy policy;
    if (is_disabled) {
      policy = base();
      policy.cors.enabled = false;
      policy.cors.excluded_paths = {"/admin"};
      policy.cors.rules = {rule("r", {"/r"})};
    }
    const auto snapshot = compiled(policy);
    EXPECT_EQ(snapshot->rule(0).field, is_disabled ? "cors.enabled" : "cors");
    EXPECT_EQ(snapshot->next_expiry(), std::nullopt);
    for (const char* path : {"/", "/admin", "/r", "/a//b"}) {
      EXPECT_EQ(ask(*snapshot, get(kEvil, path)), "no policy: pass (untouched)") << path;
      EXPECT_EQ(ask(*snapshot, preflight(kApp, "PUT", path)), "no policy: pass (untouched)")
          << path;
    }
    Asked asked = preflight(kApp, "PUT");
    Decision decision;
    snapshot->decide_excluded(asked.view(), decision);
    EXPECT_EQ(testing::told(*snapshot, decision), "no policy: pass (untouched)");
  }
}

TEST(Snapshot, DecidesAsOnAnExcludedPathWhereAnApplicationSaysSo) {
  const auto snapshot = compiled(base());
  Asked asked = preflight(kApp, "PUT");
  Decision refused;
  snapshot->decide_excluded(asked.view(), refused);
  EXPECT_EQ(testing::told(*snapshot, refused),
            "excluded paths: refuse 403 preflight_on_excluded_path");
  asked = get(kEvil);
  Decision passed;
  snapshot->decide_excluded(asked.view(), passed);
  EXPECT_EQ(testing::told(*snapshot, passed), "excluded paths: pass (untouched)");
}

TEST(Snapshot, RefusesEveryOriginWhenClosed) {
  Policy policy = base();
  policy.revision = "7";
  policy.cors.excluded_paths = {"/admin"};
  policy.cors.rules = {rule("open", {"/open"}), rule("marked", {"/marked"})};
  policy.cors.rules[0].allowed_origins = {"*"};
  policy.cors.rules[1].on_denied = "mark";
  const auto good = compiled(policy);
  const auto closed = Snapshot::closed(*good);
  EXPECT_TRUE(closed->is_closed());
  EXPECT_FALSE(good->is_closed());
  EXPECT_EQ(closed->revision(), "7");
  const Row rows[] = {
      {"a listed origin", get(kApp), "cors: refuse 403 policy_unavailable; Vary: Origin"},
      {"a preflight", preflight(kApp, "PUT"),
       "cors: refuse 403 policy_unavailable; "
       "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
      {"under `*`", get(kApp, "/open"), "open: refuse 403 policy_unavailable; Vary: Origin"},
      {"on_denied still decides", get(kApp, "/marked"),
       "marked: pass (replace) policy_unavailable; Vary: Origin"},
      {"an excluded path", get(kApp, "/admin"), "excluded paths: pass (untouched)"},
      {"a preflight there", preflight(kApp, "PUT", "/admin"),
       "excluded paths: refuse 403 preflight_on_excluded_path"},
      {"an ambiguous path", get(kApp, "/a//b"),
       "cors: refuse 403 policy_unavailable; Vary: Origin"},
      {"no Origin", Asked{}, "cors: pass (replace); Vary: Origin"},
  };
  for (const Row& row : rows) EXPECT_EQ(ask(*closed, row.asked), row.told) << row.desc;
  EXPECT_EQ(ask(*good, get(kApp)),
            "cors: pass (replace); Access-Control-Allow-Origin: https://app.example.com; "
            "Vary: Origin");
}

TEST(Snapshot, BlocksEveryOriginAtAColdStart) {
  const auto snapshot = Snapshot::closed_at_start();
  EXPECT_TRUE(snapshot->is_closed());
  const Row rows[] = {
      {"any origin", get(kApp), "no policy: refuse 403 policy_unavailable; Vary: Origin"},
      {"null", get("null"), "no policy: refuse 403 policy_unavailable; Vary: Origin"},
      {"any path", get(kApp, "/a//b"), "no policy: refuse 403 policy_unavailable; Vary: Origin"},
      {"a preflight", preflight(kApp, "PUT"),
       "no policy: refuse 403 policy_unavailable; "
       "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
      {"no Origin", Asked{}, "no policy: pass (replace); Vary: Origin"},
  };
  for (const Row& row : rows) EXPECT_EQ(ask(*snapshot, row.asked), row.told) << row.desc;
}

// No Host guard stands there, and DNS rebinding makes Origin and Host agree.
TEST(Snapshot, BelievesNoHostAtAColdStart) {
  const auto snapshot = Snapshot::closed_at_start();
  const OwnOrigin by_host;
  const OwnOrigin configured({.public_origins = {kApp}});
  const auto asked = [](const OwnOrigin& own, std::string origin, std::string site) {
    Asked made = on_host(get(origin), origin.substr(origin.find("//") + 2));
    made.own = &own;
    made.method = "POST";
    made.sec_fetch_site = std::move(site);
    return made;
  };
  Asked upgrade = asked(by_host, "http://evil.test:8080", "");
  upgrade.method = "GET";
  upgrade.is_websocket_upgrade = true;
  const Row rows[] = {
      {"an Origin that is the Host", asked(by_host, "http://evil.test:8080", ""),
       "no policy: refuse 403 policy_unavailable; Vary: Origin"},
      {"its upgrade", upgrade, "no policy: refuse 403 policy_unavailable; Vary: Origin"},
      {"Sec-Fetch-Site says so", asked(by_host, kApp, "same-origin"),
       "no policy: pass (replace); Vary: Origin"},
      {"a public origin", asked(configured, kApp, ""), "no policy: pass (replace); Vary: Origin"},
      {"another than the public one", asked(configured, kEvil, ""),
       "no policy: refuse 403 policy_unavailable; Vary: Origin"},
  };
  for (const Row& row : rows) EXPECT_EQ(ask(*snapshot, row.asked), row.told) << row.desc;
}

// CVE-2018-20744, CVE-2024-25124 and a dozen others: reflecting any origin, with credentials. Every
// policy that the loader takes is tried, made from all pairs of entries and switches.
// Proves S1.
TEST(Snapshot, NeverGrantsAStrangerCredentials) {
  const char* const entries[] = {"*",
                                 "null",
                                 kApp,
                                 "https://*.example.com",
                                 "https://*.com",
                                 "https://*",
                                 "https://pr-*.example.com",
                                 "http://localhost:*",
                                 "https://*.github.io",
                                 "http://plain.example"};
  const char* const strangers[] = {"https://stranger.test",
                                   "http://stranger.test:8080",
                                   "null",
                                   "https://app.example.com.stranger.test",
                                   "https://notexample.com",
                                   "https://.example.com",
                                   "https://stranger.github.io",
                                   "https://*",
                                   "*",
                                   ""};
  std::size_t taken = 0;
  for (const char* first : entries) {
    for (const char* second : entries) {
      for (unsigned switches = 0; switches < 16; ++switches) {
        Policy policy;
        policy.cors.allowed_origins = {first, second};
        policy.cors.allow_credentials = (switches & 1U) != 0;
        policy.cors.allow_null_origin = (switches & 2U) != 0;
        policy.cors.on_denied = (switches & 4U) != 0 ? "mark" : "block";
        policy.cors.rules = {rule("r", {"/r"})};
        if ((switches & 8U) != 0) policy.cors.rules[0].allow_credentials = true;
        const auto result = compile_policy(policy, {});
        if (!result) continue;
        ++taken;
        for (const char* stranger : strangers) {
          for (Asked asked :
               {get(stranger), get(stranger, "/r"), preflight(stranger, "PUT", "/r")}) {
            const Decision decision = result->snapshot->decide(asked.view());
            for (std::uint8_t i = 0; i < decision.grant_count; ++i) {
              EXPECT_NE(decision.grants[i].header, GrantHeader::AllowCredentials)
                  << stranger << " under " << first << " and " << second << ", " << switches;
            }
          }
        }
      }
    }
  }
  EXPECT_GT(taken, 100U);
}

TEST(Snapshot, AllocatesNothingWhileDeciding) {
  Policy policy = base();
  policy.cors.allowed_origins = {kApp, "https://*.preview.example.com"};
  policy.cors.allowed_headers = {"x-a", "x-b"};
  policy.cors.included_paths = {"/api"};
  policy.cors.rules = {rule("r", {"/api/:id"}, {"PUT"}, {"api.example.com"})};
  policy.hosts.allowed = {"api.example.com"};
  const auto snapshot = compiled(policy);
  Asked asked[] = {
      get(kApp, "/api/7"),
      get(kEvil, "/api/7"),
      get("https://a.preview.example.com", "/api"),
      get(kApp, "/a//b"),
      get(kApp, "/outside"),
      preflight(kApp, "PUT", "/api/7", {"x-a", " X-B , x-a"}),
      preflight(kApp, "PUT", "/outside"),
      on_host(get(kApp), "evil.example"),
  };
  for (Asked& each : asked) {
    const RequestView& request = each.view();
    Decision decision;
    const testing::AllocationCounter counter;
    snapshot->decide(request, decision);
    EXPECT_EQ(counter.count(), 0U) << each.target;
  }
}

}  // namespace
}  // namespace corsac
