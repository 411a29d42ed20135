// Upstreams that are slow, huge, broken or malicious: 500 with JSON while nothing was said, the end
// of the connection behind that, in time, in bounded memory, and never a secret.

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <string>

#include "adapter/forward_peer.hpp"
#include "support/temp_folder.hpp"

namespace corsac::testing {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShort{100};

std::string own_get() { return own("GET", "/api/protected/a"); }

struct BrokenRow {
  const char* desc;
  std::string answer;
};

// Proves M112.
TEST(HostForwardUpstream, BrokenAnswersAre500) {
  const BrokenRow rows[] = {
      {"closes at once", ""},
      {"closes in the status line", "HTTP/1.1 20"},
      {"closes in the headers", "HTTP/1.1 200 OK\r\nContent-Le"},
      {"is no HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n"},
      {"a status line without end", std::string(100'000, 'x')},
      {"a header without end", "HTTP/1.1 200 OK\r\nX-A: " + std::string(100'000, 'x')},
      {"headers without end",
       [] {
         std::string head = "HTTP/1.1 200 OK\r\n";
         for (int i = 0; i < 20'000; ++i) head += "X-" + std::to_string(i) + ": 1\r\n";
         return head;
       }()},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"},
      {"a length and chunks",
       "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
       "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"},
      {"a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"},
      {"another coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
      {"a control byte in a value", "HTTP/1.1 200 OK\r\nX-A: a\x01\r\nContent-Length: 0\r\n\r\n"},
      {"a carriage return in a value",
       "HTTP/1.1 200 OK\r\nX-A: a\rX-B: b\r\nContent-Length: 0\r\n\r\n"},
      {"an interim answer and no other", "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"},
      {"no HTTP behind an interim answer", "HTTP/1.1 103 Early Hints\r\n\r\nSSH-2.0\r\n\r\n"},
      {"interim answers without end",
       [] {
         std::string answers;
         for (int i = 0; i < 100; ++i) answers += "HTTP/1.1 103 Early Hints\r\n\r\n";
         return answers + ok_answer("hello");
       }()},
      {"an upgrade", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"},
  };
  for (const BrokenRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const ForwardPeer peer(row.answer);
    const ForwardGate gate;
    const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
    const RawResponse response = exchange(host.port(), own_get());
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.header_set(),
              lines({{"cache-control", "no-store"}, {"content-type", "application/json"}}));
    EXPECT_EQ(response.body, error_body("the upstream's answer is broken"));
    EXPECT_EQ(host.logged(),
              std::vector<std::string>{"forward /api/protected: the upstream's answer is broken"});
    EXPECT_EQ(peer.heads().size(), 1u);  // and nobody asks again
  }
}

TEST(HostForwardUpstream, ManySmallChunksPass) {
  constexpr std::size_t kMany = 5000;
  std::string answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t i = 0; i < kMany; ++i) answer += "1\r\nx\r\n";
  const ForwardPeer peer(answer + "0\r\n\r\n");
  const ForwardGate gate;
  const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
  const RawResponse response = exchange(host.port(), own_get());
  EXPECT_EQ(response.body, std::string(kMany, 'x'));
  EXPECT_TRUE(response.is_whole);
}

// What 0.11.4 decodes in a header is what the upstream wrote.
TEST(HostForwardUpstream, AnEscapedLineBreakStaysEscaped) {
  const ForwardPeer peer(ok_answer("hello", "X-A: 1%0d%0aX-B: 2\r\nX-C: 100%\r\n"));
  const ForwardGate gate;
  const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
  const RawResponse response = exchange(host.port(), own_get());
  EXPECT_EQ(response.header_set(), forwarded({{"x-a", "1%0d%0aX-B: 2"}, {"x-c", "100%"}, kPlain}));
}

TEST(HostForwardUpstream, NobodyThereIs500) {
  std::string url;
  {
    const ForwardPeer peer("");
    url = peer.url();
  }
  const ForwardGate gate;
  const TestForwardHost host(gate.gate, {.forwards = {forward_to(url)}});
  const RawResponse response = exchange(host.port(), own_get());
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, error_body("the upstream cannot be reached"));
}

struct SlowRow {
  const char* desc;
  milliseconds ForwardOptions::*limit;  // that ends it
  milliseconds value;
  std::string at_once;
  std::string slowly;  // a byte each 10 ms; empty = nothing comes
  int status;          // 200 = the answer begins, and its connection ends
};

TEST(HostForwardUpstream, SlowOnesEndInTime) {
  constexpr auto kAnswer = &ForwardOptions::answer_limit;
  std::string interim;
  for (int i = 0; i < 200; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  const std::string many(5000, 'x');
  const SlowRow rows[] = {
      {"says nothing", kAnswer, kShort, "", "", 500},
      {"drips its headers", kAnswer, kShort, "HTTP/1.1 200 OK\r\n", many, 500},
      {"sends interim answers without end", kAnswer, kShort, "", interim, 500},
      {"stops in its body", &ForwardOptions::idle_limit, kShort,
       "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "", 200},
      {"drips its body", &ForwardOptions::total_limit, milliseconds(2'000),
       "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", many, 200},
  };
  for (const SlowRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const ForwardPeer peer([&row](test::PeerConnection& connection, const std::string&) {
      connection.send(row.at_once);
      connection.send_slowly(row.slowly, milliseconds(10));
      connection.wait_for_end();
    });
    const ForwardGate gate;
    ForwardOptions options = forward_to(peer.url());
    options.*row.limit = row.value;
    const TestForwardHost host(gate.gate, {.forwards = {options}});
    const RawResponse response = exchange(host.port(), own_get());
    EXPECT_EQ(response.status, row.status);
    if (row.status == 500) {
      EXPECT_EQ(response.body, error_body("the upstream did not answer in time"));
    } else {
      EXPECT_FALSE(response.is_whole);
    }
    EXPECT_TRUE(test::eventually([&host] { return host.logged().size() == 1; }));
  }
}

// A failure behind the headers ends the connection, so that nobody takes the half for the whole.
TEST(HostForwardUpstream, HalfABodyEndsTheConnection) {
  const BrokenRow rows[] = {
      {"less than its length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"},
      {"in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf"},
      {"before the last chunk",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"},
      {"in a chunk of a carriage return",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n1\r\n\r\n"},
      {"a size that is none",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n"},
      {"a chunk longer than its size",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf!!\r\n0\r\n\r\n"},
      {"a line of a chunk without end",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n4;" +
           std::string(100'000, 'x')},
  };
  for (const BrokenRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const ForwardPeer peer(row.answer);
    const ForwardGate gate;
    const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
    RawConnection connection(host.port());
    connection.send(own_get());
    const RawResponse response = connection.receive();
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(response.body.empty() || response.body.starts_with("half")) << response.body;
    EXPECT_FALSE(response.is_whole);
    EXPECT_EQ(connection.receive_until_closed(), "");
    EXPECT_EQ(host.logged(),
              std::vector<std::string>{"forward /api/protected: the upstream's answer is broken"});
  }
}

// What lies between the upstream and the page at any moment is what fits into the sockets' buffers
// and that of the exchange.
TEST(HostForwardUpstream, AHugeAnswerIsNotCollected) {
  constexpr std::size_t kMiB = std::size_t{1024} * 1024;
  constexpr std::size_t kHuge = 128 * kMiB;
  constexpr std::size_t kBetween = 32 * kMiB;  // four socket buffers of at most 6 MiB, and ours
  std::atomic<std::size_t> sent = 0;
  const ForwardPeer peer([&sent](test::PeerConnection& connection, const std::string&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kHuge) + "\r\n\r\n");
    const std::string piece(64 * 1024, 'x');
    while (sent < kHuge && connection.send(piece)) sent += piece.size();
  });
  const ForwardGate gate;
  const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
  RawConnection connection(host.port());
  connection.send(own_get());
  EXPECT_TRUE(connection.receive_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  std::size_t received = 0, most_between = 0;
  while (received < kHuge) {
    const std::string bytes = connection.receive_some();
    if (bytes.empty()) break;
    received += bytes.size();
    most_between = std::max(most_between, sent - std::min(sent.load(), received));
  }
  EXPECT_EQ(received, kHuge);
  EXPECT_LT(most_between, kBetween);
}

// The page hears the first piece before the upstream has said the second.
TEST(HostForwardUpstream, AnAnswerIsStreamed) {
  std::atomic<bool> may_end = false;
  const ForwardPeer peer([&may_end](test::PeerConnection& connection, const std::string&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nfirst ");
    EXPECT_TRUE(test::eventually([&may_end] { return may_end.load(); }));
    connection.send("piece");
  });
  const ForwardGate gate;
  const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
  RawConnection connection(host.port());
  connection.send(own_get());
  EXPECT_NE(connection.receive_until("first ").find("\r\n\r\nfirst "), std::string::npos);
  may_end = true;
  EXPECT_EQ(connection.receive_until("piece"), "piece");
}

// The upstream hears the first piece before the page has said the second.
TEST(HostForwardUpstream, ABodyIsStreamed) {
  std::atomic<bool> has_first = false;
  const ForwardPeer peer([&has_first](test::PeerConnection& connection, const std::string&) {
    EXPECT_EQ(connection.read(6), "first ");
    has_first = true;
    connection.send(ok_answer(connection.read(5)));
  });
  const ForwardGate gate;
  const TestForwardHost host(gate.gate, {.forwards = {forward_to(peer.url())}});
  RawConnection connection(host.port());
  connection.send(own("POST", "/api/protected/a", {{"Content-Length", "11"}}, "first "));
  EXPECT_TRUE(test::eventually([&has_first] { return has_first.load(); }));
  connection.send("piece");
  EXPECT_EQ(connection.receive().body, "piece");
}

// TLS is verified, with no switch. The peer has a certificate for localhost that nobody signed.
TEST(HostForwardUpstream, ACertificateMustBeTrustedAndOfTheName) {
  const test::TempFolder folder;
  const std::string certificate = (folder.path() / "cert.pem").string();
  const std::string key = (folder.path() / "key.pem").string();
  const std::string command =
      "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
      " -addext subjectAltName=DNS:localhost -keyout " +
      key + " -out " + certificate + " 2>/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  const TestHost secure(make_test_gate({}), {.certificate_file = certificate, .key_file = key});
  const std::string port = std::to_string(secure.port());
  struct Row {
    const char* desc;
    std::string upstream;
    std::string ca_file;
    int status;
    std::string body;
  };
  const std::string not_trusted = error_body("the upstream's certificate is not trusted");
  const Row rows[] = {
      {"trusted and of the name", "https://localhost:" + port, certificate, 200, "ok"},
      {"not trusted", "https://localhost:" + port, "", 500, not_trusted},
      {"of another name", "https://127.0.0.1:" + port, certificate, 500, not_trusted},
      {"no certificate in the file", "https://localhost:" + port, key, 500, ""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    ForwardOptions options = forward_to(row.upstream);
    options.path_prefix = "/ok";
    options.ca_file = row.ca_file;
    const ForwardGate gate;
    const TestForwardHost host(gate.gate, {.forwards = {options}});
    ASSERT_EQ(host.problem(), "");
    const RawResponse response = exchange(host.port(), own("GET", "/ok"));
    EXPECT_EQ(response.status, row.status);
    if (!row.body.empty()) {
      EXPECT_EQ(response.body, row.body);
    }
  }
  EXPECT_EQ(secure.handled(), std::vector<std::string>{"GET /ok"});
}

// An upstream that does not speak TLS never sees the token.
TEST(HostForwardUpstream, PlainTextIsNoTls) {
  const ForwardPeer peer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const ForwardGate gate;
  ForwardOptions options = forward_to("https://" + peer.address());
  options.connect_limit = kShort;
  const TestForwardHost host(gate.gate, {.forwards = {options}});
  EXPECT_EQ(exchange(host.port(), own_get()).status, 500);
  for (const std::string& seen : peer.heads()) {
    EXPECT_EQ(seen.find(kForwardSecret), std::string::npos);
  }
}

}  // namespace
}  // namespace corsac::testing
