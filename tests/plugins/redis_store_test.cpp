// What the redis plugin reads from a real Redis.

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/base/clock.hpp"
#include "corsac/runtime/supervisor.hpp"
#include "redis_store_fixture.hpp"
#include "support/eventually.hpp"
#include "support/log_lines.hpp"

namespace corsac {
namespace {

using test::kSmallPolicy;
using test::RedisServer;
using test::RedisStore;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RedisStoreTest : public test::RedisTest {
 protected:
  // Without rights of its own for what is not named.
  static void add_user(const RedisServer& server, const std::string& rights) {
    std::vector<std::string> command = {"ACL", "SETUSER", "reader", "reset", "on", ">hunter2"};
    for (std::size_t at = 0; at < rights.size();) {
      const std::size_t end = std::min(rights.find(' ', at), rights.size());
      command.push_back(rights.substr(at, end - at));
      at = end + 1;
    }
    server.run(command);
  }
  static std::string user_url(const RedisServer& server) {
    return "redis://reader@" + server.address();
  }
};

// As plugins/README.md lists them.
constexpr const char* kReaderRights =
    "resetkeys %R~{corsac}:* resetchannels &{corsac}:changed -@all +get +sscan +hscan +lrange "
    "+scard +hlen +subscribe +ping +select +info +role";

TEST_F(RedisStoreTest, HandsOverThePolicyWithItsPlacesAndRevision) {
  const RedisServer server;
  put(server, "{\"version\": 1,\n \"cors\": {\"allowed_origins\": [\"https://a.example\"]}}",
      "7:ab12");
  RedisStore store(server.url());
  EXPECT_THAT(store.read(),
              ElementsAre("integer version 1 1:13", "begin_item cors 2:10",
                          "begin_list allowed_origins 2:30", "text - \"https://a.example\" 2:31",
                          "end_list", "end_item"));
  EXPECT_EQ(store.status(), CORSAC_OK);
  EXPECT_EQ(store.revision(), "7:ab12");
}

struct MergeRow {
  const char* desc;
  const char* policy;
  std::vector<std::string> calls;
};

const std::vector<std::string> kAdded = {"source redis {corsac}:origins",
                                         "text - \"https://set.example\" 0:0",
                                         "source redis {corsac}:policy"};

std::vector<std::string> with_added(std::vector<std::string> before,
                                    const std::vector<std::string>& after) {
  before.insert(before.end(), kAdded.begin(), kAdded.end());
  before.insert(before.end(), after.begin(), after.end());
  return before;
}

std::vector<MergeRow> merge_rows() {
  return {
      {"at the end of the list", R"({"cors":{"allowed_origins":["https://a.example"],"x":1}})",
       with_added({"begin_item cors 1:9", "begin_list allowed_origins 1:28",
                   "text - \"https://a.example\" 1:29"},
                  {"end_list", "integer x 1 1:54", "end_item"})},
      {"into an empty list", R"({"cors":{"allowed_origins":[]}})",
       with_added({"begin_item cors 1:9", "begin_list allowed_origins 1:28"},
                  {"end_list", "end_item"})},
      {"into a new list", R"({"cors":{"x":1}})",
       with_added({"begin_item cors 1:9", "integer x 1 1:14", "begin_list allowed_origins 0:0"},
                  {"end_list", "end_item"})},
      {"into a new table", R"({"x":1})",
       with_added({"integer x 1 1:6", "begin_item cors 0:0", "begin_list allowed_origins 0:0"},
                  {"end_list", "end_item"})},
      {"not into the list of a rule",
       R"({"cors":{"rules":[{"allowed_origins":[]}],"allowed_origins":[]}})",
       with_added({"begin_item cors 1:9", "begin_list rules 1:18", "begin_item - 1:19",
                   "begin_list allowed_origins 1:38", "end_list", "end_item", "end_list",
                   "begin_list allowed_origins 1:61"},
                  {"end_list", "end_item"})},
      {"not into lists elsewhere", R"({"allowed_origins":[],"cors":{"a":{"allowed_origins":[]}}})",
       with_added({"begin_list allowed_origins 1:20", "end_list", "begin_item cors 1:30",
                   "begin_item a 1:35", "begin_list allowed_origins 1:54", "end_list", "end_item",
                   "begin_list allowed_origins 0:0"},
                  {"end_list", "end_item"})},
      {"into the first of two lists", R"({"cors":{"allowed_origins":[],"allowed_origins":[]}})",
       with_added({"begin_item cors 1:9", "begin_list allowed_origins 1:28"},
                  {"end_list", "begin_list allowed_origins 1:49", "end_list", "end_item"})},
      {"not into what is no list",
       R"({"cors":{"allowed_origins":"x"}})",
       {"begin_item cors 1:9", "text allowed_origins \"x\" 1:28", "end_item"}},
      {"not into what is no table", R"({"cors":"x"})", {"text cors \"x\" 1:9"}},
  };
}

TEST_F(RedisStoreTest, AddsTheSetToTheAllowedOrigins) {
  const RedisServer server;
  server.run({"SADD", "{corsac}:origins", "https://set.example"});
  RedisStore store(server.url());
  for (const MergeRow& row : merge_rows()) {
    SCOPED_TRACE(row.desc);
    server.run({"SET", "{corsac}:policy", row.policy});
    EXPECT_EQ(store.read(), row.calls);
    EXPECT_EQ(store.status(), CORSAC_OK);
  }
}

TEST_F(RedisStoreTest, ReadsALargeSetOnceAndInOneOrder) {
  const RedisServer server;
  constexpr int kCount = 20'000;
  test::RedisClient client(server.port());
  for (int i = 0; i < kCount; i += 1000) {
    std::vector<std::string> command = {"SADD", "{corsac}:origins"};
    for (int j = i; j < i + 1000; ++j) {
      command.push_back("https://a" + std::to_string(j) + ".example");
    }
    client.run(command);
  }
  put(server, kSmallPolicy, "1:a");
  RedisStore store(server.url());
  const std::vector<std::string> calls = store.read();
  EXPECT_EQ(std::count_if(calls.begin(), calls.end(),
                          [](const std::string& call) { return call.rfind("text", 0) == 0; }),
            kCount + 1);
  // Another hash table, another order of the scan.
  const RedisServer other;
  test::RedisClient other_client(other.port());
  for (int i = kCount - 1; i >= 0; --i) {
    other_client.run({"SADD", "{corsac}:origins", "https://a" + std::to_string(i) + ".example"});
  }
  put(other, kSmallPolicy, "1:a");
  RedisStore other_store(other.url());
  EXPECT_EQ(other_store.read(), calls);
}

// A mistyped key must not look like a policy that says nothing.
TEST_F(RedisStoreTest, TakesAMissingPolicyForNoDocument) {
  const RedisServer server;
  server.run({"SADD", "{corsac}:origins", "https://set.example"});
  RedisStore store(server.url() + "/2");
  const std::string place = "in database 2 of " + server.address();
  EXPECT_THAT(
      store.read(),
      ElementsAre("problem redis-key-missing 0:0: there is no key {corsac}:policy " + place +
                  ", and no {corsac}:revision: never written, flushed, or another key or "
                  "database; put a policy there with `corsac push POLICY --to "
                  "redis://...`, or correct key and database"));
  EXPECT_EQ(store.status(), CORSAC_INVALID);
  EXPECT_EQ(store.revision(), "");
  test::RedisClient client(server.port());
  client.run({"SELECT", "2"});
  client.run({"SET", "{corsac}:revision", "3:aa"});
  EXPECT_THAT(store.read(), ElementsAre(HasSubstr("although there is {corsac}:revision: it was "
                                                  "deleted")));
  EXPECT_EQ(store.status(), CORSAC_INVALID);
}

// Proves 135.
TEST_F(RedisStoreTest, DoesNotStartWithAKeyThatIsNotThere) {
  const RedisServer server;
  put(server, kSmallPolicy, "1:a");
  const StoreConfig config = {.plugin = "redis",
                              .settings = {{"url", server.url()}, {"key", "corsak"}},
                              .accept_empty = true,
                              .plugin_folders = {CORSAC_TEST_PLUGINS}};
  const auto refused =
      Supervisor::start(config, std::make_shared<SystemClock>(), {.publish = [](SnapshotPtr) {}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), HasSubstr("redis {corsak}:policy: error[redis-key-missing]"));
}

TEST_F(RedisStoreTest, TellsEveryStateApartByItsRevision) {
  const RedisServer server;
  RedisStore store(server.url());
  server.run({"SET", "{corsac}:policy", kSmallPolicy});
  EXPECT_THAT(store.read(), Not(IsEmpty()));
  const std::string by_content = store.revision();
  EXPECT_THAT(by_content, testing::MatchesRegex("content:[0-9a-f]{16}"));
  server.run({"SADD", "{corsac}:origins", "https://set.example"});
  EXPECT_THAT(store.read(), Not(IsEmpty()));
  EXPECT_NE(store.revision(), by_content) << "the set counts";

  put(server, kSmallPolicy, "8:aa");
  EXPECT_THAT(store.read(), Not(IsEmpty()));
  EXPECT_EQ(store.revision(), "8:aa");
  put(server, kSmallPolicy, "8:bb");
  EXPECT_THAT(store.read(), Not(IsEmpty()));
  EXPECT_EQ(store.revision(), "8:bb") << "the same counter with another nonce is a change";
  EXPECT_FALSE(store.has_logged("redis-revision-not-raised"));

  server.run({"SET", "{corsac}:policy", R"({"version": 1})"});
  EXPECT_THAT(store.read(), Not(IsEmpty()));
  EXPECT_THAT(store.revision(), testing::MatchesRegex("8:bb~[0-9a-f]{16}"));
  EXPECT_TRUE(store.has_logged("redis-revision-not-raised"));
  server.run({"SET", "{corsac}:policy", kSmallPolicy});
  EXPECT_THAT(store.read(), Not(IsEmpty()));
  EXPECT_EQ(store.revision(), "8:bb") << "back to what that revision named first";
}

TEST_F(RedisStoreTest, RefusesKeysOfAnotherTypeAndRevisionsThatAreNone) {
  const RedisServer server;
  RedisStore store(server.url());
  const auto expect_problem = [&](const std::string& problem) {
    EXPECT_THAT(store.read(), ElementsAre(testing::StartsWith("problem " + problem)));
    EXPECT_EQ(store.status(), CORSAC_INVALID);
  };
  server.run({"HSET", "{corsac}:policy", "a", "b"});
  expect_problem(
      "redis-wrong-type 0:0: GET {corsac}:policy: the key holds a value of another type; delete "
      "it");
  server.run({"DEL", "{corsac}:policy"});
  server.run({"SET", "{corsac}:policy", kSmallPolicy});
  server.run({"SET", "{corsac}:origins", "x"});
  expect_problem("redis-wrong-type 0:0: SSCAN {corsac}:origins");
  server.run({"DEL", "{corsac}:origins"});
  server.run({"SADD", "{corsac}:trusted_origins", "x"});
  expect_problem("redis-wrong-type 0:0: HSCAN {corsac}:trusted_origins");
  server.run({"DEL", "{corsac}:trusted_origins"});
  server.run({"LPUSH", "{corsac}:revision", "x"});
  expect_problem("redis-wrong-type 0:0: GET {corsac}:revision");
  for (const std::string& revision :
       {std::string(), std::string("1:a b"), std::string(201, '1'), std::string("1:\x80")}) {
    server.run({"SET", "{corsac}:revision", revision});
    expect_problem("redis-revision 0:0: the key {corsac}:revision holds no revision");
  }
}

TEST_F(RedisStoreTest, KeepsTheLimitOfBytes) {
  const RedisServer server;
  put(server, "{\"version\": 1, \"x\": \"" + std::string(100'000, 'x') + "\"}", "1:a");
  RedisStore small({{"url", server.url()}, {"limit_bytes", "50000"}});
  EXPECT_THAT(small.read(), ElementsAre(testing::StartsWith("problem redis-too-large")));
  EXPECT_EQ(small.status(), CORSAC_INVALID);
  RedisStore large({{"url", server.url()}, {"limit_bytes", "200000"}});
  EXPECT_THAT(large.read(), Not(IsEmpty()));
  EXPECT_EQ(large.status(), CORSAC_OK);
}

TEST_F(RedisStoreTest, ReadsWithAPasswordAUserADatabaseAndASocket) {
  ::setenv("CORSAC_TEST_PASSWORD", "hunter2", 1);
  ::setenv("CORSAC_TEST_WRONG", "hunter3", 1);
  const RedisServer server({"requirepass hunter2", "unixsocket redis.sock"});
  test::RedisClient client(server.port());
  client.run({"AUTH", "hunter2"});
  client.run({"SELECT", "3"});
  client.run({"SET", "{corsac}:policy", kSmallPolicy});

  const std::string socket = "unix://" + (server.folder().path() / "redis.sock").string();
  for (const std::string& url : {server.url() + "/3", socket + "?db=3"}) {
    RedisStore store({{"url", url}, {"password_env", "CORSAC_TEST_PASSWORD"}});
    EXPECT_THAT(store.read(), Contains("text - \"https://a.example\" 1:45")) << url;
  }
  const auto expect_denied = [&](const test::OpenStore::Settings& settings,
                                 const std::string& line) {
    RedisStore store(settings);
    EXPECT_THAT(store.read(), IsEmpty());
    EXPECT_EQ(store.status(), CORSAC_UNREACHABLE);
    EXPECT_TRUE(store.has_logged(line)) << store.log();
    EXPECT_THAT(store.log(), Not(HasSubstr("hunter")));
  };
  expect_denied({{"url", server.url()}}, "2 redis-password-missing: ");
  expect_denied({{"url", server.url()}, {"password_env", "CORSAC_TEST_WRONG"}},
                "2 redis-password-wrong");
  expect_denied({{"url", server.url() + "/99"}, {"password_env", "CORSAC_TEST_PASSWORD"}},
                "2 redis-database");
  const RedisServer open_server;
  expect_denied({{"url", open_server.url()}, {"password_env", "CORSAC_TEST_PASSWORD"}},
                "2 redis-password-unwanted");
}

TEST_F(RedisStoreTest, NeedsNoMoreThanTheRightsOfAReader) {
  ::setenv("CORSAC_TEST_PASSWORD", "hunter2", 1);
  const RedisServer server;
  put(server, kSmallPolicy, "1:a");
  server.run({"SADD", "{corsac}:origins", "https://set.example"});
  add_user(server, kReaderRights);
  const test::OpenStore::Settings settings = {{"url", user_url(server)},
                                              {"password_env", "CORSAC_TEST_PASSWORD"}};
  RedisStore store(settings);
  EXPECT_THAT(store.read(), Contains("text - \"https://set.example\" 0:0"));
  EXPECT_TRUE(store.host().wait_for_more_changes_than(0));
  EXPECT_TRUE(test::eventually([&] { return store.has_logged("listening for changes"); }));
  const std::size_t before = store.host().changes();
  server.run({"PUBLISH", "{corsac}:changed", "2:b"});
  EXPECT_TRUE(store.host().wait_for_more_changes_than(before));

  add_user(server, "%R~{corsac}:* -@all +get +sscan +hscan");
  RedisStore barely(settings);
  EXPECT_THAT(barely.read(), Contains("text - \"https://set.example\" 0:0"))
      << "INFO, ROLE and SUBSCRIBE are of use and no need";
  EXPECT_TRUE(test::eventually([&] {
    return barely.has_logged(
        "1 not told of changes, and read regularly instead: "
        "redis-no-permission: SUBSCRIBE {corsac}:changed");
  })) << barely.log();

  add_user(server, "%R~other:* -@all +get +sscan +hscan");
  RedisStore never(settings);
  EXPECT_THAT(never.read(), IsEmpty());
  EXPECT_EQ(never.status(), CORSAC_UNREACHABLE);
  EXPECT_TRUE(never.has_logged("2 redis-no-permission: GET {corsac}:revision"));
  EXPECT_THAT(never.log(), Not(HasSubstr("reader")));
}

// Proves S35. Through the supervisor: what an operator sees, and that the last good policy stays.
TEST_F(RedisStoreTest, KeepsTheLastGoodPolicy) {
  const RedisServer server;
  put(server, kSmallPolicy, "1:a");
  test::LogLines log;
  SnapshotPtr published;
  auto supervisor =
      Supervisor::start({.plugin = "redis",
                         .settings = {{"url", server.url()}},
                         .refresh = std::chrono::seconds(0),
                         .plugin_folders = {CORSAC_TEST_PLUGINS}},
                        std::make_shared<SystemClock>(),
                        {.publish = [&](SnapshotPtr snapshot) { published = std::move(snapshot); },
                         .log = log.sink()});
  ASSERT_TRUE(supervisor) << supervisor.error().text();
  const auto state_is = [&](StoreState state) {
    return test::eventually([&] { return (*supervisor)->status().state == state; });
  };
  const auto revision_is = [&](const std::string& revision) {
    return test::eventually([&] { return (*supervisor)->status().revision == revision; });
  };
  EXPECT_TRUE(revision_is("1:a"));

  put(server, R"({"version": 1, "cors": {"allowed_origins": ["https://a.example/"]}})", "2:b");
  EXPECT_TRUE(state_is(StoreState::Degraded));
  EXPECT_EQ((*supervisor)->status().revision, "1:a");
  EXPECT_THAT((*supervisor)->status().last_report.text(),
              HasSubstr("redis {corsac}:policy:1:45: error[origin-trailing-slash]"));
  put(server, "{\"version\": 1, ", "3:c");
  EXPECT_TRUE(test::eventually([&] {
    return (*supervisor)
               ->status()
               .last_report.text()
               .find("redis {corsac}:policy:1:14: error[json-syntax]") != std::string::npos;
  })) << (*supervisor)->status().last_report.text();

  server.run({"FLUSHALL"});
  server.run({"PUBLISH", "{corsac}:changed", ""});
  EXPECT_TRUE(test::eventually([&] {
    return (*supervisor)->status().last_report.text().find("error[redis-key-missing]") !=
           std::string::npos;
  })) << (*supervisor)->status().last_report.text();
  EXPECT_EQ((*supervisor)->status().revision, "1:a");

  server.run({"SADD", "{corsac}:origins", "https://set.example/path"});
  put(server, kSmallPolicy, "4:d");
  EXPECT_TRUE(test::eventually([&] {
    return (*supervisor)->status().last_report.text().find("redis {corsac}:origins: error[") !=
           std::string::npos;
  })) << (*supervisor)->status().last_report.text();
  server.run({"DEL", "{corsac}:origins"});
  put(server, kSmallPolicy, "4:e");
  EXPECT_TRUE(revision_is("4:e"));
  EXPECT_TRUE(state_is(StoreState::Fresh));
}

}  // namespace
}  // namespace corsac
