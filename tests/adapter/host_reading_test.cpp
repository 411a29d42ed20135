// Requests that a host reads in its own way: Expect, HTTP/1.0, whole URLs, forwarded headers, TLS.

#include <cstdlib>

#include "adapter/host_answers.hpp"
#include "support/temp_folder.hpp"

namespace corsac::testing {
namespace {

const HeaderLines kExpects = {{"Expect", "100-continue"}, {"Content-Length", "4"}};

TEST(HostReading, AnswersWhatExpectsToBeAskedForItsBody) {
  const TestHost host(make_test_gate());
  const AnswerRow rows[] = {
      {"a write",
       head("POST", "/ok", kApp, kExpects) + "body",
       200,
       granted({kPlain}),
       "body",
       {"POST /ok"}},
      {"a refused one", head("POST", "/ok", kEvil, kExpects), 403, refused(), "", {}},
      {"a preflight",
       preflight("/ok", kApp, "PUT", {{"Expect", "100-continue"}}),
       204,
       preflight_granted("PUT"),
       "",
       {}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

TEST(HostReading, GrantsWhereAnExpectIsNotMet) {
  const TestHost host(make_test_gate(), {.expect_status = 413});
  const AnswerRow rows[] = {
      {"a write", head("POST", "/ok", kApp, kExpects), 413, granted(), "", {}},
      {"one of another origin", head("POST", "/ok", kEvil, kExpects), 413, only_vary(), "", {}},
      {"one of nobody", head("POST", "/ok", "", kExpects), 413, only_vary(), "", {}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

TEST(HostReading, HidesNoRequestBehindAnExpectThatIsNotMet) {
  const TestHost host(make_test_gate(), {.expect_status = 413});
  RawConnection connection(host.port());
  connection.send(head("POST", "/ok", kApp, kExpects));
  EXPECT_EQ(connection.receive().status, 413);
  connection.send(head("GET", "/hidden", ""));
  EXPECT_EQ(connection.receive_until_closed(), "");
  EXPECT_EQ(host.handled(), std::vector<std::string>{});
}

// Both hosts write a bare 417, and then go on as if they had said 100.
TEST(HostReading, AnswersBehindTheHostsOwn417) {
  const TestHost host(make_test_gate(), {.expect_status = 417});
  const struct {
    const char* desc;
    const char* origin;
    int status;
    HeaderLines headers;
  } rows[] = {
      {"a write", kApp, 200, granted({kPlain})},
      {"a refused one", kEvil, 403, refused()},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    RawConnection connection(host.port());
    connection.send(head("POST", "/ok", row.origin, kExpects));
    const RawResponse bare = connection.receive(AnswerTo::Head);
    EXPECT_EQ(bare.status, 417);
    EXPECT_EQ(bare.headers, HeaderLines{});
    connection.send("body");
    const RawResponse response = connection.receive();
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.header_set(), row.headers);
  }
}

std::string of_http_1_0(const HeaderLines& headers, const std::string& method = "GET") {
  std::string text = request_text(method, "/ok", headers);
  return text.replace(text.find("HTTP/1.1"), 8, "HTTP/1.0");
}

TEST(HostReading, TakesHttp10) {
  const TestHost host(make_test_gate());
  const AnswerRow rows[] = {
      {"a listed origin",
       of_http_1_0({{"Origin", kApp}}),
       200,
       granted({kPlain}),
       "ok",
       {"GET /ok"}},
      {"another one", of_http_1_0({{"Origin", kEvil}}), 403, refused(), "", {}},
      {"96: a preflight",
       of_http_1_0({{"Origin", kApp}, {"Access-Control-Request-Method", "PUT"}}, "OPTIONS"),
       204,
       preflight_granted("PUT"),
       "",
       {}},
      {"none", of_http_1_0({}), 200, only_vary({kPlain}), "ok", {"GET /ok"}},
  };
  for (const AnswerRow& row : rows) check(host, row);

  Policy policy = app_policy();
  policy.hosts.allowed = {"api.example.com"};
  const TestHost guarded(make_test_gate(policy));
  const HeaderLines bare = lines({{"cache-control", "no-store"}, kPlain});
  check(guarded, {"without Host, which this version may leave out",
                  of_http_1_0({{"Origin", kApp}}),
                  421,
                  bare,
                  "",
                  {}});
  check(guarded, {"with Host",
                  of_http_1_0({kHost, {"Origin", kApp}}),
                  200,
                  granted({kPlain}),
                  "ok",
                  {"GET /ok"}});
}

TEST(HostReading, JudgesWholeUrlsByThePathThatTheHostSees) {
  const AnswerRow listed = {
      "a listed origin", head("GET", "http://api.example.com/ok", kApp), 404, granted(), "", {}};
  const AnswerRow other = {
      "another one", head("GET", "http://api.example.com/ok", kEvil), 403, refused(), "", {}};
  const TestHost host(make_test_gate());
  check(host, listed);
  check(host, other);

  // Where paths matter, one that does not begin with a slash is ambiguous.
  Policy policy = app_policy();
  policy.cors.excluded_paths = {"/excluded"};
  const TestHost by_path(make_test_gate(policy));
  check(by_path, {"an excluded path in a URL",
                  head("GET", "http://api.example.com/excluded", kApp),
                  403,
                  refused(),
                  "",
                  {}});
}

TEST(HostReading, ProvesNothingByTwoHosts) {
  const char* own = "http://api.example.com";  // equal to Host, and not listed
  const TestHost host(make_test_gate());
  const AnswerRow rows[] = {
      {"one Host makes it own",
       head("GET", "/ok", own),
       200,
       only_vary({kPlain}),
       "ok",
       {"GET /ok"}},
      {"two do not", head("GET", "/ok", own, {kHost}), 403, refused(), "", {}},
      {"nor another one in front",
       request_text("GET", "/ok", {{"Host", "evil.example"}, kHost, {"Origin", own}}),
       403,
       refused(),
       "",
       {}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

const HeaderLines kForwarded = {{"X-Forwarded-Proto", "https"},
                                {"X-Forwarded-Host", "shop.example.com"},
                                {"X-Forwarded-For", "6.6.6.6, 203.0.113.7"}};
constexpr const char* kShop = "https://shop.example.com";

TEST(HostReading, BelievesForwardedHeadersOfTheProxyAlone) {
  Policy policy = app_policy();
  policy.cors.debug = true;
  const TestHost behind(make_test_gate(policy, {.trusted_proxies = {"127.0.0.0/8"}}));
  const TestHost open(make_test_gate(policy, {.trusted_proxies = {"10.0.0.0/8"}}));
  const AnswerRow own = {
      "own", head("GET", "/ok", kShop, kForwarded), 200, only_vary({kPlain}), "ok", {"GET /ok"}};
  const AnswerRow not_own = {"not own", head("GET", "/ok", kShop, kForwarded), 403, refused(), "",
                             {}};
  check(behind, own);
  check(open, not_own);
  check(behind, {"another origin", head("GET", "/ok", kEvil, kForwarded), 403, refused(), "", {}});
  ASSERT_EQ(behind.gate().events().find({}).events.size(), 1U);
  EXPECT_EQ(behind.gate().events().find({}).events[0].client, "203.0.113.7");
  ASSERT_EQ(open.gate().events().find({}).events.size(), 1U);
  EXPECT_EQ(open.gate().events().find({}).events[0].client, "127.0.0.1");
}

// Host's default port tells whether the connection was taken for TLS.
TEST(HostReading, KnowsTls) {
  const test::TempFolder folder;
  const std::string key = (folder.path() / "key.pem").string();
  const std::string certificate = (folder.path() / "certificate.pem").string();
  const std::string command =
      "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
      " -keyout " +
      key + " -out " + certificate + " >/dev/null 2>&1";
  if (std::system(command.c_str()) != 0) GTEST_SKIP() << "no openssl command";
  Policy policy = app_policy();
  policy.hosts.allowed = {"api.example.com"};
  const TestHost plain(make_test_gate(policy));
  const TestHost secure(make_test_gate(policy), {.certificate_file = certificate, .key_file = key});
  const struct {
    const char* desc;
    const char* host;
    int status;
    int status_by_tls;
  } rows[] = {
      {"no port", "api.example.com", 200, 200},
      {"the default of https", "api.example.com:443", 421, 200},
      {"the default of http", "api.example.com:80", 200, 421},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const HeaderLines headers = {
        {"Host", row.host}, {"Origin", kApp}, {"Accept-Encoding", "identity"}};
    EXPECT_EQ(exchange(plain.port(), request_text("GET", "/ok", headers)).status, row.status);
    const TlsAnswer answer = get_by_tls(secure.port(), "/ok", headers);
    EXPECT_EQ(answer.status, row.status_by_tls);
    RawResponse whole;
    whole.headers = answer.headers;
    EXPECT_EQ(whole.header_set(), answer.status == 200
                                      ? granted({kPlain})
                                      : lines({{"cache-control", "no-store"}, kPlain}));
  }
}

}  // namespace
}  // namespace corsac::testing
