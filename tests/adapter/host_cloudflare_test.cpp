// Cloudflare Access on the wire: its three ways with preflights in front of an application that
// asks for a session, each setting in whole header sets, and what does not load.

#include <string>
#include <vector>

#include "adapter/host_answers.hpp"

namespace corsac::testing {
namespace {

constexpr const char* kVaryFull =
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
const std::pair<std::string, std::string> kPreflightVary = {"vary", kVaryFull};
const HeaderLines kSession = {{"Authorization", "session"}};

Policy cloudflare() { return {.cors = {.profile = "cloudflare"}}; }

// The settings of the document's example.
Policy answering() {
  Policy policy = cloudflare();
  policy.cors.allowed_origins = {kApp};
  policy.cors.allowed_methods = {"GET", "PUT", "OPTIONS"};
  policy.cors.allowed_headers = {"office"};
  policy.cors.allow_credentials = true;
  return policy;
}

// One request to an application behind a login: 401 without a session.
struct WayRow {
  const char* desc;
  const char* preflight;  // the policy's; null = it has settings
  std::string request;
  int status;
  HeaderLines headers;
  std::vector<std::string> handled;
};

const std::string kAsksForGet = preflight("/ok", kApp, "GET");

TEST(HostCloudflare, HasThreeWaysWithPreflightsBeforeALogin) {
  const HeaderLines served = {{"x-served-by", "me"}};
  const WayRow rows[] = {
      {"M95: nothing is configured: a preflight is blocked",
       "",
       kAsksForGet,
       403,
       lines({{"cache-control", "no-store"}, kPlain, kPreflightVary}, served),
       {}},
      {"M95: signed in or not",
       "",
       preflight("/ok", kApp, "GET", kSession),
       403,
       lines({{"cache-control", "no-store"}, kPlain, kPreflightVary}, served),
       {}},
      {"M95: rejected in words",
       "reject",
       kAsksForGet,
       403,
       lines({{"cache-control", "no-store"}, kPlain, kPreflightVary}, served),
       {}},
      {"M95, M109: an actual request meets the login",
       "",
       head("GET", "/ok", kApp),
       401,
       served,
       {}},
      {"M96: to the application, without a session",
       "pass_through",
       kAsksForGet,
       200,
       lines(served, {kPlain}),
       {"OPTIONS /ok"}},
      {"M96: of any page",
       "pass_through",
       preflight("/ok", kEvil, "DELETE"),
       200,
       lines(served, {kPlain}),
       {"OPTIONS /ok"}},
      {"M96: everything else still meets the login",
       "pass_through",
       head("GET", "/ok", kApp),
       401,
       served,
       {}},
      {"M96: as does an OPTIONS that is no preflight",
       "pass_through",
       head("OPTIONS", "/ok", kApp),
       401,
       served,
       {}},
      {"M97, M98, M99, M103, M109: answered before the login",
       nullptr,
       kAsksForGet,
       200,
       lines({{"access-control-allow-origin", kApp},
              {"access-control-allow-credentials", "true"},
              {"access-control-allow-methods", "GET"},
              kPreflightVary},
             served),
       {}},
      {"M109: the actual request meets it", nullptr, head("GET", "/ok", kApp), 401, served, {}},
      {"M108: with a session the application answers, and its own headers stay",
       nullptr,
       head("GET", "/own-cors", kApp, kSession),
       200,
       lines({{"access-control-allow-origin", "*"},
              {"access-control-allow-origin", "https://own.example"},
              {"access-control-allow-origin", "https://own.example"},
              {"access-control-max-age", "1"}},
             served),
       {"GET /own-cors"}},
      {"M108: none is added",
       nullptr,
       head("GET", "/ok", kApp, kSession),
       200,
       lines(served, {kPlain}),
       {"GET /ok"}},
      {"M108: of whatever page",
       nullptr,
       head("GET", "/ok", kEvil, kSession),
       200,
       lines(served, {kPlain}),
       {"GET /ok"}},
  };
  for (const WayRow& row : rows) {
    Policy policy = row.preflight == nullptr ? answering() : cloudflare();
    if (row.preflight != nullptr && *row.preflight != 0) policy.cors.preflight = row.preflight;
    const TestHost host(make_test_gate(policy), {.hooks = HookStyle::Own});
    SCOPED_TRACE(row.desc);
    const RawResponse response = exchange(host.port(), row.request);
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.header_set(), lines(row.headers));
    EXPECT_EQ(host.handled(), row.handled);
  }
}

// One preflight under the settings of a row.
struct SettingRow {
  const char* desc;
  void (*change)(CorsPolicy&);
  std::string request;
  HeaderLines headers;  // besides Vary
};

std::string asks(const std::string& method, const std::string& names = "",
                 const std::string& origin = kApp) {
  HeaderLines more;
  if (!names.empty()) more.emplace_back("Access-Control-Request-Headers", names);
  return preflight("/ok", origin, method, more);
}

HeaderLines grant(const std::string& method, const HeaderLines& more = {},
                  const std::string& origin = kApp) {
  return lines({{"access-control-allow-origin", origin}, {"access-control-allow-methods", method}},
               more);
}

const std::pair<std::string, std::string> kCredentials = {"access-control-allow-credentials",
                                                          "true"};

TEST(HostCloudflare, AnswersAsItsSettingsSay) {
  const auto any_origin = [](CorsPolicy& cors) {
    cors.allowed_origins = {"*"};
    cors.allow_credentials = false;
  };
  const auto without_credentials = [](CorsPolicy& cors) { cors.allow_credentials = false; };
  const SettingRow rows[] = {
      {"M99, M101: only the method that was asked for",
       {},
       asks("PUT"),
       grant("PUT", {kCredentials})},
      {"M101: another method", {}, asks("DELETE"), {}},
      {"M101: GET, HEAD and POST must be listed too", {}, asks("POST"), {}},
      {"M100: a header of the list",
       {},
       asks("PUT", "office"),
       grant("PUT", {kCredentials, {"access-control-allow-headers", "office"}})},
      {"M100: another header", {}, asks("PUT", "x-other"), {}},
      {"M100: all headers",
       [](CorsPolicy& cors) {
         cors.allowed_headers = {"*"};
         cors.allow_credentials = false;
       },
       asks("PUT", "x-any,x-other"),
       grant("PUT", {{"access-control-allow-headers", "x-any,x-other"}})},
      {"M102: another origin", {}, asks("PUT", "", kEvil), {}},
      {"M102: all origins", any_origin, asks("PUT", "", kEvil), grant("PUT", {}, "*")},
      {"M103: no credentials", without_credentials, asks("PUT"), grant("PUT")},
      {"M106: a time", [](CorsPolicy& cors) { cors.max_age_seconds = 86400; }, asks("PUT"),
       grant("PUT", {kCredentials, {"access-control-max-age", "86400"}})},
      {"M106: -1 is `do not cache`", [](CorsPolicy& cors) { cors.max_age_seconds = -1; },
       asks("PUT"), grant("PUT", {kCredentials, {"access-control-max-age", "0"}})},
      {"M106: 0 says nothing", [](CorsPolicy& cors) { cors.max_age_seconds = 0; }, asks("PUT"),
       grant("PUT", {kCredentials})},
  };
  for (const SettingRow& row : rows) {
    SCOPED_TRACE(row.desc);
    Policy policy = answering();
    if (row.change != nullptr) row.change(policy.cors);
    const TestHost host(make_test_gate(policy));
    const RawResponse response = exchange(host.port(), row.request);
    EXPECT_EQ(response.status, 200);
    const bool is_any = response.value("access-control-allow-origin") == "*";
    const HeaderLines vary = {
        {"vary",
         is_any ? "Access-Control-Request-Method, Access-Control-Request-Headers" : kVaryFull}};
    EXPECT_EQ(response.header_set(), lines(row.headers, vary));
    EXPECT_TRUE(host.handled().empty());
  }
}

// Proves M101.
TEST(HostCloudflare, TakesNineVerbs) {
  const std::vector<std::string> verbs = {"GET",     "POST",    "HEAD",  "PUT",  "DELETE",
                                          "CONNECT", "OPTIONS", "TRACE", "PATCH"};
  Policy listed = answering();
  listed.cors.allowed_methods = {"GET",     "POST",    "HEAD",  "PUT",  "DELETE",
                                 "CONNECT", "OPTIONS", "TRACE", "PATCH"};
  Policy all = answering();
  all.cors.allowed_methods = {"*"};
  const TestHost by_list(make_test_gate(listed));
  const TestHost by_all(make_test_gate(all));
  for (const std::string& verb : verbs) {
    SCOPED_TRACE(verb);
    EXPECT_EQ(exchange(by_list.port(), asks(verb)).value("access-control-allow-methods"), verb);
    // "All methods" never means those that no browser sends.
    const bool is_sent = verb != "CONNECT" && verb != "TRACE";
    EXPECT_EQ(exchange(by_all.port(), asks(verb)).value("access-control-allow-methods"),
              is_sent ? verb : "");
  }
}

// Proves M115.
TEST(HostCloudflare, JudgesNothingOfItsOwnPages) {
  const TestHost host(make_test_gate(answering(), {.public_origins = {"https://api.example.com"}}));
  const AnswerRow rows[] = {
      {"no Origin", head("GET", "/ok", ""), 200, lines({kPlain}), "ok", {"GET /ok"}},
      {"its own Origin",
       head("PUT", "/ok", "https://api.example.com", {{"Content-Length", "0"}}),
       200,
       lines({kPlain}),
       "",
       {"PUT /ok"}},
      {"the browser says so",
       head("GET", "/ok", kEvil, {{"Sec-Fetch-Site", "same-origin"}}),
       200,
       lines({kPlain}),
       "ok",
       {"GET /ok"}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

struct WrongRow {
  const char* desc;
  void (*change)(CorsPolicy&);
  const char* code;
};

TEST(HostCloudflare, LoadsNothingThatContradictsItself) {
  const WrongRow rows[] = {
      {"M104: credentials with all origins", [](CorsPolicy& c) { c.allowed_origins = {"*"}; },
       "origin-any-credentials"},
      {"M105: no origins", [](CorsPolicy& c) { c.allowed_origins = {}; },
       "cloudflare-origins-missing"},
      {"M105: all origins and a list",
       [](CorsPolicy& c) {
         c.allowed_origins = {"*", kApp};
         c.allow_credentials = false;
       },
       "origin-any-not-alone"},
      {"M105: no methods", [](CorsPolicy& c) { c.allowed_methods = {}; },
       "cloudflare-methods-missing"},
      {"M105: all methods and a list",
       [](CorsPolicy& c) {
         c.allowed_methods = {"*", "GET"};
       },
       "method-any-not-alone"},
      {"56: TRACK", [](CorsPolicy& c) { c.allowed_methods = {"TRACK"}; }, "method-forbidden"},
      {"M105: all headers and a list",
       [](CorsPolicy& c) {
         c.allowed_headers = {"*", "office"};
       },
       "header-any-not-alone"},
      {"M106: below -1", [](CorsPolicy& c) { c.max_age_seconds = -2; }, "max-age-range"},
      {"M106: above a day", [](CorsPolicy& c) { c.max_age_seconds = 86401; }, "max-age-range"},
      {"M107: passing preflights through beside settings",
       [](CorsPolicy& c) { c.preflight = "pass_through"; }, "pass-through-exclusive"},
  };
  for (const WrongRow& row : rows) {
    SCOPED_TRACE(row.desc);
    Policy policy = answering();
    row.change(policy.cors);
    const auto gate = make_gate(policy);
    ASSERT_FALSE(gate);
    EXPECT_NE(gate.error().text().find(std::string("error[") + row.code + "]"), std::string::npos)
        << gate.error().text();
  }
}

}  // namespace
}  // namespace corsac::testing
