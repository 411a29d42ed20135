#include "corsac/policy/csrf_sections.hpp"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/http/own_origin.hpp"
#include "corsac/policy/compile.hpp"
#include "corsac/policy/snapshot.hpp"
#include "corsac/stage/trusted_cross_site.hpp"
#include "policy/asked.hpp"

namespace corsac {
namespace {

using testing::get;
using Texts = std::vector<std::string>;

constexpr const char* kApps = "https://apps.example.com";

// A policy with which nothing is wrong.
Policy edx() {
  Policy policy;
  policy.cors.profile = "openedx";
  policy.cors.allowed_origins = {kApps};
  policy.csrf.referer.enabled = true;
  policy.csrf.cookie = {.name = "shared-csrftoken", .domain = ".example.com"};
  return policy;
}

Result<Compiled, Report> compiled(const Policy& policy) {
  return compile_policy(policy, {.application = {.has_public_origins = true}});
}

// "error cookie-name-prefix csrf.cookie.name", in order.
Texts problems_of(const Policy& policy) {
  const auto result = compiled(policy);
  Texts texts;
  for (const Problem& problem : (result ? result->warnings : result.error()).problems()) {
    const bool is_error = problem.severity == Severity::Error;
    EXPECT_FALSE(problem.what.empty() || problem.fix.empty()) << problem.code;
    texts.push_back((is_error ? "error " : "warning ") + std::string(problem.code) + ' ' +
                    problem.path);
  }
  return texts;
}

struct Row {
  const char* desc;
  std::function<void(CsrfPolicy&)> change;
  Texts problems;
};

void expect_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    Policy policy = edx();
    row.change(policy.csrf);
    EXPECT_EQ(problems_of(policy), row.problems) << row.desc;
  }
}

Row of_cookie(const char* desc, std::function<void(CsrfCookie&)> change, Texts problems) {
  return {desc, [change = std::move(change)](CsrfPolicy& csrf) { change(csrf.cookie); },
          std::move(problems)};
}

Row of_name(const char* desc, std::string name, const char* code) {
  return of_cookie(
      desc, [name = std::move(name)](CsrfCookie& cookie) { cookie.name = name; },
      code == nullptr ? Texts() : Texts{std::string("error ") + code + " csrf.cookie.name"});
}

Row of_domain(const char* desc, std::string domain, const char* code) {
  return of_cookie(
      desc, [domain = std::move(domain)](CsrfCookie& c) { c.domain = domain; },
      code == nullptr ? Texts() : Texts{std::string("error ") + code + " csrf.cookie.domain"});
}

TEST(CsrfCookieSection, WantsANameAndADomain) {
  expect_rows({
      of_cookie("M64: nothing is wrong", [](CsrfCookie&) {}, {}),
      of_cookie("M60, M64: no name", [](CsrfCookie& c) { c.name = {}; },
                {"error field-missing csrf.cookie.name"}),
      of_cookie("M60, M64: no domain", [](CsrfCookie& c) { c.domain = {}; },
                {"error field-missing csrf.cookie.domain"}),
      of_cookie("name and domain that could not be read are told by the reader",
                [](CsrfCookie& c) {
                  c.name.set_unreadable({});
                  c.domain.set_unreadable({});
                },
                {}),
      of_cookie("M60, M64: the section alone", [](CsrfCookie& c) { c = {.path = "/"}; },
                {"error field-missing csrf.cookie.name", "error field-missing csrf.cookie.domain"}),
      of_name("M64: an empty name, edX's default", "", "cookie-name-malformed"),
      of_name("a blank", "shared token", "cookie-name-malformed"),
      of_name("what would end it", "a=b", "cookie-name-malformed"),
      of_name("what would end the pair", "a;b", "cookie-name-malformed"),
      of_name("a line break", "a\nb", "cookie-name-malformed"),
      of_name("beyond ASCII", "t\xC3\xB6ken", "cookie-name-malformed"),
      of_name("a prefix that no domain goes with", "__Host-csrf", "cookie-name-prefix"),
      of_name("in any case", "__hOST-csrf", "cookie-name-prefix"),
      of_name("the other prefix is right: it is always Secure", "__Secure-csrf", nullptr),
      of_name("M64: the application's own", "csrftoken", "cookie-names-equal"),
      of_name("another case is another name", "CSRFToken", nullptr),
      of_cookie("M64: the application's own, by another name",
                [](CsrfCookie& c) { c.app_cookie_name = "shared-csrftoken"; },
                {"error cookie-names-equal csrf.cookie.name"}),
      of_cookie("the application's own is a name too",
                [](CsrfCookie& c) { c.app_cookie_name = "a b"; },
                {"error cookie-name-malformed csrf.cookie.app_cookie_name"}),
      of_cookie("a prefix is right for a cookie without a domain",
                [](CsrfCookie& c) { c.app_cookie_name = "__Host-csrftoken"; }, {}),
  });
}

TEST(CsrfCookieSection, WantsADomainThatOneOwnerHas) {
  constexpr const char* kMalformed = "cookie-domain-malformed";
  constexpr const char* kShared = "cookie-domain-not-shared";
  expect_rows({
      of_domain("with a dot", ".example.com", nullptr),
      of_domain("without one", "example.com", nullptr),
      of_domain("a deeper one", ".courses.example.co.uk", nullptr),
      of_domain("for development", "localhost", nullptr),
      of_domain("M64: empty, edX's default", "", kMalformed),
      of_domain("a dot alone", ".", kMalformed),
      of_domain("two dots", "..example.com", kMalformed),
      of_domain("a dot at the end", "example.com.", kMalformed),
      of_domain("upper case", ".Example.com", kMalformed),
      of_domain("an origin", "https://example.com", kMalformed),
      of_domain("a port", "example.com:8443", kMalformed),
      of_domain("a path", "example.com/", kMalformed),
      of_domain("a wildcard", "*.example.com", kMalformed),
      of_domain("an IPv4 address", "127.0.0.1", kMalformed),
      of_domain("an IPv6 address", "[::1]", kMalformed),
      of_domain("beyond ASCII",
                "b\xC3\xBC"
                "cher.example",
                kMalformed),
      of_domain("what would end it", "example.com; Path=/", kMalformed),
      of_domain("a line break", "example.com\r\n", kMalformed),
      of_domain("M64: a top level", ".com", kShared),
      of_domain("M64: a public suffix of two labels", "co.uk", kShared),
      of_domain("M64: where anybody gets a name", ".github.io", kShared),
      of_domain("a name without dots", "intranet", kShared),
  });
}

// A cookie of a host that is not in its domain is never kept.
TEST(CsrfCookieSection, WarnsOfADomainThatHoldsNoHostOfOurs) {
  struct DomainRow {
    const char* desc;
    Names hosts;
    const char* domain;
    bool warns;
  };
  const DomainRow rows[] = {
      {"no hosts are known", {}, ".unrelated.org", false},
      {"below it", {"courses.example.com"}, ".example.com", false},
      {"the host itself", {"courses.example.com"}, "courses.example.com", false},
      {"one of them", {"127.0.0.1:*", "courses.example.com:8443"}, ".example.com", false},
      {"another one", {"courses.example.com"}, ".unrelated.org", true},
      {"one that ends alike", {"courses.example.com"}, ".ample.com", true},
      {"below the host", {"courses.example.com"}, ".x.courses.example.com", true},
      {"localhost elsewhere", {"courses.example.com"}, "localhost", true},
      {"localhost", {"localhost:*"}, "localhost", false},
      {"addresses alone", {"127.0.0.1:*", "[::1]:*"}, ".example.com", true},
      {"a wildcard of it", {"*.example.com"}, ".example.com", false},
      {"a wildcard below it", {"*.courses.example.com"}, ".example.com", false},
      {"a wildcard that covers it", {"*.example.com"}, ".courses.example.com", false},
      {"a wildcard of another one", {"*.example.com"}, ".unrelated.org", true},
      {"a part of a label", {"pr-*.example.com"}, ".example.com", false},
      {"a part of a label elsewhere", {"pr-*.example.com"}, ".unrelated.org", true},
  };
  for (const DomainRow& row : rows) {
    Policy policy = edx();
    policy.hosts.allowed = row.hosts;
    policy.csrf.cookie.domain = row.domain;
    const Texts expected =
        row.warns ? Texts{"warning cookie-domain-other csrf.cookie.domain"} : Texts();
    EXPECT_EQ(problems_of(policy), expected) << row.desc;
  }
}

TEST(CsrfCookieSection, WantsAPathAndAnAge) {
  const auto path = [](const char* desc, std::string text, bool is_wrong) {
    return of_cookie(
        desc, [text = std::move(text)](CsrfCookie& c) { c.path = text; },
        is_wrong ? Texts{"error cookie-path-malformed csrf.cookie.path"} : Texts());
  };
  const auto age = [](const char* desc, std::int64_t seconds, bool is_wrong) {
    return of_cookie(
        desc, [seconds](CsrfCookie& c) { c.max_age_seconds = seconds; },
        is_wrong ? Texts{"error cookie-max-age-range csrf.cookie.max_age_seconds"} : Texts());
  };
  expect_rows({
      path("a path below the root", "/api", false),
      path("no slash", "api", true),
      path("empty", "", true),
      path("what would end it", "/;Secure", true),
      path("a control byte", "/\x01", true),
      path("a line break", "/\r\nSet-Cookie: a=b", true),
      path("DEL", "/\x7F", true),
      path("beyond ASCII", "/\xC3\xBC", true),
      age("52 weeks", 31449600, false),
      age("a second", 1, false),
      age("400 days", 34560000, false),
      age("none", 0, true),
      age("before now", -1, true),
      age("more than 400 days", 34560001, true),
  });
}

TEST(CsrfCookieSection, TellsEverythingAtOnce) {
  expect_rows({of_cookie("M60: all of it",
                         [](CsrfCookie& c) {
                           c = {.name = "a b",
                                .domain = ".com",
                                .path = "x",
                                .max_age_seconds = 0,
                                .app_cookie_name = ""};
                         },
                         {"error cookie-name-malformed csrf.cookie.name",
                          "error cookie-name-malformed csrf.cookie.app_cookie_name",
                          "error cookie-domain-not-shared csrf.cookie.domain",
                          "error cookie-path-malformed csrf.cookie.path",
                          "error cookie-max-age-range csrf.cookie.max_age_seconds"})});
}

TEST(CsrfRefererSection, SaysWhatIsTrue) {
  expect_rows({
      {"M65: the switch for development is told at every load",
       [](CsrfPolicy& c) { c.referer.dangerously_allow_insecure = true; },
       {"warning dangerous-switch csrf.referer.dangerously_allow_insecure"}},
      {"M65: whatever is off",
       [](CsrfPolicy& c) { c = {.referer = {.dangerously_allow_insecure = true}}; },
       {"warning dangerous-switch csrf.referer.dangerously_allow_insecure",
        "warning setting-has-no-effect csrf.referer.dangerously_allow_insecure"}},
      {"what could not be read is told by the reader",
       [](CsrfPolicy& c) {
         c.referer.dangerously_allow_insecure = true;
         c.referer.enabled.set_unreadable({});
       },
       {"warning dangerous-switch csrf.referer.dangerously_allow_insecure"}},
      {"false is no danger",
       [](CsrfPolicy& c) { c.referer.dangerously_allow_insecure = false; },
       {}},
      {"a cookie for nobody",
       [](CsrfPolicy& c) { c.referer = {}; },
       {"warning setting-has-no-effect csrf.cookie"}},
      {"a list of its own", [](CsrfPolicy& c) { c.trusted_origins = {kApps}; }, {}},
      {"an empty list",
       [](CsrfPolicy& c) { c.trusted_origins = Names::none(); },
       {"warning setting-has-no-effect csrf.referer.enabled"}},
      {"the guard is off, and the questions stay", [](CsrfPolicy& c) { c.enabled = false; }, {}},
  });
  Policy policy = edx();
  policy.cors = {};
  const Texts nobody = {"warning setting-has-no-effect csrf.referer.enabled"};
  EXPECT_EQ(problems_of(policy), nobody) << "no CORS";
  policy.csrf.trusted_origins = {kApps};
  EXPECT_EQ(problems_of(policy), Texts()) << "no CORS, and a list";
  policy = edx();
  policy.cors.allowed_origins = Names::none();
  EXPECT_EQ(problems_of(policy), nobody) << "no origin";
  policy = edx();
  policy.cors.allow_credentials = false;
  EXPECT_EQ(problems_of(policy), nobody) << "no credentials";
  policy.cors.rules = {{.paths = {"/a"}, .allow_credentials = true}};
  EXPECT_EQ(problems_of(policy), Texts()) << "credentials on one path";
}

TEST(CsrfRefererSection, CannotBeSilenced) {
  Policy policy = edx();
  policy.csrf.referer.dangerously_allow_insecure = true;
  policy.allowed_warnings = {{.code = "dangerous-switch", .path = "csrf", .reason = "meant"}};
  const Texts problems = problems_of(policy);
  EXPECT_EQ(problems.front(), "warning dangerous-switch csrf.referer.dangerously_allow_insecure")
      << "M65: [[lint.allow]] does not name it away";
}

// Which list is asked: csrf.trusted_origins, or what [cors] grants with credentials on this path.
TEST(CsrfRefererSection, TrustsWhomTheGuardTrusts) {
  const auto trust = [](const Policy& policy, std::string_view referer, std::string target) {
    const auto result = compiled(policy);
    if (!result) return result.error().text();
    auto asked = get(kApps, std::move(target));
    RequestView view = asked.view();
    view.is_tls = true;
    view.referer = {.value = referer, .lines = 1};
    const Snapshot& snapshot = *result->snapshot;
    return std::string(to_text(
        trusted_cross_site(snapshot.guards().csrf_referer, snapshot.csrf_trust(view), view)));
  };
  Policy policy = edx();
  policy.cors.rules = {
      {.paths = {"/public"}, .allowed_origins = {"*"}, .allow_credentials = false}};
  policy.cors.excluded_paths = {"/admin"};
  EXPECT_EQ(trust(policy, "https://apps.example.com/", "/api"), "trusted");
  EXPECT_EQ(trust(policy, "https://evil.example/", "/api"), "not_listed");
  EXPECT_EQ(trust(policy, "https://apps.example.com/", "/public"), "not_listed") << "without them";
  EXPECT_EQ(trust(policy, "https://apps.example.com/", "/admin"), "not_listed") << "excluded";
  EXPECT_EQ(trust(policy, "https://apps.example.com/", "/api/..%2fadmin"), "not_listed")
      << "ambiguous";
  policy.csrf.trusted_origins = {"https://other.example"};
  EXPECT_EQ(trust(policy, "https://other.example/", "/admin"), "trusted") << "a list is for all";
  EXPECT_EQ(trust(policy, "https://apps.example.com/", "/api"), "not_listed");
  policy = edx();
  policy.cors.allowed_origins = {"*"};
  policy.cors.dangerously_echo_any_origin = true;
  EXPECT_EQ(trust(policy, "https://apps.example.com/", "/api"), "not_listed")
      << "M43: any origin is nobody's trust";
}

TEST(CsrfRefererSection, TrustsNobodyWhenThePolicyIsClosed) {
  Policy with_list = edx();
  with_list.csrf.trusted_origins = {"https://apps.example.com"};
  auto asked = get(kApps);
  RequestView view = asked.view();
  view.is_tls = true;
  view.referer = {.value = "https://apps.example.com/", .lines = 1};
  for (const Policy& policy : {edx(), with_list}) {
    const auto result = compiled(policy);
    ASSERT_TRUE(result) << result.error().text();
    const auto closed = Snapshot::closed(*result->snapshot);
    EXPECT_EQ(
        to_text(trusted_cross_site(closed->guards().csrf_referer, closed->csrf_trust(view), view)),
        "not_listed");
  }
  const auto start = Snapshot::closed_at_start();
  EXPECT_EQ(
      to_text(trusted_cross_site(start->guards().csrf_referer, start->csrf_trust(view), view)),
      "switched_off");
}

}  // namespace
}  // namespace corsac
