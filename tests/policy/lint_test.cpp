#include "corsac/policy/lint.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/policy/compile.hpp"
#include "corsac/policy/warning_codes.hpp"

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

// An error has its own fix, and a second one would contradict it.
TEST(Lint, IsSilentAboutAMaxAgeThatIsAnError) {
  Policy policy = with_origins({"https://app.example.com"});
  policy.cors.max_age_seconds = 99999999;
  const auto compiled = compile_policy(policy, {.has_lints = true});
  ASSERT_FALSE(compiled);
  ASSERT_EQ(compiled.error().problems().size(), 1U) << compiled.error().text();
  EXPECT_EQ(compiled.error().problems()[0].code, "max-age-range");
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
      {"91: a day with the most that is allowed",
       [](Policy& p) { p.cors.max_age_seconds = 86400; },
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
         p.allowed_warnings = {
             {.code = "max-age-long", .path = "cors.max_age_seconds", .reason = "a contract"}};
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
  policy.allowed_warnings = {
      {.code = "loopback-origin", .path = "cors.allowed_origins", .reason = "tests"}};
  EXPECT_EQ(lints_of(policy, false), Texts{}) << "what a load does not ask is not unused";
}

// Every edge case that says "lint" of a policy, and what is said.
TEST(Lint, EachEdgeCaseHasItsCode) {
  const auto far_future = std::chrono::system_clock::time_point(std::chrono::hours(24 * 365 * 80));
  const auto allowing = [](const char* origin) {
    return [origin](Policy& p) { p.cors.allowed_origins = {origin}; };
  };
  const struct {
    const char* desc;
    const char* code;
    const char* path;
    std::function<void(Policy&)> change;
  } rows[] = {
      {"4: the other scheme's port", "port-suspicious", "cors.allowed_origins[0]",
       allowing("https://a.example:80")},
      {"6: a port that browsers block", "port-blocked", "cors.allowed_origins[0]",
       allowing("http://a.example:6667")},
      {"13: a public suffix", "origin-public-suffix", "cors.allowed_origins[0]",
       allowing("https://*.github.io")},
      {"13: a list of suffixes of long ago", "suffix-list-old", "cors.allowed_origins[0]",
       [](Policy& p) {
         p.cors.allowed_origins = {"https://*.example.com"};
         p.cors.allow_credentials = true;
       }},
      {"15: a wildcard inside a label on shared hosting", "origin-public-suffix",
       "cors.allowed_origins[0]", allowing("https://pr-*.vercel.app")},
      {"19: a Firefox id", "extension-id", "cors.allowed_origins[0]",
       allowing("moz-extension://01234567-89ab-cdef-0123-456789abcdef")},
      {"20: an app shell", "app-scheme", "cors.allowed_origins[0]", allowing("tauri://localhost")},
      {"20: an app shell of Windows", "loopback-origin", "cors.allowed_origins[0]",
       allowing("http://tauri.localhost")},
      {"28: xn-- of no name", "punycode-unknown", "cors.allowed_origins[0]",
       allowing("https://xn--0.example")},
      {"30: a final dot", "trailing-dot", "cors.allowed_origins[0]",
       allowing("https://a.example.")},
      {"32: what a wildcard covers", "origin-redundant", "cors.allowed_origins[1]",
       [](Policy& p) {
         p.cors.allowed_origins = {"https://*.example.com", "https://x.example.com"};
       }},
      {"32: what stands twice", "origin-redundant", "cors.allowed_origins[1]",
       [](Policy& p) {
         p.cors.allowed_origins = {"https://a.example", "https://a.example"};
       }},
      {"34: localhost", "loopback-origin", "cors.allowed_origins[0]",
       allowing("https://localhost")},
      {"34: in a file of origins", "loopback-origin", "cors.allowed_origins_file[0]",
       [](Policy& p) {
         p.cors.allowed_origins_file = "origins.txt";
         p.cors.allowed_origins_from_file = {"http://127.0.0.1:3000"};
       }},
      {"55: patch", "method-case", "cors.allowed_methods[0]",
       [](Policy& p) {
         p.cors.allowed_methods = {"patch"};
         p.cors.allowed_headers = {"Content-Type"};
       }},
      {"56: CONNECT, where a system takes it", "verb-unsendable", "cors.allowed_methods[0]",
       [](Policy& p) {
         p.cors.profile = "cloudflare";
         p.cors.allowed_methods = {"CONNECT"};
       }},
      {"57: OPTIONS", "options-needless", "cors.allowed_methods[0]",
       [](Policy& p) { p.cors.allowed_methods = {"OPTIONS"}; }},
      {"67, S19: a header that replaces the method", "method-override", "cors.allowed_headers[0]",
       [](Policy& p) { p.cors.allowed_headers = {"X-Method-Override"}; }},
      {"81: bodies without Content-Type", "content-type-missing", "cors.allowed_headers",
       [](Policy& p) { p.cors.allowed_methods = {"PUT"}; }},
      {"87: reasons for everybody", "debug-headers", "cors.debug_headers",
       [](Policy& p) { p.cors.debug_headers = true; }},
      {"91: longer than browsers keep it", "max-age-long", "cors.max_age_seconds",
       [](Policy& p) { p.cors.max_age_seconds = 7201; }},
      {"91: a day with credentials", "max-age-revocation", "cors.max_age_seconds",
       [](Policy& p) {
         p.cors.max_age_seconds = 86400;
         p.cors.allow_credentials = true;
         p.allowed_warnings = {
             {.code = "max-age-long", .path = "cors.max_age_seconds", .reason = "meant"}};
       }},
      {"94: the old header of private networks", "private-network-obsolete",
       "cors.allow_private_network", [](Policy& p) { p.cors.allow_private_network = true; }},
      {"114: what pages read anyway", "exposed-needless", "cors.exposed_headers[0]",
       [](Policy& p) { p.cors.exposed_headers = {"Cache-Control"}; }},
  };
  for (const auto& row : rows) {
    Policy policy = with_origins({"https://app.example.com"});
    row.change(policy);
    const bool is_old = std::string_view(row.code) == "suffix-list-old";
    const auto now = is_old ? far_future : std::chrono::system_clock::time_point();
    const auto compiled = compile_policy(policy, {.now = now, .has_lints = true});
    ASSERT_TRUE(compiled) << row.desc << '\n' << compiled.error().text();
    Texts found;
    for (const Problem& problem : compiled->warnings.problems()) {
      found.push_back(std::string(problem.code) + ' ' + problem.path);
    }
    EXPECT_EQ(found, Texts{std::string(row.code) + ' ' + row.path}) << row.desc;
    EXPECT_NE(find_warning_code(row.code), nullptr) << row.desc;
  }
}

TEST(Lint, SaysThatTheSuffixListIsOldWhereItMatters) {
  const auto far_future = std::chrono::system_clock::time_point(std::chrono::hours(24 * 365 * 80));
  const struct {
    const char* desc;
    const char* origin;
    bool has_credentials;
    std::size_t warnings;
  } rows[] = {
      {"right on a registrable domain", "https://*.example.com", true, 1},
      {"inside a label", "https://pr-*.example.com", true, 1},
      {"deeper", "https://*.preview.example.com", true, 0},
      {"without credentials a suffix draws a warning of its own", "https://*.example.com", false,
       0},
      {"no wildcard", "https://example.com", true, 0},
      {"any port", "https://example.com:*", true, 0},
  };
  for (const auto& row : rows) {
    Policy policy = with_origins({row.origin});
    policy.cors.allow_credentials = row.has_credentials;
    const auto compiled = compile_policy(policy, {.now = far_future, .has_lints = true});
    ASSERT_TRUE(compiled) << row.desc;
    EXPECT_EQ(compiled->warnings.problems().size(), row.warnings) << row.desc;
  }
  const auto day = [](int days) {
    return std::chrono::system_clock::time_point(std::chrono::hours(24 * days));
  };
  EXPECT_FALSE(is_suffix_list_old("1970-01-01", day(366)));
  EXPECT_TRUE(is_suffix_list_old("1970-01-01", day(367)));
  EXPECT_FALSE(is_suffix_list_old("", day(40'000))) << "not known";
}

TEST(WarningCodes, AreInOrderAndComplete) {
  std::string_view last;
  for (const WarningCode& row : warning_codes()) {
    EXPECT_LT(last, row.code);
    EXPECT_TRUE(row.summary.ends_with('.')) << row.code;
    EXPECT_TRUE(row.help.ends_with('.')) << row.code;
    EXPECT_EQ(find_warning_code(row.code), &row);
    last = row.code;
  }
  EXPECT_EQ(find_warning_code("origin-trailing-slash"), nullptr) << "an error";
  EXPECT_EQ(find_warning_code(""), nullptr);
}

TEST(LintAllow, IsCheckedItself) {
  const struct {
    const char* desc;
    AllowedWarning allowed;
    const char* code;  // of the problem; empty = none
    const char* fix;
  } rows[] = {
      {"a lint that is there",
       {.code = "loopback-origin", .path = "cors.allowed_origins", .reason = "tests"},
       "",
       ""},
      {"a slip in the code",
       {.code = "loopback-orgin", .path = "cors.allowed_origins", .reason = "tests"},
       "lint-allow-unknown",
       "write code = \"loopback-origin\""},
      {"another path",
       {.code = "loopback-origin", .path = "cors.rules", .reason = "tests"},
       "lint-allow-unused",
       "take it out"},
      {"the code of an error",
       {.code = "origin-path", .path = "cors", .reason = "tests"},
       "lint-allow-unknown",
       "take it out"},
      {"a blank reason",
       {.code = "loopback-origin", .path = "cors", .reason = " \t"},
       "lint-allow-reason",
       "write why it is meant, or take the entry out"},
      {"a blank reason of one that meets nothing",
       {.code = "max-age-long", .path = "cors", .reason = ""},
       "lint-allow-reason",
       "write why it is meant, or take the entry out"},
      {"a blank path",
       {.code = "max-age-long", .path = " ", .reason = "tests"},
       "lint-allow-path",
       "write the path of the warning, or take the entry out"},
      {"no code",
       {.code = "", .path = "cors", .reason = "tests"},
       "lint-allow-code",
       "write the code of the warning, or take the entry out"},
      {"no path",
       {.code = "max-age-long", .path = "", .reason = "tests"},
       "lint-allow-path",
       "write the path of the warning, or take the entry out"},
  };
  for (const auto& row : rows) {
    Policy policy = with_origins({"http://localhost:3000"});
    policy.allowed_warnings = {row.allowed};
    const auto compiled = compile_policy(policy, {.has_lints = true});
    std::vector<Problem> problems = (compiled ? compiled->warnings : compiled.error()).problems();
    std::erase_if(problems,
                  [](const Problem& problem) { return problem.code == "loopback-origin"; });
    if (std::string_view(row.code).empty()) {
      EXPECT_TRUE(problems.empty()) << row.desc;
      continue;
    }
    ASSERT_EQ(problems.size(), 1U) << row.desc;
    EXPECT_EQ(problems[0].code, row.code) << row.desc;
    EXPECT_EQ(problems[0].fix, row.fix) << row.desc;
  }
}

TEST(LintAllow, KeepsWhatItSilencedWithTheReason) {
  Policy policy = with_origins({"http://localhost:3000"});
  policy.cors.rules = {CorsRule{.paths = {"/a"}}, CorsRule{.paths = {"/b"}}};
  policy.allowed_warnings = {{.code = "loopback-origin",
                              .path = "cors.allowed_origins",
                              .reason = "for tests",
                              .place = {.line = 9}}};
  const auto compiled = compile_policy(policy, {.has_lints = true});
  ASSERT_TRUE(compiled);
  ASSERT_EQ(compiled->warnings.silenced().size(), 1U) << "once, though three rules have it";
  const SilencedWarning& silenced = compiled->warnings.silenced()[0];
  EXPECT_EQ(silenced.problem.path, "cors.allowed_origins[0]");
  EXPECT_EQ(silenced.reason, "for tests");
  EXPECT_EQ(silenced.place.line, 9U);
}

}  // namespace
}  // namespace corsac
