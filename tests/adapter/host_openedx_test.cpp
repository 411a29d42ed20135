// Open edX on the wire: the profile `openedx` with whole header sets, and the CSRF half as
// applications ask for it.

#include <cstdlib>
#include <string>
#include <vector>

#include "adapter/host_answers.hpp"
#include "adapter/host_policy.hpp"
#include "corsac/origin/regex_set.hpp"
#include "support/temp_folder.hpp"

namespace corsac::testing {
namespace {

constexpr const char* kApps = "https://apps.example.com";
constexpr const char* kOwn = "https://courses.example.com";

// The origin list alone: everything else is the profile's.
Policy edx(Names origins = {kApps}) {
  Policy policy;
  policy.cors.profile = "openedx";
  policy.cors.allowed_origins = std::move(origins);
  return policy;
}

const GateOptions kOptions = {.public_origins = {kOwn}, .trusted_proxies = {"127.0.0.1"}};

const std::pair<std::string, std::string> kVary = {"vary", "Origin"};

HeaderLines granted_to(const std::string& origin, const HeaderLines& more = {}) {
  return lines({{"access-control-allow-credentials", "true"},
                {"access-control-allow-origin", origin},
                kVary},
               more);
}

// The profile's whole lists: methods and headers are printed whatever was asked for.
HeaderLines preflight_of(const std::string& origin, const HeaderLines& more = {}) {
  return granted_to(
      origin, lines({{"access-control-allow-headers",
                      "accept, authorization, content-type, user-agent, x-csrftoken, "
                      "x-requested-with, use-jwt-cookie"},
                     {"access-control-allow-methods", "DELETE, GET, OPTIONS, PATCH, POST, PUT"},
                     {"access-control-max-age", "86400"}},
                    more));
}

void check_all(const Policy& policy, const std::vector<AnswerRow>& rows,
               const TestHostOptions& host_options = {}, const GateOptions& options = kOptions) {
  const TestHost host(make_test_gate(policy, options), host_options);
  for (const AnswerRow& row : rows) check(host, row);
}

const std::vector<std::string> kGot = {"GET /ok"};
const HeaderLines kOnlyVary = {kVary};

TEST(HostOpenedx, GrantsWhoIsListedAndLetsEveryoneRun) {
  check_all(
      edx({kApps, "http://localhost:18000", "file://"}),
      {{"M40, M47: a listed origin is echoed, with credentials", head("GET", "/ok", kApps), 200,
        granted_to(kApps, {kPlain}), "ok", kGot},
       {"M54: an origin that is not listed: its handler runs, and Vary stands there",
        head("GET", "/ok", kEvil), 200, only_vary({kPlain}), "ok", kGot},
       {"M54: its writes run too",
        head("POST", "/ok", kEvil, {{"Content-Length", "0"}}),
        200,
        only_vary({kPlain}),
        "",
        {"POST /ok"}},
       {"M40: another port is another origin", head("GET", "/ok", "https://apps.example.com:8443"),
        200, only_vary({kPlain}), "ok", kGot},
       {"M40: another scheme too", head("GET", "/ok", "http://apps.example.com"), 200,
        only_vary({kPlain}), "ok", kGot},
       {"M40: plain http on loopback", head("GET", "/ok", "http://localhost:18000"), 200,
        granted_to("http://localhost:18000", {kPlain}), "ok", kGot},
       {"M55: Vary without Origin", head("GET", "/ok", ""), 200, only_vary({kPlain}), "ok", kGot},
       {"M57: file:// when it is listed", head("GET", "/ok", "file://"), 200,
        granted_to("file://", {kPlain}), "ok", kGot},
       {"M58: a path", head("GET", "/ok", "https://apps.example.com/"), 200, only_vary({kPlain}),
        "ok", kGot},
       {"M58: no scheme", head("GET", "/ok", "apps.example.com"), 200, only_vary({kPlain}), "ok",
        kGot},
       {"M58: garbage", head("GET", "/ok", "http://[::1"), 200, only_vary({kPlain}), "ok", kGot},
       {"M58: a list", head("GET", "/ok", "https://apps.example.com, https://evil.example"), 200,
        only_vary({kPlain}), "ok", kGot},
       {"M58: two lines", head("GET", "/ok", kApps, {{"Origin", kApps}}), 200, only_vary({kPlain}),
        "ok", kGot}});
}

TEST(HostOpenedx, TakesAListedNullWithoutCredentialsAlone) {
  Policy policy = edx({kApps, "null"});
  policy.cors.allow_credentials = false;
  check_all(policy,
            {{"M57: null when it is listed", head("GET", "/ok", "null"), 200,
              lines({{"access-control-allow-origin", "null"}, kPlain, kVary}), "ok", kGot}});
  check_all(edx(), {{"M57: null when it is not", head("GET", "/ok", "null"), 200,
                     only_vary({kPlain}), "ok", kGot},
                    {"M57: nor is file://", head("GET", "/ok", "file://"), 200, only_vary({kPlain}),
                     "ok", kGot}});
}

TEST(HostOpenedx, TakesOriginsByRegexWhole) {
  if (!RegexSet::is_available()) GTEST_SKIP() << "a build without RE2";
  Policy policy = edx();
  policy.cors.allowed_origin_regexes = {R"(^https://\w+\.example\.org$)"};
  check_all(policy,
            {{"M42: a pattern", head("GET", "/ok", "https://a.example.org"), 200,
              granted_to("https://a.example.org", {kPlain}), "ok", kGot},
             {"M42: not as a beginning", head("GET", "/ok", "https://a.example.org.evil.example"),
              200, only_vary({kPlain}), "ok", kGot}});
}

TEST(HostOpenedx, AllowsAllWithAndWithoutCredentials) {
  Policy policy = edx({"*"});
  policy.cors.allow_credentials = false;
  check_all(policy, {{"M43: any origin, and Vary all the same", head("GET", "/ok", kEvil), 200,
                      lines({{"access-control-allow-origin", "*"}, kPlain, kVary}), "ok", kGot}});
  policy.cors.allow_credentials = true;
  policy.cors.dangerously_echo_any_origin = true;
  check_all(policy, {{"M43: with credentials it is an echo", head("GET", "/ok", kEvil), 200,
                      granted_to(kEvil, {kPlain}), "ok", kGot}});
}

TEST(HostOpenedx, AddsNothingOutsideItsPaths) {
  Policy policy = edx();
  policy.cors.included_paths = {"/ok"};
  check_all(policy, {{"M44: inside", head("GET", "/ok", kApps), 200, granted_to(kApps, {kPlain}),
                      "ok", kGot},
                     {"M44: elsewhere, not even Vary",
                      head("GET", "/redirect", kApps),
                      302,
                      {{"location", "/ok"}},
                      "",
                      {"GET /redirect"}},
                     {"M44: the handler's own lines stay",
                      head("GET", "/own-cors", kApps),
                      200,
                      lines({{"access-control-allow-origin", "https://own.example"},
                             {"access-control-allow-origin", "*"},
                             {"access-control-allow-origin", "https://own.example"},
                             {"access-control-max-age", "1"}}),
                      "",
                      {"GET /own-cors"}},
                     {"M44: a preflight goes to the application",
                      preflight("/redirect", kApps, "PUT"),
                      404,
                      {},
                      "",
                      {}}});
}

TEST(HostOpenedx, PrintsItsListsOnPreflights) {
  Policy policy = edx();
  policy.cors.exposed_headers = {"X-Total"};
  const std::pair<std::string, std::string> exposed = {"access-control-expose-headers", "X-Total"};
  check_all(policy,
            {{"M45, M46, M48, M66: the whole lists",
              preflight("/ok", kApps, "PUT"),
              200,
              preflight_of(kApps, {exposed}),
              "",
              {}},
             {"M45: a method that is not listed is not compared",
              preflight("/ok", kApps, "PURGE"),
              200,
              preflight_of(kApps, {exposed}),
              "",
              {}},
             {"M46: nor is a header",
              preflight("/ok", kApps, "PUT", {{"Access-Control-Request-Headers", "x-other"}}),
              200,
              preflight_of(kApps, {exposed}),
              "",
              {}},
             {"M45: the server enforces no method",
              head("PATCH", "/ok", kApps, {{"Content-Length", "0"}}),
              200,
              granted_to(kApps, {exposed, kPlain}),
              "",
              {"PATCH /ok"}},
             {"M48: on answers as well", head("GET", "/ok", kApps), 200,
              granted_to(kApps, {exposed, kPlain}), "ok", kGot},
             {"M51: of a path without a route",
              preflight("/no-route", kApps, "PUT"),
              200,
              preflight_of(kApps, {exposed}),
              "",
              {}},
             {"M52: a preflight without Origin",
              head("OPTIONS", "/ok", "", {{"Access-Control-Request-Method", "PUT"}}),
              200,
              kOnlyVary,
              "",
              {}},
             {"M52: an OPTIONS that asks for no method runs",
              head("OPTIONS", "/ok", kApps),
              200,
              preflight_of(kApps, {exposed, kPlain}),
              "",
              {"OPTIONS /ok"}},
             {"M53: of an origin that is not listed",
              preflight("/ok", kEvil, "PUT"),
              200,
              kOnlyVary,
              "",
              {}},
             {"M53, M58: of a malformed one",
              preflight("/ok", "apps.example.com", "PUT"),
              200,
              kOnlyVary,
              "",
              {}}});
  policy = edx();
  policy.cors.max_age_seconds = 0;
  policy.cors.allowed_methods = {"GET"};
  policy.cors.allowed_headers = {"accept"};
  policy.cors.allow_private_network = true;
  const HeaderLines asks = {{"Access-Control-Request-Private-Network", "true"}};
  const HeaderLines answered = granted_to(
      kApps, {{"access-control-allow-headers", "accept"}, {"access-control-allow-methods", "GET"}});
  check_all(
      policy,
      {{"M49: no line for the age 0", preflight("/ok", kApps, "GET"), 200, answered, "", {}},
       {"M50: a private network",
        preflight("/ok", kApps, "GET", asks),
        200,
        lines(answered, {{"access-control-allow-private-network", "true"}}),
        "",
        {}},
       {"M50: not for others", preflight("/ok", kEvil, "GET", asks), 200, kOnlyVary, "", {}}});
}

// The application answers 401 to all that have no Authorization, which no preflight has.
TEST(HostOpenedx, AnswersPreflightsBeforeTheApplication) {
  const std::pair<std::string, std::string> served = {"x-served-by", "me"};
  check_all(edx(),
            {{"M51: a preflight is not challenged",
              preflight("/ok", kApps, "PUT"),
              200,
              preflight_of(kApps, {served}),
              "",
              {}},
             {"M51, M56: a request is, and its page can read the answer",
              head("GET", "/ok", kApps),
              401,
              granted_to(kApps, {served}),
              "",
              {}}},
            {.hooks = HookStyle::Own});
  const TestHost host(make_test_gate(edx(), kOptions), {.hooks = HookStyle::Own});
  const RawResponse answer = exchange(host.port(), preflight("/ok", kApps, "PUT"));
  EXPECT_EQ(answer.value("content-length"), "0") << "M51";
  const RawResponse refused = exchange(host.port(), preflight("/ok", kEvil, "PUT"));
  EXPECT_EQ(refused.value("content-length"), "0") << "M51";
}

TEST(HostOpenedx, MergesVary) {
  const auto vary = [](const char* own) { return HeaderLines{{"X-Vary", own}}; };
  const auto with_vary = [](HeaderLines set, const char* value) {
    for (auto& [name, text] : set) {
      if (name == "vary") text = value;
    }
    return set;
  };
  const std::vector<std::string> got = {"GET /vary-of"};
  check_all(edx(),
            {{"M55: as in the exchange that edX's forum shows",
              head("GET", "/vary-of", kApps, vary("Cookie, Accept, Accept-Language")), 200,
              with_vary(granted_to(kApps), "Cookie, Accept, Accept-Language, Origin"), "", got},
             {"M55: for an origin that is not listed too",
              head("GET", "/vary-of", kEvil, vary("Cookie, Accept, Accept-Language")), 200,
              with_vary(kOnlyVary, "Cookie, Accept, Accept-Language, Origin"), "", got},
             {"M55: not twice", head("GET", "/vary-of", kApps, vary("origin, Cookie")), 200,
              with_vary(granted_to(kApps), "origin, Cookie"), "", got},
             {"M55: not beside *", head("GET", "/vary-of", kApps, vary("*")), 200,
              with_vary(granted_to(kApps), "*"), "", got}});
}

TEST(HostOpenedx, GrantsOnEveryStatus) {
  const auto to = HeaderLines{{"X-To", "https://idp.example/authorize"}};
  check_all(
      edx({kApps, "http://localhost:18000"}),
      {{"M56: 401",
        head("GET", "/error/401", kApps),
        401,
        granted_to(kApps),
        "",
        {"GET /error/401"}},
       {"M56: 302, as in the exchange that edX's forum shows",
        head("GET", "/location/302", "http://localhost:18000", to),
        302,
        granted_to("http://localhost:18000", {{"content-type", "text/html"},
                                              {"location", "https://idp.example/authorize"},
                                              {"set-cookie", "session=1"}}),
        "moved",
        {"GET /location/302"}},
       {"M56: 404 of a handler",
        head("GET", "/error/404", kApps),
        404,
        granted_to(kApps),
        "",
        {"GET /error/404"}},
       {"M56: 404 of no route", head("GET", "/no-route", kApps), 404, granted_to(kApps), "", {}},
       {"M56: 500",
        head("GET", "/error/500", kApps),
        500,
        granted_to(kApps),
        "",
        {"GET /error/500"}},
       {"M56: 304",
        head("GET", "/not-modified", kApps),
        304,
        granted_to(kApps),
        "",
        {"GET /not-modified"}}});
}

PredicateAnswer has_partner(const RequestView& request) {
  bool has = false;
  request.headers->visit(
      [](void* context, std::string_view name, std::string_view) {
        if (name == "X-Partner") *static_cast<bool*>(context) = true;
      },
      &has);
  return {has, "X-Partner"};
}

TEST(HostOpenedx, AsksTheApplicationForEachRequest) {
  GateOptions options = kOptions;
  options.allow_request = has_partner;
  const std::pair<std::string, std::string> vary = {"vary", "Origin, X-Partner"};
  const HeaderLines granted = lines({{"access-control-allow-credentials", "true"},
                                     {"access-control-allow-origin", kEvil},
                                     kPlain,
                                     vary});
  check_all(
      edx(),
      {{"M59: an origin that the application allows",
        head("GET", "/ok", kEvil, {{"X-Partner", "1"}}), 200, granted, "ok", kGot},
       {"M59: of another request", head("GET", "/ok", kEvil), 200, lines({kPlain, vary}), "ok",
        kGot},
       {"M59: never a malformed one", head("GET", "/ok", "evil.example", {{"X-Partner", "1"}}), 200,
        lines({kPlain, vary}), "ok", kGot}},
      {}, options);
}

// What applications ask. TLS ends at a proxy that the gate trusts, unless a row says otherwise.

const HeaderLines kByTls = {{"X-Forwarded-Proto", "https"}, {"Content-Length", "0"}};

std::string post(const char* target, const std::string& origin, const HeaderLines& more) {
  HeaderLines headers = kByTls;
  headers.insert(headers.end(), more.begin(), more.end());
  return head("POST", target, origin, headers);
}

Policy edx_csrf() {
  Policy policy = edx({kApps, "http://localhost:3000"});
  policy.csrf.enabled = false;  // the application's own check is what speaks
  policy.csrf.referer.enabled = true;
  policy.csrf.cookie = {.name = "shared-csrftoken", .domain = ".example.com"};
  return policy;
}

AnswerRow says(const char* desc, std::string request, const char* word) {
  return {desc, std::move(request), 200, only_vary({kPlain}), word, {"POST /csrf/trusted"}};
}

std::string referred(const char* referer, const HeaderLines& more = {}) {
  return post("/csrf/trusted", "", lines({{"Referer", referer}}, more));
}

TEST(HostOpenedxCsrf, SaysWhetherAPageIsTrusted) {
  check_all(
      edx_csrf(),
      {says("M61: a listed page", referred("https://apps.example.com/learn?a=b"), "trusted"),
       says("M61: a proxy that got plain http",
            head("POST", "/csrf/trusted", "",
                 {{"X-Forwarded-Proto", "http"},
                  {"Content-Length", "0"},
                  {"Referer", "https://apps.example.com/"}}),
            "not_tls"),
       says("M61: no Referer", post("/csrf/trusted", "", {}), "no_referer"),
       says("M61: plain http", referred("http://apps.example.com/"), "referer_not_https"),
       says("M61: not listed", referred("https://evil.example/"), "not_listed"),
       says("M61: userinfo", referred("https://apps.example.com@evil.example/"), "not_listed"),
       says("M61: several lines",
            referred("https://apps.example.com/", {{"Referer", "https://apps.example.com/"}}),
            "not_listed")});
  GateOptions nobody = kOptions;
  nobody.trusted_proxies = {};
  check_all(edx_csrf(),
            {says("M61: anybody may say https", referred("https://apps.example.com/"), "not_tls")},
            {}, nobody);
  GateOptions applies = kOptions;
  applies.applies_to = [](const RequestView&) { return PredicateAnswer{}; };
  check_all(edx_csrf(),
            {{"M59: where the application says that CORS does not apply, it lists nobody",
              referred("https://apps.example.com/"),
              200,
              {kPlain},
              "not_listed",
              {"POST /csrf/trusted"}}},
            {}, applies);
  Policy off = edx_csrf();
  off.csrf = {};
  check_all(off, {says("M61: off", referred("https://apps.example.com/"), "switched_off")});
  Policy insecure = edx_csrf();
  insecure.csrf.referer.dangerously_allow_insecure = true;
  const HeaderLines plain = {{"Content-Length", "0"}, {"Referer", "http://localhost:3000/a"}};
  const HeaderLines stranger = {{"Content-Length", "0"}, {"Referer", "http://evil.example/"}};
  check_all(
      insecure,
      {says("M65: development without TLS", head("POST", "/csrf/trusted", "", plain), "trusted"),
       says("M65: the list stays", head("POST", "/csrf/trusted", "", stranger), "not_listed")});
}

TEST(HostOpenedxCsrf, KnowsTheConnectionsOwnTls) {
  const test::TempFolder folder;
  const std::string key = (folder.path() / "key.pem").string();
  const std::string certificate = (folder.path() / "certificate.pem").string();
  const std::string command =
      "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "
      "/CN=localhost -keyout " +
      key + " -out " + certificate + " >/dev/null 2>&1";
  if (std::system(command.c_str()) != 0) GTEST_SKIP() << "no openssl command";
  const TestHost host(make_test_gate(edx_csrf(), {.public_origins = {kOwn}}),
                      {.certificate_file = certificate, .key_file = key});
  const auto ask = [&host](const char* referer) {
    return get_by_tls(host.port(), "/csrf/trusted", {{"Referer", referer}}).body;
  };
  EXPECT_EQ(ask("https://apps.example.com/"), "trusted") << "M61";
  EXPECT_EQ(ask("https://evil.example/"), "not_listed") << "M61";
}

TEST(HostOpenedxCsrf, RelaxesTheRefererAndNeverTheToken) {
  const HeaderLines token = {{"Cookie", "csrftoken=abc"}, {"X-CSRFToken", "abc"}};
  const HeaderLines wrong = {{"Cookie", "csrftoken=abc"}, {"X-CSRFToken", "abd"}};
  const HeaderLines form = {{"Cookie", "csrftoken=abc"}};
  const auto from = [](const char* referer, const HeaderLines& more) {
    return lines({{"Referer", referer}}, more);
  };
  const auto write = [](const char* desc, const std::string& origin, const HeaderLines& more,
                        const char* verdict, const char* target = "/csrf/write") {
    const bool is_granted = origin == kApps;
    return AnswerRow{desc,
                     post(target, origin, more),
                     std::string_view(verdict) == "passed" ? 200 : 403,
                     is_granted ? granted_to(kApps, {kPlain}) : only_vary({kPlain}),
                     verdict,
                     {"POST /csrf/write"}};
  };
  const char* apps = "https://apps.example.com/learn";
  check_all(
      edx_csrf(),
      {write("M62: the Referer of a trusted page, and the token", "", from(apps, token), "passed"),
       write("M62: a wrong token", "", from(apps, wrong), "token_wrong"),
       write("M62: no token", "", from(apps, form), "no_token"),
       write("M62: no cookie", "", from(apps, {}), "no_cookie"),
       write("M62: the token of a form", "", from(apps, form), "passed",
             "/csrf/write?csrfmiddlewaretoken=abc"),
       write("M62: a stranger's Referer", "", from("https://evil.example/", token),
             "referer_not_trusted"),
       write("M62: no Referer", "", token, "no_referer"),
       write("M62: an own Referer", "", from("https://courses.example.com/x", token), "passed"),
       write("M62: a trusted Origin", kApps, token, "passed"),
       write("M62: a trusted Origin with a wrong token", kApps, wrong, "token_wrong"),
       write("M62: a stranger's Origin", kEvil, from(apps, token), "origin_not_trusted")});
  Policy strict = edx_csrf();
  strict.csrf.referer = {};
  strict.csrf.cookie = {};
  check_all(strict, {write("M62: nothing is relaxed unless it is switched on", "",
                           from(apps, token), "referer_not_trusted")});
  GateOptions partners = kOptions;
  partners.allow_request = has_partner;
  const auto partner = [&token](const char* desc, const HeaderLines& more, int status,
                                const char* verdict) {
    HeaderLines granted = {kPlain, {"vary", "Origin, X-Partner"}};
    if (status == 200) {
      granted.emplace_back("access-control-allow-credentials", "true");
      granted.emplace_back("access-control-allow-origin", kEvil);
    }
    return AnswerRow{desc,    post("/csrf/write", kEvil, lines(token, more)),
                     status,  lines(granted),
                     verdict, {"POST /csrf/write"}};
  };
  check_all(
      edx_csrf(),
      {partner("M59: an Origin that the application allows", {{"X-Partner", "1"}}, 200, "passed"),
       partner("M59: of another request", {}, 403, "origin_not_trusted")},
      {}, partners);
  Policy renamed = edx_csrf();
  renamed.csrf.cookie.app_cookie_name = "own";
  check_all(
      renamed,
      {write("M62: the cookie that the policy names", "",
             from(apps, {{"Cookie", "own=abc; csrftoken=x"}, {"X-CSRFToken", "abc"}}), "passed"),
       write("M62: and no other", "", from(apps, token), "no_cookie")});
}

TEST(HostOpenedxCsrf, SetsTheCookieOfTheDomainUnderFourConditions) {
  const std::string own = "csrftoken=abc; Path=/; Secure";
  const std::string shared =
      "shared-csrftoken=abc; Domain=.example.com; Max-Age=31449600; Path=/; Secure";
  const HeaderLines trusted = {{"X-Forwarded-Proto", "https"},
                               {"Referer", "https://apps.example.com/"}};
  const HeaderLines stranger = {{"X-Forwarded-Proto", "https"},
                                {"Referer", "https://evil.example/"}};
  const auto row = [](const char* desc, const HeaderLines& headers, HeaderLines set,
                      const char* said) {
    return AnswerRow{desc, head("GET", "/csrf/token", kApps, headers),
                     200,  granted_to(kApps, lines(std::move(set), {kPlain})),
                     said, {"GET /csrf/token"}};
  };
  const std::pair<std::string, std::string> sets = {"X-Own-Cookie", own};
  const std::pair<std::string, std::string> asks = {"X-Token", "abc"};
  check_all(
      edx_csrf(),
      {row("M63: all four hold", lines(trusted, {sets, asks}),
           {{"set-cookie", own}, {"set-cookie", shared}}, "set"),
       row("M63: the page is not trusted", lines(stranger, {sets, asks}), {{"set-cookie", own}},
           "not_trusted"),
       row("M63: the view did not ask", lines(trusted, {sets}), {{"set-cookie", own}}, "not asked"),
       row("M63: the own cookie is not set", lines(trusted, {asks}), {}, "app_cookie_not_set"),
       row("M63: bytes that no cookie has", lines(trusted, {sets, {"X-Token", "a; Domain=b"}}),
           {{"set-cookie", own}}, "token_malformed")});
  Policy none = edx_csrf();
  none.csrf.cookie = {};
  check_all(none, {row("M63: without the section", lines(trusted, {sets, asks}),
                       {{"set-cookie", own}}, "not_configured")});
}

// Proves M60, M64.
TEST(HostOpenedx, StopsTheStartOnWhatIsWrong) {
  Policy policy = edx({"apps.example.com", "https://apps.example.com/path"});
  policy.csrf.cookie = {.name = "csrftoken"};
  const auto gate = make_gate(policy, kOptions);
  ASSERT_FALSE(gate);
  const std::string text = gate.error().text();
  for (const char* part : {"error[origin-no-scheme]: cors.allowed_origins[0]",
                           "cors.allowed_origins[1]", "error[field-missing]: csrf.cookie.domain",
                           "error[cookie-names-equal]: csrf.cookie.name"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << '\n' << text;
  }
}

}  // namespace
}  // namespace corsac::testing
