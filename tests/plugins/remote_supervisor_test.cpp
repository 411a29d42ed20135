// The fault table of a policy behind HTTP: while each fault lasts, the last good policy decides,
// the state says what is the matter, and the next good document is taken.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "corsac/base/clock.hpp"
#include "corsac/runtime/supervisor.hpp"
#include "http_peer.hpp"
#include "raw_peer.hpp"
#include "remote_fixture.hpp"
#include "support/log_lines.hpp"

namespace corsac {
namespace {

using std::chrono::seconds;
using test::eventually;
using test::raw_answer;
using test::RawPeer;
using testing::HasSubstr;

constexpr const char* kOrigin = "https://app.example.com";

std::string document(const std::string& origins) {
  return R"({"version": 1, "hosts": {"allowed": ["api.example.com"]}, "cors": )"
         R"({"allowed_origins": [)" +
         origins + "]}}";
}

// The policy in force, asked from a thread of its own the whole time.
class Traffic {
 public:
  ~Traffic() { stop(); }
  void publish(SnapshotPtr snapshot) {
    const std::lock_guard lock(mutex_);
    current_ = std::move(snapshot);
  }
  void start() {
    thread_ = std::thread([this] {
      while (!is_over_) {
        asked_ += 2;
        if (!is_granted(kOrigin)) ++wrong_;
        if (is_granted("https://evil.example")) ++wrong_;
        std::this_thread::yield();
      }
    });
  }
  void stop() {
    is_over_ = true;
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] bool is_granted(std::string_view origin) const {
    SnapshotPtr current;
    {
      const std::lock_guard lock(mutex_);
      current = current_;
    }
    RequestView request;
    request.method = "GET";
    request.target = request.path = "/";
    request.origin = {origin, 1};
    request.host = {"api.example.com", 1};
    return current->decide(request).has_grant();
  }
  [[nodiscard]] std::uint64_t asked() const { return asked_; }
  [[nodiscard]] std::uint64_t wrong() const { return wrong_; }

 private:
  mutable std::mutex mutex_;
  SnapshotPtr current_;
  std::atomic<std::uint64_t> asked_{0};
  std::atomic<std::uint64_t> wrong_{0};
  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

struct Fault {
  const char* desc;
  std::string bytes;  // the whole answer; then the connection ends
  StoreState state;
  const char* error;       // in the status
  bool is_silent = false;  // and the connection stays
};

const Fault kFaults[] = {
    {"ended without an answer", "", StoreState::Stale, "remote-broken"},
    {"frozen", "", StoreState::Stale, "-deadline]", true},
    {"frozen amid the body", "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{", StoreState::Stale,
     "-deadline]", true},
    {"half an answer", raw_answer(document("")).substr(0, 150), StoreState::Stale, "remote-broken"},
    {"half JSON", raw_answer(document("").substr(0, 60)), StoreState::Degraded, "json-syntax"},
    {"empty answer", raw_answer(""), StoreState::Degraded, "remote-empty"},
    {"empty document", raw_answer("{}"), StoreState::Degraded, "field-missing"},
    {"no section at all", raw_answer(R"({"version": 1})"), StoreState::Degraded, "document-empty"},
    {"wrong type", raw_answer(R"({"version": 1, "cors": 7})"), StoreState::Degraded, "field-type"},
    {"wrong origin", raw_answer(document("\"https://x.example/\"")), StoreState::Degraded,
     "origin-trailing-slash"},
    {"HTML with 200",
     "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
     StoreState::Degraded, "remote-not-json"},
    {"redirect", "HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\n\r\n",
     StoreState::Degraded, "remote-redirect"},
    {"304 unasked", "HTTP/1.1 304 Not Modified\r\n\r\n", StoreState::Degraded,
     "remote-unasked-304"},
    {"401", "HTTP/1.1 401 Unauthorized\r\n\r\n", StoreState::Degraded, "remote-unauthorized"},
    {"403", "HTTP/1.1 403 Forbidden\r\n\r\n", StoreState::Degraded, "remote-forbidden"},
    {"404", "HTTP/1.1 404 Not Found\r\n\r\n", StoreState::Degraded, "remote-not-found"},
    {"410", "HTTP/1.1 410 Gone\r\n\r\n", StoreState::Degraded, "remote-gone"},
    {"429", "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\n\r\n", StoreState::Stale,
     "remote-rate-limited"},
    {"500", "HTTP/1.1 500 Oh\r\n\r\n", StoreState::Stale, "remote-server-error"},
    {"garbage", std::string(20'000, '\xff'), StoreState::Stale, "remote-broken"},
};

// Proves 132, 134, 135, S35.
TEST(RemoteSupervisor, KeepsTheLastGoodPolicyThroughEveryFault) {
  ::setenv("CORSAC_TEST_TOKEN", test::kSecret, 1);
  std::mutex mutex;
  std::string answer = raw_answer(document(std::string("\"") + kOrigin + "\""));
  bool is_silent = false;
  RawPeer peer([&](RawPeer::Wire& wire) {
    wire.receive_head();
    std::string bytes;
    bool waits = false;
    {
      const std::lock_guard lock(mutex);
      bytes = answer;
      waits = is_silent;
    }
    wire.send(bytes);
    if (waits) wire.wait_until_closed();
  });
  const auto say = [&](const std::string& bytes, bool waits = false) {
    const std::lock_guard lock(mutex);
    answer = bytes;
    is_silent = waits;
  };

  Traffic traffic;
  test::LogLines log;
  StoreConfig config;
  config.plugin = "remote";
  config.plugin_folders = {test::remote_plugin_folder()};
  config.settings = {{"url", peer.origin() + "/policy?key=" + test::kSecret},
                     {"token_env", "CORSAC_TEST_TOKEN"}};
  config.deadline = seconds(1);
  auto started = Supervisor::start(
      config, std::make_shared<SystemClock>(),
      {.publish = [&](SnapshotPtr snapshot) { traffic.publish(std::move(snapshot)); },
       .log = log.sink()});
  ASSERT_TRUE(started) << started.error().problems().front().what;
  std::unique_ptr<Supervisor> supervisor = std::move(*started);
  traffic.start();

  int version = 0;
  for (const Fault& fault : kFaults) {
    SCOPED_TRACE(fault.desc);
    say(fault.bytes, fault.is_silent);
    const Report report = supervisor->reload_and_wait(seconds(20));
    EXPECT_TRUE(report.has_errors());
    const StoreStatus status = supervisor->status();
    EXPECT_EQ(status.state, fault.state) << to_text(status.state);
    EXPECT_THAT(status.last_error, HasSubstr(fault.error));
    EXPECT_THAT(status.last_error, testing::Not(HasSubstr(test::kSecret)));

    const std::string added = "https://v" + std::to_string(++version) + ".example";
    const auto healed = std::chrono::steady_clock::now();
    say(raw_answer(document(std::string("\"") + kOrigin + "\", \"" + added + "\"")));
    EXPECT_FALSE(supervisor->reload_and_wait(seconds(20)).has_errors());
    EXPECT_EQ(supervisor->status().state, StoreState::Fresh);
    EXPECT_TRUE(traffic.is_granted(added));
    const auto took = std::chrono::steady_clock::now() - healed;
    std::printf(
        "%-26s %s in %lld ms, asked %llu, wrong %llu\n", fault.desc, "recovered",
        static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()),
        static_cast<unsigned long long>(traffic.asked()),
        static_cast<unsigned long long>(traffic.wrong()));
  }
  traffic.stop();
  EXPECT_GT(traffic.asked(), 0U);
  EXPECT_EQ(traffic.wrong(), 0U);
  supervisor.reset();
  EXPECT_THAT(log.all(), testing::Each(testing::Not(HasSubstr(test::kSecret))));
}

TEST(RemoteSupervisor, SurvivesAServerThatIsKilled) {
  const auto say = [](const std::string& body) {
    return [body](RawPeer::Wire& wire) {
      wire.receive_head();
      wire.send(raw_answer(body));
    };
  };
  const std::string first = std::string("\"") + kOrigin + "\"";
  auto peer = std::make_unique<RawPeer>(say(document(first)));
  const int port = peer->port();
  Traffic traffic;
  StoreConfig config;
  config.plugin = "remote";
  config.plugin_folders = {test::remote_plugin_folder()};
  config.settings = {{"url", peer->origin()}};
  auto started = Supervisor::start(
      config, std::make_shared<SystemClock>(),
      {.publish = [&](SnapshotPtr snapshot) { traffic.publish(std::move(snapshot)); }, .log = {}});
  ASSERT_TRUE(started);
  traffic.start();

  peer.reset();
  EXPECT_TRUE((*started)->reload_and_wait(seconds(20)).has_errors());
  EXPECT_EQ((*started)->status().state, StoreState::Stale);
  EXPECT_THAT((*started)->status().last_error, HasSubstr("remote-not-connected"));

  peer = std::make_unique<RawPeer>(say(document(first + R"(, "https://new.example")")), port);
  EXPECT_TRUE(eventually([&] { return traffic.is_granted("https://new.example"); }))
      << "by itself: nobody asks for a reload";
  EXPECT_TRUE(eventually([&] { return (*started)->status().state == StoreState::Fresh; }));
  traffic.stop();
  EXPECT_EQ(traffic.wrong(), 0U);
}

TEST(RemoteSupervisor, WaitsAsLongAsTheServerAsks) {
  test::HttpPeer peer;
  peer.answer({.body = document(std::string("\"") + kOrigin + "\"")});
  Traffic traffic;
  StoreConfig config;
  config.plugin = "remote";
  config.plugin_folders = {test::remote_plugin_folder()};
  config.settings = {{"url", peer.origin()}};
  auto started = Supervisor::start(
      config, std::make_shared<SystemClock>(),
      {.publish = [&](SnapshotPtr snapshot) { traffic.publish(std::move(snapshot)); }, .log = {}});
  ASSERT_TRUE(started);
  peer.answer({.status = 503, .headers = {{"Retry-After", "120"}}});
  EXPECT_TRUE((*started)->reload_and_wait(seconds(20)).has_errors());
  EXPECT_GT((*started)->status().next_try_in, seconds(100));
  EXPECT_TRUE(traffic.is_granted(kOrigin));
}

}  // namespace
}  // namespace corsac
