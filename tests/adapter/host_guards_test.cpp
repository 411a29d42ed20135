// The guards besides CORS on the wire: whole header sets, and whether the handler ran.

#include <string>
#include <vector>

#include "adapter/host_answers.hpp"
#include "adapter/host_policy.hpp"

namespace corsac::testing {
namespace {

const HeaderLines kRefused = {{"cache-control", "no-store"}, {"content-type", "text/plain"}};

std::string post(std::string_view target, const std::string& origin, HeaderLines more = {}) {
  more.emplace_back("Content-Length", "0");
  return head("POST", target, origin, std::move(more));
}

const std::vector<std::string> kPosted = {"POST /ok"};

TEST(HostGuards, RefuseCrossSiteWritesBeforeTheHandler) {
  Policy policy;
  policy.csrf.trusted_origins = {kApp};
  policy.csrf.exempt_paths = {"/error"};
  const TestHost host(make_test_gate(policy, {.public_origins = {"https://api.example.com"}}));
  const HeaderLines same_site = {{"Sec-Fetch-Site", "same-site"}};
  const HeaderLines own = {{"Sec-Fetch-Site", "same-origin"}};
  const AnswerRow rows[] = {
      {"a trusted page", post("/ok", kApp), 200, {kPlain}, "", kPosted},
      {"an own page", post("/ok", "https://api.example.com"), 200, {kPlain}, "", kPosted},
      {"an own page, as the browser says", post("/ok", "", own), 200, {kPlain}, "", kPosted},
      {"no browser", post("/ok", ""), 200, {kPlain}, "", kPosted},
      {"S28: another site's form", post("/ok", kEvil), 403, kRefused, "", {}},
      {"S28: another site's form, without Origin",
       post("/ok", "", same_site),
       403,
       kRefused,
       "",
       {}},
      {"S5: a sandboxed frame", post("/ok", "null"), 403, kRefused, "", {}},
      {"S28: PUT", head("PUT", "/ok", kEvil, {{"Content-Length", "0"}}), 403, kRefused, "", {}},
      {"another site reads", head("GET", "/ok", kEvil), 200, {kPlain}, "ok", {"GET /ok"}},
      {"an exempt path without a route", post("/error", kEvil), 404, {}, "", {}},
      {"S17: not below it in another reading",
       post("/error/..%2fok", kEvil),
       403,
       kRefused,
       "",
       {}},
  };
  for (const AnswerRow& row : rows) check(host, row);
  EXPECT_EQ(
      host.gate().counters().totals().reasons[static_cast<std::size_t>(Reason::CrossSiteWrite)],
      5U);
}

// `mark` lets a stranger's request run and grants it nothing; a write must not run.
TEST(HostGuards, RefuseCrossSiteWritesThatCorsOnlyMarks) {
  Policy policy = app_policy();
  policy.cors.on_denied = "mark";
  policy.csrf.enabled = true;
  policy.cors.debug = true;
  policy.cors.debug_headers = true;
  const TestHost host(make_test_gate(policy));
  const AnswerRow rows[] = {
      {"a stranger reads", head("GET", "/ok", kEvil), 200, only_vary({kPlain}), "ok", {"GET /ok"}},
      {"S28: a stranger writes",
       post("/ok", kEvil),
       403,
       refused({{"x-corsac-reason", "cross_site_write"}}),
       "",
       {}},
      {"the app writes", post("/ok", kApp), 200, granted({kPlain}), "", kPosted},
  };
  for (const AnswerRow& row : rows) check(host, row);
  const auto events = host.gate().events().find({}).events;
  ASSERT_EQ(events.size(), 2U);
  const Event& event = events[0].reason == "cross_site_write" ? events[0] : events[1];
  EXPECT_EQ(event.reason, "cross_site_write");
  EXPECT_EQ(event.outcome, EventOutcome::Blocked);
  EXPECT_EQ(event.value, kEvil);
  EXPECT_EQ(event.status, 403);
}

std::string to(const std::string& location, HeaderLines more = {}, const char* status = "302",
               const std::string& origin = "") {
  more.emplace_back("X-To", location);
  return head("GET", std::string("/location/") + status, origin, std::move(more));
}

TEST(HostGuards, TakeRedirectsToOtherOriginsAway) {
  Policy policy;
  policy.redirects.allowed_origins = {kApp};
  policy.redirects.parameters = {"to"};
  const TestHost host(make_test_gate(policy, {.public_origins = {"https://api.example.com"}}));
  const auto passed = [](const std::string& location) {
    return lines(
        {{"content-type", "text/html"}, {"location", location}, {"set-cookie", "session=1"}});
  };
  const auto ran = [](const char* status) {
    return std::vector<std::string>{std::string("GET /location/") + status};
  };
  const HeaderLines stream = {{"X-Stream", "1"}};
  const AnswerRow rows[] = {
      {"a path", to("/home"), 302, passed("/home"), "moved", ran("302")},
      {"an own origin", to("https://api.example.com/x"), 302, passed("https://api.example.com/x"),
       "moved", ran("302")},
      {"a listed origin", to("https://app.example.com/x", {}, "307"), 307,
       passed("https://app.example.com/x"), "moved", ran("307")},
      {"another site", to("https://evil.example/"), 403, kRefused, "", ran("302")},
      {"another site by 301", to("https://evil.example/", {}, "301"), 403, kRefused, "",
       ran("301")},
      {"another site by 303", to("//evil.example/", {}, "303"), 403, kRefused, "", ran("303")},
      {"another site by 308", to("/\\evil.example/", {}, "308"), 403, kRefused, "", ran("308")},
      {"script", to("javascript:alert(1)"), 403, kRefused, "", ran("302")},
      {"Host proves nothing", to("https://api.example.com:8443/x"), 403, kRefused, "", ran("302")},
      {"a stream", to("https://evil.example/", stream), 403, kRefused, "", ran("302")},
      {"no redirect", to("https://evil.example/", {}, "201"), 201, passed("https://evil.example/"),
       "moved", ran("201")},
      {"a parameter, before the handler",
       head("GET", "/ok?to=https%3A%2F%2Fevil.example", ""),
       403,
       kRefused,
       "",
       {}},
      {"a parameter to a listed origin",
       head("GET", "/ok?to=https://app.example.com/", ""),
       200,
       {kPlain},
       "ok",
       {"GET /ok"}},
  };
  for (const AnswerRow& row : rows) check(host, row);
  EXPECT_EQ(
      host.gate().counters().totals().reasons[static_cast<std::size_t>(Reason::RedirectNotAllowed)],
      8U);
  // The connection goes on behind such an answer.
  RawConnection connection(host.port());
  connection.send(to("https://evil.example/", stream));
  EXPECT_EQ(connection.receive().status, 403);
  if (!host_reads_bodies()) {
    connection.send(head("GET", "/ok", ""));
    EXPECT_EQ(connection.receive().status, 200);
  }
}

TEST(HostGuards, LetThePageReadWhyItsRedirectWasRefused) {
  Policy policy = app_policy();
  policy.cors.debug = true;
  policy.cors.debug_headers = true;
  policy.redirects.allowed_origins = {"https://listed.example"};
  const TestHost host(make_test_gate(policy));
  const AnswerRow rows[] = {
      {"a page that may read",
       to("https://listed.example:81/?token=1", {}, "302", kApp),
       403,
       granted({{"cache-control", "no-store"},
                {"content-type", "text/plain"},
                {"x-corsac-reason", "redirect_not_allowed"}}),
       "",
       {"GET /location/302"}},
  };
  for (const AnswerRow& row : rows) check(host, row);
  const auto events = host.gate().events().find({}).events;
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].reason, "redirect_not_allowed");
  EXPECT_EQ(events[0].value, "https://listed.example:81/");
  EXPECT_EQ(events[0].near_miss,
            "\"https://listed.example\" is listed; the target has port 81; write "
            "\"https://listed.example:81\" to allow it too");
  EXPECT_EQ(events[0].status, 403);
  EXPECT_EQ(events[0].path, "/location/302");
}

TEST(HostGuards, SayWhoMayFrameAPage) {
  using Scope = TrustedOrigin::ScopeType;
  Policy policy;
  policy.frames.paths = {"/ok", "/stream", "/error", "/framing", "/throw"};
  policy.frames.enduser_paths = {"/vary"};
  TrustedOrigin record;
  record.name = "Portal";
  record.origin = "https://portal.example/";
  record.scopes = {{.type = Scope::IframeEmbed, .allowed_okta_apps = std::vector<std::string>()}};
  policy.trusted_origins = {record};
  const TestHost host(make_test_gate(policy));
  const std::pair<std::string, std::string> listed = {
      "content-security-policy", "frame-ancestors 'self' https://portal.example"};
  const std::pair<std::string, std::string> self = {"content-security-policy",
                                                    "frame-ancestors 'self'"};
  const std::pair<std::string, std::string> nobody = {"content-security-policy",
                                                      "frame-ancestors 'none'"};
  const std::pair<std::string, std::string> same = {"x-frame-options", "SAMEORIGIN"};
  const std::string own_csp = "default-src 'self'";
  const std::string wide_csp = "img-src *; frame-ancestors *";
  const auto framing = [](HeaderLines more) {
    return head("GET", "/framing", "", std::move(more));
  };
  const std::vector<std::string> ran = {"GET /framing"};
  const AnswerRow rows[] = {
      {"a page", head("GET", "/ok", ""), 200, lines({kPlain, listed}), "ok", {"GET /ok"}},
      {"whoever asks", head("GET", "/ok", kEvil), 200, lines({kPlain, listed}), "ok", {"GET /ok"}},
      {"an error page",
       head("GET", "/error/503", ""),
       503,
       lines({listed}),
       "",
       {"GET /error/503"}},
      {"a page that is not there", head("GET", "/ok/nowhere", ""), 404, lines({listed}), "", {}},
      {"another page", head("GET", "/hidden", ""), 200, {kPlain}, "ok", {"GET /hidden"}},
      {"a page of the end user",
       head("GET", "/vary/nowhere", ""),
       404,
       lines({self, same}),
       "",
       {}},
      {"the host could not read it",
       head("GET", "/ok", "", {{"Range", "bytes=z"}}),
       416,
       lines({listed}),
       "",
       {}},
      {"beside the handler's policy", framing({{"X-CSP", own_csp}}), 200,
       lines({kPlain, listed, {"content-security-policy", own_csp}}), "framed", ran},
      {"beside the handler's own list, which holds as well", framing({{"X-CSP", wide_csp}}), 200,
       lines({kPlain, listed, {"content-security-policy", wide_csp}}), "framed", ran},
      {"DENY is not loosened", framing({{"X-XFO", "DENY"}}), 200,
       lines({kPlain, nobody, {"x-frame-options", "DENY"}}), "framed", ran},
      {"SAMEORIGIN is not loosened", framing({{"X-XFO", "SAMEORIGIN"}}), 200,
       lines({kPlain, self, same}), "framed", ran},
      {"DENY beside a list of the handler's is for old browsers",
       framing({{"X-CSP", wide_csp}, {"X-XFO", "DENY"}}), 200,
       lines({kPlain, listed, {"content-security-policy", wide_csp}, {"x-frame-options", "DENY"}}),
       "framed", ran},
  };
  for (const AnswerRow& row : rows) check(host, row);
  policy.frames.report_only = true;
  const TestHost reports(make_test_gate(policy));
  check(reports, {"only reported", framing({{"X-XFO", "DENY"}}), 200,
                  lines({kPlain,
                         {"content-security-policy-report-only", listed.second},
                         {"x-frame-options", "DENY"}}),
                  "framed", ran});
}

TrustedOrigin record_with(std::string origin, std::vector<TrustedOrigin::ScopeType> types) {
  TrustedOrigin record;
  record.name = origin;
  record.origin = std::move(origin);
  for (const auto type : types) record.scopes.push_back({.type = type});
  return record;
}

// Proves M29, M30, M31, M32, M36.
TEST(HostGuards, GrantToActiveRecordsWithTheScopeCorsAlone) {
  using Scope = TrustedOrigin::ScopeType;
  Policy policy;
  policy.cors.profile = "okta";
  policy.trusted_origins = {
      record_with("https://all.example/", {Scope::Cors, Scope::Redirect, Scope::IframeEmbed}),
      record_with("https://off.example", {Scope::Cors}),
      record_with("https://redirect.example", {Scope::Redirect}),
      record_with("https://frame.example", {Scope::IframeEmbed}),
  };
  policy.trusted_origins[1].status = TrustedOrigin::Status::Inactive;
  const TestHost host(make_test_gate(policy));
  const HeaderLines with_credentials = {{"access-control-allow-credentials", "true"},
                                        {"access-control-allow-origin", "https://all.example"},
                                        {"vary", "Origin"}};
  const std::vector<std::string> ran = {"GET /ok"};
  const auto ask = [](const char* origin) { return head("GET", "/ok", origin); };
  const HeaderLines nothing = only_vary({kPlain});
  const AnswerRow rows[] = {
      {"active with CORS", ask("https://all.example"), 200, lines(with_credentials, {kPlain}), "ok",
       ran},
      {"an error of it",
       head("GET", "/error/403", "https://all.example"),
       403,
       with_credentials,
       "",
       {"GET /error/403"}},
      {"inactive", ask("https://off.example"), 200, nothing, "ok", ran},
      {"REDIRECT alone", ask("https://redirect.example"), 200, nothing, "ok", ran},
      {"IFRAME_EMBED alone", ask("https://frame.example"), 200, nothing, "ok", ran},
      {"another port", ask("https://all.example:8443"), 200, nothing, "ok", ran},
      {"another scheme", ask("http://all.example"), 200, nothing, "ok", ran},
      {"a subdomain", ask("https://a.all.example"), 200, nothing, "ok", ran},
  };
  for (const AnswerRow& row : rows) check(host, row);
  EXPECT_TRUE(host.gate().may_redirect("https://redirect.example/"));
  EXPECT_FALSE(host.gate().may_redirect("https://off.example/"));
  EXPECT_FALSE(host.gate().may_redirect("https://frame.example/"));
}

// Okta decides API by API which operations have CORS, and which are open to every page.
TEST(HostGuards, GrantOperationByOperation) {
  Policy policy;
  policy.cors.profile = "okta";
  policy.trusted_origins = {record_with("https://all.example", {TrustedOrigin::ScopeType::Cors})};
  CorsRule open{.name = "public keys", .paths = {"/ok"}, .methods = {"GET"}};
  open.allowed_origins = {"*"};
  open.allow_credentials = false;
  CorsRule closed{.name = "no pages here", .paths = {"/error"}};
  closed.allowed_origins = Names::none();
  policy.cors.rules = {open, closed};
  const TestHost host(make_test_gate(policy));
  const std::string all = "https://all.example";
  const HeaderLines with_credentials = {{"access-control-allow-credentials", "true"},
                                        {"access-control-allow-origin", all},
                                        {"vary", "Origin"}};
  const HeaderLines to_everybody = {{"access-control-allow-origin", "*"}, kPlain};
  const std::vector<std::string> read = {"GET /ok"};
  const AnswerRow rows[] = {
      {"M35: a public operation, a stranger", head("GET", "/ok", kEvil), 200, to_everybody, "ok",
       read},
      {"M35: a public operation, a record", head("GET", "/ok", all), 200, to_everybody, "ok", read},
      {"M34: another operation on the path, a record", post("/ok", all), 200,
       lines(with_credentials, {kPlain}), "", kPosted},
      {"M34: another operation on the path, a stranger", post("/ok", kEvil), 200,
       only_vary({kPlain}), "", kPosted},
      {"M34: an operation without CORS, a record",
       head("GET", "/error/403", all),
       403,
       only_vary({}),
       "",
       {"GET /error/403"}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

// Proves M33.
TEST(HostGuards, KeepTheRecordsWhileCorsIsOff) {
  Policy policy;
  policy.cors.profile = "okta";
  policy.trusted_origins = {record_with(
      "https://all.example", {TrustedOrigin::ScopeType::Cors, TrustedOrigin::ScopeType::Redirect})};
  const TestHost host(make_test_gate(policy));
  const auto granted_origin = [&] {
    return exchange(host.port(), head("GET", "/ok", "https://all.example"))
        .value("access-control-allow-origin");
  };
  EXPECT_EQ(granted_origin(), "https://all.example");
  policy.cors.enabled = false;
  ASSERT_TRUE(host.gate().replace_policy(policy));
  EXPECT_EQ(granted_origin(), "");
  EXPECT_TRUE(host.gate().may_redirect("https://all.example/")) << "the guards still have it";
  policy.cors.enabled = true;
  ASSERT_TRUE(host.gate().replace_policy(policy));
  EXPECT_EQ(granted_origin(), "https://all.example");
}

// Without memory no page goes out that anybody may frame, and no redirect that nobody judged.
TEST(HostGuards, LetNoPageOutWithoutMemory) {
  Policy policy;
  policy.frames.paths = {"/"};
  policy.redirects.enabled = true;
  const auto allocations = std::make_shared<std::atomic<long>>(-1);
  const TestHost host(
      make_test_gate(policy),
      {.hooks = HookStyle::Own, .own_status = 200, .allocations_of_after = allocations});
  const HeaderLines known = {{"Authorization", "x"}};
  for (long count = 0; count < 30; ++count) {
    allocations->store(count);
    const RawResponse page = exchange(host.port(), head("GET", "/ok", "", known));
    const bool is_guarded = !page.values("content-security-policy").empty();
    EXPECT_TRUE(is_guarded || (page.status == 500 && page.body.empty())) << count;
    const RawResponse redirect = exchange(host.port(), to("https://evil.example/", known));
    EXPECT_TRUE(redirect.values("location").empty()) << count;
    EXPECT_TRUE(redirect.values("set-cookie").empty()) << count;
    EXPECT_EQ(redirect.body, "") << count;
  }
}

// Proves S31.
TEST(HostGuards, TellAnApplicationWhetherAPageMayUpgrade) {
  Policy policy = app_policy();
  policy.cors.rules = {{.name = "public",
                        .paths = {"/may-upgrade"},
                        .hosts = {"public.example"},
                        .methods = {"GET"},
                        .allowed_origins = {"*"},
                        .allow_credentials = false}};
  policy.cors.on_denied = "mark";
  const TestHost host(make_test_gate(policy, {.public_origins = {"https://api.example.com"}}));
  const TestHost alone(make_test_gate({}, {.public_origins = {"https://api.example.com"}}));
  const HeaderLines cookie = {{"Cookie", "session=1"}};
  const auto on_public = [](const std::string& origin, const HeaderLines& more) {
    return request_text("GET", "/may-upgrade",
                        lines({{"Host", "public.example"}, {"Origin", origin}}, more));
  };
  const struct {
    const char* desc;
    const TestHost& host;
    std::string request;
    const char* answer;
  } rows[] = {
      {"a listed origin", host, head("GET", "/may-upgrade", kApp, cookie), "yes"},
      {"a stranger", host, head("GET", "/may-upgrade", kEvil), "no"},
      {"null", host, head("GET", "/may-upgrade", "null", cookie), "no"},
      {"an own page", host, head("GET", "/may-upgrade", "https://api.example.com", cookie), "yes"},
      {"no browser", host, head("GET", "/may-upgrade", ""), "yes"},
      {"`*` without a cookie", host, on_public(kEvil, {}), "yes"},
      {"`*` with a cookie", host, on_public(kEvil, cookie), "no"},
      {"without [cors]: a stranger", alone, head("GET", "/may-upgrade", kApp), "no"},
      {"without [cors]: own", alone, head("GET", "/may-upgrade", "https://api.example.com"), "yes"},
      {"without [cors]: no browser", alone, head("GET", "/may-upgrade", ""), "yes"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(exchange(row.host.port(), row.request).body, row.answer) << row.desc;
  }
  const auto reasons = host.gate().counters().totals().reasons;
  EXPECT_EQ(reasons[static_cast<std::size_t>(Reason::UpgradeNotAllowed)], 1U);
}

TEST(HostGuards, TellAnApplicationWhereABrowserMayBeSent) {
  using Scope = TrustedOrigin::ScopeType;
  Policy policy;
  TrustedOrigin record;
  record.name = "Portal";
  record.origin = "https://portal.example/";
  record.scopes = {{.type = Scope::Redirect}};
  policy.trusted_origins = {record};
  const auto gate = make_test_gate(policy, {.public_origins = {"https://api.example.com"}});
  const auto unknown = make_test_gate(policy);
  const struct {
    const char* url;
    bool may;
    bool may_where_own_is_unknown;
  } rows[] = {
      {"/home", true, true},
      {"https://portal.example/in", true, true},
      {"//portal.example/in", true, false},
      {"https://api.example.com/", true, false},
      {"http://api.example.com/", false, false},
      {"https://evil.example", false, false},
      {"//evil.example", false, false},
      {"javascript:alert(1)", false, false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(gate->may_redirect(row.url), row.may) << row.url;
    EXPECT_EQ(unknown->may_redirect(row.url), row.may_where_own_is_unknown) << row.url;
  }
}

}  // namespace
}  // namespace corsac::testing
