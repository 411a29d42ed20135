#include "corsac/policy/reader.hpp"

#include <chrono>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using Texts = std::vector<std::string>;

[[nodiscard]] Place at(std::uint32_t line, std::uint32_t column = 1) {
  return {.line = line, .column = column, .source = 0};
}

void list(PolicyReader& reader, std::string_view field, const Texts& texts, Place place = {}) {
  reader.begin_list(field, place);
  for (const std::string& text : texts) reader.text("", text, place);
  reader.end_list();
}

// What a document of `calls` and a version becomes.
struct Read {
  Policy policy;
  std::vector<Problem> problems;
  bool is_finished = false;
};

[[nodiscard]] Read read(const std::function<void(PolicyReader&)>& calls,
                        ReaderKeeps keeps = ReaderKeeps::Everything) {
  PolicyReader reader(keeps);
  reader.source("policy.toml");
  reader.integer("version", 1, at(1));
  calls(reader);
  reader.finish("r1");
  Read result;
  result.is_finished = reader.is_finished();
  result.policy = reader.take_policy();
  result.problems = reader.take_problems();
  return result;
}

void every_shared_field(PolicyReader& reader) {
  list(reader, "allowed_origins", {"https://app.example.com", "http://localhost:*"}, at(3, 20));
  reader.text("allowed_origins_file", "origins.txt", at(4));
  reader.source("origins.txt");
  list(reader, "allowed_origins_from_file", {"https://b.example"}, at(1));
  reader.source("policy.toml");
  list(reader, "allowed_methods", {"GET", "PUT"});
  list(reader, "allowed_headers", {"content-type"});
  list(reader, "exposed_headers", {});
  reader.flag("allow_credentials", true, at(8));
  reader.integer("max_age_seconds", 600, at(9, 19));
  reader.text("preflight", "answer", at(10));
  reader.text("on_denied", "mark", at(11));
  reader.text("handler_headers", "keep", at(12));
  reader.text("websocket", "as_rule", at(13));
  reader.flag("allow_null_origin", false, at(14));
  reader.flag("allow_private_network", true, at(15));
  reader.flag("timing_allow_origin", true, at(16));
  reader.flag("report_only", true, at(17));
  reader.flag("dangerously_allow_insecure_origins", true, at(18));
  reader.flag("dangerously_allow_public_suffixes", false, at(19));
}

template <class Cors>
void expect_every_shared_field(const Cors& cors) {
  EXPECT_EQ(cors.allowed_origins.values(),
            (Texts{"https://app.example.com", "http://localhost:*"}));
  EXPECT_EQ(cors.allowed_origins.place(1), at(3, 20));
  EXPECT_EQ(cors.allowed_origins_file.value(), "origins.txt");
  EXPECT_EQ(cors.allowed_origins_from_file.values(), Texts{"https://b.example"});
  EXPECT_EQ(cors.allowed_origins_from_file.place(0), (Place{.line = 1, .column = 1, .source = 1}));
  EXPECT_EQ(cors.allowed_methods.values(), (Texts{"GET", "PUT"}));
  EXPECT_EQ(cors.allowed_headers.values(), Texts{"content-type"});
  EXPECT_TRUE(cors.exposed_headers.is_set());
  EXPECT_EQ(cors.exposed_headers.size(), 0U);
  EXPECT_TRUE(cors.allow_credentials.value());
  EXPECT_EQ(cors.max_age_seconds.value(), 600);
  EXPECT_EQ(cors.max_age_seconds.place(), at(9, 19));
  EXPECT_EQ(cors.preflight.value(), "answer");
  EXPECT_EQ(cors.on_denied.value(), "mark");
  EXPECT_EQ(cors.handler_headers.value(), "keep");
  EXPECT_EQ(cors.websocket.value(), "as_rule");
  EXPECT_TRUE(cors.allow_null_origin.is_set());
  EXPECT_FALSE(cors.allow_null_origin.value());
  EXPECT_TRUE(cors.allow_private_network.value());
  EXPECT_TRUE(cors.timing_allow_origin.value());
  EXPECT_TRUE(cors.report_only.value());
  EXPECT_TRUE(cors.dangerously_allow_insecure_origins.value());
  EXPECT_TRUE(cors.dangerously_allow_public_suffixes.is_set());
  EXPECT_FALSE(cors.dangerously_allow_public_suffixes.value());
}

TEST(PolicyReader, ReadsEveryFieldOfCors) {
  const Read document = read([](PolicyReader& reader) {
    reader.begin_item("cors", at(2));
    every_shared_field(reader);
    reader.flag("enabled", false, at(20));
    reader.text("profile", "fetch", at(21));
    list(reader, "excluded_paths", {"/admin"}, at(22));
    list(reader, "included_paths", {"/api"}, at(23));
    reader.flag("debug", true, at(24));
    reader.flag("debug_headers", true, at(25));
    reader.end_item();
  });
  ASSERT_TRUE(document.is_finished);
  EXPECT_TRUE(document.problems.empty());
  const CorsPolicy& cors = document.policy.cors;
  expect_every_shared_field(cors);
  EXPECT_FALSE(cors.enabled.value());
  EXPECT_EQ(cors.enabled.place(), at(20));
  EXPECT_EQ(cors.profile.value(), "fetch");
  EXPECT_EQ(cors.excluded_paths.values(), Texts{"/admin"});
  EXPECT_EQ(cors.excluded_paths.place(), at(22));
  EXPECT_EQ(cors.included_paths.values(), Texts{"/api"});
  EXPECT_TRUE(cors.debug.value());
  EXPECT_TRUE(cors.debug_headers.value());
  EXPECT_EQ(cors.place, at(2));
  EXPECT_EQ(document.policy.version.value(), 1);
  EXPECT_TRUE(document.policy.version.place().is_known());
  EXPECT_EQ(document.policy.revision, "r1");
  EXPECT_EQ(document.policy.sources, (Texts{"policy.toml", "origins.txt"}));
}

TEST(PolicyReader, ReadsEveryFieldOfARule) {
  const Read document = read([](PolicyReader& reader) {
    reader.begin_item("cors", at(2));
    reader.begin_list("rules", at(30));
    reader.begin_item("", at(30));
    reader.end_item();
    reader.begin_item("", at(31));
    reader.text("name", "public keys", at(32));
    list(reader, "paths", {"/.well-known/jwks.json"}, at(33));
    list(reader, "hosts", {"api.example.com"}, at(34));
    list(reader, "methods", {"GET"}, at(35));
    every_shared_field(reader);
    reader.end_item();
    reader.end_list();
    reader.end_item();
  });
  ASSERT_TRUE(document.is_finished);
  EXPECT_TRUE(document.problems.empty());
  ASSERT_EQ(document.policy.cors.rules.size(), 2U);
  const CorsRule& rule = document.policy.cors.rules[1];
  expect_every_shared_field(rule);
  EXPECT_EQ(rule.name.value(), "public keys");
  EXPECT_EQ(rule.paths.values(), Texts{"/.well-known/jwks.json"});
  EXPECT_EQ(rule.paths.place(0), at(33));
  EXPECT_EQ(rule.hosts.values(), Texts{"api.example.com"});
  EXPECT_EQ(rule.methods.values(), Texts{"GET"});
  EXPECT_EQ(rule.place, at(31));
  EXPECT_FALSE(document.policy.cors.rules[0].allowed_origins.is_set());
  EXPECT_FALSE(document.policy.cors.allowed_origins.is_set());
}

TEST(PolicyReader, ReadsEveryFieldOfARecord) {
  const Read document = read([](PolicyReader& reader) {
    reader.begin_list("trusted_origins", at(2));
    reader.begin_item("", at(3));
    reader.text("name", "Partner portal", at(4));
    reader.text("origin", "https://portal.example", at(5, 10));
    reader.begin_list("scopes", at(6));
    reader.text("", "CORS", at(6));
    reader.text("", "REDIRECT", at(6));
    reader.begin_item("", at(6));
    reader.text("type", "IFRAME_EMBED", at(6));
    list(reader, "allowed_okta_apps", {"OKTA_ENDUSER"});
    reader.end_item();
    reader.begin_item("", at(6));
    reader.text("type", "IFRAME_EMBED", at(6));
    list(reader, "allowed_okta_apps", {});
    reader.end_item();
    reader.end_list();
    reader.text("status", "INACTIVE", at(7));
    reader.text("valid_until", "2027-01-31T00:00:00Z", at(8));
    reader.text("id", "tos1", at(9));
    reader.text("created", "2026-01-01T00:00:00.000Z", at(10));
    reader.text("created_by", "u1", at(11));
    reader.text("last_updated", "2026-01-02T00:00:00.000Z", at(12));
    reader.text("last_updated_by", "u2", at(13));
    reader.end_item();
    reader.begin_item("", at(14));
    reader.text("name", "n", at(14));
    reader.text("origin", "o", at(14));
    list(reader, "scopes", {});
    reader.end_item();
    reader.end_list();
  });
  ASSERT_TRUE(document.is_finished);
  EXPECT_TRUE(document.problems.empty());
  ASSERT_EQ(document.policy.trusted_origins.size(), 2U);
  const TrustedOrigin& record = document.policy.trusted_origins[0];
  EXPECT_EQ(record.name, "Partner portal");
  EXPECT_EQ(record.origin, "https://portal.example");
  EXPECT_EQ(record.place, at(5, 10));
  EXPECT_EQ(record.status, TrustedOrigin::Status::Inactive);
  EXPECT_EQ(record.valid_until, parse_time("2027-01-31T00:00:00Z"));
  EXPECT_EQ(record.id, "tos1");
  EXPECT_EQ(record.created, "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(record.created_by, "u1");
  EXPECT_EQ(record.last_updated, "2026-01-02T00:00:00.000Z");
  EXPECT_EQ(record.last_updated_by, "u2");
  ASSERT_EQ(record.scopes.size(), 4U);
  EXPECT_EQ(record.scopes[0].type, TrustedOrigin::ScopeType::Cors);
  EXPECT_EQ(record.scopes[1].type, TrustedOrigin::ScopeType::Redirect);
  EXPECT_EQ(record.scopes[2].type, TrustedOrigin::ScopeType::IframeEmbed);
  EXPECT_FALSE(record.scopes[0].allowed_okta_apps.has_value());
  EXPECT_EQ(record.scopes[2].allowed_okta_apps, Texts{"OKTA_ENDUSER"});
  EXPECT_EQ(record.scopes[3].allowed_okta_apps, Texts{});
  const TrustedOrigin& plain = document.policy.trusted_origins[1];
  EXPECT_EQ(plain.status, TrustedOrigin::Status::Active);
  EXPECT_FALSE(plain.valid_until.has_value());
  EXPECT_TRUE(plain.scopes.empty());
}

TEST(PolicyReader, ReadsHostsTestsAndAllowedWarnings) {
  const Read document = read([](PolicyReader& reader) {
    reader.begin_item("hosts", at(2));
    list(reader, "allowed", {"api.example.com"}, at(3));
    reader.end_item();
    reader.begin_item("lint", at(4));
    reader.begin_list("allow", at(5));
    reader.begin_item("", at(5));
    reader.text("code", "max-age-long", at(6));
    reader.text("path", "cors.max_age_seconds", at(7));
    reader.text("reason", "contract", at(8));
    reader.end_item();
    reader.end_list();
    reader.end_item();
    reader.begin_list("test", at(9));
    reader.begin_item("", at(9));
    reader.text("name", "the app may write", at(10));
    reader.text("origin", "https://app.example.com", at(11));
    reader.text("method", "PUT", at(12));
    reader.text("path", "/api/items", at(13));
    reader.text("host", "api.example.com", at(14));
    list(reader, "headers", {"content-type"});
    reader.text("request", "both", at(16));
    reader.text("expect", "deny", at(17));
    reader.text("reason", "origin_not_allowed", at(18));
    reader.text("at", "2027-01-31T00:00:00Z", at(19));
    reader.end_item();
    reader.begin_item("", at(20));
    reader.text("expect", "allow", at(21));
    reader.end_item();
    reader.end_list();
  });
  ASSERT_TRUE(document.is_finished);
  EXPECT_TRUE(document.problems.empty());
  EXPECT_EQ(document.policy.hosts.allowed.values(), Texts{"api.example.com"});
  ASSERT_EQ(document.policy.allowed_warnings.size(), 1U);
  EXPECT_EQ(document.policy.allowed_warnings[0].code, "max-age-long");
  EXPECT_EQ(document.policy.allowed_warnings[0].path, "cors.max_age_seconds");
  EXPECT_EQ(document.policy.allowed_warnings[0].reason, "contract");
  EXPECT_EQ(document.policy.allowed_warnings[0].place, at(5));
  ASSERT_EQ(document.policy.tests.size(), 2U);
  const PolicyTest& test = document.policy.tests[0];
  EXPECT_EQ(test.name, "the app may write");
  EXPECT_EQ(test.origin, "https://app.example.com");
  EXPECT_EQ(test.method, "PUT");
  EXPECT_EQ(test.path, "/api/items");
  EXPECT_EQ(test.host, "api.example.com");
  EXPECT_EQ(test.headers, Texts{"content-type"});
  EXPECT_EQ(test.request, PolicyTest::Request::Both);
  EXPECT_EQ(test.expect, PolicyTest::Expect::Deny);
  EXPECT_EQ(test.reason, "origin_not_allowed");
  EXPECT_EQ(test.at, parse_time("2027-01-31T00:00:00Z"));
  EXPECT_EQ(test.place, at(9));
  const PolicyTest& shortest = document.policy.tests[1];
  EXPECT_EQ(shortest.method, "GET");
  EXPECT_EQ(shortest.request, PolicyTest::Request::AsBrowser);
  EXPECT_EQ(shortest.expect, PolicyTest::Expect::Allow);
  EXPECT_FALSE(shortest.at.has_value());
}

TEST(PolicyReader, ReadsEveryFieldOfTheGuards) {
  const Read document = read([](PolicyReader& reader) {
    reader.begin_item("csrf", at(2));
    reader.flag("enabled", false, at(3));
    list(reader, "trusted_origins", {"https://app.example.com"}, at(4));
    list(reader, "exempt_paths", {"/webhooks"}, at(5));
    reader.begin_item("referer", at(20));
    reader.flag("enabled", true, at(21));
    reader.flag("dangerously_allow_insecure", true, at(22));
    reader.end_item();
    reader.begin_item("cookie", at(23));
    reader.text("name", "shared", at(24));
    reader.text("domain", ".example.com", at(25));
    reader.text("path", "/a", at(26));
    reader.integer("max_age_seconds", 60, at(27));
    reader.text("app_cookie_name", "own", at(28));
    reader.end_item();
    reader.end_item();
    reader.begin_item("redirects", at(6));
    reader.flag("enabled", true, at(7));
    list(reader, "allowed_origins", {"https://a.example"}, at(8));
    list(reader, "parameters", {"to"}, at(9));
    reader.end_item();
    reader.begin_item("frames", at(10));
    list(reader, "paths", {"/sign-in"}, at(11));
    list(reader, "enduser_paths", {"/dashboard"}, at(12));
    reader.flag("report_only", true, at(13));
    reader.end_item();
  });
  ASSERT_TRUE(document.is_finished);
  EXPECT_TRUE(document.problems.empty());
  const CsrfPolicy& csrf = document.policy.csrf;
  EXPECT_EQ(csrf.place, at(2));
  EXPECT_FALSE(csrf.enabled.value());
  EXPECT_EQ(csrf.trusted_origins.values(), Texts{"https://app.example.com"});
  EXPECT_EQ(csrf.exempt_paths.values(), Texts{"/webhooks"});
  EXPECT_EQ(csrf.referer.place, at(20));
  EXPECT_TRUE(csrf.referer.enabled.value());
  EXPECT_TRUE(csrf.referer.dangerously_allow_insecure.value());
  EXPECT_EQ(csrf.cookie.place, at(23));
  EXPECT_EQ(csrf.cookie.name.value(), "shared");
  EXPECT_EQ(csrf.cookie.domain.value(), ".example.com");
  EXPECT_EQ(csrf.cookie.path.value(), "/a");
  EXPECT_EQ(csrf.cookie.max_age_seconds.value(), 60);
  EXPECT_EQ(csrf.cookie.app_cookie_name.value(), "own");
  const RedirectsPolicy& redirects = document.policy.redirects;
  EXPECT_EQ(redirects.place, at(6));
  EXPECT_TRUE(redirects.enabled.value());
  EXPECT_EQ(redirects.allowed_origins.values(), Texts{"https://a.example"});
  EXPECT_EQ(redirects.parameters.values(), Texts{"to"});
  const FramesPolicy& frames = document.policy.frames;
  EXPECT_EQ(frames.place, at(10));
  EXPECT_EQ(frames.paths.values(), Texts{"/sign-in"});
  EXPECT_EQ(frames.enduser_paths.values(), Texts{"/dashboard"});
  EXPECT_TRUE(frames.report_only.value());
}

TEST(PolicyReader, TakesAnEmptyGuardAsPresent) {
  const Read document = read([](PolicyReader& reader) {
    for (const char* section : {"csrf", "redirects", "frames"}) {
      reader.begin_item(section, at(2));
      reader.end_item();
    }
  });
  EXPECT_TRUE(document.policy.csrf.enabled.value_or(false));
  EXPECT_TRUE(document.policy.redirects.enabled.value_or(false));
  EXPECT_TRUE(document.policy.frames.is_present());
  EXPECT_FALSE(document.policy.frames.report_only.value_or(true));
}

TEST(PolicyReader, TakesAnEmptyCorsSectionAsPresent) {
  const Read document = read([](PolicyReader& reader) {
    reader.begin_item("cors", at(2));
    reader.end_item();
  });
  EXPECT_TRUE(document.policy.cors.is_present());
  ASSERT_TRUE(document.policy.cors.enabled.is_set());
  EXPECT_TRUE(document.policy.cors.enabled.value());
  EXPECT_EQ(document.policy.cors.enabled.place(), at(2));
  EXPECT_FALSE(read([](PolicyReader&) {}).policy.cors.is_present());
}

TEST(PolicyReader, GivesEverySourceItsNumberOnce) {
  const Read document = read([](PolicyReader& reader) {
    reader.begin_item("cors", at(2));
    list(reader, "allowed_methods", {"GET"}, at(3));
    reader.source("b.toml");
    list(reader, "allowed_headers", {"a"}, at(4));
    reader.source("policy.toml");
    list(reader, "exposed_headers", {"b"}, at(5));
    reader.end_item();
  });
  EXPECT_EQ(document.policy.sources, (Texts{"policy.toml", "b.toml"}));
  EXPECT_EQ(document.policy.cors.allowed_methods.place(0).source, 0U);
  EXPECT_EQ(document.policy.cors.allowed_headers.place(0).source, 1U);
  EXPECT_EQ(document.policy.cors.exposed_headers.place(0).source, 0U);
}

struct ProblemRow {
  const char* desc;
  std::function<void(PolicyReader&)> calls;
  std::string code;
  std::string path;
  std::string value;
  std::string fix;
};

void in_cors(PolicyReader& reader, const std::function<void(PolicyReader&)>& calls) {
  reader.begin_item("cors", at(2));
  calls(reader);
  reader.end_item();
}

[[nodiscard]] std::function<void(PolicyReader&)> cors_with(
    const std::function<void(PolicyReader&)>& calls) {
  return [calls](PolicyReader& reader) { in_cors(reader, calls); };
}

// The second of two rules.
[[nodiscard]] std::function<void(PolicyReader&)> rule_with(
    const std::function<void(PolicyReader&)>& calls) {
  return cors_with([calls](PolicyReader& reader) {
    reader.begin_list("rules", at(3));
    reader.begin_item("", at(3));
    reader.end_item();
    reader.begin_item("", at(4));
    calls(reader);
    reader.end_item();
    reader.end_list();
  });
}

[[nodiscard]] std::function<void(PolicyReader&)> record_with(
    const std::function<void(PolicyReader&)>& calls) {
  return [calls](PolicyReader& reader) {
    reader.begin_list("trusted_origins", at(3));
    reader.begin_item("", at(3));
    reader.text("name", "n", at(3));
    reader.text("origin", "https://a.example", at(3));
    calls(reader);
    reader.end_item();
    reader.end_list();
  };
}

[[nodiscard]] std::function<void(PolicyReader&)> test_with(
    const std::function<void(PolicyReader&)>& calls) {
  return [calls](PolicyReader& reader) {
    reader.begin_list("test", at(3));
    reader.begin_item("", at(3));
    calls(reader);
    reader.end_item();
    reader.end_list();
  };
}

void expect_one_problem(const ProblemRow& row) {
  SCOPED_TRACE(row.desc);
  const Read document = read(row.calls);
  EXPECT_TRUE(document.is_finished);
  ASSERT_EQ(document.problems.size(), 1U);
  const Problem& problem = document.problems[0];
  EXPECT_EQ(problem.severity, Severity::Error);
  EXPECT_EQ(problem.code, row.code);
  EXPECT_EQ(problem.path, row.path);
  EXPECT_EQ(problem.value, row.value);
  EXPECT_EQ(problem.fix, row.fix);
  EXPECT_FALSE(problem.what.empty());
  EXPECT_TRUE(problem.place.is_known());
}

TEST(PolicyReader, RefusesFieldsThatDoNotExist) {
  const ProblemRow rows[] = {
      {"a slip", cors_with([](PolicyReader& r) { r.flag("enabeld", true, at(3)); }),
       "field-unknown", "cors.enabeld", "", "write enabled"},
      {"a slip in a rule", rule_with([](PolicyReader& r) { list(r, "path", {"/"}, at(5)); }),
       "field-unknown", "cors.rules[1].path", "", "write paths"},
      {"a section",
       [](PolicyReader& r) {
         r.begin_item("kors", at(2));
         r.end_item();
       },
       "field-unknown", "kors", "", "write cors"},
      {"nothing near", [](PolicyReader& r) { r.text("colour", "red", at(2)); }, "field-unknown",
       "colour", "", ""},
      {"an empty name", [](PolicyReader& r) { r.text("", "red", at(2)); }, "field-unknown", "", "",
       ""},
      {"what lies in it is not looked at", cors_with([](PolicyReader& r) {
         r.begin_item("x", at(3));
         r.text("enabled", "no", at(3));
         r.begin_list("rules", at(3));
         r.begin_item("", at(3));
         r.end_item();
         r.integer("", 1, at(3));
         r.end_list();
         r.end_item();
       }),
       "field-unknown", "cors.x", "", ""},
      {"a long name is cut", [](PolicyReader& r) { r.null(std::string(1024, 'k'), at(2)); },
       "field-unknown", std::string(64, 'k') + "...", "", ""},
      {"a name beyond the limit", [](PolicyReader& r) { r.null(std::string(1025, 'k'), at(2)); },
       "key-too-long", std::string(64, 'k') + "...", "", ""},
      {"a rule cannot switch CORS on",
       rule_with([](PolicyReader& r) { r.flag("enabled", true, at(5)); }), "field-unknown",
       "cors.rules[1].enabled", "", "write it in [cors], for all paths"},
      {"a rule has no excluded paths",
       rule_with([](PolicyReader& r) { list(r, "excluded_paths", {"/a"}, at(5)); }),
       "field-unknown", "cors.rules[1].excluded_paths", "", "write it in [cors], for all paths"},
      {"a list that only a store fills",
       cors_with([](PolicyReader& r) { list(r, "allowed_origins_from_file", {"x"}, at(5)); }),
       "field-unknown", "cors.allowed_origins_from_file", "", "write allowed_origins_file"},
      {"twice", cors_with([](PolicyReader& r) {
         r.flag("debug", true, at(3));
         r.flag("debug", false, at(4));
       }),
       "field-repeated", "cors.debug", "", "keep one of them"},
      {"a list twice", cors_with([](PolicyReader& r) {
         list(r, "allowed_methods", {"GET"}, at(3));
         list(r, "allowed_methods", {"PUT"}, at(4));
       }),
       "field-repeated", "cors.allowed_methods", "", "keep one of them"},
      {"a section twice",
       [](PolicyReader& r) {
         in_cors(r, [](PolicyReader&) {});
         in_cors(r, [](PolicyReader& again) { again.flag("enabled", false, at(3)); });
       },
       "field-repeated", "cors", "", "keep one of them"},
  };
  for (const ProblemRow& row : rows) expect_one_problem(row);
}

// What it lacks is found by compile_policy, with everything else that is wrong.
TEST(PolicyReader, TakesAnEmptyCookieAsPresent) {
  const Read document = read([](PolicyReader& reader) {
    reader.begin_item("csrf", at(2));
    reader.begin_item("cookie", at(3));
    reader.end_item();
    reader.end_item();
  });
  EXPECT_TRUE(document.problems.empty());
  EXPECT_TRUE(document.policy.csrf.cookie.is_present());
  EXPECT_FALSE(document.policy.csrf.referer.is_present());
}

TEST(PolicyReader, RefusesValuesOfTheWrongType) {
  const ProblemRow rows[] = {
      {"a text for a flag", cors_with([](PolicyReader& r) { r.text("enabled", "true", at(3)); }),
       "field-type", "cors.enabled", "true", "write true"},
      {"another text for a flag",
       cors_with([](PolicyReader& r) { r.text("enabled", "no", at(3)); }), "field-type",
       "cors.enabled", "no", ""},
      {"a number for a flag", cors_with([](PolicyReader& r) { r.integer("enabled", 1, at(3)); }),
       "field-type", "cors.enabled", "1", ""},
      {"a real number for a whole one",
       cors_with([](PolicyReader& r) { r.real("max_age_seconds", 1.5, at(3)); }), "field-type",
       "cors.max_age_seconds", "1.5", "write it without a fraction"},
      {"a real number that is whole",
       cors_with([](PolicyReader& r) { r.real("max_age_seconds", 600.0, at(3)); }), "field-type",
       "cors.max_age_seconds", "600", "write 600"},
      {"a real number out of range",
       cors_with([](PolicyReader& r) { r.real("max_age_seconds", 1e300, at(3)); }), "field-type",
       "cors.max_age_seconds", "1e+300", "write a number of at most 18 digits"},
      {"91: no number", cors_with([](PolicyReader& r) {
         r.real("max_age_seconds", std::numeric_limits<double>::quiet_NaN(), at(3));
       }),
       "field-type", "cors.max_age_seconds", "nan", "write a whole number"},
      {"91: a number as text",
       cors_with([](PolicyReader& r) { r.text("max_age_seconds", "600", at(3)); }), "field-type",
       "cors.max_age_seconds", "600", "write 600"},
      {"a flag for a number",
       cors_with([](PolicyReader& r) { r.flag("max_age_seconds", true, at(3)); }), "field-type",
       "cors.max_age_seconds", "true", ""},
      {"a flag for a text", cors_with([](PolicyReader& r) { r.flag("on_denied", true, at(3)); }),
       "field-type", "cors.on_denied", "true", "write \"true\""},
      {"a number for a name", rule_with([](PolicyReader& r) { r.integer("name", 7, at(3)); }),
       "field-type", "cors.rules[1].name", "7", "write \"7\""},
      {"null", cors_with([](PolicyReader& r) { r.null("profile", at(3)); }), "field-type",
       "cors.profile", "null", "leave the field out"},
      {"null for a list", cors_with([](PolicyReader& r) { r.null("allowed_origins", at(3)); }),
       "field-type", "cors.allowed_origins", "null", "leave the field out"},
      {"a text for a list",
       cors_with([](PolicyReader& r) { r.text("allowed_origins", "https://a.example", at(3)); }),
       "field-type", "cors.allowed_origins", "https://a.example", "write [\"https://a.example\"]"},
      {"user info is not shown", cors_with([](PolicyReader& r) {
         r.text("allowed_origins", "https://u:p@a.example", at(3));
       }),
       "field-type", "cors.allowed_origins", "", ""},
      {"a number in a list", cors_with([](PolicyReader& r) {
         r.begin_list("allowed_origins", at(3));
         r.text("", "https://a.example", at(3));
         r.integer("", 5, at(4));
         r.end_list();
       }),
       "field-type", "cors.allowed_origins[1]", "5", ""},
      {"a list in a list", cors_with([](PolicyReader& r) {
         r.begin_list("allowed_origins", at(3));
         r.begin_list("", at(3));
         r.text("", "https://a.example", at(3));
         r.end_list();
         r.end_list();
       }),
       "field-type", "cors.allowed_origins[0]", "", ""},
      {"a table in a list of texts", cors_with([](PolicyReader& r) {
         r.begin_list("allowed_origins", at(3));
         r.begin_item("", at(3));
         r.end_item();
         r.end_list();
       }),
       "field-type", "cors.allowed_origins[0]", "", ""},
      {"a table for a list of tables", cors_with([](PolicyReader& r) {
         r.begin_item("rules", at(3));
         r.text("name", "x", at(3));
         r.end_item();
       }),
       "field-type", "cors.rules", "", "write [[cors.rules]] in TOML, a list in JSON"},
      {"a list of tables for a table",
       [](PolicyReader& r) {
         r.begin_list("cors", at(3));
         r.begin_item("", at(3));
         r.end_item();
         r.end_list();
       },
       "field-type", "cors", "", ""},
      {"a table for a text", cors_with([](PolicyReader& r) {
         r.begin_item("profile", at(3));
         r.end_item();
       }),
       "field-type", "cors.profile", "", ""},
      {"a list for a text", cors_with([](PolicyReader& r) { list(r, "profile", {"x"}, at(3)); }),
       "field-type", "cors.profile", "", ""},
      {"a text for a section", [](PolicyReader& r) { r.text("cors", "x", at(3)); }, "field-type",
       "cors", "x", ""},
      {"a text among rules", cors_with([](PolicyReader& r) { list(r, "rules", {"x"}, at(3)); }),
       "field-type", "cors.rules[0]", "x", ""},
      {"a list among rules", cors_with([](PolicyReader& r) {
         r.begin_list("rules", at(3));
         r.begin_list("", at(3));
         r.end_list();
         r.end_list();
       }),
       "field-type", "cors.rules[0]", "", ""},
      {"a number for an origin",
       [](PolicyReader& r) {
         r.begin_list("trusted_origins", at(3));
         r.begin_item("", at(3));
         r.text("name", "n", at(3));
         r.integer("origin", 5, at(3));
         list(r, "scopes", {}, at(3));
         r.end_item();
         r.end_list();
       },
       "field-type", "trusted_origins[0].origin", "5", "write \"5\""},
      {"a number for a scope", record_with([](PolicyReader& r) {
         r.begin_list("scopes", at(4));
         r.integer("", 5, at(4));
         r.end_list();
       }),
       "field-type", "trusted_origins[0].scopes[0]", "5", ""},
      {"a number for a time", record_with([](PolicyReader& r) {
         list(r, "scopes", {}, at(4));
         r.integer("valid_until", 5, at(4));
       }),
       "field-type", "trusted_origins[0].valid_until", "5", "write it as \"2027-01-31T00:00:00Z\""},
      {"a number for a reason", test_with([](PolicyReader& r) {
         r.text("expect", "deny", at(4));
         r.integer("reason", 5, at(4));
       }),
       "field-type", "test[0].reason", "5", ""},
  };
  for (const ProblemRow& row : rows) expect_one_problem(row);
}

TEST(PolicyReader, RefusesWordsAndTimesThatAreNone) {
  const ProblemRow rows[] = {
      {"a status in lower case", record_with([](PolicyReader& r) {
         list(r, "scopes", {}, at(4));
         r.text("status", "active", at(4));
       }),
       "value-unknown", "trusted_origins[0].status", "active", "write \"ACTIVE\""},
      {"a scope", record_with([](PolicyReader& r) {
         list(r, "scopes", {"CORS", "COORS"}, at(4));
       }),
       "value-unknown", "trusted_origins[0].scopes[1]", "COORS", "write \"CORS\""},
      {"a scope in a table", record_with([](PolicyReader& r) {
         r.begin_list("scopes", at(4));
         r.begin_item("", at(4));
         r.text("type", "EVERYTHING", at(4));
         r.end_item();
         r.end_list();
       }),
       "value-unknown", "trusted_origins[0].scopes[0].type", "EVERYTHING", ""},
      {"an expectation", test_with([](PolicyReader& r) { r.text("expect", "denny", at(4)); }),
       "value-unknown", "test[0].expect", "denny", "write \"deny\""},
      {"a request", test_with([](PolicyReader& r) {
         r.text("expect", "deny", at(4));
         r.text("request", "", at(4));
       }),
       "value-unknown", "test[0].request", "", ""},
      {"a reason", test_with([](PolicyReader& r) {
         r.text("expect", "deny", at(4));
         r.text("reason", "origin_not_alowed", at(4));
       }),
       "value-unknown", "test[0].reason", "origin_not_alowed", "write \"origin_not_allowed\""},
      {"the reason none", test_with([](PolicyReader& r) {
         r.text("expect", "deny", at(4));
         r.text("reason", "none", at(4));
       }),
       "value-unknown", "test[0].reason", "none", ""},
      {"a time without offset", record_with([](PolicyReader& r) {
         list(r, "scopes", {}, at(4));
         r.text("valid_until", "2027-01-31T00:00:00", at(4));
       }),
       "not-a-time", "trusted_origins[0].valid_until", "2027-01-31T00:00:00",
       "write it as \"2027-01-31T00:00:00Z\""},
      {"the time of a test", test_with([](PolicyReader& r) {
         r.text("expect", "deny", at(4));
         r.text("at", "tomorrow", at(4));
       }),
       "not-a-time", "test[0].at", "tomorrow", "write it as \"2027-01-31T00:00:00Z\""},
      {"a name of 1021 bytes",
       rule_with([](PolicyReader& r) { r.text("name", std::string(1021, 'n'), at(4)); }),
       "name-too-long", "cors.rules[1].name", std::string(240, 'n'), ""},
      {"a text of 16 KiB and one byte",
       cors_with([](PolicyReader& r) { r.text("profile", std::string(16385, 'n'), at(4)); }),
       "text-too-long", "cors.profile", std::string(240, 'n'), ""},
      {"an element of 16 KiB and one byte", cors_with([](PolicyReader& r) {
         list(r, "allowed_origins", {"a", std::string(16385, 'n')}, at(4));
       }),
       "text-too-long", "cors.allowed_origins[1]", std::string(240, 'n'), ""},
      {"a name that is not UTF-8",
       rule_with([](PolicyReader& r) { r.text("name", "a\xFF", at(4)); }), "text-not-utf8",
       "cors.rules[1].name", "a\xFF", ""},
      {"an element that is not UTF-8",
       cors_with([](PolicyReader& r) { list(r, "allowed_origins", {"a\xC3"}, at(4)); }),
       "text-not-utf8", "cors.allowed_origins[0]", "a\xC3", ""},
  };
  for (const ProblemRow& row : rows) expect_one_problem(row);
}

TEST(PolicyReader, TakesNamesUpToTheirLimit) {
  const Read document =
      read(rule_with([](PolicyReader& r) { r.text("name", std::string(1020, 'n'), at(4)); }));
  EXPECT_TRUE(document.problems.empty());
  EXPECT_EQ(document.policy.cors.rules[1].name.value(), std::string(1020, 'n'));
}

TEST(PolicyReader, NamesEveryMissingField) {
  PolicyReader reader;
  reader.source("policy.toml");
  reader.begin_item("hosts", at(2));
  reader.end_item();
  reader.begin_list("trusted_origins", at(3));
  reader.begin_item("", at(4));
  reader.begin_list("scopes", at(5));
  reader.begin_item("", at(6));
  reader.end_item();
  reader.end_list();
  reader.end_item();
  reader.begin_item("", at(7));
  reader.end_item();
  reader.end_list();
  reader.begin_item("lint", at(8));
  reader.begin_list("allow", at(8));
  reader.begin_item("", at(9));
  reader.end_item();
  reader.end_list();
  reader.end_item();
  reader.begin_list("test", at(10));
  reader.begin_item("", at(11));
  reader.end_item();
  reader.end_list();
  EXPECT_TRUE(reader.finish(""));

  struct Missing {
    std::string path;
    std::uint32_t line;
    const char* code = "field-missing";
  };
  const Missing expected[] = {
      {"hosts.allowed", 2},
      {"trusted_origins[0].scopes[0].type", 6},
      {"trusted_origins[0].name", 4},
      {"trusted_origins[0].origin", 4},
      {"trusted_origins[1].name", 7},
      {"trusted_origins[1].origin", 7},
      {"trusted_origins[1].scopes", 7},
      {"lint.allow[0].code", 9, "lint-allow-code"},
      {"lint.allow[0].path", 9, "lint-allow-path"},
      {"lint.allow[0].reason", 9, "lint-allow-reason"},
      {"test[0].expect", 11},
      {"version", 0},
  };
  const std::vector<Problem> problems = reader.take_problems();
  ASSERT_EQ(problems.size(), std::size(expected));
  for (std::size_t i = 0; i < problems.size(); ++i) {
    EXPECT_EQ(problems[i].code, expected[i].code) << expected[i].path;
    EXPECT_EQ(problems[i].path, expected[i].path);
    EXPECT_EQ(problems[i].place.line, expected[i].line) << expected[i].path;
    EXPECT_TRUE(problems[i].fix.starts_with("write ")) << expected[i].path;
  }
}

TEST(PolicyReader, DoesNotCallAWrongFieldMissing) {
  PolicyReader reader;
  reader.text("version", "1", at(1));
  reader.finish("");
  const std::vector<Problem> problems = reader.take_problems();
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].code, "field-type");
  EXPECT_EQ(problems[0].fix, "write 1");
}

TEST(PolicyReader, LeavesWhatValuesMeanToCompiling) {
  const Read document = read([](PolicyReader& reader) {
    in_cors(reader, [](PolicyReader& r) {
      r.text("profile", "no such profile", at(3));
      r.integer("max_age_seconds", -7, at(3));
      list(r, "allowed_origins", {"null", "", "HTTPS://A.example/"}, at(3));
    });
  });
  EXPECT_TRUE(document.problems.empty());
  EXPECT_EQ(document.policy.cors.max_age_seconds.value(), -7);
}

TEST(PolicyReader, KeepsWhatAStoreFoundWrong) {
  const Read document = read([](PolicyReader& reader) {
    reader.problem("toml-syntax", "expected \"=\"", "write key = value", at(4, 2));
    reader.problem("Not A Code\n", std::string(5000, 'w'), "", at(5));
    reader.problem("", "", "", {});
  });
  ASSERT_EQ(document.problems.size(), 3U);
  EXPECT_EQ(document.problems[0].code, "toml-syntax");
  EXPECT_EQ(document.problems[0].what, "expected \"=\"");
  EXPECT_EQ(document.problems[0].fix, "write key = value");
  EXPECT_EQ(document.problems[0].place, at(4, 2));
  EXPECT_EQ(document.problems[1].code, "store-problem");
  EXPECT_EQ(document.problems[1].what.size(), 1024U);
  EXPECT_EQ(document.problems[2].code, "store-problem");
}

// For who wants the records: what is wrong with the origins is told all the same.
TEST(PolicyReader, LeavesOutNamesWhenTheyAreNotWanted) {
  const auto calls = [](PolicyReader& reader) {
    in_cors(reader, [](PolicyReader& r) {
      every_shared_field(r);
      r.begin_list("rules", at(30));
      r.begin_item("", at(31));
      list(r, "allowed_origins", {"https://c.example", std::string("\xFF", 1)}, at(32));
      r.end_item();
      r.end_list();
    });
    reader.begin_list("trusted_origins", at(40));
    reader.begin_item("", at(41));
    reader.text("id", "tos1", at(42));
    reader.text("origin", "https://d.example", at(43));
    reader.end_item();
    reader.end_list();
  };
  const Read whole = read(calls);
  const Read part = read(calls, ReaderKeeps::AllButNames);
  EXPECT_EQ(whole.policy.cors.allowed_origins.size(), 2U);
  EXPECT_EQ(whole.policy.cors.allowed_origins_from_file.size(), 1U);
  EXPECT_EQ(part.policy.cors.allowed_origins.size(), 0U);
  EXPECT_EQ(part.policy.cors.allowed_origins_from_file.size(), 0U);
  ASSERT_EQ(part.policy.trusted_origins.size(), 1U);
  EXPECT_EQ(part.policy.trusted_origins[0].origin, whole.policy.trusted_origins[0].origin);
  EXPECT_TRUE(part.policy.cors.allowed_origins.is_set());
  EXPECT_EQ(part.policy.cors.max_age_seconds.value(), whole.policy.cors.max_age_seconds.value());
  EXPECT_EQ(part.policy.revision, whole.policy.revision);
  ASSERT_EQ(part.problems.size(), whole.problems.size());
  bool has_bytes = false;
  for (std::size_t i = 0; i < whole.problems.size(); ++i) {
    EXPECT_EQ(part.problems[i].code, whole.problems[i].code);
    EXPECT_EQ(part.problems[i].path, whole.problems[i].path);
    has_bytes = has_bytes || whole.problems[i].code == "text-not-utf8";
  }
  EXPECT_TRUE(has_bytes) << "an origin that is not kept";
}

}  // namespace
}  // namespace corsac
