// Forwards on the wire: what the upstream is asked, what the page gets, who may ask.

#include <algorithm>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "adapter/forward_peer.hpp"

namespace corsac::testing {
namespace {

std::vector<std::string> lines_of(const std::string& head) {
  std::vector<std::string> lines;
  for (std::size_t at = 0, end; (end = head.find("\r\n", at)) != std::string::npos; at = end + 2) {
    const std::string line = head.substr(at, end - at);
    // Another one of each forwarder.
    if (!line.empty()) lines.push_back(line.starts_with("Via: 1.1 corsac-") ? "Via: ours" : line);
  }
  if (!lines.empty()) std::sort(lines.begin() + 1, lines.end());
  return lines;
}

// The document's Worker: two headers are added, all request parts kept, no cookie comes back.
// Proves M110, M111.
TEST(HostForward, AddsCredentialsAndKeepsTheRest) {
  const ForwardPeer peer(ok_answer("hello", "Set-Cookie: CF_Authorization=x\r\nX-A: %2F\r\n"));
  const ForwardGate gate;
  const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
  ASSERT_EQ(host.problem(), "");
  const RawResponse response = exchange(host.port(), own("GET", "/api/protected/a%20b?q=%2F&r",
                                                         {{"Cookie", "session=1"},
                                                          {"Accept", "text/plain"},
                                                          {"Accept-Encoding", "identity"},
                                                          {"User-Agent", "test"},
                                                          {"CF-Access-Client-Secret", "forged"},
                                                          {"X-Forwarded-For", "1.2.3.4"}}));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.header_set(), forwarded({kPlain, {"x-a", "%2F"}}));
  ASSERT_EQ(peer.heads().size(), 1u);
  const std::vector<std::string> expected = {"GET /api/protected/a%20b?q=%2F&r HTTP/1.1",
                                             "Accept-Encoding: identity",
                                             "Accept: text/plain",
                                             "Connection: close",
                                             "Cookie: session=1",
                                             "Host: " + peer.address(),
                                             "Sec-Fetch-Site: same-origin",
                                             "User-Agent: test",
                                             "Via: ours",
                                             "X-Forwarded-For: 127.0.0.1",
                                             "X-Forwarded-Host: api.example.com",
                                             "X-Forwarded-Proto: http",
                                             "cf-access-client-id: id.access",
                                             "cf-access-client-secret: s3cr3t-of-the-service"};
  EXPECT_EQ(lines_of(peer.heads()[0]), expected);
}

struct ProofRow {
  const char* desc;
  HeaderLines headers;
  bool passes;
};

TEST(HostForward, AsksTheUpstreamForOwnPagesOnly) {
  const ForwardPeer peer(ok_answer("hello"));
  const ForwardGate gate({.public_origins = {"https://api.example.com"}});
  const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
  const ProofRow rows[] = {
      {"an own page", {kOwnPage}, true},
      {"the address bar", {{"Sec-Fetch-Site", "none"}}, true},
      {"an own Origin", {{"Origin", "https://api.example.com"}}, true},
      {"nothing said", {}, false},
      {"another page of the site", {{"Sec-Fetch-Site", "same-site"}}, false},
      {"an image of a foreign page", {{"Sec-Fetch-Site", "cross-site"}}, false},
      {"a foreign Origin", {{"Origin", kEvil}}, false},
      {"a foreign Origin that asks for it by hand: an extension's",
       {{"Origin", "chrome-extension://abcdefghijklmnop"}, {"Sec-Fetch-Site", "none"}},
       false},
      {"a sandboxed page", {{"Origin", "null"}}, false},
      {"an Origin that equals Host: DNS rebinding", {{"Origin", "http://api.example.com"}}, false},
      {"two answers of the browser", {kOwnPage, {"Sec-Fetch-Site", "cross-site"}}, false},
      {"two Origins", {kOwnPage, {"Origin", "https://api.example.com"}, {"Origin", kEvil}}, false},
      {"an own page's name in the wrong place", {{"Referer", "https://api.example.com/"}}, false},
  };
  std::size_t asked = 0;
  std::uint64_t refused = 0;
  for (const ProofRow& row : rows) {
    SCOPED_TRACE(row.desc);
    HeaderLines headers = {kHost};
    headers.insert(headers.end(), row.headers.begin(), row.headers.end());
    const RawResponse response =
        exchange(host.port(), request_text("GET", "/api/protected/a", headers));
    if (row.passes) {
      EXPECT_EQ(response.status, 200);
      ++asked;
    } else {
      EXPECT_EQ(response.status, 403);
      EXPECT_EQ(response.body, "");
      EXPECT_EQ(response.header_set(), lines({{"cache-control", "no-store"}, kPlain}));
      ++refused;
    }
    EXPECT_EQ(peer.heads().size(), asked);
    EXPECT_EQ(gate.refused(), refused);
  }
  EXPECT_EQ(gate.gate->events().find({}).events.size(), refused);
}

// A preflight passes the application's login: it never gets the credential, whoever sends it.
TEST(HostForward, APreflightIsNeverForwarded) {
  const ForwardPeer peer(ok_answer("hello"));
  Policy passing = {.cors = {.allowed_origins = {kApp}, .debug = true}};
  passing.cors.preflight = "pass_through";
  const std::pair<std::string, std::string> asks = {"Access-Control-Request-Method", "PUT"};
  struct Row {
    const char* desc;
    HeaderLines headers;
    int status;
  };
  const Row rows[] = {
      {"a forged own page", {kOwnPage, {"Origin", "https://x.example"}, asks}, 403},
      {"an own Origin", {{"Origin", "https://api.example.com"}, asks}, 403},
      {"a listed Origin", {{"Origin", kApp}, asks}, 403},
      {"asks twice", {kOwnPage, {"Origin", kApp}, asks, asks}, 403},
      {"no Origin: no preflight", {kOwnPage, asks}, 200},
      {"no method: no preflight", {kOwnPage, {"Origin", "https://api.example.com"}}, 200},
  };
  ForwardOptions open = forward_to(peer.url());
  open.dangerously_open = true;
  for (const Policy& policy : {Policy{.cors = {.enabled = false, .debug = true}}, passing}) {
    for (const ForwardOptions& options : {forward_to(peer.url()), open}) {
      const ForwardGate gate({.public_origins = {"https://api.example.com"}}, policy);
      const TestForwardHost host(gate.gate, {.forwards = {options}});
      for (const Row& row : rows) {
        SCOPED_TRACE(row.desc);
        const std::size_t before = peer.heads().size();
        HeaderLines headers = {kHost};
        headers.insert(headers.end(), row.headers.begin(), row.headers.end());
        const RawResponse response =
            exchange(host.port(), request_text("OPTIONS", "/api/protected/a", headers));
        EXPECT_EQ(response.status, row.status);
        EXPECT_EQ(peer.heads().size(), before + (row.status == 200 ? 1 : 0));
      }
      EXPECT_EQ(gate.refused(), 4u);
    }
  }
}

// The policy answers it before any route, as everywhere; what it grants is not yet forwarded.
TEST(HostForward, APreflightIsThePolicysBeforeItIsTheForwards) {
  const ForwardPeer peer(ok_answer("hello"));
  Policy listed = {.cors = {.allowed_origins = {kApp}, .allowed_methods = {"PUT"}}};
  Policy excluded = listed;
  excluded.cors.excluded_paths = {"/api/protected"};
  ForwardOptions by_key = forward_to(peer.url());
  by_key.authorize = [](const RequestView& request) { return request.has_authorization; };
  struct Row {
    const char* desc;
    const Policy& policy;
    std::string origin;
    int preflight;
    int request;
    int with_key;
  };
  const Row rows[] = {
      {"a listed origin", listed, kApp, 204, 403, 200},
      {"a stranger, whom the policy blocks", listed, kEvil, 403, 403, 403},
      {"no CORS under the prefix", excluded, kApp, 403, 403, 200},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    const ForwardGate gate({}, row.policy);
    const TestForwardHost host(gate.gate, {.forwards = {by_key}});
    const auto status = [&](const char* method, const HeaderLines& more) {
      return exchange(host.port(), head(method, "/api/protected/a", row.origin, more)).status;
    };
    const std::size_t before = peer.heads().size();
    EXPECT_EQ(status("OPTIONS", {{"Access-Control-Request-Method", "PUT"}}), row.preflight);
    EXPECT_EQ(status("PUT", {{"Content-Length", "0"}}), row.request);
    EXPECT_EQ(peer.heads().size(), before);
    EXPECT_EQ(status("PUT", {{"Content-Length", "0"}, {"Authorization", "Bearer x"}}),
              row.with_key);
    EXPECT_EQ(peer.heads().size(), before + (row.with_key == 200 ? 1 : 0));
  }
}

TEST(HostForward, AnOwnHostIsProofUnderAHostGuard) {
  const ForwardPeer peer(ok_answer("hello"));
  Policy policy;
  policy.hosts.allowed = {"api.example.com"};
  const ForwardGate gate({}, policy);
  const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
  EXPECT_EQ(exchange(host.port(), head("GET", "/api/protected/a", "http://api.example.com")).status,
            200);
  EXPECT_EQ(exchange(host.port(), head("GET", "/api/protected/a", kEvil)).status, 403);
}

// No guard looks at X-Forwarded-Host, which DNS rebinding makes equal to the Origin too.
TEST(HostForward, WhatATrustedProxyForwardedIsNoProof) {
  const ForwardPeer peer(ok_answer("hello"));
  Policy policy{.cors = {.enabled = false, .debug = true}};
  policy.hosts.allowed = {"127.0.0.1:*", "api.example.com"};
  struct Row {
    const char* desc;
    const char* host;
    HeaderLines headers;
    int status;
  };
  const HeaderLines rebound = {{"Origin", "http://evil.example"},
                               {"X-Forwarded-Host", "evil.example"},
                               {"X-Forwarded-Proto", "http"}};
  HeaderLines told = rebound;
  told.emplace_back("Sec-Fetch-Site", "cross-site");
  const Row rows[] = {
      {"the browser says nothing", "127.0.0.1:8080", rebound, 403},
      {"the browser says that it is foreign", "127.0.0.1:8080", told, 403},
      {"the guarded Host", "api.example.com", {{"Origin", "http://api.example.com"}}, 200},
      {"the guarded Host, whatever was forwarded",
       "api.example.com",
       {{"Origin", "http://api.example.com"},
        {"X-Forwarded-Host", "evil.example"},
        {"X-Forwarded-Proto", "http"}},
       200},
  };
  const ForwardGate gate({.trusted_proxies = {"127.0.0.1"}}, policy);
  const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    HeaderLines headers = {{"Host", row.host}, {"Content-Length", "0"}};
    headers.insert(headers.end(), row.headers.begin(), row.headers.end());
    EXPECT_EQ(exchange(host.port(), request_text("POST", "/api/protected/a", headers)).status,
              row.status);
  }
  EXPECT_EQ(peer.heads().size(), 2u);
}

// What the application knows counts, and an exception is a no.
TEST(HostForward, AsksTheApplication) {
  const ForwardPeer peer(ok_answer("hello"));
  const ForwardGate gate;
  ForwardOptions by_key = forward_to(peer.url());
  by_key.authorize = [](const RequestView& request) {
    if (request.has_cookie) throw std::runtime_error("thrown");
    return request.has_authorization;
  };
  ForwardOptions open = forward_to(peer.url());
  open.path_prefix = "/open";
  open.dangerously_open = true;
  const TestForwardHost host(gate.gate, {.forwards = {by_key, open}});
  const auto status = [&](const char* target, HeaderLines more) {
    return exchange(host.port(), head("GET", target, kEvil, std::move(more))).status;
  };
  EXPECT_EQ(status("/api/protected/a", {{"Authorization", "Bearer x"}}), 200);
  EXPECT_EQ(status("/api/protected/a", {}), 403);
  EXPECT_EQ(status("/api/protected/a", {{"Authorization", "Bearer x"}, {"Cookie", "a=b"}}), 403);
  EXPECT_EQ(gate.gate->counters().totals().predicate_failures, 1u);
  EXPECT_EQ(status("/open/a", {}), 200);
  EXPECT_EQ(peer.heads().size(), 2u);
}

struct MethodRow {
  const char* method;
  std::string body;
};

TEST(HostForward, PassesEveryMethodWithItsBody) {
  const ForwardPeer peer([](test::PeerConnection& connection, const std::string& head) {
    const std::size_t at = head.find("Content-Length: ");
    const std::string body =
        at == std::string::npos ? "" : connection.read(std::stoul(head.substr(at + 16)));
    const bool is_head = head.starts_with("HEAD ");
    const std::string said = head.substr(0, head.find(' ')) + " " + body;
    connection.send(is_head ? "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n" : ok_answer(said));
  });
  const ForwardGate gate;
  ForwardOptions options = forward_to(peer.url());
  options.strip_prefix = true;
  const TestForwardHost host(gate.gate, {.forwards = {options}});
  const MethodRow rows[] = {{"GET", ""},    {"HEAD", ""},    {"OPTIONS", ""},
                            {"DELETE", ""}, {"POST", "a=b"}, {"PUT", "{}"},
                            {"PATCH", "x"}, {"DELETE", "y"}, {"POST", ""}};
  for (const MethodRow& row : rows) {
    SCOPED_TRACE(std::string(row.method) + " " + row.body);
    HeaderLines more;
    if (!row.body.empty() || std::string(row.method) == "POST") {
      more = {{"Content-Length", std::to_string(row.body.size())},
              // Neither parsed as a form nor decoded on the way.
              {"Content-Type", "multipart/form-data; boundary=x"},
              {"Content-Encoding", "gzip"}};
    }
    RawConnection connection(host.port());
    connection.send(own(row.method, "/api/protected/a", more, row.body));
    const bool is_head = std::string(row.method) == "HEAD";
    const RawResponse response = connection.receive(is_head ? AnswerTo::Head : AnswerTo::Other);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, is_head ? "" : std::string(row.method) + " " + row.body);
    if (is_head) {
      EXPECT_EQ(response.value("content-length"), "7");
    }
    const std::string asked = peer.heads().back();
    EXPECT_TRUE(asked.starts_with(std::string(row.method) + " /a HTTP/1.1\r\n")) << asked;
    if (!row.body.empty()) {
      EXPECT_NE(asked.find("Content-Encoding: gzip\r\n"), std::string::npos) << asked;
    }
  }
}

TEST(HostForward, PassesABodyInChunks) {
  const ForwardPeer peer([](test::PeerConnection& connection, const std::string& head) {
    EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << head;
    const std::string body = connection.read_until("0\r\n\r\n");
    connection.send(ok_answer(body));
  });
  const ForwardGate gate;
  const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
  const RawResponse response =
      exchange(host.port(), own("POST", "/api/protected/a", {{"Transfer-Encoding", "chunked"}},
                                "5\r\nhello\r\n0\r\n\r\n"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "5\r\nhello\r\n0\r\n\r\n");
}

struct AnswerOfUpstream {
  const char* desc;
  std::string answer;
  int status;
  HeaderLines headers;
  std::string body;
};

TEST(HostForward, PassesAnswersAsTheyAre) {
  const AnswerOfUpstream rows[] = {
      {"chunks",
       "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
       "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
       200,
       {kPlain, {"transfer-encoding", "chunked"}},
       "hello!"},
      {"until the connection ends",
       "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello",
       200,
       {kPlain, {"transfer-encoding", "chunked"}},
       "hello"},
      {"a redirect is not followed",
       "HTTP/1.1 302 Found\r\nLocation: https://api.example.com/a?b=%26c\r\n"
       "Content-Length: 0\r\n\r\n",
       302,
       {{"location", "https://api.example.com/a?b=%26c"}},
       ""},
      {"an error is not ours",
       "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
       401,
       {{"content-type", "application/json"}},
       "{}"},
      {"repeated lines",
       "HTTP/1.1 200 OK\r\nLink: <a>\r\nLink: <b>\r\nContent-Length: 0\r\n\r\n",
       200,
       {{"link", "<a>"}, {"link", "<b>"}},
       ""},
      {"encoded bytes stay encoded",
       "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n"
       "Content-Length: 3\r\n\r\nabc",
       200,
       {{"content-encoding", "gzip"}, kPlain},
       "abc"},
      {"a part",
       "HTTP/1.1 206 Partial Content\r\nContent-Type: text/plain\r\n"
       "Content-Range: bytes 0-1/9\r\nContent-Length: 2\r\n\r\nab",
       206,
       {{"content-range", "bytes 0-1/9"}, kPlain},
       "ab"},
      {"100 Continue before it",
       "HTTP/1.1 100 Continue\r\n\r\n" + ok_answer("hello"),
       200,
       {kPlain},
       "hello"},
  };
  for (const AnswerOfUpstream& row : rows) {
    SCOPED_TRACE(row.desc);
    const ForwardPeer peer(row.answer);
    const ForwardGate gate;
    const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
    const RawResponse response = exchange(
        host.port(),
        own("GET", "/api/protected/a", {{"Range", "bytes=0-1"}, {"Accept-Encoding", "gzip, br"}}));
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.header_set(), forwarded(row.headers));
    EXPECT_EQ(response.body, row.body);
    EXPECT_TRUE(response.is_whole);
  }
}

// 0.53 takes any interim answer but 100 for the answer and hands out no stream to read on from.
TEST(HostForward, SkipsInterimAnswers) {
  const std::string interim =
      "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
      "HTTP/1.1 100 Continue\r\n\r\n";
  for (const std::string& answer :
       {ok_answer("hello", "X-A: %0d\r\n"),
        std::string("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-A: %0d\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")}) {
    const ForwardPeer peer(interim + answer);
    const ForwardGate gate;
    const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
    const RawResponse response = exchange(host.port(), own("GET", "/api/protected/a"));
    EXPECT_EQ(response.status, host_reads_bodies() ? 500 : 200);
    if (host_reads_bodies()) continue;
    EXPECT_EQ(response.body, "hello");
    EXPECT_EQ(response.value("x-a"), "%0d");
    EXPECT_EQ(response.value("link"), "");
  }
}

// A cache before this server sees no credentials, and would serve everybody with what it keeps.
TEST(HostForward, NoSharedCacheKeepsAnAnswerUnasked) {
  const struct {
    const char* said;
    HeaderLines cache_lines;
  } rows[] = {
      {"max-age=60", {{"cache-control", "max-age=60"}, {"cache-control", "private"}}},
      {"public, max-age=60", {{"cache-control", "public, max-age=60"}}},
      {"no-store", {{"cache-control", "no-store"}}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.said);
    const ForwardPeer peer(
        ok_answer("hello", std::string("Cache-Control: ") + row.said + "\r\nVary: Origin\r\n"));
    const ForwardGate gate;
    const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
    HeaderLines expected = {kPlain, {"vary", "Origin, Sec-Fetch-Site"}};
    expected.insert(expected.end(), row.cache_lines.begin(), row.cache_lines.end());
    EXPECT_EQ(exchange(host.port(), own("GET", "/api/protected/a")).header_set(), lines(expected));
  }
}

// An upstream's own CORS headers go through the middleware like any handler's.
TEST(HostForward, CorsIsThatOfThePolicy) {
  const ForwardPeer peer(
      ok_answer("hello", "Access-Control-Allow-Origin: *\r\nVary: Accept\r\nX-Request-Id: 7\r\n"));
  ForwardOptions options = forward_to(peer.url());
  options.authorize = [](const RequestView&) { return true; };
  const TestForwardHost host(make_test_gate(), {.forwards = {options}});
  const RawResponse response = exchange(host.port(), head("GET", "/api/protected/a", kApp));
  EXPECT_EQ(response.header_set(), lines({{"access-control-allow-origin", kApp},
                                          {"access-control-allow-credentials", "true"},
                                          {"access-control-expose-headers", "X-Request-Id"},
                                          {"cache-control", "private"},
                                          {"vary", "Accept, Sec-Fetch-Site, Origin"},
                                          {"x-request-id", "7"},
                                          kPlain}));
}

// 0.53 asks no regular expression about more than 256 bytes.
TEST(HostForward, PassesLongPaths) {
  const ForwardPeer peer([](test::PeerConnection& connection, const std::string& head) {
    connection.send(ok_answer(head.substr(0, head.find(" HTTP"))));
  });
  const ForwardGate gate;
  ForwardOptions options = forward_to(peer.url());
  options.path_prefix = "/api/v1.0/(x)";
  const TestForwardHost host(gate.gate, {.forwards = {options}});
  ASSERT_EQ(host.problem(), "");
  std::string deep = "/api/v1.0/(x)";
  for (int i = 0; i < 30; ++i) deep += "/" + std::string(100, 'a');
  const std::string targets[] = {"/api/v1.0/(x)",
                                 "/api/v1.0/(x)/",
                                 "/api/v1.0/(x)/" + std::string(300, 'a'),
                                 "/api/v1.0/(x)/" + std::string(4000, 'a') + "/",
                                 deep,
                                 deep + "/"};
  for (const std::string& target : targets) {
    EXPECT_EQ(exchange(host.port(), own("GET", target)).body, "GET " + target);
  }
  for (const char* other : {"/api/v1x0/(x)/a", "/api/v1.0/x/a"}) {
    EXPECT_EQ(exchange(host.port(), own("GET", other)).status, 404) << other;
  }
}

// HTTP/1.0 knows no chunks: the end of the connection is that of the answer.
TEST(HostForward, AnOldClientGetsNoChunks) {
  const ForwardPeer peer(
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n0\r\n\r\n");
  const ForwardGate gate;
  const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
  RawConnection connection(host.port());
  connection.send("GET /api/protected/a HTTP/1.0\r\nSec-Fetch-Site: same-origin\r\n\r\n");
  const std::string answer = connection.receive_until_closed();
  EXPECT_EQ(answer.find("Transfer-Encoding"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nhello")) << answer;
}

TEST(HostForward, TwoRequestsOnOneConnection) {
  const ForwardPeer peer(ok_answer("hello"));
  const ForwardGate gate;
  const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
  RawConnection connection(host.port());
  for (int i = 0; i < 2; ++i) {
    connection.send(own("GET", "/api/protected/a"));
    EXPECT_EQ(connection.receive().body, "hello");
  }
  connection.send(request_text("GET", "/page", {kHost}));
  EXPECT_EQ(connection.receive().body, "page");
}

// What leads back ends at the second time.
TEST(HostForward, ALoopEnds) {
  const ForwardPeer peer(ok_answer("hello"));
  const ForwardGate gate;
  ForwardOptions options = forward_to(peer.url());
  options.drop_request_headers = {"Via"};
  const TestForwardHost host(gate.gate, {.forwards = {options}});
  EXPECT_EQ(exchange(host.port(), own("GET", "/api/protected/a", {{"Via", "1.1 other"}})).status,
            200);
  const std::string asked = peer.heads().at(0);
  const std::size_t at = asked.find("Via: ") + 5;
  const std::string via = asked.substr(at, asked.find("\r\n", at) - at);
  const RawResponse again =
      exchange(host.port(), own("GET", "/api/protected/a", {{"Via", "1.1 other, " + via}}));
  EXPECT_EQ(again.status, 508);
  EXPECT_EQ(again.body, error_body("the forward leads back to this server"));
  EXPECT_EQ(peer.heads().size(), 1u);
}

TEST(HostForward, ManyAtOnce) {
  constexpr unsigned kMany = 24;
  std::atomic<unsigned> waiting = 0;
  // Nobody is answered before all are there.
  const ForwardPeer peer([&waiting](test::PeerConnection& connection, const std::string& head) {
    ++waiting;
    EXPECT_TRUE(test::eventually([&waiting] { return waiting == kMany; }));
    connection.send(ok_answer(head.substr(0, head.find(" HTTP"))));
  });
  const ForwardGate gate;
  const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}, .threads = kMany});
  std::vector<std::unique_ptr<RawConnection>> connections;
  const auto target = [](unsigned i) { return "/api/protected/" + std::to_string(i); };
  for (unsigned i = 0; i < kMany; ++i) {
    connections.push_back(std::make_unique<RawConnection>(host.port()));
    connections.back()->send(own("GET", target(i)));
  }
  for (unsigned i = 0; i < kMany; ++i) {
    EXPECT_EQ(connections[i]->receive().body, "GET " + target(i));
  }
}

}  // namespace
}  // namespace corsac::testing
