// A gate whose policy lies in Redis, asked all the time while Redis fails in one way after the
// other: no answer is ever wrong, and the newest policy comes back by itself.

#include <atomic>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/runtime/gate.hpp"
#include "redis_store_fixture.hpp"
#include "support/eventually.hpp"
#include "support/log_lines.hpp"
#include "support/request.hpp"

namespace corsac {
namespace {

using std::chrono::seconds;
using test::eventually;
using test::RedisServer;

// In every policy of these tests, and in none.
constexpr const char* kAlways = "https://always.example";
constexpr const char* kNever = "https://never.example";

std::string policy_with(const std::string& origin) {
  return std::string(R"({"version": 1, "cors": {"allowed_origins": [")") + kAlways + "\", \"" +
         origin + "\"]}}";
}

bool is_granted(Gate& gate, const std::string& origin) {
  test::Request request("GET", "/", {{"Host", "api.example.com"}, {"Origin", origin}});
  GateDecision result;
  gate.decide(request.view(), result);
  return result.decision.has_grant();
}

// Asks a gate on a thread of its own for as long as it lives.
class Asking {
 public:
  explicit Asking(std::shared_ptr<Gate> gate)
      : gate_(std::move(gate)), thread_([this] { run(); }) {}
  ~Asking() {
    is_stopping_ = true;
    thread_.join();
  }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

  [[nodiscard]] std::uint64_t asked() const { return asked_; }
  [[nodiscard]] std::uint64_t wrongly_granted() const { return wrongly_granted_; }
  [[nodiscard]] std::uint64_t wrongly_refused() const { return wrongly_refused_; }

 private:
  void run() {
    while (!is_stopping_) {
      if (!is_granted(*gate_, kAlways)) ++wrongly_refused_;
      if (is_granted(*gate_, kNever)) ++wrongly_granted_;
      asked_ += 2;
    }
  }

  const std::shared_ptr<Gate> gate_;
  std::atomic<bool> is_stopping_{false};
  std::atomic<std::uint64_t> asked_{0};
  std::atomic<std::uint64_t> wrongly_granted_{0};
  std::atomic<std::uint64_t> wrongly_refused_{0};
  std::thread thread_;
};

class RedisGateTest : public test::RedisTest {
 protected:
  void open(const RedisServer& server, seconds max_stale) {
    StoreConfig config{.plugin = "redis",
                       .settings = {{"url", server.url()},
                                    {"connect_timeout_milliseconds", "300"},
                                    {"command_timeout_milliseconds", "300"},
                                    {"heartbeat_seconds", "1"}},
                       .max_stale = max_stale,
                       .plugin_folders = {CORSAC_TEST_PLUGINS}};
    GateOptions options;
    options.log = log_.sink();
    auto opened = open_gate(config, options);
    ASSERT_TRUE(opened) << opened.error().text();
    gate_ = *opened;
  }
  [[nodiscard]] bool state_is(StoreState state) const {
    return eventually([&] { return gate_->status().state == state; });
  }
  // Of the newest document, or of the failure.
  [[nodiscard]] bool error_has(const std::string& part) const {
    return eventually([&] { return gate_->status().last_error.find(part) != std::string::npos; });
  }

  test::LogLines log_;
  std::shared_ptr<Gate> gate_;
};

struct GateRow {
  const char* desc;
  std::function<void(RedisServer&)> fail;
  StoreState state;   // that the fault leads to
  const char* error;  // part of what the status says then
  std::function<void(RedisServer&)> mend;
};

void tell(const RedisServer& server) { server.run({"PUBLISH", "{corsac}:changed", ""}); }

// The one after that in Redis.
std::string next_revision(const RedisServer& server, const std::string& nonce) {
  const std::string now = server.run({"GET", "{corsac}:revision"});
  return std::to_string(std::strtoull(now.c_str(), nullptr, 10) + 1) + ":" + nonce;
}

void set_policy(const RedisServer& server, const std::string& policy) {
  server.run({"SET", "{corsac}:policy", policy});
  server.run(
      {"SET", "{corsac}:revision", next_revision(server, "of-" + std::to_string(policy.size()))});
  tell(server);
}

std::vector<GateRow> gate_rows() {
  const auto nothing = [](RedisServer&) {};
  return {
      {"killed, and started without its data", [](RedisServer& server) { server.kill(); },
       StoreState::Stale, "redis-", [](RedisServer& server) { server.start(); }},
      {"frozen", [](RedisServer& server) { server.freeze(); }, StoreState::Stale, "redis-silent",
       [](RedisServer& server) { server.thaw(); }},
      {"S35: half a document",
       [](RedisServer& server) { set_policy(server, "{\"version\": 1, \"co"); },
       StoreState::Degraded, "json-syntax", nothing},
      {"a page in HTML",
       [](RedisServer& server) { set_policy(server, "<html><body>Bad gateway</body></html>"); },
       StoreState::Degraded, "json-syntax", nothing},
      {"nothing at all", [](RedisServer& server) { set_policy(server, ""); }, StoreState::Degraded,
       "json-syntax", nothing},
      {"a document without a section",
       [](RedisServer& server) { set_policy(server, "{\"version\": 1}"); }, StoreState::Degraded,
       "document-empty", nothing},
      {"flushed",
       [](RedisServer& server) {
         server.run({"FLUSHALL"});
         tell(server);
       },
       StoreState::Degraded, "redis-key-missing", nothing},
      {"keys of another type",
       [](RedisServer& server) {
         server.run({"DEL", "{corsac}:policy"});
         server.run({"LPUSH", "{corsac}:policy", "x"});
         tell(server);
       },
       StoreState::Degraded, "redis-wrong-type",
       [](RedisServer& server) {
         server.run({"DEL", "{corsac}:policy"});
       }},
      {"a password that nobody has",
       [](RedisServer& server) {
         server.run({"CONFIG", "SET", "requirepass", "x"});
         test::RedisClient client(server.port());
         client.run({"AUTH", "x"});
         client.run({"CLIENT", "KILL", "TYPE", "pubsub"});
       },
       StoreState::Stale, "redis-password-missing",
       [](RedisServer& server) {
         test::RedisClient client(server.port());
         client.run({"AUTH", "x"});
         client.run({"CONFIG", "SET", "requirepass", ""});
       }},
  };
}

TEST_F(RedisGateTest, GivesNoWrongAnswerUnderAnyFault) {
  RedisServer server;
  put(server, policy_with("https://start.example"), "1:a");
  ASSERT_NO_FATAL_FAILURE(open(server, seconds(3600)));
  const Asking asking(gate_);
  int number = 0;
  for (const GateRow& row : gate_rows()) {
    SCOPED_TRACE(row.desc);
    const std::uint64_t asked_before = asking.asked();
    row.fail(server);
    EXPECT_TRUE(state_is(row.state));
    EXPECT_TRUE(error_has(row.error)) << gate_->status().last_error;
    EXPECT_TRUE(eventually([&] { return asking.asked() > asked_before + 1000; }));

    row.mend(server);
    const std::string name = "after" + std::to_string(++number);
    const std::string revision = next_revision(server, name);
    const std::string origin = "https://" + name + ".example";
    put(server, policy_with(origin), revision);
    EXPECT_TRUE(eventually([&] { return is_granted(*gate_, origin); }))
        << gate_->status().last_error;
    EXPECT_TRUE(state_is(StoreState::Fresh));
    EXPECT_EQ(gate_->status().revision, revision);
  }
  EXPECT_EQ(asking.wrongly_granted(), 0u);
  EXPECT_EQ(asking.wrongly_refused(), 0u);
}

TEST_F(RedisGateTest, FollowsManyChangesAndEveryOrderOfRevisions) {
  const RedisServer server;
  put(server, policy_with("https://start.example"), "1:a");
  ASSERT_NO_FATAL_FAILURE(open(server, seconds(3600)));
  const Asking asking(gate_);
  for (int i = 2; i <= 2000; ++i) {
    put(server, policy_with("https://v" + std::to_string(i) + ".example"),
        std::to_string(i) + ":a");
  }
  EXPECT_TRUE(eventually([&] { return is_granted(*gate_, "https://v2000.example"); }));
  // As after a restore: nobody says that another Redis answers, so it is looked at twice.
  put(server, policy_with("https://old.example"), "1999:a");
  EXPECT_TRUE(eventually([&] { return is_granted(*gate_, "https://old.example"); }));
  // It is logged after it is in force.
  EXPECT_TRUE(eventually([&] { return log_.count("warning[revision-went-back]") > 0; }));
  EXPECT_EQ(log_.count("warning[revision-went-back]"), 1u);
  put(server, policy_with("https://other.example"), "1999:b");
  EXPECT_TRUE(eventually([&] { return is_granted(*gate_, "https://other.example"); }));
  EXPECT_FALSE(is_granted(*gate_, "https://old.example"));
  EXPECT_EQ(asking.wrongly_granted(), 0u);
  EXPECT_EQ(asking.wrongly_refused(), 0u);
}

// What is left after a fail-over is older, and it is another Redis that says so.
TEST_F(RedisGateTest, TakesAnOlderRevisionAtOnceFromAnotherRun) {
  RedisServer server;
  put(server, policy_with("https://new.example"), "7:a");
  ASSERT_NO_FATAL_FAILURE(open(server, seconds(3600)));
  server.kill();
  server.start();
  put(server, policy_with("https://old.example"), "5:a");
  EXPECT_TRUE(eventually([&] { return is_granted(*gate_, "https://old.example"); }));
  EXPECT_EQ(log_.count("error[revision-went-back]"), 0u) << "without a second look";
}

TEST_F(RedisGateTest, ClosesWhenItWasAwayForTooLongAndOpensAgain) {
  RedisServer server;
  put(server, policy_with("https://start.example"), "1:a");
  ASSERT_NO_FATAL_FAILURE(open(server, seconds(1)));
  const Asking asking(gate_);
  server.freeze();
  EXPECT_TRUE(state_is(StoreState::Closed));
  EXPECT_TRUE(eventually([&] { return !is_granted(*gate_, kAlways); }));
  server.thaw();
  EXPECT_TRUE(state_is(StoreState::Fresh));
  EXPECT_TRUE(eventually([&] { return is_granted(*gate_, kAlways); }));
  EXPECT_EQ(asking.wrongly_granted(), 0u);
}

}  // namespace
}  // namespace corsac
