// TLS: who is trusted, for which name, and that no byte of a request goes to anybody else.

#include <csignal>
#include <string>

#include "http_peer.hpp"
#include "raw_peer.hpp"
#include "remote_certificates.hpp"
#include "remote_fixture.hpp"

namespace corsac {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::StartsWith;

// Made once: it takes a moment.
const test::TestAuthority& authority() {
  static const test::TestAuthority made;
  return made;
}
const test::PeerCertificate& own_certificate() {
  static const test::PeerCertificate made = authority().sign("DNS:localhost,IP:127.0.0.1");
  return made;
}

class RemoteTls : public test::RemoteStoreTest {
 protected:
  test::OpenStore& open_tls(const std::string& url, const std::string& ca_file) {
    test::OpenStore::Settings settings = {{"url", url}, {"token_env", "CORSAC_TEST_TOKEN"}};
    if (!ca_file.empty()) settings.emplace_back("ca_file", ca_file);
    return open(settings);
  }
};

TEST_F(RemoteTls, ReadsFromAServerThatItsAuthoritySigned) {
  test::HttpPeer peer(own_certificate());
  peer.answer({.headers = {{"ETag", "\"one\""}}, .body = R"({"version": 1})"});
  for (const char* host : {"localhost", "127.0.0.1"}) {
    SCOPED_TRACE(host);
    open_tls(peer.origin(host) + "/policy", authority().ca_file());
    read();
    EXPECT_EQ(status_, CORSAC_OK) << problem_;
    EXPECT_EQ(peer.requests().back().header("Authorization"),
              std::string("Bearer ") + test::kSecret);
    EXPECT_EQ(peer.requests().back().header("Host"),
              std::string(host) + ":" + std::to_string(peer.port()));
  }
}

TEST_F(RemoteTls, SendsNothingToAServerThatItDoesNotTrust) {
  const test::TestAuthority other;
  struct Row {
    const char* desc;
    test::PeerCertificate certificate;
    const char* host;
    std::string ca_file;
  };
  const Row rows[] = {
      {"signed by another authority", own_certificate(), "localhost", other.ca_file()},
      {"not one of the system's", own_certificate(), "localhost", ""},
      {"another name", authority().sign("DNS:policy.example"), "localhost", authority().ca_file()},
      {"another address", authority().sign("IP:127.0.0.2,DNS:localhost"), "127.0.0.1",
       authority().ca_file()},
      {"the address as a name", authority().sign("DNS:127.0.0.1.example"), "127.0.0.1",
       authority().ca_file()},
      {"a name with more in front", authority().sign("DNS:xlocalhost"), "localhost",
       authority().ca_file()},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    test::HttpPeer peer(row.certificate);
    open_tls(peer.origin(row.host) + "/policy", row.ca_file);
    read();
    EXPECT_EQ(status_, CORSAC_UNREACHABLE);
    EXPECT_THAT(problem_,
                StartsWith("remote-not-trusted 0:0: the certificate of " + peer.origin(row.host)));
    EXPECT_TRUE(peer.requests().empty());
  }
}

TEST_F(RemoteTls, SaysThatTheAuthorityCannotBeRead) {
  test::HttpPeer peer(own_certificate());
  folder_.write("ca.pem", "this is no certificate");
  open_tls(peer.origin("localhost"), "ca.pem");
  read();
  EXPECT_EQ(status_, CORSAC_UNREACHABLE);
  EXPECT_THAT(problem_,
              testing::AnyOf(StartsWith("remote-ca-file"), StartsWith("remote-not-trusted")));
  EXPECT_TRUE(peer.requests().empty());
}

TEST_F(RemoteTls, FollowsNoRedirectToPlainHttp) {
  test::HttpPeer plain;
  test::HttpPeer peer(own_certificate());
  peer.answer({.status = 301, .headers = {{"Location", plain.origin() + "/policy"}}});
  open_tls(peer.origin(), authority().ca_file());
  read();
  EXPECT_EQ(status_, CORSAC_INVALID);
  EXPECT_THAT(problem_, testing::HasSubstr("to " + plain.origin() + ";"));
  EXPECT_TRUE(plain.requests().empty());
}

TEST_F(RemoteTls, SaysThatThePortSpeaksNoTls) {
  test::RawPeer peer([](test::RawPeer::Wire& wire) {
    wire.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    wire.wait_until_closed();
  });
  open_tls("https" + peer.origin().substr(4), authority().ca_file());
  read();
  EXPECT_EQ(status_, CORSAC_UNREACHABLE);
  EXPECT_THAT(problem_, StartsWith("remote-tls"));
}

// A peer that takes the connection and is silent during the handshake.
TEST_F(RemoteTls, EndsAHandshakeThatNobodyAnswers) {
  std::atomic<int> connections{0};
  test::RawPeer peer([&](test::RawPeer::Wire& wire) {
    ++connections;
    wire.wait_until_closed();
  });
  open_tls("https" + peer.origin().substr(4), authority().ca_file());
  set_deadline(milliseconds(300));
  const auto begin = std::chrono::steady_clock::now();
  read();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(1'300));
  EXPECT_EQ(status_, CORSAC_UNREACHABLE);
  EXPECT_THAT(problem_, StartsWith("remote-deadline"));

  set_deadline(seconds(20));
  const int before = connections;
  EXPECT_LT(interrupt_read_when([&] { return connections > before; }), seconds(1));
  EXPECT_EQ(status_, CORSAC_CANCELLED);
}

TEST_F(RemoteTls, EndsASlowAnswer) {
  std::atomic<bool> is_asked{false};
  std::atomic<bool> is_over{false};
  test::HttpPeer peer(own_certificate());
  peer.answer_by([&](const test::PeerRequest&) {
    is_asked = true;
    EXPECT_TRUE(test::eventually([&] { return is_over.load(); }));
    return test::PeerAnswer{.body = "{}"};
  });
  open_tls(peer.origin(), authority().ca_file());
  EXPECT_LT(interrupt_read_when([&] { return is_asked.load(); }), seconds(1));
  EXPECT_EQ(status_, CORSAC_CANCELLED);
  is_over = true;
}

// The program may leave the signal at its default, which ends it.
TEST_F(RemoteTls, RaisesNoSignalInTheProgram) {
  const auto before = std::signal(SIGPIPE, SIG_DFL);
  test::RawPeer peer([](test::RawPeer::Wire&) {});  // closes at once
  open_tls("https" + peer.origin().substr(4), authority().ca_file());
  for (int i = 0; i < 50; ++i) {
    read();
    EXPECT_EQ(status_, CORSAC_UNREACHABLE);
  }
  std::signal(SIGPIPE, before);
}

TEST_F(RemoteTls, KeepsToItsLimit) {
  test::HttpPeer peer(own_certificate());
  for (const std::size_t size : {100'000, 100'001}) {
    peer.answer({.body = "{}" + std::string(size - 2, ' ')});
    open({{"url", peer.origin()}, {"ca_file", authority().ca_file()}, {"limit_bytes", "100000"}});
    read();
    EXPECT_EQ(status_, size == 100'000 ? CORSAC_OK : CORSAC_INVALID) << problem_;
  }
}

TEST_F(RemoteTls, ReadsALargeDocument) {
  test::HttpPeer peer(own_certificate());
  std::string body = R"({"version": 1, "cors": {"allowed_origins": [)";
  for (int i = 0; i < 100'000; ++i) {
    body += (i == 0 ? "\"https://a" : ",\"https://a") + std::to_string(i) + ".example\"";
  }
  body += "]}}";
  peer.answer({.body = body});
  open({{"url", peer.origin()}, {"ca_file", authority().ca_file()}});
  EXPECT_EQ(read().size(), 100'000U + 7U);
  EXPECT_EQ(status_, CORSAC_OK) << problem_;
}

}  // namespace
}  // namespace corsac
