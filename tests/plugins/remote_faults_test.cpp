// What a server, and the network, can do wrong: slow bytes, half answers, garbage, heads without
// end, silence; and interrupts in all of them.

#include <fcntl.h>

#include <string>
#include <vector>

#include "raw_peer.hpp"
#include "remote_fixture.hpp"

namespace corsac {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::raw_answer;
using test::RawPeer;
using testing::StartsWith;
using Wire = RawPeer::Wire;

constexpr const char* kHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

class RemoteFaults : public test::RemoteStoreTest {
 protected:
  std::chrono::milliseconds timed_read() {
    const auto begin = std::chrono::steady_clock::now();
    read();
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
  }
};

TEST_F(RemoteFaults, TakesNoAnswerThatIsNotWhole) {
  struct Row {
    const char* desc;
    std::string bytes;  // then the connection ends
    std::int32_t status;
    const char* problem;
  };
  const std::string head = kHead;
  const std::string big(200'000, 'a');
  const Row rows[] = {
      {"nothing", "", CORSAC_UNREACHABLE, "remote-broken"},
      {"half a status line", "HTTP/1.1 2", CORSAC_UNREACHABLE, "remote-broken"},
      {"half a head", "HTTP/1.1 200 OK\r\nContent-", CORSAC_UNREACHABLE, "remote-broken"},
      {"no body", head + "Content-Length: 2\r\n\r\n", CORSAC_UNREACHABLE, "remote-broken"},
      {"shorter than it says", head + "Content-Length: 3\r\n\r\n{}", CORSAC_UNREACHABLE,
       "remote-broken"},
      {"longer than it says", head + "Content-Length: 2\r\n\r\n{}}", CORSAC_OK, ""},
      {"no length: until the end", head + "\r\n{}", CORSAC_OK, ""},
      {"no length, half JSON", head + "\r\n{\"version\": 1", CORSAC_INVALID, "json-syntax"},
      {"chunks", head + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", CORSAC_OK, ""},
      {"chunks without an end", head + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
       CORSAC_UNREACHABLE, "remote-broken"},
      {"half a chunk", head + "Transfer-Encoding: chunked\r\n\r\n20\r\n{}", CORSAC_UNREACHABLE,
       "remote-broken"},
      {"a chunk of a strange size", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}",
       CORSAC_UNREACHABLE, "remote-broken"},
      {"a length that is huge", head + "Content-Length: 99999999999999\r\n\r\n{}", CORSAC_INVALID,
       "remote-too-large"},
      {"a 304 that names a length",
       "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 500\r\n\r\n", CORSAC_INVALID,
       "remote-unasked-304"},
      {"no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", CORSAC_UNREACHABLE, "remote-broken"},
      {"bytes", std::string("\0\xff\x16\x03\x01", 5), CORSAC_UNREACHABLE, "remote-broken"},
      {"a lot of bytes", big, CORSAC_UNREACHABLE, "remote-broken"},
      // 0.11.4 would end the program here.
      {"a reason without end", "HTTP/1.1 200 " + big + "\r\n\r\n", CORSAC_UNREACHABLE,
       "remote-broken"},
      {"a header without end", "HTTP/1.1 200 OK\r\nX: " + big + "\r\n\r\n", CORSAC_UNREACHABLE,
       "remote-broken"},
      {"a status of its own", "HTTP/1.1 299 Yes\r\n\r\n", CORSAC_INVALID, "remote-status"},
      {"early hints", "HTTP/1.1 103 Early Hints\r\n\r\n" + raw_answer("{}"), CORSAC_INVALID,
       "remote-status"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    RawPeer peer([&](Wire& wire) {
      wire.receive_head();
      wire.send(row.bytes);
    });
    open_url(peer.origin());
    EXPECT_LT(timed_read(), seconds(10));
    EXPECT_EQ(status_, row.status);
    EXPECT_THAT(problem_, StartsWith(row.problem));
    EXPECT_EQ(revision_.empty(), row.status != CORSAC_OK);
  }
}

TEST_F(RemoteFaults, EndsAHeadWithoutEnd) {
  for (const char* line :
       {"X-Header: value\r\n", "no header at all\r\n", "no end of a line", "\n"}) {
    SCOPED_TRACE(line);
    RawPeer peer([&](Wire& wire) {
      wire.receive_head();
      wire.send("HTTP/1.1 200 OK\r\n");
      while (wire.send(line)) {
      }
    });
    open_url(peer.origin());
    set_deadline(seconds(10));
    EXPECT_LT(timed_read(), seconds(9));
    EXPECT_EQ(status_, CORSAC_UNREACHABLE);
    EXPECT_THAT(problem_, StartsWith("remote-broken"));
  }
}

TEST_F(RemoteFaults, EndsABodyWithoutEnd) {
  struct Row {
    const char* framing;
    const char* piece;
    std::int32_t status;
  };
  const Row rows[] = {
      {"\r\n", "          ", CORSAC_INVALID},
      {"Transfer-Encoding: chunked\r\n\r\n", "4\r\n    \r\n", CORSAC_INVALID},
      {"Transfer-Encoding: chunked\r\n\r\n4;", "aaaaaaaaaaaaaaaaaaaaaaaaa", CORSAC_UNREACHABLE},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.piece);
    RawPeer peer([&](Wire& wire) {
      wire.receive_head();
      wire.send(std::string(kHead) + row.framing);
      while (wire.send(row.piece)) {
      }
    });
    open({{"url", peer.origin()}, {"limit_bytes", "100000"}});
    set_deadline(seconds(10));
    EXPECT_LT(timed_read(), seconds(9));
    EXPECT_EQ(status_, row.status);
    EXPECT_THAT(problem_,
                StartsWith(row.status == CORSAC_INVALID ? "remote-too-large" : "remote-broken"));
  }
}

// Each byte begins a time limit of the client's own anew.
TEST_F(RemoteFaults, KeepsItsDeadlineWhateverComesSlowly) {
  struct Row {
    const char* desc;
    std::string at_once;
    std::string slowly;  // again and again, a byte each 5 ms
  };
  const Row rows[] = {
      {"silence after the connection", "", ""},
      {"a slow status line", "HTTP/1.1 200 ", "O"},
      {"slow headers", "HTTP/1.1 200 OK\r\n", "X-A: b\r\n"},
      {"silence after the head", std::string(kHead) + "Content-Length: 1000000\r\n\r\n", ""},
      {"a slow body", std::string(kHead) + "Content-Length: 1000000\r\n\r\n{", " "},
      {"a slow body of no length", std::string(kHead) + "\r\n{}", " "},
      {"slow chunks", std::string(kHead) + "Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    RawPeer peer([&](Wire& wire) {
      wire.receive_head();
      wire.send(row.at_once);
      std::size_t at = 0;
      while (wire.is_open_after(5)) {
        if (!row.slowly.empty() && !wire.send(row.slowly.substr(at++ % row.slowly.size(), 1)))
          break;
      }
    });
    open_url(peer.origin());
    set_deadline(milliseconds(300));
    const milliseconds took = timed_read();
    EXPECT_GE(took, milliseconds(200));
    EXPECT_LT(took, milliseconds(1'300));
    EXPECT_EQ(status_, CORSAC_UNREACHABLE);
    EXPECT_THAT(problem_, StartsWith("remote-deadline"));
    EXPECT_EQ(revision_, "");
    set_deadline(seconds(20));
  }
}

TEST_F(RemoteFaults, ReturnsWithinASecondOfAnInterrupt) {
  const std::string wholes[] = {"", "HTTP/1.1 200 ", std::string(kHead) + "\r\n{",
                                std::string(kHead) + "Content-Length: 9000\r\n\r\n{"};
  for (const std::string& begin : wholes) {
    SCOPED_TRACE(begin);
    std::atomic<int> sent{0};
    RawPeer peer([&](Wire& wire) {
      wire.receive_head();
      wire.send(begin);
      ++sent;
      wire.wait_until_closed();
    });
    open_url(peer.origin());
    EXPECT_LT(interrupt_read_when([&] { return sent > 0; }), seconds(1));
    EXPECT_EQ(status_, CORSAC_CANCELLED);
    EXPECT_EQ(problem_, "") << "nobody is to blame";
    EXPECT_EQ(revision_, "");
  }
}

TEST_F(RemoteFaults, HearsAnInterruptThatCameBeforeTheRead) {
  RawPeer peer([](Wire& wire) { wire.wait_until_closed(); });
  open_url(peer.origin());
  host_.cancel();
  store_->interrupt();
  EXPECT_LT(timed_read(), seconds(1));
  EXPECT_EQ(status_, CORSAC_CANCELLED);
  host_.cancel(false);
}

TEST_F(RemoteFaults, ReadsAgainAfterAnInterrupt) {
  std::atomic<bool> is_slow{true};
  std::atomic<bool> is_asked{false};
  RawPeer peer([&](Wire& wire) {
    wire.receive_head();
    is_asked = true;
    if (is_slow) return wire.wait_until_closed();
    wire.send(raw_answer("{}"));
  });
  open_url(peer.origin());
  interrupt_read_when([&] { return is_asked.load(); });
  EXPECT_EQ(status_, CORSAC_CANCELLED);
  is_slow = false;
  read();
  EXPECT_EQ(status_, CORSAC_OK) << problem_;
}

// A port whose queue is full takes no connection and refuses none.
class FullPort {
 public:
  FullPort() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    auto* const any = reinterpret_cast<sockaddr*>(&address_);
    EXPECT_EQ(::bind(listener_, any, size), 0);
    EXPECT_EQ(::listen(listener_, 0), 0);
    EXPECT_EQ(::getsockname(listener_, any, &size), 0);
    for (int& waiting : waiting_) {
      waiting = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      static_cast<void>(::connect(waiting, any, size));
    }
  }
  ~FullPort() {
    for (const int waiting : waiting_) ::close(waiting);
    ::close(listener_);
  }
  [[nodiscard]] std::string origin() const {
    return "http://127.0.0.1:" + std::to_string(ntohs(address_.sin_port));
  }

 private:
  int listener_ = -1;
  sockaddr_in address_{};
  int waiting_[4] = {-1, -1, -1, -1};
};

TEST_F(RemoteFaults, EndsAConnectThatNobodyAnswers) {
  const FullPort port;
  open_url(port.origin());
  set_deadline(milliseconds(300));
  EXPECT_LT(timed_read(), milliseconds(1'300));
  EXPECT_EQ(status_, CORSAC_UNREACHABLE);
  EXPECT_THAT(problem_, StartsWith("remote-deadline"));

  set_deadline(seconds(20));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_LT(interrupt_read_when(
                [&] { return std::chrono::steady_clock::now() - begin > milliseconds(100); }),
            seconds(1));
  EXPECT_EQ(status_, CORSAC_CANCELLED);
}

TEST_F(RemoteFaults, SaysThatNobodyListens) {
  std::string origin;
  {
    const RawPeer gone([](Wire&) {});
    origin = gone.origin();
  }
  open_url(origin + "/policy?key=" + test::kSecret);
  read();
  EXPECT_EQ(status_, CORSAC_UNREACHABLE);
  EXPECT_EQ(problem_, "remote-not-connected 0:0: " + origin +
                          " takes no connection; check that it runs, and the network between");
}

TEST_F(RemoteFaults, SaysThatANameHasNoAddress) {
  open_url("https://no-such-host.invalid/policy");
  set_deadline(seconds(5));
  read();
  EXPECT_EQ(status_, CORSAC_UNREACHABLE);
  // Without a network the resolver may need longer than the deadline.
  EXPECT_THAT(problem_,
              testing::AnyOf(StartsWith("remote-no-address"), StartsWith("remote-deadline")));
}

TEST_F(RemoteFaults, LeavesNoDescriptorOpen) {
  const auto next_descriptor = [] {
    const int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(descriptor);
    return descriptor;
  };
  RawPeer peer([](Wire& wire) {
    wire.receive_head();
    wire.send(raw_answer("{}"));
  });
  open_url(peer.origin());
  read();
  const int before = next_descriptor();
  for (int i = 0; i < 50; ++i) read();
  EXPECT_TRUE(test::eventually([&] { return next_descriptor() <= before; }));
}

}  // namespace
}  // namespace corsac
