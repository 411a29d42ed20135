#include "corsac/policy/compile.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/policy/near_origin.hpp"
#include "policy/asked.hpp"

namespace corsac {
namespace {

using testing::ask;
using testing::get;
using testing::preflight;

using Texts = std::vector<std::string>;

// A policy about which there is nothing to say.
Policy quiet() {
  Policy policy;
  policy.sources = {"policy.toml"};
  policy.cors.allowed_origins = {"https://app.example.com"};
  policy.cors.place = {.line = 3, .column = 1};
  policy.hosts.allowed = {"api.example.com"};
  return policy;
}

Names names_at(std::vector<std::string> values, std::uint32_t line) {
  std::vector<Place> places;
  for (std::size_t i = 0; i < values.size(); ++i) {
    places.push_back({.line = line, .column = static_cast<std::uint32_t>(10 * (i + 1))});
  }
  return Names(std::move(values), std::move(places));
}

CorsRule rule_for(Names paths) {
  CorsRule rule;
  rule.paths = std::move(paths);
  return rule;
}

TrustedOrigin cors_record(std::string origin) {
  TrustedOrigin record;
  record.name = "a record";
  record.origin = std::move(origin);
  record.scopes.emplace_back();
  return record;
}

// "error rule-selects-nothing cors.rules[0] 7:1", in the order of the texts.
Texts found_in(const Report& report) {
  Texts found;
  for (const Problem& problem : report.problems()) {
    std::string text = problem.severity == Severity::Error ? "error " : "warning ";
    text += std::string(problem.code) + ' ' + problem.path;
    if (problem.place.is_known()) {
      text += ' ' + std::to_string(problem.place.line) + ':' +
              std::to_string(std::uint32_t{problem.place.column});
    }
    EXPECT_FALSE(problem.what.empty()) << text;
    found.push_back(std::move(text));
  }
  std::sort(found.begin(), found.end());
  return found;
}

Texts problems_of(const Policy& policy, CompileOptions options = {}) {
  const auto compiled = compile_policy(policy, options);
  const Report& report = compiled ? compiled->warnings : compiled.error();
  EXPECT_EQ(report.has_errors(), !compiled);
  EXPECT_EQ(report.sources(), policy.sources);
  return found_in(report);
}

std::shared_ptr<const Snapshot> snapshot_of(const Policy& policy, CompileOptions options = {}) {
  auto compiled = compile_policy(policy, options);
  if (compiled) return compiled->snapshot;
  ADD_FAILURE() << compiled.error().text();
  return Snapshot::closed_at_start();
}

struct Row {
  const char* desc;
  std::function<void(Policy&)> change;
  Texts problems;
};

TEST(CompilePolicy, SaysNothingAboutAQuietPolicy) {
  EXPECT_EQ(problems_of(quiet()), Texts{});
  EXPECT_EQ(problems_of(Policy{}), Texts{});
}

TEST(CompilePolicy, ReportsEachErrorWithItsPlace) {
  const Row rows[] = {
      {"another schema version",
       [](Policy& p) {
         p.version = {2, {.line = 1, .column = 11}};
       },
       {"error version-unknown version 1:11"}},
      {"a profile that nobody knows",
       [](Policy& p) {
         p.cors.profile = {std::string("fetsch"), {.line = 4, .column = 11}};
       },
       {"error profile-unknown cors.profile 4:11"}},
      {"an unknown text in [cors]",
       [](Policy& p) {
         p.cors.on_denied = {std::string("blok"), {.line = 5, .column = 2}};
       },
       {"error value-unknown cors.on_denied 5:2"}},
      {"an unknown text is reported once, however many rules inherit it",
       [](Policy& p) {
         p.cors.preflight = "anwser";
         p.cors.rules = {rule_for({"/a"}), rule_for({"/b"})};
       },
       {"error value-unknown cors.preflight"}},
      {"unknown texts in a rule",
       [](Policy& p) {
         p.cors.rules = {rule_for({"/a"})};
         p.cors.rules[0].websocket = "allow";
         p.cors.rules[0].handler_headers = "Keep";
       },
       {"error value-unknown cors.rules[0].handler_headers",
        "error value-unknown cors.rules[0].websocket"}},
      {"a test that expects a reason which does not exist",
       [](Policy& p) {
         p.tests = {{.name = "t",
                     .expect = PolicyTest::Expect::Deny,
                     .reason = "origin_not_alowed",
                     .place = {.line = 9, .column = 1}}};
       },
       {"error value-unknown test[0].reason 9:1"}},
      {"an origins file that no store has read",
       [](Policy& p) {
         p.cors.allowed_origins_file = {std::string("o.txt"), {.line = 6}};
       },
       {"error origins-file-unread cors.allowed_origins_file 6:0"}},
      {"a rule that selects nothing",
       [](Policy& p) {
         p.cors.rules.resize(1);
         p.cors.rules[0].place = {.line = 12, .column = 1};
       },
       {"error rule-selects-nothing cors.rules[0] 12:1"}},
      {"an empty list does not mean every path",
       [](Policy& p) {
         p.cors.rules = {rule_for(Names::none())};
         p.cors.rules[0].methods = {"GET"};
       },
       {"error rule-selects-nothing cors.rules[0].paths"}},
      {"nothing is included",
       [](Policy& p) { p.cors.included_paths.set_empty({.line = 8, .column = 18}); },
       {"error rule-selects-nothing cors.included_paths 8:18"}},
      {"two rules of one name",
       [](Policy& p) {
         p.cors.rules = {rule_for({"/a"}), rule_for({"/b"}), rule_for({"/c"})};
         p.cors.rules[0].name = "x";
         p.cors.rules[2].name = {std::string("x"), {.line = 20, .column = 8}};
       },
       {"error rule-name-repeated cors.rules[2].name 20:8"}},
      {"more rules than anybody writes",
       [](Policy& p) { p.cors.rules.assign(10'001, rule_for({"/a"})); },
       {"error too-many-rules cors.rules 3:1"}},
      {"included beside excluded",
       [](Policy& p) {
         p.cors.included_paths = names_at({"/api"}, 7);
         p.cors.excluded_paths = {"/admin"};
       },
       {"error path-selectors-exclusive cors.included_paths 7:10"}},
      {"an empty [hosts] would refuse everything",
       [](Policy& p) {
         p.hosts.allowed = {};
         p.hosts.allowed.set_empty({.line = 30, .column = 11});
       },
       {"error hosts-nothing-allowed hosts.allowed 30:11"}},
      {"hosts that are none, in [hosts] and in a rule",
       [](Policy& p) {
         p.hosts.allowed = names_at({"api.example.com", "https://b.example"}, 30);
         p.cors.rules.resize(1);
         p.cors.rules[0].hosts = names_at({"a.example/x"}, 14);
       },
       {"error host-path cors.rules[0].hosts[0] 14:10",
        "error host-scheme hosts.allowed[1] 30:20"}},
      {"methods of a rule that are none",
       [](Policy& p) {
         p.cors.rules.resize(1);
         p.cors.rules[0].methods = names_at({"GET", "PU T", "*", "trace"}, 15);
       },
       {"error method-forbidden cors.rules[0].methods[3] 15:40",
        "error method-malformed cors.rules[0].methods[1] 15:20",
        "error method-malformed cors.rules[0].methods[2] 15:30"}},
      {"an origin with a slash, from the CORS stage",
       [](Policy& p) {
         p.cors.allowed_origins = names_at({"https://a.example", "https://b.example/"}, 4);
       },
       {"error origin-trailing-slash cors.allowed_origins[1] 4:20"}},
      {"an inherited list is reported once",
       [](Policy& p) {
         p.cors.allowed_origins = names_at({"https://b.example/"}, 4);
         p.cors.allowed_methods = names_at({"P UT"}, 5);
         p.cors.rules = {rule_for({"/a"}), rule_for({"/b"})};
       },
       {"error method-malformed cors.allowed_methods[0] 5:10",
        "error origin-trailing-slash cors.allowed_origins[0] 4:10"}},
      {"a rule that turns credentials on over an inherited `*`",
       [](Policy& p) {
         p.cors.allowed_origins = {"*"};
         p.cors.rules = {rule_for({"/a"}), rule_for({"/b"})};
         p.cors.rules[1].allow_credentials = {true, {.line = 18, .column = 1}};
       },
       {"error origin-any-credentials cors.rules[1].allow_credentials 18:1"}},
      {"a path that is none, from the path table",
       [](Policy& p) {
         p.cors.excluded_paths = names_at({"/a", "admin"}, 8);
       },
       {"error path-malformed cors.excluded_paths[1] 8:20"}},
  };
  for (const Row& row : rows) {
    Policy policy = quiet();
    row.change(policy);
    EXPECT_EQ(problems_of(policy), row.problems) << row.desc;
  }
}

// Proves 125.
TEST(CompilePolicy, RefusesTwoRulesThatTie) {
  Policy policy = quiet();
  policy.cors.excluded_paths = {"/a"};
  policy.cors.rules = {rule_for({"/a"})};
  const auto compiled = compile_policy(policy, {});
  ASSERT_FALSE(compiled);
  ASSERT_EQ(compiled.error().problems().size(), 1U);
  EXPECT_EQ(compiled.error().problems()[0].code, "rule-tie");
}

// Proves 81, 87.
TEST(CompilePolicy, WarnsOfWhatIsMostLikelyNotMeant) {
  const Row rows[] = {
      {"a rule outside the included paths",
       [](Policy& p) {
         p.cors.included_paths = {"/api", "/v1/:id"};
         p.cors.rules = {rule_for({"/api/a"}), rule_for(names_at({"/other"}, 11)),
                         rule_for({"/elsewhere", "/v1"})};
       },
       {"warning rule-unreachable cors.rules[1].paths 11:10"}},
      {"blocks without [hosts]",
       [](Policy& p) { p.hosts = {}; },
       {"warning own-origin-by-host hosts 3:1"}},
      {"marks without [hosts]",
       [](Policy& p) {
         p.hosts = {};
         p.cors.on_denied = "mark";
       },
       {}},
      {"allows everybody without [hosts]",
       [](Policy& p) {
         p.hosts = {};
         p.cors.allowed_origins = {"*"};
       },
       {}},
      {"one rule blocks without [hosts]",
       [](Policy& p) {
         p.hosts = {};
         p.cors.on_denied = "mark";
         p.cors.rules = {rule_for({"/a"})};
         p.cors.rules[0].on_denied = "block";
       },
       {"warning own-origin-by-host hosts 3:1"}},
      {"records without [cors]",
       [](Policy& p) {
         p.cors = {};
         p.trusted_origins = {cors_record("https://portal.example")};
       },
       {"warning records-without-cors trusted_origins"}},
      {"records of other scopes without [cors]",
       [](Policy& p) {
         p.cors = {};
         p.trusted_origins = {cors_record("https://portal.example")};
         p.trusted_origins[0].scopes[0].type = TrustedOrigin::ScopeType::Redirect;
       },
       {}},
      {"a record beside `*`, with a rule that inherits both",
       [](Policy& p) {
         p.cors.allowed_origins = {"*"};
         p.cors.rules = {rule_for({"/a"})};
         p.trusted_origins = {cors_record("https://portal.example")};
       },
       {"warning record-beside-any trusted_origins[0].origin"}},
      {"a method with a body and no Content-Type",
       [](Policy& p) {
         p.cors.allowed_methods = names_at({"GET", "put"}, 5);
       },
       {"warning content-type-missing cors.allowed_headers 5:10"}},
      {"any method and no Content-Type",
       [](Policy& p) {
         p.cors.allowed_methods = {"*"};
         p.cors.allowed_headers = names_at({"X-Id"}, 6);
       },
       {"warning content-type-missing cors.allowed_headers 6:10"}},
      {"a method with a body and Content-Type in any case",
       [](Policy& p) {
         p.cors.allowed_methods = {"POST"};
         p.cors.allowed_headers = {"CONTENT-TYPE"};
       },
       {}},
      {"a method with a body and any header",
       [](Policy& p) {
         p.cors.allowed_methods = {"POST"};
         p.cors.allowed_headers = {"*"};
       },
       {}},
      {"a rule that takes Content-Type away",
       [](Policy& p) {
         p.cors.allowed_methods = {"POST"};
         p.cors.allowed_headers = {"Content-Type"};
         p.cors.rules = {rule_for({"/a"}), rule_for({"/b"})};
         p.cors.rules[0].allowed_headers = Names::none();
         p.cors.rules[1].allowed_headers = Names::none();
         p.cors.rules[1].methods = {"GET"};
       },
       {"warning content-type-missing cors.rules[0].allowed_headers"}},
      {"debug headers",
       [](Policy& p) {
         p.cors.debug_headers = {true, {.line = 9, .column = 17}};
       },
       {"warning debug-headers cors.debug_headers 9:17"}},
      {"the private network header, which a rule inherits",
       [](Policy& p) {
         p.cors.allow_private_network = true;
         p.cors.rules = {rule_for({"/a"})};
       },
       {"warning private-network-obsolete cors.allow_private_network"}},
      {"null beside `*`",
       [](Policy& p) {
         p.cors.allowed_origins = {"*"};
         p.cors.allow_null_origin = true;
       },
       {"warning setting-has-no-effect cors.allow_null_origin"}},
      {"lists of answers that are never given",
       [](Policy& p) {
         p.cors.preflight = "reject";
         p.cors.allowed_methods = {"PUT"};
         p.cors.allowed_headers = {"content-type"};
         p.cors.max_age_seconds = 60;
       },
       {"warning setting-has-no-effect cors.allowed_headers",
        "warning setting-has-no-effect cors.allowed_methods",
        "warning setting-has-no-effect cors.max_age_seconds"}},
      {"lists that a rule makes use of",
       [](Policy& p) {
         p.cors.preflight = "pass_through";
         p.cors.allowed_methods = {"DELETE"};
         p.cors.rules = {rule_for({"/a"})};
         p.cors.rules[0].preflight = "answer";
       },
       {}},
      {"a reason for what is allowed",
       [](Policy& p) { p.tests = {{.name = "t", .reason = "origin_null"}}; },
       {"warning setting-has-no-effect test[0].reason"}},
      {"a dangerous switch",
       [](Policy& p) { p.cors.dangerously_allow_insecure_origins = true; },
       {"warning dangerous-switch cors.dangerously_allow_insecure_origins"}},
  };
  for (const Row& row : rows) {
    Policy policy = quiet();
    row.change(policy);
    EXPECT_EQ(problems_of(policy), row.problems) << row.desc;
  }
}

TEST(CompilePolicy, DoesNotDoubtHostsWherePublicOriginsAreKnown) {
  Policy policy = quiet();
  policy.hosts = {};
  EXPECT_EQ(problems_of(policy, {.application = {.has_public_origins = true}}), Texts{});
}

TEST(CompilePolicy, LeavesOutWarningsThatAreMeant) {
  const Row rows[] = {
      {"the very path",
       [](Policy& p) {
         p.allowed_warnings = {
             {.code = "debug-headers", .path = "cors.debug_headers", .reason = "meant"}};
       },
       {}},
      {"what is in the path",
       [](Policy& p) {
         p.allowed_warnings = {{.code = "debug-headers", .path = "cors", .reason = "meant"}};
       },
       {}},
      {"a path that only begins so",
       [](Policy& p) {
         p.allowed_warnings = {{.code = "debug-headers",
                                .path = "cors.debug",
                                .reason = "meant",
                                .place = {.line = 40, .column = 1}}};
       },
       {"warning debug-headers cors.debug_headers",
        "warning lint-allow-unused lint.allow[0] 40:1"}},
      {"another code",
       [](Policy& p) {
         p.allowed_warnings = {{.code = "debug", .path = "cors.debug_headers", .reason = "meant"}};
       },
       {"warning debug-headers cors.debug_headers", "warning lint-allow-unknown lint.allow[0]"}},
      {"an error is no warning",
       [](Policy& p) {
         p.version = 7;
         p.allowed_warnings = {
             {.code = "debug-headers", .path = "cors.debug_headers", .reason = "meant"},
             {.code = "version-unknown", .path = "version", .reason = "meant"}};
       },
       {"error version-unknown version", "warning lint-allow-unknown lint.allow[1]"}},
      {"the same twice",
       [](Policy& p) {
         const AllowedWarning allowed = {
             .code = "debug-headers", .path = "cors.debug_headers", .reason = "meant"};
         p.allowed_warnings = {allowed, allowed};
       },
       {"warning lint-allow-unused lint.allow[1]"}},
      {"a candidate without a name",
       [](Policy& p) {
         p.cors.debug_headers = false;
         p.shadow.file = std::string();
       },
       {"error value-unknown shadow.file"}},
      {"a reason that says nothing",
       [](Policy& p) {
         p.allowed_warnings = {{.code = "debug-headers",
                                .path = "cors",
                                .reason = " ",
                                .place = {.line = 40, .column = 1}}};
       },
       {"error lint-allow-reason lint.allow[0].reason 40:1"}},
      {"a dangerous switch is never silent",
       [](Policy& p) {
         p.cors.dangerously_allow_public_suffixes = true;
         p.allowed_warnings = {
             {.code = "debug-headers", .path = "cors.debug_headers", .reason = "meant"},
             {.code = "dangerous-switch", .path = "cors", .reason = "meant"}};
       },
       {"warning dangerous-switch cors.dangerously_allow_public_suffixes",
        "warning lint-allow-unused lint.allow[1]"}},
  };
  for (const Row& row : rows) {
    Policy policy = quiet();
    policy.cors.debug_headers = true;
    row.change(policy);
    EXPECT_EQ(problems_of(policy), row.problems) << row.desc;
  }
}

TEST(CompilePolicy, ReportsAllProblemsOfADocumentAtOnce) {
  Policy policy;
  policy.sources = {"policy.toml"};
  policy.version = 3;
  policy.cors.allowed_origins = names_at({"https://a.example", "a.example"}, 4);
  policy.cors.allowed_headers = names_at({"x id"}, 5);
  policy.cors.on_denied = {std::string("deny"), {.line = 6, .column = 13}};
  policy.cors.excluded_paths = names_at({"admin"}, 7);
  policy.cors.rules.resize(2);
  policy.cors.rules[0].place = {.line = 9, .column = 1};
  policy.cors.rules[1].paths = names_at({"/a"}, 13);
  policy.cors.rules[1].hosts = names_at({"A.example"}, 14);
  policy.hosts.allowed = names_at({"*"}, 20);
  EXPECT_EQ(problems_of(policy), (Texts{
                                     "error header-malformed cors.allowed_headers[0] 5:10",
                                     "error host-upper-case cors.rules[1].hosts[0] 14:10",
                                     "error host-wildcard hosts.allowed[0] 20:10",
                                     "error origin-no-scheme cors.allowed_origins[1] 4:20",
                                     "error path-malformed cors.excluded_paths[0] 7:10",
                                     "error rule-selects-nothing cors.rules[0] 9:1",
                                     "error value-unknown cors.on_denied 6:13",
                                     "error version-unknown version",
                                 }));
}

TEST(CompilePolicy, CountsProblemsFromAThousandOn) {
  Policy policy = quiet();
  for (int i = 0; i < 1500; ++i) policy.tests.push_back({.name = "t", .reason = "no_such_reason"});
  const auto compiled = compile_policy(policy, {});
  ASSERT_FALSE(compiled);
  const auto& problems = compiled.error().problems();
  ASSERT_EQ(problems.size(), 1001U);
  EXPECT_EQ(problems.back().code, "problems-left-out");
  EXPECT_EQ(problems.back().severity, Severity::Error);
  EXPECT_EQ(problems.back().what, "500 more problems are left out");
}

// The text of an error names what to write.
TEST(CompilePolicy, NamesTheFixOfAnUnknownValue) {
  Policy policy = quiet();
  policy.cors.on_denied = {std::string("blok"), {.line = 5, .column = 13}};
  const auto compiled = compile_policy(policy, {});
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().text(),
            "policy.toml:5:13: error[value-unknown]: cors.on_denied = \"blok\"\n"
            "    the values are \"block\" or \"mark\"; write \"block\"\n");
}

struct InheritanceRow {
  const char* desc;
  std::function<void(CorsPolicy&, CorsRule&)> change;
  std::string method;  // that a preflight from https://app.example.com asks for, with x-a
  std::string answer;  // for a path below the rule's
};

TEST(CompilePolicy, LetsARuleInheritFieldByField) {
  const std::string grant =
      "r: answer 204; Access-Control-Allow-Origin: https://app.example.com; "
      "Access-Control-Allow-Credentials: true; Access-Control-Allow-Methods: PUT; "
      "Access-Control-Allow-Headers: x-a; Access-Control-Max-Age: 60";
  const std::string vary =
      "; Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
  const InheritanceRow rows[] = {
      {"everything", [](CorsPolicy&, CorsRule&) {}, "PUT", grant + vary},
      {"all but the methods", [](CorsPolicy&, CorsRule& r) { r.allowed_methods = {"DELETE"}; },
       "PUT", "r: refuse 403 requested_method_not_allowed" + vary},
      {"an empty list takes an inherited one away",
       [](CorsPolicy&, CorsRule& r) { r.allowed_headers = Names::none(); }, "PUT",
       "r: refuse 403 requested_header_not_allowed" + vary},
      {"no origins at all", [](CorsPolicy&, CorsRule& r) { r.allowed_origins = Names::none(); },
       "PUT", "r: refuse 403 origin_not_allowed" + vary},
      {"a switch may go off again", [](CorsPolicy&, CorsRule& r) { r.allow_credentials = false; },
       "PUT",
       "r: answer 204; Access-Control-Allow-Origin: https://app.example.com; "
       "Access-Control-Allow-Methods: PUT; Access-Control-Allow-Headers: x-a; "
       "Access-Control-Max-Age: 60" +
           vary},
      {"own origins leave out the inherited file",
       [](CorsPolicy& c, CorsRule& r) {
         c.allowed_origins = {"https://b.example"};
         c.allowed_origins_file = "o.txt";
         c.allowed_origins_from_file = {"https://app.example.com"};
         r.allowed_origins = {"https://b.example"};
       },
       "PUT", "r: refuse 403 origin_not_allowed" + vary},
      {"an inherited file",
       [](CorsPolicy& c, CorsRule&) {
         c.allowed_origins = {"https://b.example"};
         c.allowed_origins_file = "o.txt";
         c.allowed_origins_from_file = {"https://app.example.com"};
       },
       "PUT", grant + vary},
      {"an inherited mode", [](CorsPolicy& c, CorsRule&) { c.preflight = "reject"; }, "PUT",
       "r: refuse 403 preflight_rejected" + vary},
      {"a mode of its own",
       [](CorsPolicy& c, CorsRule& r) {
         c.preflight = "reject";
         r.preflight = "answer";
       },
       "PUT", grant + vary},
      {"report_only of its own",
       [](CorsPolicy&, CorsRule& r) {
         r.report_only = true;
         r.allowed_origins = Names::none();
       },
       "PUT", "r: pass (replace) origin_not_allowed" + vary},
  };
  for (const InheritanceRow& row : rows) {
    Policy policy = quiet();
    policy.cors.allowed_methods = {"PUT"};
    policy.cors.allowed_headers = {"x-a", "content-type"};
    policy.cors.allow_credentials = true;
    policy.cors.max_age_seconds = 60;
    policy.cors.rules = {rule_for({"/r"})};
    policy.cors.rules[0].name = "r";
    row.change(policy.cors, policy.cors.rules[0]);
    const auto snapshot = snapshot_of(policy);
    EXPECT_EQ(ask(*snapshot, preflight("https://app.example.com", row.method, "/r/1", {"x-a"})),
              row.answer)
        << row.desc;
  }
}

TEST(CompilePolicy, GivesRecordsToCorsAndToRulesThatInheritOrigins) {
  Policy policy = quiet();
  policy.trusted_origins = {cors_record("HTTPS://Portal.example:443/"),
                            cors_record("https://off.example"), cors_record("ftp://f.example"),
                            cors_record("https://frames.example")};
  policy.trusted_origins[1].status = TrustedOrigin::Status::Inactive;
  policy.trusted_origins[3].scopes[0].type = TrustedOrigin::ScopeType::IframeEmbed;
  policy.cors.rules = {rule_for({"/inherits"}), rule_for({"/own"})};
  policy.cors.rules[1].allowed_origins = {"https://b.example"};
  EXPECT_EQ(problems_of(policy), Texts{"warning record-not-granted trusted_origins[2].origin"});
  const auto snapshot = snapshot_of(policy);
  const std::string granted =
      "pass (replace); Access-Control-Allow-Origin: https://portal.example; Vary: Origin";
  const std::string refused = "refuse 403 origin_not_allowed; Vary: Origin";
  EXPECT_EQ(ask(*snapshot, get("https://portal.example")), "cors: " + granted);
  EXPECT_EQ(ask(*snapshot, get("https://portal.example", "/inherits")),
            "cors.rules[0]: " + granted);
  EXPECT_EQ(ask(*snapshot, get("https://portal.example", "/own")), "cors.rules[1]: " + refused);
  EXPECT_EQ(ask(*snapshot, get("https://off.example")), "cors: " + refused);
  EXPECT_EQ(ask(*snapshot, get("https://frames.example")), "cors: " + refused);
}

// Proves S11.
TEST(CompilePolicy, EndsAGrantWhenItsRecordExpires) {
  using std::chrono::seconds;
  const std::chrono::system_clock::time_point start{seconds(1'000'000)};
  Policy policy = quiet();
  policy.trusted_origins = {cors_record("https://later.example"),
                            cors_record("https://sooner.example")};
  policy.trusted_origins[0].valid_until = start + seconds(200);
  policy.trusted_origins[1].valid_until = start + seconds(100);
  const auto is_granted = [](const Snapshot& snapshot, const char* origin) {
    auto asked = get(origin);
    return snapshot.decide(asked.view()).has_grant();
  };
  const auto before = snapshot_of(policy, {.now = start + seconds(99)});
  EXPECT_TRUE(is_granted(*before, "https://sooner.example"));
  EXPECT_EQ(before->next_expiry(), start + seconds(100));
  const auto between = snapshot_of(policy, {.now = start + seconds(100)});
  EXPECT_FALSE(is_granted(*between, "https://sooner.example"));
  EXPECT_TRUE(is_granted(*between, "https://later.example"));
  EXPECT_EQ(between->next_expiry(), start + seconds(200));
  const auto after = snapshot_of(policy, {.now = start + seconds(200)});
  EXPECT_FALSE(is_granted(*after, "https://later.example"));
  EXPECT_EQ(after->next_expiry(), std::nullopt);
  const auto ignoring = snapshot_of(policy, {.now = start + seconds(200), .honours_expiry = false});
  EXPECT_TRUE(is_granted(*ignoring, "https://sooner.example"));
  EXPECT_EQ(ignoring->next_expiry(), std::nullopt);
}

TEST(CompilePolicy, SharesOriginSetsAmongRulesThatInherit) {
  Policy policy = quiet();
  policy.cors.rules = {rule_for({"/a"}), rule_for({"/b"}), rule_for({"/c"}), rule_for({"/d"})};
  policy.cors.rules[1].max_age_seconds = 7;
  policy.cors.rules[2].allowed_origins = {"https://app.example.com"};  // the same by chance
  policy.cors.rules[3].allowed_origins = {"https://b.example"};
  const auto snapshot = snapshot_of(policy);
  const auto set = [&](std::uint32_t rule) { return snapshot->rule(rule).cors->origins; };
  EXPECT_EQ(set(2), set(0));
  EXPECT_EQ(set(3), set(0));
  EXPECT_EQ(set(4), set(0));
  EXPECT_NE(set(5), set(0));
}

// What is allowed with credentials is not what is allowed without: the sets must not mix.
TEST(CompilePolicy, SharesNoOriginSetBetweenDifferentSwitches) {
  Policy policy = quiet();
  policy.trusted_origins = {cors_record("http://plain.example")};
  policy.cors.rules = {rule_for({"/a"}), rule_for({"/b"})};
  policy.cors.rules[0].allow_credentials = true;
  policy.cors.rules[1].allow_credentials = true;
  const auto snapshot = snapshot_of(policy);
  EXPECT_EQ(ask(*snapshot, get("http://plain.example")),
            "cors: pass (replace); Access-Control-Allow-Origin: http://plain.example; "
            "Vary: Origin");
  for (const char* path : {"/a", "/b"}) {
    auto asked = get("http://plain.example", path);
    EXPECT_EQ(snapshot->decide(asked.view()).reason, Reason::OriginNotAllowed) << path;
  }
  EXPECT_NE(snapshot->rule(2).cors->origins, snapshot->rule(0).cors->origins);
  EXPECT_EQ(snapshot->rule(3).cors->origins, snapshot->rule(2).cors->origins);
}

TEST(CompilePolicy, SharesOriginSetsWithThePolicyInForce) {
  Policy policy = quiet();
  policy.cors.rules = {rule_for({"/a"})};
  policy.cors.rules[0].allowed_origins = {"https://b.example"};
  const auto first = snapshot_of(policy);
  policy.cors.rules[0].allowed_origins = {"https://c.example"};
  policy.cors.max_age_seconds = 5;
  const auto second = snapshot_of(policy, {.previous = first.get()});
  EXPECT_EQ(second->rule(0).cors->origins, first->rule(0).cors->origins);
  EXPECT_NE(second->rule(2).cors->origins, first->rule(2).cors->origins);
  const auto third = snapshot_of(policy, {.previous = Snapshot::closed(*second).get()});
  EXPECT_EQ(third->rule(2).cors->origins, second->rule(2).cors->origins);
  EXPECT_EQ(ask(*third, get("https://c.example", "/a")),
            "cors.rules[0]: pass (replace); Access-Control-Allow-Origin: https://c.example; "
            "Vary: Origin");
}

TEST(CompilePolicy, TellsWhereRulesAndTheirListsStand) {
  Policy policy = quiet();
  policy.revision = "abc";
  policy.cors.debug = true;
  policy.cors.allowed_origins = names_at({"https://app.example.com"}, 4);
  policy.cors.allowed_methods = names_at({"PUT", "DELETE"}, 5);
  policy.cors.allowed_headers = names_at({"content-type"}, 6);
  policy.cors.excluded_paths = names_at({"/admin"}, 7);
  policy.hosts.allowed = names_at({"api.example.com"}, 30);
  policy.cors.rules = {rule_for({"/a"})};
  policy.cors.rules[0].name = "public";
  policy.cors.rules[0].place = {.line = 12, .column = 1};
  policy.cors.rules[0].allowed_methods = names_at({"PATCH"}, 14);
  const auto snapshot = snapshot_of(policy);
  EXPECT_EQ(snapshot->revision(), "abc");
  EXPECT_TRUE(snapshot->has_debug());
  EXPECT_FALSE(snapshot->has_debug_headers());
  EXPECT_EQ(snapshot->guards().hosts_place, "policy.toml:30:10");
  ASSERT_EQ(snapshot->rule_count(), 3U);
  const RuleInfo& cors = snapshot->rule(0);
  EXPECT_EQ(cors.name, "cors");
  EXPECT_EQ(cors.place, "policy.toml:3:1");
  EXPECT_EQ(cors.origins_place, "policy.toml:4:10");
  EXPECT_EQ(cors.methods, "PUT, DELETE");
  const RuleInfo& excluded = snapshot->rule(1);
  EXPECT_EQ(excluded.name, "excluded paths");
  EXPECT_EQ(excluded.place, "policy.toml:7:10");
  const RuleInfo& rule = snapshot->rule(2);
  EXPECT_EQ(rule.name, "public");
  EXPECT_EQ(rule.field, "cors.rules[0]");
  EXPECT_EQ(rule.place, "policy.toml:12:1");
  EXPECT_EQ(rule.origins_place, "policy.toml:4:10");
  EXPECT_EQ(rule.methods_place, "policy.toml:14:10");
  EXPECT_EQ(rule.headers_place, "policy.toml:6:10");
}

TEST(CompilePolicy, KeepsNoMorePatternsForHintsThanTheLimit) {
  Policy policy = quiet();
  std::vector<std::string> origins;
  for (int i = 0; i < 1200; ++i) {
    origins.push_back("https://host-" + std::to_string(i) + ".example");
  }
  policy.cors.allowed_origins = Names(std::move(origins));
  const auto snapshot = snapshot_of(policy);
  ASSERT_NE(snapshot->rule(0).patterns, nullptr);
  EXPECT_EQ(snapshot->rule(0).patterns->size(), kNearMissPatterns);
}

// Ten thousand rules that inherit ten thousand origins must not cost their product.
TEST(CompilePolicy, CompilesManyRulesThatInheritManyOrigins) {
  Policy policy = quiet();
  std::vector<std::string> origins;
  for (int i = 0; i < 10'000; ++i) {
    origins.push_back("https://host-" + std::to_string(i) + ".example");
  }
  policy.cors.allowed_origins = Names(std::move(origins));
  for (int i = 0; i < 10'000; ++i)
    policy.cors.rules.push_back(rule_for({"/r" + std::to_string(i)}));
  const auto snapshot = snapshot_of(policy);
  EXPECT_EQ(snapshot->rule(10'001).cors->origins, snapshot->rule(0).cors->origins);
  EXPECT_EQ(ask(*snapshot, get("https://host-7.example", "/r9999")),
            "cors.rules[9999]: pass (replace); Access-Control-Allow-Origin: "
            "https://host-7.example; Vary: Origin");
}

}  // namespace
}  // namespace corsac
