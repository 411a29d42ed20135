// What goes out on the wire, whole, for every kind of answer that a host makes.

#include "adapter/host_answers.hpp"
#include "support/eventually.hpp"

namespace corsac::testing {
namespace {

TEST(HostAnswers, CarryTheGrantWhateverTheirStatus) {
  const TestHost host(make_test_gate());
  const HeaderLines length_3000 = {{"Content-Length", "3000"}};
  const AnswerRow rows[] = {
      {"200", head("GET", "/ok", kApp), 200, granted({kPlain}), "ok", {"GET /ok"}},
      {"200 for an origin that a wildcard covers",
       head("GET", "/ok", kPreview),
       200,
       granted({kPlain}, kPreview),
       "ok",
       {"GET /ok"}},
      {"200 for a write with a body",
       head("POST", "/ok", kApp, {{"Content-Length", "4"}}) + "body",
       200,
       granted({kPlain}),
       "body",
       {"POST /ok"}},
      {"108: 302",
       head("GET", "/redirect", kApp),
       302,
       granted({{"location", "/ok"}}),
       "",
       {"GET /redirect"}},
      {"109: 404 without a route", head("GET", "/nowhere", kApp), 404, granted(), "", {}},
      {"404 from a handler",
       head("GET", "/error/404", kApp),
       404,
       granted(),
       "",
       {"GET /error/404"}},
      {"109: 405's place: another method is a 404 here",
       head("PUT", "/throw", kApp, {{"Content-Length", "0"}}),
       404,
       granted(),
       "",
       {}},
      {"109: 413",
       head("POST", "/ok", kApp, length_3000) + std::string(3000, 'x'),
       413,
       granted(),
       "",
       {}},
      {"500 from a handler",
       head("GET", "/error/500", kApp),
       500,
       granted(),
       "",
       {"GET /error/500"}},
      {"109: 500 from a throw",
       head("GET", "/throw", kApp),
       500,
       by_host(granted({{"exception_what", "thrown"}}), granted()),
       "",
       {"GET /throw"}},
      {"500 from a throw that is no exception",
       head("GET", "/throw-number", kApp),
       500,
       by_host(granted({{"exception_what", "UNKNOWN"}}), granted()),
       "",
       {"GET /throw-number"}},
      {"S27: 304 from a handler, another origin",
       head("GET", "/not-modified", kPreview, {{"If-None-Match", "\"1\""}}),
       304,
       granted({}, kPreview),
       "",
       {"GET /not-modified"}},
      {"S27: 304 from a handler, without Origin",
       head("GET", "/not-modified", "", {{"If-None-Match", "\"1\""}}),
       304,
       only_vary(),
       "",
       {"GET /not-modified"}},
      {"107: 304 from a handler",
       head("GET", "/not-modified", kApp, {{"If-None-Match", "\"1\""}}),
       304,
       granted(),
       "",
       {"GET /not-modified"}},
      {"TRACE", head("TRACE", "/ok", kApp), 400, granted(), "", {}},
      {"a stream",
       head("GET", "/stream", kApp),
       200,
       granted({kPlain, {"transfer-encoding", "chunked"}}),
       "stream",
       {"GET /stream"}},
      {"a static file", head("GET", "/static/a.txt", kApp), 200, granted({kPlain}), "file", {}},
      {"a missing static file", head("GET", "/static/b.txt", kApp), 404, granted(), "", {}},
      {"HEAD", head("HEAD", "/ok", kApp), 200, granted({kPlain}), "", {"HEAD /ok"}},
      {"HEAD of a static file",
       head("HEAD", "/static/a.txt", kApp),
       200,
       granted({kPlain}),
       "",
       {}},
      {"HEAD of a stream",
       head("HEAD", "/stream", kApp),
       200,
       granted({kPlain, {"transfer-encoding", "chunked"}}),
       "",
       {"HEAD /stream"}},
      {"HEAD of nothing", head("HEAD", "/nowhere", kApp), 404, granted(), "", {}},
      {"OPTIONS of the application",
       head("OPTIONS", "/ok", kApp),
       200,
       granted({kPlain}),
       "",
       {"OPTIONS /ok"}},
      {"108: a range",
       head("GET", "/ok", kApp, {{"Range", "bytes=0-0"}}),
       206,
       granted({kPlain, {"content-range", "bytes 0-0/2"}}),
       "o",
       {"GET /ok"}},
      {"a range of a static file",
       head("GET", "/static/a.txt", kApp, {{"Range", "bytes=1-2"}}),
       206,
       granted({kPlain, {"content-range", "bytes 1-2/4"}}),
       "il",
       {}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

// Proves 115.
TEST(HostAnswers, CarryTheGrantOnAStreamThatBreaks) {
  const TestHost host(make_test_gate());
  const RawResponse response = exchange(host.port(), head("GET", "/stream-broken", kApp));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header_set(), granted({kPlain, {"transfer-encoding", "chunked"}}));
  EXPECT_EQ(response.body, "str");
  EXPECT_FALSE(response.is_whole);
}

TEST(HostAnswers, CarryTheGrantWhenTheHostRefusedWhileReading) {
  const TestHost host(make_test_gate());
  const std::string long_line(9000, 'x');
  const AnswerRow rows[] = {
      {"109: 416 for a range that is none",
       head("GET", "/ok", kApp, {{"Range", "bytes=z"}}),
       416,
       granted(),
       "",
       {}},
      {"109: 414",
       head("GET", "/" + long_line, kApp),
       414,
       by_host(only_vary(), granted()),
       "",
       {}},
      {"400 for a header line that is too long, after Origin",
       head("GET", "/ok", kApp, {{"X-Long", long_line}}),
       400,
       granted(),
       "",
       {}},
      {"400 for a header line that is too long, before Origin",
       head("GET", "/ok", "", {{"X-Long", long_line}, {"Origin", kApp}}),
       400,
       only_vary(),
       "",
       {}},
      {"68: 400 for an unknown method", head("BREW", "/ok", kApp), 400, only_vary(), "", {}},
      {"110: 400 for no request at all", "garbage\r\n\r\n", 400, only_vary(), "", {}},
      {"400 for another protocol",
       "GET /ok SIP/2.0\r\nOrigin: https://app.example.com\r\n\r\n",
       400,
       only_vary(),
       "",
       {}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

TEST(HostAnswers, CarryTheGrantOnWhatOnlyTheNewerHostRefuses) {
  if (!host_reads_bodies()) GTEST_SKIP() << "0.11.4 takes these";
  const TestHost host(make_test_gate());
  HeaderLines many = {{"Origin", kApp}};
  for (int i = 0; i < 120; ++i) many.emplace_back("X-" + std::to_string(i), "x");
  const AnswerRow rows[] = {
      {"400 for a length beside a coding",
       head("POST", "/ok", kApp, {{"Content-Length", "1"}, {"Transfer-Encoding", "chunked"}}),
       400,
       granted(),
       "",
       {}},
      {"400 for an Accept that is none",
       head("GET", "/ok", kApp, {{"Accept", "x;q=2"}}),
       400,
       granted(),
       "",
       {}},
      {"400 for too many headers", request_text("GET", "/ok", many), 400, granted(), "", {}},
      {"416 for a range beyond the end",
       head("GET", "/ok", kApp, {{"Range", "bytes=9-10"}}),
       416,
       granted({kPlain}),
       "",
       {"GET /ok"}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

// Proves 115.
TEST(HostAnswers, OutliveAClientThatGoesDuringAStream) {
  const TestHost host(make_test_gate());
  {
    RawConnection connection(host.port());
    connection.send(head("GET", "/stream", kApp));
  }
  EXPECT_TRUE(test::eventually([&] { return host.released().size() == 1; }));
  EXPECT_EQ(host.gate().counters().totals().granted, 1U);
  check(host,
        {"the next one", head("GET", "/ok", kApp), 200, granted({kPlain}), "ok", {"GET /ok"}});
}

TEST(HostAnswers, GrantNothingToOthersAndVaryAllTheSame) {
  const TestHost host(make_test_gate());
  const AnswerRow rows[] = {
      {"an origin that is not listed", head("GET", "/ok", kEvil), 403, refused(), "", {}},
      {"its HEAD", head("HEAD", "/ok", kEvil), 403, refused(), "", {}},
      {"its request for nothing", head("GET", "/nowhere", kEvil), 403, refused(), "", {}},
      {"its OPTIONS that is no preflight", head("OPTIONS", "/ok", kEvil), 403, refused(), "", {}},
      {"its write",
       head("POST", "/ok", kEvil, {{"Content-Length", "4"}}) + "body",
       403,
       refused(),
       "",
       {}},
      {"null", head("GET", "/ok", "null"), 403, refused(), "", {}},
      {"not an origin", head("GET", "/ok", std::string(kApp) + "/"), 403, refused(), "", {}},
      {"two Origin lines, the first listed",
       head("GET", "/ok", kApp, {{"Origin", kEvil}}),
       403,
       refused(),
       "",
       {}},
      {"two Origin lines, the second listed",
       head("GET", "/ok", kEvil, {{"Origin", kApp}}),
       403,
       refused(),
       "",
       {}},
      {"the same line twice", head("GET", "/ok", kApp, {{"Origin", kApp}}), 403, refused(), "", {}},
      {"no Origin", head("GET", "/ok", ""), 200, only_vary({kPlain}), "ok", {"GET /ok"}},
      {"no Origin, no route", head("GET", "/nowhere", ""), 404, only_vary(), "", {}},
      {"416, decided late",
       head("GET", "/ok", kEvil, {{"Range", "bytes=z"}}),
       416,
       only_vary(),
       "",
       {}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

TEST(HostAnswers, AnswerPreflightsWithoutTheApplication) {
  const TestHost host(make_test_gate());
  const std::string vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
  const HeaderLines refused_preflight =
      lines({{"cache-control", "no-store"}, {"content-type", "text/plain"}, {"vary", vary}});
  const auto asks = [](const std::string& names) {
    return HeaderLines{{"Access-Control-Request-Headers", names}};
  };
  std::string many_names = "a";
  for (int i = 1; i < 4000; ++i) many_names += ",a";
  const AnswerRow rows[] = {
      {"92: a listed method", preflight("/ok", kApp, "PUT"), 204, preflight_granted("PUT"), "", {}},
      {"89: a path without a route",
       preflight("/nowhere", kApp, "PUT"),
       204,
       preflight_granted("PUT"),
       "",
       {}},
      {"95: a path that the application redirects",
       preflight("/redirect", kApp, "PUT"),
       204,
       preflight_granted("PUT"),
       "",
       {}},
      {"an upload with a progress listener",
       preflight("/ok", kApp, "POST"),
       204,
       lines({{"access-control-allow-origin", kApp},
              {"access-control-allow-credentials", "true"},
              {"access-control-max-age", "600"},
              {"vary", vary}}),
       "",
       {}},
      {"names as browsers send them",
       preflight("/ok", kApp, "PUT", asks("content-type,x-a")),
       204,
       preflight_granted("PUT", {{"access-control-allow-headers", "content-type,x-a"}}),
       "",
       {}},
      {"names as gateways send them",
       preflight("/ok", kApp, "PUT", asks("X-A , Content-Type")),
       204,
       preflight_granted("PUT", {{"access-control-allow-headers", "x-a,content-type"}}),
       "",
       {}},
      {"names on two lines",
       preflight("/ok", kApp, "PUT",
                 {{"Access-Control-Request-Headers", "x-a"},
                  {"Access-Control-Request-Headers", "content-type"}}),
       204,
       preflight_granted("PUT", {{"access-control-allow-headers", "x-a,content-type"}}),
       "",
       {}},
      {"a name that is not listed",
       preflight("/ok", kApp, "PUT", asks("x-b")),
       403,
       refused_preflight,
       "",
       {}},
      {"S15: 8,000 commas",
       preflight("/ok", kApp, "PUT", asks(std::string(8000, ','))),
       403,
       refused_preflight,
       "",
       {}},
      {"S15: 4,000 names of a byte",
       preflight("/ok", kApp, "PUT", asks(many_names)),
       403,
       refused_preflight,
       "",
       {}},
      {"S15: more lines than any budget holds",
       preflight("/ok", kApp, "PUT", HeaderLines(90, {"Access-Control-Request-Headers", "x-a"})),
       403,
       refused_preflight,
       "",
       {}},
      {"a method that is not listed",
       preflight("/ok", kApp, "PATCH"),
       403,
       refused_preflight,
       "",
       {}},
      {"two methods",
       preflight("/ok", kApp, "PUT", {{"Access-Control-Request-Method", "GET"}}),
       403,
       refused_preflight,
       "",
       {}},
      {"an origin that is not listed",
       preflight("/ok", kEvil, "PUT"),
       403,
       refused_preflight,
       "",
       {}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

// Proves 104, 116.
TEST(HostAnswers, LeaveTheApplicationsOwnHeadersToThePolicy) {
  const TestHost host(make_test_gate());
  const AnswerRow rows[] = {
      {"S13: three lines of Allow-Origin give way to one",
       head("GET", "/own-cors", kApp),
       200,
       granted(),
       "",
       {"GET /own-cors"}},
      {"without an Origin they are erased as well",
       head("GET", "/own-cors", ""),
       200,
       only_vary(),
       "",
       {"GET /own-cors"}},
      {"S25: Vary is merged",
       head("GET", "/vary", kApp),
       200,
       lines({{"access-control-allow-origin", kApp},
              {"access-control-allow-credentials", "true"},
              {"access-control-expose-headers", "X-Request-Id"},
              {"vary", "Accept-Language, Origin"}}),
       "",
       {"GET /vary"}},
      {"103, S21: what the request says is not repeated",
       head("GET", "/ok", kApp,
            {{"Vary", "X-Evil"},
             {"Access-Control-Allow-Origin", kEvil},
             {"Access-Control-Request-Headers", "x-evil"},
             {"Access-Control-Expose-Headers", "X-Evil"}}),
       200,
       granted({kPlain}),
       "ok",
       {"GET /ok"}},
      {"Vary: * stays",
       head("GET", "/vary-star", ""),
       200,
       lines({{"vary", "*"}}),
       "",
       {"GET /vary-star"}},
      {"S25: several Vary lines become one",
       head("GET", "/vary-several", ""),
       200,
       lines({{"vary", "Accept-Language, origin, Cookie"}}),
       "",
       {"GET /vary-several"}},
  };
  for (const AnswerRow& row : rows) check(host, row);
  EXPECT_EQ(host.gate().counters().totals().handler_headers_replaced, 2U);
}

// Proves 104.
TEST(HostAnswers, KeepTheApplicationsOwnHeadersWhereThePolicySaysSo) {
  Policy policy = app_policy();
  policy.cors.handler_headers = "keep";
  const TestHost host(make_test_gate(policy));
  const AnswerRow rows[] = {
      {"the handler's stay, each name once",
       head("GET", "/own-cors", kApp),
       200,
       lines({{"access-control-allow-origin", "https://own.example"},
              {"access-control-max-age", "1"},
              {"vary", "Origin"}}),
       "",
       {"GET /own-cors"}},
      {"a handler without any gets ours",
       head("GET", "/ok", kApp),
       200,
       granted({kPlain}),
       "ok",
       {"GET /ok"}},
      {"a refusal gets none", head("GET", "/own-cors", kEvil), 403, refused(), "", {}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

// Proves 105.
TEST(HostAnswers, EraseDefaultHeadersThatGrant) {
  const TestHost host(make_test_gate(), {.default_headers = {{"Access-Control-Allow-Origin", "*"},
                                                             {"X-Default", "x"},
                                                             {"Cache-Control", "public"}}});
  const HeaderLines defaults = {{"x-default", "x"}, {"cache-control", "public"}};
  const AnswerRow rows[] = {
      {"a grant",
       head("GET", "/ok", kApp),
       200,
       granted(lines(defaults, {kPlain})),
       "ok",
       {"GET /ok"}},
      {"a refusal, which no cache may keep",
       head("GET", "/ok", kEvil),
       403,
       refused({{"x-default", "x"}}),
       "",
       {}},
      {"a preflight",
       preflight("/ok", kApp, "PUT"),
       204,
       preflight_granted("PUT", defaults),
       "",
       {}},
      {"garbage", "garbage\r\n\r\n", 400, only_vary(defaults), "", {}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

// Proves 116.
TEST(HostAnswers, EraseDefaultHeadersFromEveryRefusal) {
  Policy policy = app_policy();
  policy.hosts.allowed = {"api.example.com"};
  policy.cors.excluded_paths = {"/excluded"};
  const TestHost host(make_test_gate(policy),
                      {.default_headers = {{"Access-Control-Allow-Origin", "*"}}});
  const HeaderLines bare = lines({{"cache-control", "no-store"}, kPlain});
  const AnswerRow rows[] = {
      {"another Host",
       request_text("GET", "/ok", {{"Host", "rebound.example"}}),
       421,
       bare,
       "",
       {}},
      {"no Host", request_text("GET", "/ok", {{"Origin", kApp}}), 400, bare, "", {}},
      {"a preflight on an excluded path", preflight("/excluded", kApp, "PUT"), 403, bare, "", {}},
  };
  for (const AnswerRow& row : rows) check(host, row);
  // What the application says where the policy does not speak stays, on a refused framing too.
  const RawResponse response =
      exchange(host.port(), head("GET", "/excluded", kApp, {{"Content-Length", "5x"}}));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.header_set(), lines(bare, {{"access-control-allow-origin", "*"}}));
}

TEST(HostAnswers, AddNothingWhereThereIsNoPolicy) {
  const TestHost host(make_test_gate(Policy{}));
  const AnswerRow rows[] = {
      {"an own CORS stays untouched",
       head("GET", "/vary", kApp),
       200,
       lines({{"vary", "Accept-Language"}}),
       "",
       {"GET /vary"}},
      {"a preflight is the application's",
       preflight("/ok", kApp, "PUT"),
       200,
       lines({kPlain}),
       "",
       {"OPTIONS /ok"}},
      {"garbage", "garbage\r\n\r\n", 400, {}, "", {}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

TEST(HostAnswers, AreTheSameForEveryOriginUnderAStar) {
  const TestHost host(make_test_gate({.cors = {.allowed_origins = {"*"}}}));
  const HeaderLines star = {{"access-control-allow-origin", "*"}};
  const AnswerRow rows[] = {
      {"any origin", head("GET", "/ok", kEvil), 200, lines(star, {kPlain}), "ok", {"GET /ok"}},
      {"none", head("GET", "/ok", ""), 200, lines(star, {kPlain}), "ok", {"GET /ok"}},
      {"68: an unknown method", head("BREW", "/ok", kApp), 400, star, "", {}},
      {"110: nothing parsed", "garbage\r\n\r\n", 400, star, "", {}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

// Nobody knows whether the star is meant for what was asked.
TEST(HostAnswers, GrantNothingUnparsedWhereAStarIsNotForAll) {
  const Policy star{.cors = {.allowed_origins = {"*"}}};
  Policy excluded = star;
  excluded.cors.excluded_paths = {"/private"};
  Policy ruled = star;
  ruled.cors.rules = {CorsRule{.methods = {"PUT"}, .allowed_origins = {kApp}}};
  Policy guarded = star;
  guarded.hosts.allowed = {"api.example.com"};
  Policy enforced = star;
  enforced.cors.knobs.enforce_methods = true;
  GateOptions chosen;
  chosen.applies_to = [](const RequestView&) { return PredicateAnswer{.yes = true}; };
  const struct {
    const char* desc;
    Policy policy;
    GateOptions options;
  } rows[] = {
      {"an excluded path", excluded, {}},
      {"a rule", ruled, {}},
      {"hosts", guarded, {}},
      {"methods that are enforced", enforced, {}},
      {"an application that chooses", star, chosen},
  };
  for (const auto& row : rows) {
    const TestHost host(make_test_gate(row.policy, row.options));
    SCOPED_TRACE(row.desc);
    const RawResponse response = exchange(host.port(), "garbage\r\n\r\n");
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.value("access-control-allow-origin"), "");
  }
}

TEST(HostAnswers, RefuseAnUnknownHostBeforeAnythingElse) {
  Policy policy = app_policy();
  policy.hosts.allowed = {"api.example.com"};
  const TestHost host(make_test_gate(policy));
  const HeaderLines untouched =
      lines({{"cache-control", "no-store"}, {"content-type", "text/plain"}});
  const auto with_host = [](const HeaderLines& hosts) {
    HeaderLines headers = hosts;
    headers.emplace_back("Origin", kApp);
    return request_text("GET", "/ok", headers);
  };
  const struct {
    const char* desc;
    std::string request;
    int status;
  } rows[] = {
      {"another name", with_host({{"Host", "rebound.example"}}), 421},
      {"none", with_host({}), 400},
      {"two", with_host({kHost, kHost}), 400},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const RawResponse response = exchange(host.port(), row.request);
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.value("access-control-allow-origin"), "");
    EXPECT_EQ(response.value("cache-control"), "no-store");
    EXPECT_EQ(response.value("content-type"), "text/plain");
    EXPECT_EQ(response.body, "");
  }
  EXPECT_EQ(host.handled(), std::vector<std::string>{});
  EXPECT_EQ(exchange(host.port(), head("GET", "/ok", kApp)).status, 200);
}

// Proves S16. Whatever a page puts into these headers comes back in none, and ends no answer early.
TEST(HostAnswers, PrintNoHostileBytes) {
  const TestHost host(make_test_gate());
  const HeaderLines sent = {{"Host", "api.example.com"},
                            {"Connection", "close"},
                            {"Origin", kApp},
                            {"Access-Control-Request-Method", "PUT"},
                            {"Access-Control-Request-Headers", "x-a"}};
  const std::string hostile[] = {std::string(1, '\0'), "\r",       "\x80", ",X-Evil: 1", "\t",
                                 "%0d%0aX-Evil: 1",    "\x1b[31m", "\x7f"};
  for (std::size_t changed = 2; changed < sent.size(); ++changed) {
    for (const std::string& bytes : hostile) {
      SCOPED_TRACE(sent[changed].first + ": " + bytes);
      HeaderLines headers = sent;
      headers[changed].second += bytes + "zzz";
      RawConnection connection(host.port());
      connection.send(request_text("OPTIONS", "/ok", headers));
      const std::string answer = connection.receive_until_closed();
      EXPECT_EQ(answer.find("zzz"), std::string::npos) << answer;
      EXPECT_EQ(answer.find("Evil"), std::string::npos) << answer;
      // A host that refuses the line answers by what it had read before.
      const bool is_of_host = answer.starts_with("HTTP/1.1 400");
      EXPECT_TRUE(is_of_host || answer.find("Access-Control-Allow") == std::string::npos) << answer;
    }
  }
  check(host,
        {"the next one", head("GET", "/ok", kApp), 200, granted({kPlain}), "ok", {"GET /ok"}});
}

// Proves 95. Over http to https, to a page to sign in: a browser follows no redirect of a
// preflight.
TEST(HostAnswers, AnswerPreflightsBeforeAHookRedirects) {
  const TestHost host(make_test_gate(), {.hooks = HookStyle::Own, .own_status = 302});
  check(host, {"a preflight",
               preflight("/ok", kApp, "PUT"),
               204,
               preflight_granted("PUT", {{"x-served-by", "me"}}),
               "",
               {}});
  EXPECT_EQ(exchange(host.port(), head("GET", "/ok", kApp)).status, 302);
}

// Proves 116. Marked, a denied request is answered by what answers others.
TEST(HostAnswers, LeaveNoGrantOfOthersOnWhatIsOnlyMarked) {
  Policy policy = app_policy();
  policy.cors.on_denied = "mark";
  const TestHost host(make_test_gate(policy),
                      {.default_headers = {{"Access-Control-Allow-Origin", "*"}}});
  const AnswerRow rows[] = {
      {"a file", head("GET", "/static/a.txt", kEvil), 200, only_vary({kPlain}), "file", {}},
      {"a handler that grants by itself",
       head("GET", "/own-cors", kEvil),
       200,
       only_vary(),
       "",
       {"GET /own-cors"}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

// Proves 87.
TEST(HostAnswers, NameTheReasonWhenThePolicySaysSo) {
  Policy policy = app_policy();
  policy.cors.debug_headers = true;
  const TestHost host(make_test_gate(policy));
  const AnswerRow rows[] = {
      {"a refusal",
       head("GET", "/ok", kEvil),
       403,
       refused({{"x-corsac-reason", "origin_not_allowed"}}),
       "",
       {}},
      {"a refused preflight",
       preflight("/ok", kEvil, "PUT"),
       403,
       lines({{"cache-control", "no-store"},
              kPlain,
              {"vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
              {"x-corsac-reason", "origin_not_allowed"}}),
       "",
       {}},
      {"an answered preflight",
       preflight("/ok", kApp, "PUT"),
       204,
       preflight_granted("PUT"),
       "",
       {}},
      {"a grant", head("GET", "/ok", kApp), 200, granted({kPlain}), "ok", {"GET /ok"}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

// Proves 107, S27.
TEST(HostAnswers, HoldAFreshnessCheckOfTheNewerHost) {
  if (!host_reads_bodies()) GTEST_SKIP() << "0.11.4 knows no ETag";
  const TestHost host(make_test_gate());
  const RawResponse file = exchange(host.port(), head("GET", "/static/a.txt", kApp));
  ASSERT_NE(file.value("etag"), "");
  const HeaderLines match = {{"If-None-Match", file.value("etag")}};
  const AnswerRow rows[] = {
      {"304 to the same origin", head("GET", "/static/a.txt", kApp, match), 304, granted(), "", {}},
      {"304 to another one",
       head("GET", "/static/a.txt", kPreview, match),
       304,
       granted({}, kPreview),
       "",
       {}},
      {"304 to none", head("GET", "/static/a.txt", "", match), 304, only_vary(), "", {}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

TEST(HostAnswers, CountEachRequestOnce) {
  const TestHost host(make_test_gate());
  EXPECT_EQ(exchange(host.port(), head("GET", "/ok", kApp)).status, 200);
  EXPECT_EQ(exchange(host.port(), head("GET", "/throw", kApp)).status, 500);
  EXPECT_EQ(exchange(host.port(), preflight("/ok", kApp, "PUT")).status, 204);
  EXPECT_EQ(exchange(host.port(), head("GET", "/ok", kEvil)).status, 403);
  EXPECT_EQ(exchange(host.port(), head("GET", "/ok", "")).status, 200);
  EXPECT_EQ(exchange(host.port(), head("GET", "/ok", kApp, {{"Range", "bytes=z"}})).status, 416);
  EXPECT_EQ(exchange(host.port(), "garbage\r\n\r\n").status, 400);
  const Counters::Totals totals = host.gate().counters().totals();
  EXPECT_EQ(totals.granted, 3U) << "two that reached routing, one decided late";
  EXPECT_EQ(totals.preflights, 1U);
  EXPECT_EQ(totals.refused, 1U);
  EXPECT_EQ(totals.passed, 1U);
  EXPECT_EQ(totals.responses_without_decision, 1U);
}

}  // namespace
}  // namespace corsac::testing
