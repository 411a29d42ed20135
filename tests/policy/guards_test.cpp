#include "corsac/policy/guards.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/http/own_origin.hpp"
#include "corsac/policy/compile.hpp"
#include "corsac/policy/explain.hpp"
#include "corsac/policy/self_test.hpp"
#include "corsac/stage/csrf_trust.hpp"
#include "policy/asked.hpp"
#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

using testing::ask;
using testing::Asked;
using testing::get;
using testing::preflight;
using Texts = std::vector<std::string>;

constexpr const char* kApp = "https://app.example.com";
constexpr const char* kPortal = "https://portal.example";
constexpr const char* kEvil = "https://evil.example";

Asked post(std::string origin, std::string target = "/") {
  Asked asked = get(std::move(origin), std::move(target));
  asked.method = "POST";
  return asked;
}

SnapshotPtr compiled(const Policy& policy) {
  auto result = compile_policy(policy, {.application = {.has_public_origins = true}});
  if (result) return result->snapshot;
  ADD_FAILURE() << result.error().text();
  return Snapshot::closed_at_start();
}

// "error origin-null csrf.trusted_origins[0]", in order.
Texts problems_of(const Policy& policy, bool has_public_origins = true) {
  const auto result =
      compile_policy(policy, {.application = {.has_public_origins = has_public_origins}});
  const Report& report = result ? result->warnings : result.error();
  Texts texts;
  for (const Problem& problem : report.problems()) {
    std::string text = problem.severity == Severity::Error ? "error " : "warning ";
    text += problem.code;
    texts.push_back(text + ' ' + problem.path);
  }
  return texts;
}

struct ProblemRow {
  const char* desc;
  std::function<void(Policy&)> change;
  Texts problems;
};

struct Row {
  const char* desc;
  Asked asked;
  const char* told;
};

void expect_rows(const Policy& policy, const std::vector<Row>& rows) {
  const SnapshotPtr snapshot = compiled(policy);
  for (const Row& row : rows) EXPECT_EQ(ask(*snapshot, row.asked), row.told) << row.desc;
}

TEST(CsrfPolicy, WorksAlone) {
  Policy policy;
  policy.csrf.trusted_origins = {kApp};
  policy.csrf.exempt_paths = {"/webhooks", "/callback$"};
  expect_rows(policy,
              {{"a read", get(kEvil), "no policy: pass (untouched)"},
               {"a trusted page", post(kApp), "no policy: pass (untouched)"},
               {"another page", post(kEvil), "no policy: refuse 403 cross_site_write"},
               {"an exempt path", post(kEvil, "/webhooks/x"), "no policy: pass (untouched)"},
               {"an exact exempt path", post(kEvil, "/callback"), "no policy: pass (untouched)"},
               {"below it", post(kEvil, "/callback/x"), "no policy: refuse 403 cross_site_write"},
               {"S17: an ambiguous path is not exempt", post(kEvil, "/webhooks//x"),
                "no policy: refuse 403 cross_site_write"},
               {"S17: nor one with an encoded slash", post(kEvil, "/webhooks%2fx"),
                "no policy: refuse 403 cross_site_write"},
               {"a trusted page on an ambiguous path", post(kApp, "/webhooks//x"),
                "no policy: pass (untouched)"}});
}

TEST(CsrfPolicy, IsOffWhereItIsAbsentOrSwitchedOff) {
  Policy policy;
  expect_rows(policy, {{"absent", post(kEvil), "no policy: pass (untouched)"}});
  policy.csrf.enabled = false;
  policy.csrf.trusted_origins = {kApp};
  expect_rows(policy, {{"switched off", post(kEvil), "no policy: pass (untouched)"}});
  policy = {};
  policy.csrf.trusted_origins = Names::none();
  expect_rows(policy,
              {{"nobody is trusted", post(kApp), "no policy: refuse 403 cross_site_write"}});
}

// A rule that marks lets the handler run; the guard does not.
TEST(CsrfPolicy, TrustsWhomCorsGrantsWithCredentials) {
  Policy policy;
  policy.csrf.enabled = true;
  policy.cors.allowed_origins = {kApp};
  policy.cors.allow_credentials = true;
  policy.cors.on_denied = "mark";
  policy.cors.excluded_paths = {"/admin"};
  policy.cors.rules.resize(2);
  policy.cors.rules[0] = {.name = "partner", .paths = {"/partner"}, .allowed_origins = {kPortal}};
  policy.cors.rules[1] = {
      .name = "public", .paths = {"/public"}, .allowed_origins = {"*"}, .allow_credentials = false};
  TrustedOrigin record;
  record.name = "Portal";
  record.origin = "https://record.example/";
  record.scopes = {{.type = TrustedOrigin::ScopeType::Cors}};
  policy.trusted_origins = {record};
  const std::string with = "pass (replace); Access-Control-Allow-Origin: ";
  const std::string credentials = "; Access-Control-Allow-Credentials: true; Vary: Origin";
  const std::string refused = "refuse 403 cross_site_write; Vary: Origin";
  const SnapshotPtr snapshot = compiled(policy);
  const auto told = [&](Asked asked) { return ask(*snapshot, std::move(asked)); };
  EXPECT_EQ(told(post(kApp)), "cors: " + with + kApp + credentials);
  EXPECT_EQ(told(post("https://record.example")),
            "cors: " + with + "https://record.example" + credentials);
  EXPECT_EQ(told(post(kEvil)), "cors: " + refused);
  EXPECT_EQ(told(get(kEvil)), "cors: pass (replace) origin_not_allowed; Vary: Origin");
  EXPECT_EQ(told(post(kPortal, "/partner")), "partner: " + with + kPortal + credentials);
  EXPECT_EQ(told(post(kApp, "/partner")), "partner: " + refused);
  EXPECT_EQ(told(post(kApp, "/public")),
            "public: refuse 403 cross_site_write; Access-Control-Allow-Origin: *");
  EXPECT_EQ(told(post(kApp, "/admin")), "excluded paths: refuse 403 cross_site_write");
  EXPECT_EQ(told(preflight(kEvil, "POST", "/public")),
            "public: answer 204; Access-Control-Allow-Origin: *; "
            "Vary: Access-Control-Request-Method, Access-Control-Request-Headers");
  const auto closed = Snapshot::closed(*snapshot);
  EXPECT_EQ(ask(*closed, post(kApp)), "cors: " + refused);
  policy.cors.enabled = false;
  EXPECT_EQ(ask(*compiled(policy), post(kApp)), "no policy: refuse 403 cross_site_write");
}

// max_stale has passed: a list of [csrf] is as old as the grants of [cors].
TEST(CsrfPolicy, TrustsNobodyByItsListWhenThePolicyIsClosed) {
  Policy policy;
  policy.csrf.trusted_origins = {kPortal};
  policy.csrf.exempt_paths = {"/hook"};
  Policy with_cors = policy;
  with_cors.cors.allowed_origins = {kApp};
  with_cors.cors.on_denied = "mark";
  with_cors.cors.excluded_paths = {"/admin"};
  with_cors.cors.rules = {{.name = "api", .paths = {"/api"}, .allowed_origins = {kApp}}};
  Asked own = post("https://api.example.com");
  own.sec_fetch_site = "same-origin";
  const struct {
    const char* desc;
    const Policy& policy;
    Asked asked;
    const char* open;
    const char* closed;
  } rows[] = {
      {"of [cors]", with_cors, post(kPortal), "pass", "refuse"},
      {"of a rule", with_cors, post(kPortal, "/api"), "pass", "refuse"},
      {"on an ambiguous path", with_cors, post(kPortal, "/a//b"), "pass", "refuse"},
      {"on an excluded path", with_cors, post(kPortal, "/admin"), "pass", "refuse"},
      {"without [cors]", policy, post(kPortal), "pass", "refuse"},
      {"an exempt path stays", policy, post(kPortal, "/hook"), "pass", "pass"},
      {"an own page stays", with_cors, own, "pass", "pass"},
      {"a stranger", with_cors, post(kEvil), "refuse", "refuse"},
  };
  for (const auto& row : rows) {
    const SnapshotPtr good = compiled(row.policy);
    const auto closed = Snapshot::closed(*good);
    Asked asked = row.asked;
    const auto word = [&asked](const Snapshot& snapshot) {
      return snapshot.decide(asked.view()).outcome == Outcome::Refuse ? "refuse" : "pass";
    };
    EXPECT_STREQ(word(*good), row.open) << row.desc;
    EXPECT_STREQ(word(*closed), row.closed) << row.desc;
    const bool is_trusted = is_listed_page(closed->csrf_trust(asked.view()), asked.view());
    EXPECT_FALSE(is_trusted) << row.desc;
  }
}

TEST(CsrfPolicy, TrustsNobodyBecauseAnyOriginIsEchoed) {
  Policy policy;
  policy.csrf.enabled = true;
  policy.cors.profile = "django";
  policy.cors.allowed_origins = {"*"};
  policy.cors.allow_credentials = true;
  policy.cors.dangerously_echo_any_origin = true;
  const SnapshotPtr snapshot = compiled(policy);
  EXPECT_EQ(snapshot->decide(post(kEvil).view()).reason, Reason::CrossSiteWrite);
}

TEST(CsrfPolicy, SaysWhatIsWrong) {
  const ProblemRow rows[] = {
      {"nothing", [](Policy& p) { p.csrf.enabled = true; }, {}},
      {"`*`",
       [](Policy& p) { p.csrf.trusted_origins = {"*"}; },
       {"error origin-any-guard csrf.trusted_origins[0]"}},
      {"S5: null",
       [](Policy& p) {
         p.csrf.trusted_origins = {kApp, "null"};
       },
       {"error origin-null csrf.trusted_origins[1]"}},
      {"S6: a slash",
       [](Policy& p) { p.csrf.trusted_origins = {"https://a.example/"}; },
       {"error origin-trailing-slash csrf.trusted_origins[0]"}},
      {"S9: plain http",
       [](Policy& p) { p.csrf.trusted_origins = {"http://a.example"}; },
       {"error origin-insecure-credentials csrf.trusted_origins[0]"}},
      {"loopback", [](Policy& p) { p.csrf.trusted_origins = {"http://localhost:*"}; }, {}},
      {"S10: a public suffix",
       [](Policy& p) { p.csrf.trusted_origins = {"https://*.github.io"}; },
       {"error origin-public-suffix csrf.trusted_origins[0]"}},
      {"a path",
       [](Policy& p) {
         p.csrf.exempt_paths = {"/a", "b"};
       },
       {"error path-malformed csrf.exempt_paths[1]"}},
      {"all at once, also where it is off",
       [](Policy& p) {
         p.csrf.enabled = false;
         p.csrf.trusted_origins = {"a.example"};
         p.csrf.exempt_paths = {"/a//b"};
       },
       {"error origin-no-scheme csrf.trusted_origins[0]",
        "error path-ambiguous-form csrf.exempt_paths[0]"}},
  };
  for (const ProblemRow& row : rows) {
    Policy policy;
    row.change(policy);
    EXPECT_EQ(problems_of(policy), row.problems) << row.desc;
  }
  Policy policy;
  policy.csrf.enabled = true;
  EXPECT_EQ(problems_of(policy, false), Texts{"warning own-origin-by-host hosts"});
}

// "csrf NO ..." for each step of explain after "path", then what is told about the refusal.
TEST(CsrfPolicy, IsExplained) {
  Policy policy;
  policy.csrf.enabled = true;
  policy.csrf.place = {.line = 7, .column = 1};
  policy.sources = {"policy.toml"};
  policy.cors.allowed_origins = {kApp};
  policy.cors.on_denied = "mark";
  const SnapshotPtr snapshot = compiled(policy);
  const auto steps = [&](Asked asked) {
    const Explanation explanation = explain(*snapshot, asked.view());
    std::string text = explanation.is_allowed ? "allowed" : "not allowed";
    for (const auto& step : explanation.steps) {
      text += "; " + step.name + (step.has_passed ? " ok " : " NO ") + step.outcome;
    }
    return text + (explanation.place.empty() ? "" : " @" + explanation.place);
  };
  EXPECT_EQ(steps(post(kEvil)),
            "not allowed; path ok \"/\" is under \"cors\"; origin NO \"https://evil.example\": "
            "origin_not_allowed; csrf NO \"https://evil.example\": cross_site_write "
            "(policy.toml:7:1); decision NO refuse with 403; the handler does not run "
            "@policy.toml:7:1");
  EXPECT_EQ(steps(get(kApp)),
            "allowed; path ok \"/\" is under \"cors\"; origin ok \"https://app.example.com\" "
            "matches \"https://app.example.com\"; csrf ok no cross-site write; decision ok the "
            "handler runs, with a grant");
  // Granted, but without credentials.
  EXPECT_EQ(steps(post(kApp)),
            "not allowed; path ok \"/\" is under \"cors\"; origin ok \"https://app.example.com\" "
            "matches \"https://app.example.com\"; csrf NO \"https://app.example.com\": "
            "cross_site_write (policy.toml:7:1); decision NO refuse with 403; the handler does "
            "not run @policy.toml:7:1");
  Asked own_form = post("null");
  EXPECT_NE(explain(*snapshot, own_form.view()).hint.find("no-referrer"), std::string::npos);
  own_form.sec_fetch_site = "cross-site";
  EXPECT_EQ(explain(*snapshot, own_form.view()).hint.find("no-referrer"), std::string::npos);
}

TEST(CsrfPolicy, CanBeTested) {
  Policy policy;
  policy.csrf.trusted_origins = {kApp};
  const PolicyTest write = {.name = "a stranger writes",
                            .origin = kEvil,
                            .method = "POST",
                            .expect = PolicyTest::Expect::Deny,
                            .reason = "cross_site_write"};
  PolicyTest trusted_write = write;
  trusted_write.origin = kApp;
  policy.tests = {write, trusted_write};
  const auto outcomes = run_policy_tests(policy);
  EXPECT_TRUE(outcomes[0].has_passed) << outcomes[0].what;
  EXPECT_FALSE(outcomes[1].has_passed) << "nothing is refused for this reason";
  // A grant without credentials is no leave to write.
  policy.cors.allowed_origins = {kEvil};
  policy.tests = {{.name = "d", .origin = kEvil, .method = "POST"}};
  const auto refused = run_policy_tests(policy);
  EXPECT_FALSE(refused[0].has_passed);
  EXPECT_NE(refused[0].what.find("cross_site_write"), std::string::npos) << refused[0].what;
}

TrustedOrigin record_of(std::string origin, TrustedOrigin::ScopeType type) {
  TrustedOrigin record;
  record.name = origin;
  record.origin = std::move(origin);
  record.scopes = {{.type = type}};
  return record;
}

bool may_go(const Snapshot& snapshot, std::string_view target) {
  return snapshot.guards().redirects->allows(target, PageScheme::Https, nullptr);
}

// Proves M37.
TEST(RedirectPolicy, TakesActiveRecordsWithTheScope) {
  using std::chrono::seconds;
  using Scope = TrustedOrigin::ScopeType;
  const std::chrono::system_clock::time_point start{seconds(1'000'000)};
  Policy policy;
  policy.redirects.allowed_origins = {kApp};
  policy.trusted_origins = {
      record_of("HTTPS://Portal.example:443/", Scope::Redirect),
      record_of("https://cors.example", Scope::Cors),
      record_of("https://frame.example", Scope::IframeEmbed),
      record_of("https://off.example", Scope::Redirect),
      record_of("https://over.example", Scope::Redirect),
      record_of("capacitor://localhost", Scope::Redirect),
      record_of("https://github.io", Scope::Redirect),
      record_of("http://plain.example", Scope::Redirect),
  };
  policy.trusted_origins[3].status = TrustedOrigin::Status::Inactive;
  policy.trusted_origins[4].valid_until = start + seconds(100);
  const auto at = [&](seconds after) {
    auto result =
        compile_policy(policy, {.now = start + after, .application = {.has_public_origins = true}});
    EXPECT_TRUE(result);
    return result->snapshot;
  };
  const SnapshotPtr before = at(seconds(99));
  const struct {
    const char* target;
    bool may;
  } rows[] = {{kApp, true},
              {kPortal, true},
              {"https://cors.example", false},
              {"https://frame.example", false},
              {"https://off.example", false},
              {"https://over.example/x", true},
              {"capacitor://localhost", false},
              {"https://github.io", false},
              {"http://plain.example", true},
              {kEvil, false}};
  for (const auto& row : rows) EXPECT_EQ(may_go(*before, row.target), row.may) << row.target;
  EXPECT_EQ(before->next_expiry(), start + seconds(100));
  const SnapshotPtr after = at(seconds(100));
  EXPECT_FALSE(may_go(*after, "https://over.example/x"));
  EXPECT_EQ(after->next_expiry(), std::nullopt);
  EXPECT_EQ(problems_of(policy), (Texts{"warning record-not-granted trusted_origins[5].origin",
                                        "warning record-not-granted trusted_origins[6].origin",
                                        "warning records-without-cors trusted_origins"}));
  // Also while the guard is off, for the application that asks.
  policy.redirects = {};
  EXPECT_TRUE(may_go(*compiled(policy), kPortal));
  EXPECT_FALSE(compiled(policy)->decide(get(kEvil).view()).judges_location);
  EXPECT_TRUE(may_go(*Snapshot::closed(*compiled(policy)), kPortal));
  EXPECT_FALSE(may_go(*Snapshot::closed_at_start(), kPortal));
}

TEST(RedirectPolicy, JudgesParametersBehindTheOtherGuards) {
  Policy policy;
  policy.redirects.parameters = {"to"};
  policy.csrf.enabled = true;
  policy.cors.allowed_origins = {kApp};
  policy.cors.excluded_paths = {"/out"};
  const std::string elsewhere = "/in?to=https://evil.example";
  const std::string vary = "; Vary: Origin";
  const SnapshotPtr snapshot = compiled(policy);
  const auto told = [&](Asked asked) { return ask(*snapshot, std::move(asked)); };
  EXPECT_EQ(told(get(kApp, "/in?to=/x")),
            std::string("cors: pass (replace); Access-Control-Allow-Origin: ") + kApp + vary);
  EXPECT_EQ(told(get(kApp, elsewhere)),
            std::string("cors: refuse 403 redirect_not_allowed; Access-Control-Allow-Origin: ") +
                kApp + vary);
  EXPECT_EQ(told(get(kEvil, elsewhere)), "cors: refuse 403 origin_not_allowed" + vary);
  EXPECT_EQ(told(post(kApp, elsewhere)),
            std::string("cors: refuse 403 cross_site_write; Access-Control-Allow-Origin: ") + kApp +
                vary);
  EXPECT_EQ(told(get(kEvil, "/out?to=https://evil.example")),
            "excluded paths: refuse 403 redirect_not_allowed");
  policy.redirects.enabled = false;
  const SnapshotPtr off = compiled(policy);
  EXPECT_EQ(off->decide(get(kApp, elsewhere).view()).reason, Reason::None);
  EXPECT_FALSE(off->decide(get(kApp, elsewhere).view()).judges_location);
}

TEST(RedirectPolicy, SaysWhatIsWrongAndWhy) {
  const ProblemRow rows[] = {
      {"nothing", [](Policy& p) { p.redirects.enabled = true; }, {}},
      {"`*`",
       [](Policy& p) { p.redirects.allowed_origins = {"*"}; },
       {"error origin-any-guard redirects.allowed_origins[0]"}},
      {"plain http is where some pages are",
       [](Policy& p) { p.redirects.allowed_origins = {"http://a.example"}; },
       {}},
      {"an app",
       [](Policy& p) { p.redirects.allowed_origins = {"capacitor://localhost"}; },
       {"error origin-not-web redirects.allowed_origins[0]"}},
      {"S10: a public suffix",
       [](Policy& p) {
         p.redirects.allowed_origins = {kApp, "https://*.vercel.app"};
       },
       {"error origin-public-suffix redirects.allowed_origins[1]"}},
      {"a parameter without a name",
       [](Policy& p) {
         p.redirects.parameters = {"a", ""};
       },
       {"error parameter-empty redirects.parameters[1]"}},
  };
  for (const ProblemRow& row : rows) {
    Policy policy;
    row.change(policy);
    EXPECT_EQ(problems_of(policy), row.problems) << row.desc;
  }
  Policy policy;
  policy.redirects.parameters = {"to"};
  policy.redirects.place = {.line = 9, .column = 1};
  policy.sources = {"policy.toml"};
  policy.tests = {{.name = "elsewhere",
                   .path = "/in?to=//evil.example",
                   .expect = PolicyTest::Expect::Deny,
                   .reason = "redirect_not_allowed"},
                  {.name = "home", .path = "/in?to=/home"}};
  for (const TestOutcome& outcome : run_policy_tests(policy)) {
    EXPECT_TRUE(outcome.has_passed) << outcome.what;
  }
  const OwnOrigin own;
  Asked asked = get(kApp, "/in?to=//evil.example");
  asked.own = &own;
  const Explanation explanation = explain(*compiled(policy), asked.view());
  ASSERT_EQ(explanation.steps.size(), 3U);
  EXPECT_EQ(explanation.steps[1].name, "redirects");
  EXPECT_EQ(explanation.steps[1].outcome,
            "\"//evil.example\": redirect_not_allowed (policy.toml:9:1)");
  EXPECT_EQ(explanation.place, "policy.toml:9:1");
  EXPECT_NE(explanation.hint.find("public_origins"), std::string::npos);
}

// "frame-ancestors ..." that the answer gets; empty = none.
std::string frames_of(const Snapshot& snapshot, Asked asked) {
  return std::string(snapshot.guards().directive_of(snapshot.decide(asked.view()).frames));
}

TrustedOrigin frame_record(std::string origin, std::vector<std::string> apps = {}) {
  TrustedOrigin record = record_of(std::move(origin), TrustedOrigin::ScopeType::IframeEmbed);
  record.scopes[0].allowed_okta_apps = std::move(apps);
  return record;
}

// Proves M38.
TEST(FramesPolicy, NamesActiveRecordsWithTheScope) {
  using std::chrono::seconds;
  const std::chrono::system_clock::time_point start{seconds(1'000'000)};
  Policy policy;
  policy.frames.paths = {"/sign-in"};
  policy.frames.enduser_paths = {"/dashboard"};
  policy.trusted_origins = {
      frame_record("https://Portal.example/"),
      frame_record(kApp, {"OKTA_ENDUSER"}),
      frame_record("https://portal.example"),
      frame_record("https://off.example"),
      record_of(kEvil, TrustedOrigin::ScopeType::Cors),
      frame_record("http://plain.example"),
      frame_record("https://over.example"),
  };
  policy.trusted_origins[3].status = TrustedOrigin::Status::Inactive;
  policy.trusted_origins[6].valid_until = start;
  const auto at = [&](seconds after) {
    auto result =
        compile_policy(policy, {.now = start + after, .application = {.has_public_origins = true}});
    EXPECT_TRUE(result);
    return result->snapshot;
  };
  const std::string own = "frame-ancestors 'self'";
  const std::string pages = own + " https://portal.example " + kApp;
  const std::string enduser = own + ' ' + kApp;
  const SnapshotPtr snapshot = at(seconds(0));
  const auto target = [](const char* path) {
    Asked asked;
    asked.target = path;
    return asked;
  };
  const struct {
    const char* desc;
    Asked asked;
    std::string directive;
  } rows[] = {
      {"a guarded page", target("/sign-in"), pages},
      {"below it", target("/sign-in/x?y"), pages},
      {"an end user's page", target("/dashboard"), enduser},
      {"another page", target("/"), ""},
      {"S17: an ambiguous path has the shorter list", target("/x/%2e%2e/sign-in"), enduser},
      {"whatever the origin", get(kEvil, "/sign-in"), pages},
  };
  for (const auto& row : rows)
    EXPECT_EQ(frames_of(*snapshot, row.asked), row.directive) << row.desc;
  EXPECT_EQ(at(seconds(-1))->next_expiry(), start);
  EXPECT_EQ(frames_of(*at(seconds(-1)), target("/sign-in")), pages + " https://over.example");
  policy.trusted_origins.clear();
  EXPECT_EQ(frames_of(*at(seconds(0)), target("/sign-in")), own) << "no record";
  policy.frames = {};
  EXPECT_EQ(frames_of(*at(seconds(0)), target("/sign-in")), "") << "no section";
  EXPECT_EQ(frames_of(*Snapshot::closed_at_start(), target("/")), own);
}

// cpp-httplib 0.11.4 answers /staticapp.html with the file of /static/app.html.
TEST(FramesPolicy, GuardsWhatMayBeAFileOfAGuardedPath) {
  Policy policy;
  policy.frames.paths = {"/static"};
  const SnapshotPtr snapshot = compiled(policy);
  Asked asked;
  asked.target = "/staticapp.html";
  RequestView request = asked.view();
  EXPECT_EQ(snapshot->decide(request).frames, FrameList::None);
  request.mounts_by_raw_prefix = true;
  EXPECT_EQ(snapshot->decide(request).frames, FrameList::Pages);
  request.method = "POST";
  EXPECT_EQ(snapshot->decide(request).frames, FrameList::None);
}

TEST(FramesPolicy, GuardsEveryPathWithoutAList) {
  Policy policy;
  policy.frames.report_only = false;
  Asked asked;
  EXPECT_EQ(frames_of(*compiled(policy), asked), "frame-ancestors 'self'");
  policy.frames.enduser_paths = {"/dashboard"};
  EXPECT_EQ(compiled(policy)->decide(asked.view()).frames, FrameList::Pages);
  asked.target = "/dashboard";
  EXPECT_EQ(compiled(policy)->decide(asked.view()).frames, FrameList::EnduserPages);
  const Explanation explanation = explain(*compiled(policy), asked.view());
  ASSERT_EQ(explanation.headers.size(), 1U);
  EXPECT_EQ(explanation.headers[0].first, "Content-Security-Policy");
  EXPECT_EQ(explanation.headers[0].second, "frame-ancestors 'self'");
  EXPECT_EQ(explanation.steps[1].name, "frames");
  policy.frames.report_only = true;
  EXPECT_EQ(explain(*compiled(policy), asked.view()).headers[0].first,
            "Content-Security-Policy-Report-Only");
}

TEST(FramesPolicy, SaysWhatIsWrong) {
  const ProblemRow rows[] = {
      {"nothing", [](Policy& p) { p.frames.paths = {"/"}; }, {}},
      {"no page",
       [](Policy& p) { p.frames.paths = Names::none(); },
       {"error rule-selects-nothing frames.paths"}},
      {"a path",
       [](Policy& p) {
         p.frames.paths = {"/a", "b"};
       },
       {"error path-malformed frames.paths[1]"}},
      {"a path of both lists",
       [](Policy& p) {
         p.frames.paths = {"/a"};
         p.frames.enduser_paths = {"/b", "/a"};
       },
       {"error rule-tie frames.enduser_paths[1]"}},
      {"S9: a record of plain http",
       [](Policy& p) {
         p.frames.paths = {"/"};
         p.trusted_origins = {frame_record("http://plain.example")};
       },
       {"warning record-not-granted trusted_origins[0].origin"}},
  };
  for (const ProblemRow& row : rows) {
    Policy policy;
    row.change(policy);
    EXPECT_EQ(problems_of(policy), row.problems) << row.desc;
  }
}

TEST(FramesPolicy, KeepsTheHeaderWithinItsLimit) {
  Policy policy;
  policy.frames.paths = {"/"};
  for (int i = 0; i < 200; ++i) {
    policy.trusted_origins.push_back(
        frame_record("https://a-rather-long-name-of-a-partner-" + std::to_string(i) + ".example"));
  }
  const std::string directive = frames_of(*compiled(policy), Asked());
  EXPECT_LE(directive.size(), kFrameAncestorsLimitBytes);
  EXPECT_GT(directive.size(), kFrameAncestorsLimitBytes - 100);
  EXPECT_FALSE(problems_of(policy).empty());
}

TEST(Guards, AllocateNothingWhileDeciding) {
  Policy policy;
  policy.cors.allowed_origins = {kApp};
  policy.cors.allow_credentials = true;
  policy.hosts.allowed = {"api.example.com"};
  policy.csrf.exempt_paths = {"/webhooks"};
  policy.redirects.parameters = {"to"};
  policy.frames.paths = {"/in"};
  const SnapshotPtr snapshot = compiled(policy);
  const OwnOrigin own;
  std::vector<Asked> requests = {post(kApp, "/in?to=/x"), post(kEvil, "/webhooks/x"),
                                 get(kApp, "/in?to=//evil.example"), post("null", "//in")};
  for (Asked& asked : requests) {
    asked.own = &own;
    const RequestView& request = asked.view();
    const testing::AllocationCounter counter;
    const Decision decision = snapshot->decide(request);
    const std::size_t allocations = counter.count();
    EXPECT_EQ(allocations, 0U) << asked.target << ' ' << static_cast<int>(decision.reason);
  }
}

}  // namespace
}  // namespace corsac
