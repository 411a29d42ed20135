// How the redis plugin notices changes.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis_store_fixture.hpp"
#include "support/eventually.hpp"

namespace corsac {
namespace {

using test::eventually;
using test::kSmallPolicy;
using test::RedisServer;
using test::RedisStore;

class RedisWatchTest : public test::RedisTest {
 protected:
  static bool listens(const RedisServer& server, std::size_t count = 1) {
    return eventually([&] {
      return server.run({"PUBSUB", "NUMSUB", "{corsac}:changed"}) ==
             "{corsac}:changed\n" + std::to_string(count);
    });
  }
  static test::OpenStore::Settings settings(const RedisServer& server) {
    return {
        {"url", server.url()}, {"command_timeout_milliseconds", "300"}, {"heartbeat_seconds", "1"}};
  }
};

TEST_F(RedisWatchTest, CallsForEachMessage) {
  const RedisServer server;
  put(server, kSmallPolicy, "1:a");
  RedisStore store(settings(server));
  ASSERT_TRUE(listens(server));
  for (int i = 0; i < 3; ++i) {
    const std::size_t before = store.host().changes();
    put(server, kSmallPolicy, std::to_string(i) + ":b");
    EXPECT_TRUE(store.host().wait_for_more_changes_than(before));
  }
}

TEST_F(RedisWatchTest, CallsWhenItListensAgain) {
  RedisServer server;
  RedisStore store(settings(server));
  ASSERT_TRUE(listens(server));
  std::size_t before = store.host().changes();
  server.run({"CLIENT", "KILL", "TYPE", "pubsub"});
  EXPECT_TRUE(store.host().wait_for_more_changes_than(before + 1)) << "lost, and there again";
  EXPECT_TRUE(listens(server));
  EXPECT_TRUE(store.has_logged("redis-closed")) << store.log();

  before = store.host().changes();
  server.kill();
  EXPECT_TRUE(store.host().wait_for_more_changes_than(before)) << "lost";
  server.start();
  EXPECT_TRUE(listens(server));
  EXPECT_TRUE(store.host().wait_for_more_changes_than(before + 1)) << "there again";
}

TEST_F(RedisWatchTest, FindsByItsHeartbeatThatRedisIsFrozen) {
  RedisServer server;
  put(server, kSmallPolicy, "1:a");
  RedisStore store(settings(server));
  ASSERT_TRUE(listens(server));
  server.freeze();
  EXPECT_TRUE(eventually([&] {
    return store.has_logged("1 not told of changes, and read regularly instead: redis-silent");
  })) << store.log();
  EXPECT_THAT(store.read(), testing::IsEmpty());
  EXPECT_EQ(store.status(), CORSAC_UNREACHABLE);
  EXPECT_TRUE(store.has_logged("2 redis-silent: " + server.address())) << store.log();
  const std::size_t before = store.host().changes();
  server.thaw();
  EXPECT_TRUE(store.host().wait_for_more_changes_than(before));
  EXPECT_THAT(store.read(), testing::Not(testing::IsEmpty()));
  EXPECT_EQ(store.status(), CORSAC_OK);
}

TEST_F(RedisWatchTest, StaysThroughSilence) {
  const RedisServer server;
  RedisStore store(settings(server));
  ASSERT_TRUE(listens(server));
  // Two heartbeats, each answered.
  EXPECT_TRUE(eventually([&] {
    const std::string stats = server.run({"INFO", "commandstats"});
    const std::size_t at = stats.find("cmdstat_ping:calls=");
    return at != std::string::npos && std::atoi(stats.c_str() + at + 19) >= 3;
  }));
  EXPECT_FALSE(store.has_logged("not told of changes"));
}

}  // namespace
}  // namespace corsac
