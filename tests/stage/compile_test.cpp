// Errors and warnings of compile_cors: one row for each code, then what holds of all of them.

#include "corsac/stage/cors/compile.hpp"

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/stage/cors/compile_origins.hpp"

namespace corsac {
namespace {

using Texts = std::vector<PlacedText>;

constexpr Place kPlace = {.line = 4, .column = 20};
constexpr Place kCredentialsPlace = {.line = 9, .column = 1};

PlacedText at_place(std::string_view text) { return {.text = text, .place = kPlace}; }

// What a row expects of one problem; the sentences are for people and are not compared.
struct Found {
  Severity severity = Severity::Error;
  std::string code = {};
  std::string path = {};
  std::string value = {};
  Place place = kPlace;

  friend bool operator==(const Found&, const Found&) = default;
};

std::ostream& operator<<(std::ostream& out, const Found& found) {
  return out << (found.severity == Severity::Error ? "error " : "warning ") << found.code << " at "
             << found.path << " (" << found.place.line << ':' << found.place.column << ") = \""
             << found.value << '"';
}

Found error(std::string code, std::string path, std::string value) {
  return {.code = std::move(code), .path = std::move(path), .value = std::move(value)};
}

Found warning(std::string code, std::string path, std::string value) {
  return {.severity = Severity::Warning,
          .code = std::move(code),
          .path = std::move(path),
          .value = std::move(value)};
}

std::vector<Problem> problems_of(const CorsRules& rules) {
  std::vector<Problem> problems;
  const CompiledCors compiled = compile_cors(rules, problems);
  EXPECT_NE(compiled.origins, nullptr);
  return problems;
}

std::vector<Found> found_in(const std::vector<Problem>& problems) {
  std::vector<Found> found;
  for (const Problem& problem : problems) {
    found.push_back({problem.severity, std::string(std::string_view(problem.code)), problem.path,
                     problem.value, problem.place});
  }
  return found;
}

struct CompileRow {
  const char* desc;
  CorsRules rules;
  std::vector<Found> expected;
};

void expect_rows(const std::vector<CompileRow>& rows) {
  for (const CompileRow& row : rows) {
    const std::vector<Problem> problems = problems_of(row.rules);
    EXPECT_EQ(found_in(problems), row.expected) << row.desc;
    for (const Problem& problem : problems) EXPECT_FALSE(problem.what.empty()) << row.desc;
  }
}

CorsRules with_origins(std::vector<std::string_view> origins, bool allow_credentials = false) {
  CorsRules rules;
  for (const std::string_view origin : origins) {
    rules.allowed_origins.add(origin, kPlace);
  }
  rules.allow_credentials = allow_credentials;
  rules.credentials_place = kCredentialsPlace;
  return rules;
}

CorsRules with_credentials(std::vector<std::string_view> origins) {
  return with_origins(std::move(origins), true);
}

const std::string kOrigin0 = "cors.allowed_origins[0]";
const std::string kOrigin1 = "cors.allowed_origins[1]";

TEST(CompileCors, TakesEveryFormOfOrigin) {
  expect_rows({
      {"without credentials",
       with_origins({"https://a.example", "http://a.example:8080", "https://*.a.example",
                     "https://pr-*.a.example", "http://localhost:*", "capacitor://localhost",
                     "http://localhost:[3000,8000-8099]", "https://[::1]:8443"}),
       {}},
      {"33: with credentials, http on loopback",
       with_credentials({"https://a.example", "http://localhost", "http://localhost:*",
                         "http://*.localhost", "http://127.0.0.1:3000", "http://[::1]",
                         "capacitor://localhost"}),
       {}},
      {"19: extensions, with credentials",
       with_credentials({"chrome-extension://abcdefghijklmnopabcdefghijklmnop",
                         "moz-extension://01234567-89ab-cdef-0123-456789abcdef"}),
       {}},
      {"10: a star", with_origins({"*"}), {}},
      {"10: the same star twice", with_origins({"*", "*"}), {}},
      {"32: repeats", with_origins({"https://a.example", "https://a.example"}), {}},
      {"none", with_origins({}), {}},
  });
}

// Proves 32.
TEST(CompileCors, KeepsARepeatOnce) {
  std::vector<Problem> problems;
  const CompiledCors compiled =
      compile_cors(with_origins({"https://a.example", "https://a.example"}), problems);
  EXPECT_EQ(compiled.origins->exact_count(), 1U);
}

TEST(CompileCors, ReportsOriginsThatAreNone) {
  expect_rows({
      {"1: a trailing slash",
       with_origins({"https://a.example", "https://b.example/"}),
       {error("origin-trailing-slash", kOrigin1, "https://b.example/")}},
      {"2: upper case",
       with_origins({"https://A.example"}),
       {error("origin-upper-case", kOrigin0, "https://A.example")}},
      {"3: the default port",
       with_origins({"https://a.example:443"}),
       {error("origin-default-port", kOrigin0, "https://a.example:443")}},
      {"8: user info is not shown",
       with_origins({"https://me:secret@a.example"}),
       {error("origin-userinfo", kOrigin0, "")}},
      {"17: null", with_origins({"null"}), {error("origin-null", kOrigin0, "null")}},
      {"18: file",
       with_origins({"file://a.example"}),
       {error("origin-opaque-scheme", kOrigin0, "file://a.example")}},
      {"a hyphen at the edge of a label",
       with_origins({"https://-a.example", "https://a-.example"}),
       {error("origin-hyphen-label", kOrigin0, "https://-a.example"),
        error("origin-hyphen-label", kOrigin1, "https://a-.example")}},
      {"every one of several",
       with_origins({"a.example", "https://*.com"}),
       {error("origin-no-scheme", kOrigin0, "a.example"),
        error("origin-wildcard-one-label", kOrigin1, "https://*.com")}},
  });
}

// Proves 10, 11, 12, M70, S1.
TEST(CompileCors, KeepsAStarAlone) {
  expect_rows({
      {"12: beside another",
       with_origins({"https://a.example", "*"}),
       {error("origin-any-not-alone", kOrigin1, "*")}},
      {"11: with credentials",
       with_credentials({"*"}),
       {error("origin-any-credentials", kOrigin0, "*")}},
      {"both",
       with_credentials({"*", "https://a.example"}),
       {error("origin-any-credentials", kOrigin0, "*"),
        error("origin-any-not-alone", kOrigin0, "*")}},
  });
}

TEST(CompileCors, ReadsTheOriginsFileAsTheSameList) {
  CorsRules slip = with_origins({"https://a.example"});
  slip.allowed_origins_from_file = {at_place("https://b.example"), at_place("https://b.example/")};
  CorsRules star = with_origins({"https://a.example"});
  star.allowed_origins_from_file = {at_place("*")};
  expect_rows({
      {"a slip in the file",
       slip,
       {error("origin-trailing-slash", "cors.allowed_origins_file[1]", "https://b.example/")}},
      {"a star beside the other list",
       star,
       {error("origin-any-not-alone", "cors.allowed_origins_file[0]", "*")}},
  });
}

// Proves 13, S10.
TEST(CompileCors, JudgesPublicSuffixesByCredentials) {
  CorsRules switched = with_credentials({"https://*.github.io"});
  switched.dangerously_allow_public_suffixes = true;
  switched.dangerously_allow_public_suffixes_place = kPlace;
  expect_rows({
      {"13: with credentials",
       with_credentials({"https://*.github.io"}),
       {error("origin-public-suffix", kOrigin0, "https://*.github.io")}},
      {"13: of the registry's own section",
       with_credentials({"https://*.co.uk"}),
       {error("origin-public-suffix", kOrigin0, "https://*.co.uk")}},
      {"15: in-label wildcards",
       with_credentials({"https://pr-*.vercel.app"}),
       {error("origin-public-suffix", kOrigin0, "https://pr-*.vercel.app")}},
      {"30: with a trailing dot",
       with_credentials({"https://*.github.io."}),
       {error("origin-public-suffix", kOrigin0, "https://*.github.io.")}},
      {"13: without credentials",
       with_origins({"https://*.github.io"}),
       {warning("origin-public-suffix", kOrigin0, "https://*.github.io")}},
      {"an own name under it", with_credentials({"https://*.me.github.io"}), {}},
      {"an exact origin", with_credentials({"https://github.io"}), {}},
      {"switched",
       switched,
       {warning("dangerous-switch", "cors.dangerously_allow_public_suffixes", "true")}},
  });
}

// Proves 33, S9.
TEST(CompileCors, KeepsCredentialsOffPlainHttp) {
  CorsRules switched = with_credentials({"http://a.example", "http://*.a.example"});
  switched.dangerously_allow_insecure_origins = true;
  switched.dangerously_allow_insecure_origins_place = kPlace;
  expect_rows({
      {"33: an exact origin",
       with_credentials({"http://a.example"}),
       {error("origin-insecure-credentials", kOrigin0, "http://a.example")}},
      {"33: a wildcard",
       with_credentials({"http://*.a.example:*"}),
       {error("origin-insecure-credentials", kOrigin0, "http://*.a.example:*")}},
      {"33: loopback as a name's beginning",
       with_credentials({"http://localhost.a.example"}),
       {error("origin-insecure-credentials", kOrigin0, "http://localhost.a.example")}},
      {"33: an address of the local network",
       with_credentials({"http://192.168.0.1"}),
       {error("origin-insecure-credentials", kOrigin0, "http://192.168.0.1")}},
      {"both reasons for one origin",
       with_credentials({"http://*.github.io"}),
       {error("origin-insecure-credentials", kOrigin0, "http://*.github.io"),
        error("origin-public-suffix", kOrigin0, "http://*.github.io")}},
      {"switched",
       switched,
       {warning("dangerous-switch", "cors.dangerously_allow_insecure_origins", "true")}},
  });
}

CorsRules with_record(std::string origin, bool allow_credentials = false) {
  CorsRules rules;
  rules.record_origins = {
      {.origin = std::move(origin), .field = "trusted_origins[3].origin", .place = kPlace}};
  rules.allow_credentials = allow_credentials;
  return rules;
}

// So many that the set shares their bytes: what stands beside them is granted as well, and a
// mistake among them has its own path.
TEST(CompileCors, TakesALongListAndWhatStandsBesideIt) {
  CorsRules rules = with_origins({"https://beside.example", "https://*.wild.example"});
  for (int i = 0; i < 20'000; ++i) {
    rules.allowed_origins_from_file.add("https://a" + std::to_string(i) + ".example", kPlace);
  }
  rules.record_origins = {{.origin = "HTTPS://Record.example"}};
  std::vector<Problem> problems;
  const CompiledCors compiled = compile_cors(rules, problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(compiled.origins->exact_count(), 20'002U);
  for (const std::string_view origin : {"https://a0.example", "https://a19999.example",
                                        "https://beside.example", "https://record.example"}) {
    EXPECT_EQ(compiled.origins->find(origin).kind, OriginMatchKind::Exact) << origin;
  }
  EXPECT_EQ(compiled.origins->find("https://x.wild.example").kind, OriginMatchKind::Pattern);
  EXPECT_EQ(compiled.origins->find("https://a20000.example").kind, OriginMatchKind::None);

  rules.allowed_origins_from_file.add("https://a.example/", kPlace);
  expect_rows({{"the last one is wrong",
                rules,
                {error("origin-trailing-slash", "cors.allowed_origins_file[20000]",
                       "https://a.example/")}}});
}

TEST(CompileCors, NeverLetsARecordBreakTheDocument) {
  const auto not_granted = [](std::string value) {
    return std::vector<Found>{
        warning("record-not-granted", "trusted_origins[3].origin", std::move(value))};
  };
  CorsRules beside_any = with_record("https://a.example");
  beside_any.allowed_origins = {{.text = "*"}};
  CorsRules secret_beside_any = with_record("https://me:secret@a.example");
  secret_beside_any.allowed_origins = {{.text = "*"}};
  expect_rows({
      {"an origin", with_record("https://a.example", true), {}},
      {"one that has a normal form", with_record("HTTPS://A.example:443/", true), {}},
      {"http without credentials", with_record("http://a.example"), {}},
      {"a wildcard", with_record("https://*.a.example"), not_granted("https://*.a.example")},
      {"any port", with_record("http://localhost:*"), not_granted("http://localhost:*")},
      {"ftp", with_record("ftp://a.example"), not_granted("ftp://a.example")},
      {"http with credentials", with_record("http://a.example", true),
       not_granted("http://a.example")},
      {"http on loopback with credentials", with_record("http://localhost:8080/", true), {}},
      {"a public suffix", with_record("https://co.uk"), not_granted("https://co.uk")},
      {"a path", with_record("https://a.example/app"), not_granted("https://a.example/app")},
      {"user info is not shown", with_record("https://me:secret@a.example"), not_granted("")},
      {"a star", with_record("*"), not_granted("*")},
      {"nothing", with_record(""), not_granted("")},
      {"beside a star",
       beside_any,
       {warning("record-beside-any", "trusted_origins[3].origin", "https://a.example")}},
      {"user info beside a star is not shown",
       secret_beside_any,
       {warning("record-beside-any", "trusted_origins[3].origin", "")}},
  });
}

CorsRules with_methods(std::vector<std::string_view> methods) {
  CorsRules rules;
  for (const std::string_view method : methods) rules.allowed_methods.push_back(at_place(method));
  return rules;
}

TEST(CompileCors, ReadsMethods) {
  const std::string path0 = "cors.allowed_methods[0]";
  const std::string long_method(33, 'X');
  expect_rows({
      {"55: in any case", with_methods({"put", "DELETE", "patch", "PATCH", "GET"}), {}},
      {"58: a star", with_methods({"*"}), {}},
      {"58: 32 bytes", with_methods({std::string_view(long_method).substr(1)}), {}},
      {"33 bytes", with_methods({long_method}), {error("method-malformed", path0, long_method)}},
      {"empty", with_methods({""}), {error("method-malformed", path0, "")}},
      {"a list", with_methods({"PUT, DELETE"}), {error("method-malformed", path0, "PUT, DELETE")}},
      {"56: CONNECT", with_methods({"CONNECT"}), {error("method-forbidden", path0, "CONNECT")}},
      {"56: trace", with_methods({"trace"}), {error("method-forbidden", path0, "trace")}},
      {"56: TRACK", with_methods({"TRACK"}), {error("method-forbidden", path0, "TRACK")}},
      {"58: a star beside others",
       with_methods({"PUT", "*"}),
       {error("method-any-not-alone", "cors.allowed_methods[1]", "*")}},
  });
}

CorsRules with_headers(std::vector<std::string_view> names) {
  CorsRules rules;
  for (const std::string_view name : names) rules.allowed_headers.push_back(at_place(name));
  return rules;
}

TEST(CompileCors, ReadsAllowedHeaders) {
  const std::string path0 = "cors.allowed_headers[0]";
  const std::string long_name(256, 'x');
  expect_rows({
      {"names in any case", with_headers({"Content-Type", "x-a", "X-A"}), {}},
      {"79: a star", with_headers({"*"}), {}},
      {"79: a star and Authorization", with_headers({"*", "Authorization"}), {}},
      {"255 bytes", with_headers({std::string_view(long_name).substr(1)}), {}},
      {"256 bytes", with_headers({long_name}), {error("header-malformed", path0, long_name)}},
      {"empty", with_headers({""}), {error("header-malformed", path0, "")}},
      {"a colon", with_headers({"x-a:"}), {error("header-malformed", path0, "x-a:")}},
      {"a list", with_headers({"x-a, x-b"}), {error("header-malformed", path0, "x-a, x-b")}},
      {"a forbidden one", with_headers({"Cookie"}), {error("header-forbidden", path0, "Cookie")}},
      {"one of answers",
       with_headers({"Access-Control-Allow-Origin"}),
       {error("header-forbidden", path0, "Access-Control-Allow-Origin")}},
      {"a star beside others",
       with_headers({"*", "x-a"}),
       {error("header-any-not-alone", path0, "*")}},
  });
}

CorsRules with_exposed(std::vector<std::string_view> names, bool allow_credentials = false) {
  CorsRules rules;
  for (const std::string_view name : names) rules.exposed_headers.push_back(at_place(name));
  rules.allow_credentials = allow_credentials;
  return rules;
}

TEST(CompileCors, ReadsExposedHeaders) {
  const std::string path0 = "cors.exposed_headers[0]";
  expect_rows({
      {"114: names, a safelisted one among them", with_exposed({"X-A", "Content-Type"}), {}},
      {"113: a star", with_exposed({"*"}), {}},
      {"113: a star with credentials",
       with_exposed({"*"}, true),
       {error("exposed-any-credentials", path0, "*")}},
      {"114: Set-Cookie",
       with_exposed({"set-cookie"}),
       {error("exposed-forbidden", path0, "set-cookie")}},
      {"a blank", with_exposed({"x a"}), {error("exposed-malformed", path0, "x a")}},
  });
}

CorsRules with_max_age(std::int64_t seconds) {
  CorsRules rules;
  rules.max_age_seconds = seconds;
  rules.max_age_place = kPlace;
  return rules;
}

TEST(CompileCors, ChecksTheOtherFields) {
  const auto out_of_range = [](std::string value) {
    return std::vector<Found>{error("max-age-range", "cors.max_age_seconds", std::move(value))};
  };
  CorsRules null_origin;
  null_origin.allow_null_origin = true;
  null_origin.null_place = kPlace;
  CorsRules null_with_credentials = null_origin;
  null_with_credentials.allow_credentials = true;
  CorsRules private_network = with_origins({"https://a.example"});
  private_network.allow_private_network = true;
  CorsRules private_network_any = with_origins({"*"});
  private_network_any.allow_private_network = true;
  private_network_any.private_network_place = kPlace;
  expect_rows({
      {"91: 0", with_max_age(0), {}},
      {"91: 86400", with_max_age(86400), {}},
      {"91: 86401", with_max_age(86401), out_of_range("86401")},
      {"91: -1", with_max_age(-1), out_of_range("-1")},
      {"91: the smallest number", with_max_age(INT64_MIN), out_of_range("-9223372036854775808")},
      {"17: null", null_origin, {}},
      {"17: null with credentials",
       null_with_credentials,
       {error("null-credentials", "cors.allow_null_origin", "true")}},
      {"94: private networks", private_network, {}},
      {"94: private networks for anyone",
       private_network_any,
       {warning("private-network-any", "cors.allow_private_network", "true")}},
  });
}

TEST(CompileCors, ReportsEverythingAtOnce) {
  CorsRules rules = with_credentials({"https://a.example/", "*"});
  rules.allowed_methods = {at_place("TRACE")};
  rules.allowed_headers = {at_place("x a")};
  rules.exposed_headers = {at_place("*")};
  rules.max_age_seconds = -1;
  rules.max_age_place = kPlace;
  rules.allow_null_origin = true;
  rules.null_place = kPlace;
  expect_rows({{"eight problems of one rule",
                rules,
                {error("origin-trailing-slash", kOrigin0, "https://a.example/"),
                 error("origin-any-credentials", kOrigin1, "*"),
                 error("origin-any-not-alone", kOrigin1, "*"),
                 error("method-forbidden", "cors.allowed_methods[0]", "TRACE"),
                 error("header-malformed", "cors.allowed_headers[0]", "x a"),
                 error("exposed-any-credentials", "cors.exposed_headers[0]", "*"),
                 error("max-age-range", "cors.max_age_seconds", "-1"),
                 error("null-credentials", "cors.allow_null_origin", "true")}}});
}

TEST(CompileCors, BlamesTheFieldThatTheRuleItselfSets) {
  const auto inheriting = [](CorsRules rules) {
    rules.field = "cors.rules[2]";
    rules.inherited.allowed_origins = true;
    rules.inherited.allow_null_origin = true;
    return rules;
  };
  const auto at_credentials = [](std::string code, std::string value) {
    Found found = error(std::move(code), "cors.rules[2].allow_credentials", std::move(value));
    found.place = kCredentialsPlace;
    return std::vector<Found>{found};
  };
  CorsRules null_origin = with_credentials({});
  null_origin.allow_null_origin = true;
  CorsRules inherits_both = inheriting(with_credentials({"http://a.example"}));
  inherits_both.inherited.allow_credentials = true;
  CorsRules own_list = with_credentials({"http://a.example"});
  own_list.field = "cors.rules[2]";
  own_list.inherited.allow_credentials = true;
  CorsRules exposed = with_exposed({"*"}, true);
  exposed.credentials_place = kCredentialsPlace;
  exposed.inherited.exposed_headers = true;
  expect_rows({
      {"a list of its own",
       own_list,
       {error("origin-insecure-credentials", "cors.rules[2].allowed_origins[0]",
              "http://a.example")}},
      {"inherits the list and the credentials",
       inherits_both,
       {error("origin-insecure-credentials", kOrigin0, "http://a.example")}},
      {"inherits the list, a slip in it",
       inheriting(with_origins({"https://a.example/"})),
       {error("origin-trailing-slash", kOrigin0, "https://a.example/")}},
      {"sets credentials over an inherited http origin",
       inheriting(with_credentials({"http://a.example"})),
       at_credentials("origin-insecure-credentials", "http://a.example")},
      {"over an inherited star", inheriting(with_credentials({"*"})),
       at_credentials("origin-any-credentials", "*")},
      {"over an inherited public suffix", inheriting(with_credentials({"https://*.github.io"})),
       at_credentials("origin-public-suffix", "https://*.github.io")},
      {"over an inherited null", inheriting(null_origin),
       at_credentials("null-credentials", "true")},
      {"over an inherited star among the exposed headers", inheriting(exposed),
       at_credentials("exposed-any-credentials", "*")},
  });
}

TEST(CompileCors, SharesAKnownSetAndChecksItsEntriesAllTheSame) {
  const CorsRules rules = with_origins({"https://a.example", "https://*.github.io"});
  std::vector<Problem> first_problems;
  const CompiledCors first = compile_cors(rules, first_problems);
  CorsRules again = rules;
  again.known_origins = first.origins;
  std::vector<Problem> second_problems;
  const CompiledCors second = compile_cors(again, second_problems);
  EXPECT_EQ(second.origins, first.origins);
  EXPECT_EQ(found_in(first_problems), found_in(second_problems));
  EXPECT_EQ(first_problems.size(), 1U);
}

TEST(CompileCors, CountsTheProblemsOfALongListBeyondItsLimit) {
  const CorsRules errors =
      with_origins(std::vector<std::string_view>(kOriginProblemLimit + 5, "https://a.example/"));
  std::vector<Problem> problems = problems_of(errors);
  ASSERT_EQ(problems.size(), kOriginProblemLimit + 1);
  EXPECT_EQ(problems.back().code, "problems-left-out");
  EXPECT_EQ(problems.back().severity, Severity::Error);
  EXPECT_NE(problems.back().what.find("1005"), std::string::npos) << problems.back().what;

  const std::vector<std::string_view> suffixes(kOriginProblemLimit + 5, "https://*.github.io");
  problems = problems_of(with_origins(suffixes));
  ASSERT_EQ(problems.size(), kOriginProblemLimit + 1);
  EXPECT_EQ(problems.back().severity, Severity::Warning);

  // An error that is left out still stops the document.
  std::vector<std::string_view> error_last = suffixes;
  error_last.push_back("https://a.example/");
  problems = problems_of(with_origins(error_last));
  EXPECT_EQ(problems.back().severity, Severity::Error);
}

TEST(CompileCors, TakesOriginsOfRecordsInTheirNormalForm) {
  std::vector<Problem> problems;
  const CompiledCors compiled = compile_cors(with_record("HTTPS://A.example:443/"), problems);
  EXPECT_EQ(compiled.origins->find("https://a.example").kind, OriginMatchKind::Exact);
  EXPECT_EQ(compiled.origins->find("HTTPS://A.example:443/").kind, OriginMatchKind::None);
}

// The short way for plain exact origins must never take what the operators' parser refuses.
// Proves S7.
TEST(CompileCors, TakesNoExactOriginThatTheOperatorsParserRefuses) {
  const std::vector<std::string_view> texts = {"https://a.example",
                                               "http://a.example:81",
                                               "https://a.example.",
                                               "https://a_b.example",
                                               "https://-a.example",
                                               "https://a-.example",
                                               "https://a.b-",
                                               "https://a.-b:81",
                                               "https://a.b-:81",
                                               "https://a--b.example",
                                               "https://xn--bcher-kva.example",
                                               "https://1.2.3.4",
                                               "https://1.2.3.04",
                                               "https://127.1",
                                               "https://[::1]",
                                               "https://[0::1]",
                                               "https://[::ffff:7f00:1]",
                                               "https://a.example:0",
                                               "https://a.example:443",
                                               "http://a.example:080",
                                               "https://a..b",
                                               "https://.a",
                                               "https://a.1",
                                               "file://a",
                                               "data://a",
                                               "about://a",
                                               "blob://a",
                                               "javascript://a",
                                               "ftp://a.example",
                                               "ws://a.example",
                                               "capacitor://localhost",
                                               "https://",
                                               "https://a.example,https://b.example"};
  for (const std::string_view text : texts) {
    const std::vector<Problem> problems = problems_of(with_origins({text}));
    const auto parsed = parse_origin_pattern(text);
    if (parsed) {
      EXPECT_TRUE(problems.empty()) << text;
    } else {
      ASSERT_EQ(problems.size(), 1U) << text;
      EXPECT_EQ(problems[0].code, parsed.error().code) << text;
    }
  }
}

TEST(CompileCors, WithAllDeniedKeepsEverythingElse) {
  std::vector<Problem> problems;
  CorsRules rules = with_origins({"https://a.example"});
  rules.behaviour.on_denied = OnDenied::Mark;
  rules.exposed_headers = {at_place("X-A")};
  const CompiledCors compiled = compile_cors(rules, problems);
  const CompiledCors denied = with_all_denied(compiled, Reason::PathAmbiguous);
  EXPECT_EQ(denied.denies_all, Reason::PathAmbiguous);
  EXPECT_EQ(denied.origins, compiled.origins);
  EXPECT_EQ(denied.behaviour.on_denied, OnDenied::Mark);
  EXPECT_EQ(denied.exposed_headers, "X-A");
  EXPECT_EQ(compiled.denies_all, Reason::None);
}

}  // namespace
}  // namespace corsac
