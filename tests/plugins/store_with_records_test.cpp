// A gate whose policy lies in Redis, with the trusted origins of an Okta-compatible server beside
// it: each fails alone, and no answer is ever wrong.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/runtime/gate.hpp"
#include "raw_peer.hpp"
#include "redis_store_fixture.hpp"
#include "support/eventually.hpp"
#include "support/log_lines.hpp"
#include "support/request.hpp"

namespace corsac {
namespace {

using std::chrono::seconds;
using test::eventually;
using test::raw_answer;
using test::RawPeer;
using test::RedisServer;
using testing::HasSubstr;

constexpr const char* kApp = "https://app.example";
constexpr const char* kNever = "https://never.example";

std::string record(const std::string& name, const std::string& status = "ACTIVE") {
  return R"({"id": "1", "name": ")" + name + R"(", "origin": "https://)" + name +
         R"(.example", "status": ")" + status + R"(", "scopes": [{"type": "CORS"}]})";
}

std::string policy_of(const std::vector<std::string>& origins) {
  std::string list;
  for (const std::string& origin : origins) list += (list.empty() ? "\"" : ", \"") + origin + "\"";
  return R"({"version": 1, "cors": {"allowed_origins": [)" + list + "]}}";
}

// Okta's API, with one record on each page; or any other answer.
class OktaPeer {
 public:
  OktaPeer() : peer_([this](RawPeer::Wire& wire) { serve(wire); }) {}

  [[nodiscard]] std::string url() const { return peer_.origin() + "/api/v1/trustedOrigins"; }
  void give(std::vector<std::string> records) {
    const std::lock_guard lock(mutex_);
    records_ = std::move(records);
    answer_.clear();
  }
  void answer(std::string bytes) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(bytes);
  }

 private:
  void serve(RawPeer::Wire& wire) {
    const std::string head = wire.receive_head();
    const std::lock_guard lock(mutex_);
    if (!answer_.empty()) {
      wire.send(answer_);
      return;
    }
    const std::size_t at = head.find("after=");
    const std::size_t page = at == std::string::npos ? 0 : std::stoul(head.substr(at + 6));
    std::string link;
    if (page + 1 < records_.size()) {
      link = "Link: <" + url() + "?after=" + std::to_string(page + 1) + ">; rel=\"next\"\r\n";
    }
    const std::string body = page < records_.size() ? records_[page] : "";
    wire.send(raw_answer("[" + body + "]", link));
  }

  std::mutex mutex_;
  std::vector<std::string> records_ = {};
  std::string answer_ = {};  // empty = the records
  RawPeer peer_;
};

class StoreWithRecordsTest : public test::RedisTest {
 protected:
  void open(const RedisServer& server, seconds max_stale) {
    StoreConfig store{.plugin = "redis",
                      .settings = {{"url", server.url()}},
                      .plugin_folders = {CORSAC_TEST_PLUGINS}};
    GateOptions options;
    options.log = log_.sink();
    options.records = StoreConfig{.plugin = "remote",
                                  .settings = {{"url", okta_.url()}, {"kind", "okta"}},
                                  .max_stale = max_stale,
                                  .plugin_folders = {CORSAC_TEST_PLUGINS}};
    auto opened = open_gate(store, options);
    ASSERT_TRUE(opened) << opened.error().text();
    gate_ = *opened;
  }
  [[nodiscard]] bool is_granted(const std::string& origin) const {
    test::Request request("GET", "/", {{"Host", "api.example.com"}, {"Origin", origin}});
    GateDecision result;
    gate_->decide(request.view(), result);
    return result.decision.has_grant();
  }
  [[nodiscard]] StoreStatus records() const { return *gate_->records_status(); }
  Report reload() { return gate_->reload_and_wait(seconds(20)); }

  OktaPeer okta_;
  test::LogLines log_;
  std::shared_ptr<Gate> gate_;
};

// Proves 132, 134, M27.
TEST_F(StoreWithRecordsTest, GivesNoWrongAnswerWhicheverStoreFails) {
  RedisServer server;
  put(server, policy_of({kApp}), "1:a");
  okta_.give({record("one"), record("two"), record("gone", "INACTIVE")});
  ASSERT_NO_FATAL_FAILURE(open(server, seconds(3600)));
  EXPECT_TRUE(is_granted(kApp));
  EXPECT_TRUE(is_granted("https://one.example"));
  EXPECT_TRUE(is_granted("https://two.example"));
  EXPECT_FALSE(is_granted("https://gone.example"));

  std::atomic<bool> is_over{false};
  std::atomic<std::uint64_t> asked{0};
  std::atomic<std::uint64_t> wrong{0};
  std::thread asking([&] {
    while (!is_over) {
      if (!is_granted(kApp) || !is_granted("https://one.example") || is_granted(kNever)) ++wrong;
      ++asked;
    }
  });

  struct Row {
    const char* desc;
    std::string answer;
    StoreState state;
    const char* error;
  };
  const Row rows[] = {
      {"401", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", StoreState::Degraded,
       "remote-unauthorized"},
      {"a page in HTML", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n",
       StoreState::Degraded, "remote-"},
      {"something else than records", raw_answer(R"({"version": 1})"), StoreState::Degraded,
       "okta-answer"},
      {"503", "HTTP/1.1 503 Oh\r\nContent-Length: 0\r\n\r\n", StoreState::Stale,
       "remote-server-error"},
  };
  int version = 1;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    const std::uint64_t before = asked;
    okta_.answer(row.answer);
    EXPECT_TRUE(reload().has_errors());
    EXPECT_EQ(records().state, row.state) << to_text(records().state);
    EXPECT_THAT(records().last_error, HasSubstr(row.error));
    EXPECT_EQ(gate_->status().state, StoreState::Fresh);
    // The document goes on changing.
    const std::string added = "https://v" + std::to_string(++version) + ".example";
    put(server, policy_of({kApp, added}), std::to_string(version) + ":a");
    EXPECT_TRUE(eventually([&] { return is_granted(added); })) << gate_->status().last_error;
    okta_.give({record("one"), record("n" + std::to_string(version))});
    EXPECT_FALSE(reload().has_errors());
    EXPECT_TRUE(is_granted("https://n" + std::to_string(version) + ".example"));
    EXPECT_EQ(records().state, StoreState::Fresh);
    EXPECT_TRUE(eventually([&] { return asked > before + 100; }));
  }

  server.kill();
  EXPECT_TRUE(eventually([&] { return gate_->status().state == StoreState::Stale; }));
  okta_.give({record("one"), record("late")});
  EXPECT_TRUE(reload().has_errors()) << "of Redis";
  EXPECT_TRUE(is_granted("https://late.example")) << "records go on changing, too";
  EXPECT_EQ(records().state, StoreState::Fresh);
  is_over = true;
  asking.join();
  EXPECT_EQ(wrong, 0u);
}

TEST_F(StoreWithRecordsTest, WithdrawsRecordsThatAreTooOldAndTellsWhichStore) {
  const RedisServer server;
  put(server, policy_of({kApp}), "1:a");
  okta_.give({record("one")});
  ASSERT_NO_FATAL_FAILURE(open(server, seconds(1)));
  okta_.answer("HTTP/1.1 503 Oh\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(reload().has_errors());
  EXPECT_TRUE(eventually([&] { return !is_granted("https://one.example"); }));
  EXPECT_TRUE(is_granted(kApp));
  EXPECT_TRUE(eventually([&] { return records().state == StoreState::Closed; }));
  // The state is told before its line.
  EXPECT_TRUE(eventually(
      [&] { return log_.count("records remote: " + okta_.url() + ": stale -> closed") == 1; }));
  EXPECT_EQ(log_.count("records remote: " + okta_.url() + ": fresh -> stale"), 1u);
  EXPECT_EQ(log_.count("its trusted origins are withdrawn"), 1u);
  okta_.give({record("one")});
  EXPECT_TRUE(eventually([&] { return is_granted("https://one.example"); })) << "by itself";
  EXPECT_EQ(records().state, StoreState::Fresh);
}

}  // namespace
}  // namespace corsac
