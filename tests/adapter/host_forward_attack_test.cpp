// Clients that want a forward to lead elsewhere, to tell its secret, or to hold it up.

#include <atomic>
#include <string>
#include <thread>

#include "adapter/forward_peer.hpp"

namespace corsac::testing {
namespace {

using std::chrono::milliseconds;

struct TargetRow {
  const char* desc;
  std::string target;
  int status;  // 404 = no forward: the host's own answer
};

TEST(HostForwardAttack, NeverLeavesTheUpstreamOrThePrefix) {
  const ForwardPeer peer(ok_answer("hello"));
  const ForwardGate gate;
  ForwardOptions options = forward_to(peer.url());
  options.strip_prefix = true;
  const TestForwardHost host(gate.gate, {.forwards = {options}});
  const TargetRow rows[] = {
      {"two slashes", "//evil.example/api/protected/a", 404},
      {"two slashes behind the prefix", "/api/protected//evil.example/a", 400},
      {"a backslash", "/api/protected/\\evil.example/a", 400},
      {"an escaped slash", "/api/protected/%2fevil.example/a", 400},
      {"an escaped slash in the prefix", "/api%2Fprotected/a", 400},
      {"an escaped letter in the prefix", "/api/%70rotected/a", 400},
      {"up and out", "/api/protected/../admin", 400},
      {"up and out, escaped", "/api/protected/%2e%2e/admin", 400},
      {"up and in", "/x/../api/protected/a", 404},
      {"another path of the same beginning", "/api/protected2/a", 404},
      {"user info", "/api/protected@evil.example/a", 404},
      {"absolute form", "http://evil.example/api/protected/a", 404},
      {"absolute form of this host", "http://api.example.com/api/protected/a", 404},
      {"an escaped line break", "/api/protected/a%0d%0aX-A:%201", 404},
      {"an escaped line break in the query", "/api/protected/a?b=%0d%0aX-A:%201", 200},
  };
  for (const TargetRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const std::size_t before = peer.heads().size();
    const RawResponse response = exchange(host.port(), own("GET", row.target));
    if (row.status == 404) {
      EXPECT_TRUE(response.status == 404 || response.status == 400) << response.status;
    } else {
      EXPECT_EQ(response.status, row.status);
    }
    EXPECT_EQ(peer.heads().size(), before + (row.status == 200 ? 1 : 0));
  }
  ASSERT_EQ(peer.heads().size(), 1u);
  EXPECT_TRUE(peer.heads()[0].starts_with("GET /a?b=%0d%0aX-A:%201 HTTP/1.1\r\n"))
      << peer.heads()[0];
}

struct RequestRow {
  const char* desc;
  std::string request;
  bool is_read = false;  // by 0.53, which waits for it before anybody is asked
};

// Refused, and what hides in the body is no request: neither here nor at the upstream.
TEST(HostForwardAttack, SmugglesNothing) {
  const std::string hidden = "GET /api/protected/hidden HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string length = std::to_string(hidden.size());
  const RequestRow rows[] = {
      {"a length and chunks",
       own("POST", "/api/protected/a",
           {{"Content-Length", length}, {"Transfer-Encoding", "chunked"}}, "0\r\n\r\n" + hidden)},
      {"two lengths", own("POST", "/api/protected/a",
                          {{"Content-Length", "0"}, {"Content-Length", length}}, hidden)},
      {"another coding",
       own("POST", "/api/protected/a",
           {{"Transfer-Encoding", "xchunked"}, {"Content-Length", length}}, hidden)},
      {"a blank in a name", own("POST", "/api/protected/a", {{"Content-Length ", length}}, hidden)},
      {"a body of GET", own("GET", "/api/protected/a", {{"Content-Length", length}}, hidden), true},
      {"a body of OPTIONS",
       own("OPTIONS", "/api/protected/a", {{"Content-Length", length}}, hidden), true},
      {"a body that is too large",
       own("POST", "/api/protected/a", {{"Content-Length", "2000000"}}, hidden)},
  };
  for (const RequestRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const ForwardPeer peer(ok_answer("hello"));
    const ForwardGate gate;
    const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
    RawConnection connection(host.port());
    // The body in a segment of its own, as a proxy may send it.
    const bool is_one = row.is_read && host_reads_bodies();
    const std::size_t end = is_one ? row.request.size() : row.request.find("\r\n\r\n") + 4;
    connection.send(row.request.substr(0, end));
    const RawResponse response = connection.receive();
    EXPECT_TRUE(response.status >= 400 && response.status < 500) << response.status;
    connection.send(row.request.substr(end));
    EXPECT_EQ(connection.receive_until_closed(), "");
    EXPECT_TRUE(peer.heads().empty());
  }
}

// 0.11.4 decodes the line break before anybody sees the value; 0.53 passes the bytes on.
TEST(HostForwardAttack, AHeaderStaysOneHeader) {
  const ForwardPeer peer(ok_answer("hello"));
  const ForwardGate gate;
  const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
  const RawResponse response =
      exchange(host.port(), own("GET", "/api/protected/a", {{"X-A", "1%0d%0aX-Injected: 1"}}));
  if (!host_reads_bodies()) {
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.body, error_body("a header cannot be sent as it is"));
    EXPECT_TRUE(peer.heads().empty());
  } else {
    EXPECT_EQ(response.status, 200);
    EXPECT_NE(peer.heads().at(0).find("X-A: 1%0d%0aX-Injected: 1\r\n"), std::string::npos);
  }
}

TEST(HostForwardAttack, LimitsBodies) {
  const ForwardPeer peer([](test::PeerConnection& connection, const std::string&) {
    static_cast<void>(connection.read(100'000));
    connection.send(ok_answer("hello"));
  });
  const ForwardGate gate;
  ForwardOptions options = forward_to(peer.url());
  options.body_limit_bytes = 10;
  const TestForwardHost host(gate.gate, {.forwards = {options}});
  const std::string too_large = error_body("the request body is too large");
  const RawResponse announced =
      exchange(host.port(), own_post("/api/protected/a", std::string(11, 'x')));
  EXPECT_EQ(announced.status, 413);
  EXPECT_EQ(announced.body, too_large);
  EXPECT_TRUE(peer.heads().empty());
  const RawResponse in_chunks =
      exchange(host.port(), own("POST", "/api/protected/a", {{"Transfer-Encoding", "chunked"}},
                                "b\r\nxxxxxxxxxxx\r\n0\r\n\r\n"));
  EXPECT_EQ(in_chunks.status, 413);
}

// Who goes away takes the upstream's connection with him.
TEST(HostForwardAttack, AClientThatGoesAwayEndsTheUpstream) {
  struct Row {
    const char* desc;
    std::string request;
    std::string answer;  // what the upstream says; then it goes on for ever
  };
  const Row rows[] = {
      {"in its body", own("POST", "/api/protected/a", {{"Content-Length", "100"}}, "half"), ""},
      {"in the answer", own("GET", "/api/protected/a"),
       "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nx"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    std::atomic<bool> has_begun = false, has_ended = false;
    const ForwardPeer peer([&](test::PeerConnection& connection, const std::string&) {
      connection.send(row.answer);
      has_begun = true;
      if (row.answer.empty()) {
        connection.wait_for_end();
      } else {
        while (connection.send("x")) std::this_thread::yield();
      }
      has_ended = true;
    });
    const ForwardGate gate;
    const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
    {
      RawConnection connection(host.port());
      connection.send(row.request);
      ASSERT_TRUE(test::eventually([&has_begun] { return has_begun.load(); }));
    }
    EXPECT_TRUE(test::eventually([&has_ended] { return has_ended.load(); }));
  }
}

// While the upstream says nothing at all, 0.53 can tell; 0.11.4 ends at its limits.
TEST(HostForwardAttack, AClientThatGoesAwayWhileTheUpstreamThinks) {
  std::atomic<bool> has_begun = false, has_ended = false;
  const ForwardPeer peer([&](test::PeerConnection& connection, const std::string&) {
    has_begun = true;
    connection.wait_for_end();
    has_ended = true;
  });
  const ForwardGate gate;
  ForwardOptions options = forward_to(peer.url());
  if (!host_reads_bodies()) options.answer_limit = milliseconds(300);
  const TestForwardHost host(gate.gate, {.forwards = {options}});
  {
    RawConnection connection(host.port());
    connection.send(own("GET", "/api/protected/a"));
    ASSERT_TRUE(test::eventually([&has_begun] { return has_begun.load(); }));
  }
  EXPECT_TRUE(test::eventually([&has_ended] { return has_ended.load(); }));
}

// Proves M113. Neither an event, nor the log, nor an answer, nor what a reflecting client sends
// back of it.
TEST(HostForwardAttack, TellsNoSecret) {
  std::string told;
  const auto hear = [&told](const TestForwardHost& host, const ForwardGate& gate) {
    for (const std::string& line : *gate.lines) told += line;
    for (const std::string& line : host.logged()) told += line;
  };
  for (const char* answer : {"", "HTTP/1.1 200 OK\r\nX-A: \x01\r\n\r\n"}) {
    const ForwardPeer peer(answer);
    const ForwardGate gate;
    const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
    told += exchange(host.port(), own("GET", "/api/protected/a")).body;
    told += exchange(host.port(), head("GET", "/api/protected/a", kEvil)).body;
    told += exchange(host.port(), own("GET", "/api/protected//a")).body;
    hear(host, gate);
  }
  ForwardOptions wrong = forward_to("https://api.example.com/path");
  wrong.headers.push_back({"X-B", {.text = std::string(kForwardSecret) + "\n"}});
  const ForwardGate gate;
  const TestForwardHost host(gate.gate, {.forwards = {wrong}});
  told += host.problem();
  EXPECT_NE(told.find("forward-upstream"), std::string::npos);
  EXPECT_NE(told.find("forward_not_allowed"), std::string::npos);
  EXPECT_NE(told.find("the upstream's answer is broken"), std::string::npos);
  EXPECT_EQ(told.find(kForwardSecret), std::string::npos);
}

}  // namespace
}  // namespace corsac::testing
