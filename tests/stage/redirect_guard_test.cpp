#include "corsac/stage/redirect_guard.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/http/own_origin.hpp"
#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

RedirectGuard guard_of(std::vector<std::string> parameters = {}) {
  std::vector<OriginPattern> patterns;
  for (const char* origin : {"https://app.example.com", "https://*.preview.example.com"}) {
    patterns.push_back(parse_origin_pattern(origin).value());
  }
  return RedirectGuard(
      {.origins = OriginSet::build({}, patterns, 1), .parameters = std::move(parameters)});
}

struct TargetRow {
  const char* desc;
  std::string target;
  bool is_allowed;
};

TEST(RedirectGuard, LetsBrowsersGoToOwnAndListedOrigins) {
  const RedirectGuard guard = guard_of();
  const OwnOrigin own({.public_origins = {"https://api.example.com"}});
  const TargetRow rows[] = {
      {"nothing", "", true},
      {"a path", "/home?x=https://evil.example", true},
      {"a relative path", "home", true},
      {"a query", "?a", true},
      {"an own origin", "https://api.example.com/home", true},
      {"an own origin with case", "HTTPS://API.Example.com", true},
      {"own with its port", "https://api.example.com:443/", true},
      {"another port of the own host", "https://api.example.com:8443/", false},
      {"the own host by http", "http://api.example.com/", false},
      {"a listed origin", "https://app.example.com/in", true},
      {"a listed pattern", "https://pr1.preview.example.com/", true},
      {"without scheme", "//app.example.com/in", true},
      {"another site", "https://evil.example/", false},
      {"another site without scheme", "//evil.example/", false},
      {"S2: a listed origin's beginning", "https://app.example.com.evil.example/", false},
      {"userinfo", "https://app.example.com@evil.example/", false},
      {"backslashes", "\\\\evil.example/", false},
      {"slash and backslash", "/\\evil.example/", false},
      {"a tab", "/\t/evil.example/", false},
      {"blanks before", " \n//evil.example/", false},
      {"one slash", "https:/evil.example", false},
      {"no slash", "https:evil.example", false},
      {"script", "javascript:alert(1)", false},
      {"script with a line break", "java\nscript:alert(1)", false},
      {"data", "data:text/html,x", false},
      {"an app", "myapp://callback", false},
      {"IP in another spelling", "http://2130706433/", false},
      {"what does not parse", "https://", false},
      {"a control byte", std::string("https://app.example.com\0.evil.example", 37), false},
  };
  for (const TargetRow& row : rows) {
    const testing::AllocationCounter counter;
    const bool is_allowed = guard.allows(row.target, PageScheme::Https, &own);
    const std::size_t allocations = counter.count();
    EXPECT_EQ(is_allowed, row.is_allowed) << row.desc;
    EXPECT_EQ(allocations, 0U) << row.desc;
  }
  EXPECT_FALSE(guard.allows("//app.example.com/in", PageScheme::Http, &own));
  EXPECT_FALSE(guard.allows("https://api.example.com/", PageScheme::Https, nullptr));
  EXPECT_FALSE(RedirectGuard().allows("https://app.example.com", PageScheme::Https, nullptr));
  EXPECT_TRUE(RedirectGuard().allows("/home", PageScheme::Https, nullptr));
}

struct QueryRow {
  const char* desc;
  std::string target;
  const char* offending;  // null = it passes
};

TEST(RedirectGuard, JudgesTheParametersThatNameATarget) {
  const RedirectGuard guard = guard_of({"redirect_uri", "from URI"});
  const OwnOrigin own({.public_origins = {"https://api.example.com"}});
  const std::string longest(kRedirectParameterLimitBytes, 'a');
  const QueryRow rows[] = {
      {"no query", "/in", nullptr},
      {"an empty query", "/in?", nullptr},
      {"another parameter", "/in?next=https://evil.example", nullptr},
      {"a listed origin", "/in?redirect_uri=https://app.example.com/", nullptr},
      {"encoded", "/in?redirect_uri=https%3A%2F%2Fapp.example.com%2F", nullptr},
      {"a path", "/in?redirect_uri=%2Fhome", nullptr},
      {"without a value", "/in?redirect_uri&x", nullptr},
      {"an empty value", "/in?redirect_uri=", nullptr},
      {"another site", "/in?redirect_uri=https://evil.example/x", "https://evil.example/x"},
      {"another site, encoded", "/in?redirect_uri=https%3a%2F%2Fevil.example",
       "https%3a%2F%2Fevil.example"},
      {"an encoded name", "/in?redirect%5Furi=//evil.example", "//evil.example"},
      {"a blank in the name", "/in?from+URI=//evil.example", "//evil.example"},
      {"the second of two", "/in?a=b&redirect_uri=/&redirect_uri=//evil.example", "//evil.example"},
      {"a blank before", "/in?redirect_uri=+//evil.example", "+//evil.example"},
      {"an encoded tab", "/in?redirect_uri=/%09/evil.example", "/%09/evil.example"},
      {"an encoded backslash", "/in?redirect_uri=%5C%5Cevil.example", "%5C%5Cevil.example"},
      {"what some hosts decode", "/in?redirect_uri=%u0068ttps://evil.example",
       "%u0068ttps://evil.example"},
      {"a name that some hosts decode", "/in?%u0072edirect_uri=//evil.example", "//evil.example"},
      {"with case", "/in?Redirect_Uri=//evil.example", nullptr},
      {"decoded once", "/in?redirect_uri=%252F%252Fevil.example", nullptr},
      {"behind the fragment", "/in#?redirect_uri=//evil.example", nullptr},
      {"as long as may be", "/in?redirect_uri=" + longest, nullptr},
      {"too long", "/in?redirect_uri=" + longest + 'a', ""},
      {"a query of the target stays away from logs",
       "/in?redirect_uri=https://u:pw@evil.example/x?token=1", "evil.example/x"},
      {"encoded too", "/in?redirect_uri=https://u:pw%40evil.example%3Ftoken%3D1", "evil.example"},
  };
  for (const QueryRow& row : rows) {
    RequestView request;
    request.method = "GET";
    request.target = row.target;
    request.path = "/in";
    request.own = &own;
    Decision decision;
    const testing::AllocationCounter counter;
    const StageResult result = guard.on_request(request, decision);
    const std::size_t allocations = counter.count();
    EXPECT_EQ(allocations, 0U) << row.desc;
    EXPECT_TRUE(decision.judges_location) << row.desc;
    EXPECT_TRUE(decision.is_https_page) << row.desc;
    const bool passes = row.offending == nullptr;
    EXPECT_EQ(result, passes ? StageResult::Continue : StageResult::Stop) << row.desc;
    EXPECT_EQ(decision.outcome, passes ? Outcome::Pass : Outcome::Refuse) << row.desc;
    EXPECT_EQ(decision.status, passes ? 0 : 403) << row.desc;
    EXPECT_EQ(decision.reason, passes ? Reason::None : Reason::RedirectNotAllowed) << row.desc;
    if (!passes && row.offending[0] != '\0') {
      EXPECT_EQ(decision.offending, row.offending) << row.desc;
    }
  }
}

TEST(RedirectGuard, KnowsTheSchemeThatBrowsersSee) {
  const OwnOrigin none;
  const OwnOrigin by_http({.public_origins = {"http://localhost:8080", "https://a.example"}});
  const OwnOrigin by_https({.public_origins = {"https://a.example"}});
  const OwnOrigin proxied({.public_origins = {"https://a.example"},
                           .trusted_proxies = {IpRange::parse("10.0.0.0/8").value()}});
  const struct {
    const char* desc;
    const OwnOrigin* own;
    bool is_tls;
    const char* peer;
    const char* proto;
    bool is_https;
  } rows[] = {
      {"nothing is known", nullptr, false, "10.0.0.1", "https", false},
      {"TLS", nullptr, true, "10.0.0.1", "", true},
      {"TLS ends before us, by nobody's word", &none, false, "10.0.0.1", "https", false},
      {"public origins of https", &by_https, false, "192.0.2.1", "", true},
      {"public origins of both", &by_http, false, "192.0.2.1", "", false},
      {"a proxy says https", &proxied, false, "10.0.0.1", "https", true},
      {"a proxy says http", &proxied, true, "10.0.0.1", "http", false},
      {"somebody else says http", &proxied, false, "192.0.2.1", "http", true},
  };
  for (const auto& row : rows) {
    RequestView request;
    request.target = request.path = "/";
    request.own = row.own;
    request.is_tls = row.is_tls;
    request.peer_address = row.peer;
    if (row.proto[0] != '\0') request.forwarded_proto = {.value = row.proto, .lines = 1};
    Decision decision;
    EXPECT_EQ(RedirectGuard().on_request(request, decision), StageResult::Continue) << row.desc;
    EXPECT_EQ(decision.is_https_page, row.is_https) << row.desc;
  }
}

}  // namespace
}  // namespace corsac
