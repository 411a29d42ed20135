// The redis plugin behind Sentinels.

#include <atomic>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis_store_fixture.hpp"
#include "support/eventually.hpp"
#include "support/scripted_peer.hpp"

namespace corsac {
namespace {

using test::bulk;
using test::eventually;
using test::kSmallPolicy;
using test::list;
using test::RedisServer;
using test::RedisStore;
using test::ScriptedPeer;
using testing::Contains;
using testing::IsEmpty;
using testing::Not;

class RedisSentinelTest : public test::RedisTest {
 protected:
  static test::OpenStore::Settings settings(const std::string& sentinels) {
    return {{"sentinels", sentinels},
            {"sentinel_master", "mymaster"},
            {"connect_timeout_milliseconds", "300"},
            {"command_timeout_milliseconds", "500"}};
  }
  static std::vector<std::string> sentinel_lines(int port) {
    return {"sentinel monitor mymaster 127.0.0.1 " + std::to_string(port) + " 1",
            "sentinel down-after-milliseconds mymaster 500",
            "sentinel failover-timeout mymaster 5000"};
  }
  static ScriptedPeer::Handler sentinel_that_says(const std::string& answer) {
    return [answer](test::PeerConnection& connection) {
      for (auto command = connection.read_command(); !command.empty();
           command = connection.read_command()) {
        connection.send(command.front() == "SENTINEL"
                            ? answer
                            : list({bulk("subscribe"), bulk("+switch-master"), ":1\r\n"}));
      }
    };
  }
  static std::string names(int port) {
    return list({bulk("127.0.0.1"), bulk(std::to_string(port))});
  }
};

TEST_F(RedisSentinelTest, FollowsAFailOver) {
  RedisServer primary;
  put(primary, kSmallPolicy, "1:a");
  RedisServer replica({"replicaof 127.0.0.1 " + std::to_string(primary.port())});
  const RedisServer sentinel(sentinel_lines(primary.port()), RedisServer::Kind::Sentinel);
  // The Sentinel must know of the replica before it can choose it.
  ASSERT_TRUE(eventually([&] {
    return sentinel.run({"SENTINEL", "replicas", "mymaster"})
                   .find(std::to_string(replica.port())) != std::string::npos &&
           replica.run({"GET", "{corsac}:policy"}) == kSmallPolicy;
  }));
  // The first Sentinel is not there.
  RedisStore store(settings("127.0.0.1:1, " + sentinel.address()));
  EXPECT_THAT(store.read(), Contains("text - \"https://a.example\" 1:45"));
  ASSERT_TRUE(eventually(
      [&] { return store.has_logged("0 listening for changes at " + primary.address()); }));
  ASSERT_TRUE(eventually(
      [&] { return store.has_logged("0 listening for fail-overs at " + sentinel.address()); }));

  primary.freeze();  // worse than killed: connections stay
  EXPECT_TRUE(eventually(
      [&] { return store.has_logged("0 a Sentinel has made another Redis the primary"); },
      std::chrono::seconds(40)))
      << store.log();
  const auto switched = std::chrono::steady_clock::now();
  EXPECT_TRUE(eventually([&] {
    return store.has_logged("0 listening for changes at " + replica.address());
  })) << store.log();
  EXPECT_LT(std::chrono::steady_clock::now() - switched, std::chrono::seconds(2));
  put(replica, R"({"version": 1})", "1:b");
  store.set_time_limit(std::chrono::seconds(10));
  EXPECT_THAT(store.read(), testing::ElementsAre("integer version 1 1:13"));
  EXPECT_EQ(store.revision(), "1:b");
  EXPECT_EQ(store.host().switches(), 1u);
  EXPECT_TRUE(store.has_logged("1 redis-other-node: the policy comes from " + replica.address() +
                               " (master) from now on, before from " + primary.address()))
      << store.log();
  primary.thaw();
}

// The primary is cut off in the middle of a read, and the limit of its silence is far away.
TEST_F(RedisSentinelTest, BeginsAReadAgainWhenThePrimaryIsSwitched) {
  const RedisServer next;
  put(next, kSmallPolicy, "1:b");
  std::atomic<bool> is_asked{false};
  const ScriptedPeer cut_off([&](test::PeerConnection& connection) {
    for (auto command = connection.read_command(); !command.empty();
         command = connection.read_command()) {
      if (command.front() == "GET") {
        is_asked = true;
        return connection.wait_for_end();
      }
      connection.send(command.front() == "ROLE" ? list({bulk("master")}) : "+OK\r\n");
    }
  });
  std::atomic<bool> is_switched{false};
  const ScriptedPeer sentinel([&](test::PeerConnection& connection) {
    for (auto command = connection.read_command(); !command.empty();
         command = connection.read_command()) {
      if (command.front() == "SENTINEL") {
        connection.send(names(is_switched ? next.port() : cut_off.port()));
        continue;
      }
      connection.send(list({bulk("subscribe"), bulk("+switch-master"), ":1\r\n"}));
      const auto message = [](const char* text) {
        return list({bulk("message"), bulk("+switch-master"), bulk(text)});
      };
      connection.send(message("other 10.0.0.1 1 10.0.0.1 2"));
      if (!eventually([&] { return is_asked.load(); })) return;
      is_switched = true;
      connection.send(message("mymaster 10.0.0.1 1 10.0.0.1 2"));
      return connection.wait_for_end();
    }
  });
  RedisStore store({{"sentinels", sentinel.address()},
                    {"sentinel_master", "mymaster"},
                    {"command_timeout_milliseconds", "600000"}});
  EXPECT_THAT(store.read(), Contains("text - \"https://a.example\" 1:45"));
  EXPECT_EQ(store.revision(), "1:b");
}

TEST_F(RedisSentinelTest, TakesNoReplicaForAPrimary) {
  const RedisServer primary;
  put(primary, kSmallPolicy, "1:a");
  const RedisServer replica({"replicaof 127.0.0.1 " + std::to_string(primary.port())});
  const ScriptedPeer wrong(sentinel_that_says(names(replica.port())));
  RedisStore store(settings(wrong.address()));
  EXPECT_THAT(store.read(), IsEmpty());
  EXPECT_EQ(store.status(), CORSAC_UNREACHABLE);
  EXPECT_TRUE(store.has_logged("2 redis-not-primary: " + replica.address())) << store.log();

  const ScriptedPeer right(sentinel_that_says(names(primary.port())));
  RedisStore better(settings(wrong.address() + "," + right.address()));
  EXPECT_THAT(better.read(), Not(IsEmpty())) << "another Sentinel knows better";
}

TEST_F(RedisSentinelTest, SaysWhatSentinelsAnswer) {
  struct Row {
    const char* desc;
    std::string answer;
    const char* code;
  };
  const Row rows[] = {
      {"no such name", "*-1\r\n", "redis-sentinel-name"},
      {"no permission", "-NOPERM this user has no permissions\r\n", "redis-no-permission"},
      {"no Sentinel", "-ERR unknown command\r\n", "redis-no-sentinel"},
      {"too short", list({bulk("127.0.0.1")}), "redis-protocol"},
      {"no port", list({bulk("127.0.0.1"), bulk("x")}), "redis-protocol"},
      {"port 0", list({bulk("127.0.0.1"), bulk("0")}), "redis-protocol"},
      {"numbers", list({":1\r\n", ":2\r\n"}), "redis-protocol"},
      {"nobody there", names(1), "redis-refused"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    const ScriptedPeer sentinel(sentinel_that_says(row.answer));
    RedisStore store(settings(sentinel.address()));
    EXPECT_THAT(store.read(), IsEmpty());
    EXPECT_EQ(store.status(), CORSAC_UNREACHABLE);
    EXPECT_TRUE(store.has_logged("2 " + std::string(row.code) + ": ")) << store.log();
  }
  RedisStore alone(settings("127.0.0.1:1,127.0.0.1:2"));
  EXPECT_THAT(alone.read(), IsEmpty());
  EXPECT_TRUE(alone.has_logged("2 redis-refused: no Sentinel helps; the last: 127.0.0.1:2"))
      << alone.log();
}

}  // namespace
}  // namespace corsac
