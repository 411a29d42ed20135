// The extension corsac.store.write/1 of the redis plugin.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis_store_fixture.hpp"
#include "redis_writing_store.hpp"
#include "support/eventually.hpp"
#include "support/scripted_peer.hpp"

namespace corsac {
namespace {

using test::kSmallPolicy;
using test::RedisServer;
using test::RedisStore;
using test::WritingStore;
using testing::Contains;
using testing::MatchesRegex;

class RedisWriteTest : public test::RedisTest {};

TEST_F(RedisWriteTest, IsFoundByItsNameOnly) {
  const corsac_store_plugin_v1& table = test::load_built_plugin("redis");
  const auto* write = static_cast<const corsac_store_write_v1*>(
      table.extension(test::to_text("corsac.store.write/1")));
  ASSERT_NE(write, nullptr);
  EXPECT_EQ(write->size, sizeof(corsac_store_write_v1));
  EXPECT_EQ(table.extension(test::to_text("corsac.store.write/2")), nullptr);
  EXPECT_EQ(table.extension({nullptr, 0}), nullptr);
}

TEST_F(RedisWriteTest, WritesCountsAndTells) {
  const RedisServer server;
  RedisStore reader(server.url());
  ASSERT_TRUE(test::eventually([&] { return reader.has_logged("listening for changes"); }));
  WritingStore writer({{"url", server.url()}});
  std::size_t before = reader.host().changes();
  EXPECT_EQ(writer.put(kSmallPolicy, ""), CORSAC_OK);
  ASSERT_THAT(writer.revisions, testing::ElementsAre(MatchesRegex("1:[0-9a-f]{16}")));
  const std::string first = writer.revisions[0];
  EXPECT_TRUE(reader.host().wait_for_more_changes_than(before));
  EXPECT_THAT(reader.read(), Contains("text - \"https://a.example\" 1:45"));
  EXPECT_EQ(reader.revision(), first);

  before = reader.host().changes();
  EXPECT_EQ(writer.put(R"({"version": 1})", first), CORSAC_OK);
  ASSERT_THAT(writer.revisions, testing::ElementsAre(MatchesRegex("2:[0-9a-f]{16}")));
  EXPECT_NE(writer.revisions[0].substr(2), first.substr(2));
  EXPECT_TRUE(reader.host().wait_for_more_changes_than(before));
  EXPECT_THAT(reader.read(), testing::ElementsAre("integer version 1 1:13"));
  EXPECT_EQ(reader.revision(), writer.revisions[0]);
}

TEST_F(RedisWriteTest, RefusesALostUpdate) {
  const RedisServer server;
  WritingStore writer({{"url", server.url()}});
  EXPECT_EQ(writer.put(kSmallPolicy, "1:a"), CORSAC_CONFLICT);
  EXPECT_THAT(writer.revisions, testing::ElementsAre(""));
  EXPECT_EQ(server.run({"GET", "{corsac}:policy"}), "(nil)");
  put(server, kSmallPolicy, "8:b");
  EXPECT_EQ(writer.put("{}", "8:a"), CORSAC_CONFLICT) << "the nonce counts";
  EXPECT_THAT(writer.revisions, testing::ElementsAre("8:b"));
  EXPECT_EQ(server.run({"GET", "{corsac}:policy"}), kSmallPolicy);
  EXPECT_EQ(writer.put("{}", "8:b"), CORSAC_OK);
  EXPECT_THAT(writer.revisions, testing::ElementsAre(MatchesRegex("9:.*")));
}

// The reader says which revision it is, and the writer is told that one.
TEST_F(RedisWriteTest, WritesOverWhatWasChangedByHand) {
  const std::string by_hand = R"({"version": 1, "hosts": {"allowed": ["a.example"]}})";
  const struct {
    const char* desc;
    const char* revision_key;     // "" = none
    const char* changed_before;   // the policy after the read, before the write; "" = the same
    const char* origin_before;    // the same of the set
    const char* revision_before;  // the same of the key
    std::int32_t outcome;
  } rows[] = {
      {"without a revision", "", "", "", "", CORSAC_OK},
      {"under the one of before", "11:b", "", "", "", CORSAC_OK},
      {"without one, and changed again", "", "{}", "", "", CORSAC_CONFLICT},
      {"under the one of before, and changed again", "11:b", "{}", "", "", CORSAC_CONFLICT},
      {"without one, and an origin more", "", "", "https://b.example", "", CORSAC_CONFLICT},
      {"without one, and then there is one", "", "", "", "12:c", CORSAC_CONFLICT},
      {"under the one of before, and then another", "11:b", "", "", "12:c", CORSAC_CONFLICT},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const RedisServer server;
    WritingStore store({{"url", server.url()}});
    if (*row.revision_key != '\0') {
      put(server, kSmallPolicy, row.revision_key);
      EXPECT_EQ(store.read_revision(), row.revision_key);
    }
    server.run({"SET", "{corsac}:policy", by_hand});
    const std::string name = store.read_revision();
    EXPECT_THAT(name, MatchesRegex("(content:|11:b~)[0-9a-f]+"));
    const auto change = [&server](const char* verb, const char* key, const std::string& value) {
      if (!value.empty()) server.run({verb, key, value});
    };
    change("SET", "{corsac}:policy", row.changed_before);
    change("SADD", "{corsac}:origins", row.origin_before);
    change("SET", "{corsac}:revision", row.revision_before);
    EXPECT_EQ(store.put(R"({"version": 1})", name), row.outcome);
    if (row.outcome == CORSAC_OK) {
      EXPECT_THAT(store.revision(), MatchesRegex("(1|12):[0-9a-f]{16}"));
      EXPECT_EQ(server.run({"GET", "{corsac}:policy"}), R"({"version": 1})");
    } else {
      EXPECT_EQ(store.revision(), store.read_revision()) << "it names the one that can be used";
      EXPECT_NE(server.run({"GET", "{corsac}:policy"}), R"({"version": 1})");
    }
  }
}

TEST_F(RedisWriteTest, CountsOnFromWhatStandsThere) {
  const RedisServer server;
  WritingStore writer({{"url", server.url()}});
  for (const auto& [before, after] : std::vector<std::pair<std::string, std::string>>{
           {"x", "1:.*"}, {"9007199254740000:a", "9007199254740001:.*"}, {"5", "6:.*"}}) {
    server.run({"SET", "{corsac}:revision", before});
    EXPECT_EQ(writer.put("{}", ""), CORSAC_OK);
    EXPECT_THAT(writer.revisions, testing::ElementsAre(MatchesRegex(after)));
  }
}

TEST_F(RedisWriteTest, SaysThatItMayNotWrite) {
  ::setenv("CORSAC_TEST_PASSWORD", "hunter2", 1);
  const RedisServer primary;
  put(primary, kSmallPolicy, "1:a");
  const RedisServer replica({"replicaof 127.0.0.1 " + std::to_string(primary.port())});
  ASSERT_TRUE(test::eventually([&] {
    return replica.run({"GET", "{corsac}:policy"}) == kSmallPolicy;
  }));
  RedisStore reader(replica.url());
  EXPECT_THAT(reader.read(), Contains("text - \"https://a.example\" 1:45"));
  WritingStore to_replica({{"url", replica.url()}});
  EXPECT_EQ(to_replica.put("{}", ""), CORSAC_READ_ONLY);
  EXPECT_THAT(to_replica.log(), Contains(testing::HasSubstr("redis-read-only: ")));

  struct Row {
    std::vector<std::string> rights;
    const char* denied;
  };
  const Row rows[] = {
      {{"%R~{corsac}:*", "-@all", "+get", "+sscan"},
       "EVAL {corsac}:policy: the user may not write"},
      {{"%R~{corsac}:*", "+@all"}, "EVAL {corsac}:policy: the user may not write"},
      {{"~{corsac}:*", "+@all", "-set"}, "SET {corsac}:revision: the user lacks a permission"},
      {{"~{corsac}:*", "+@all", "-get"}, "GET {corsac}:revision: the user lacks a permission"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(testing::PrintToString(row.rights));
    std::vector<std::string> command = {"ACL", "SETUSER",  "writer",           "reset",
                                        "on",  ">hunter2", "&{corsac}:changed"};
    command.insert(command.end(), row.rights.begin(), row.rights.end());
    primary.run(command);
    WritingStore denied(
        {{"url", primary.url()}, {"user", "writer"}, {"password_env", "CORSAC_TEST_PASSWORD"}});
    EXPECT_EQ(denied.put("{}", ""), CORSAC_READ_ONLY);
    EXPECT_THAT(denied.log(),
                Contains(testing::HasSubstr(std::string("2 redis-no-permission: ") + row.denied)));
    EXPECT_EQ(primary.run({"GET", "{corsac}:policy"}), kSmallPolicy);
    EXPECT_EQ(primary.run({"GET", "{corsac}:revision"}), "1:a");
  }
}

TEST_F(RedisWriteTest, NamesTheKeyThatIsOfAnotherType) {
  const RedisServer server;
  server.run({"RPUSH", "{corsac}:revision", "x"});
  WritingStore writer({{"url", server.url()}});
  EXPECT_EQ(writer.put("{}", ""), CORSAC_INVALID);
  EXPECT_THAT(writer.log(),
              Contains(testing::HasSubstr("redis-wrong-type: GET {corsac}:revision")));
  EXPECT_EQ(server.run({"EXISTS", "{corsac}:policy"}), "0");
}

// As plugins/README.md lists them.
TEST_F(RedisWriteTest, NeedsNoMoreThanTheRightsOfAWriter) {
  ::setenv("CORSAC_TEST_PASSWORD", "hunter2", 1);
  const RedisServer server;
  server.run({"ACL",
              "SETUSER",
              "writer",
              "reset",
              "on",
              ">hunter2",
              "~{corsac}:*",
              "resetchannels",
              "&{corsac}:changed",
              "-@all",
              "+get",
              "+set",
              "+sscan",
              "+hscan",
              "+sadd",
              "+srem",
              "+lpush",
              "+ltrim",
              "+lrange",
              "+scard",
              "+hlen",
              "+strlen",
              "+eval",
              "+publish",
              "+subscribe",
              "+ping",
              "+select",
              "+info",
              "+role"});
  WritingStore writer(
      {{"url", server.url()}, {"user", "writer"}, {"password_env", "CORSAC_TEST_PASSWORD"}});
  EXPECT_EQ(writer.put(kSmallPolicy, ""), CORSAC_OK);
  EXPECT_EQ(server.run({"GET", "{corsac}:policy"}), kSmallPolicy);
  server.run({"HSET", "{corsac}:trusted_origins", "a", "{}"});
  EXPECT_EQ(writer.change_origins({"+https://one.example", "+https://two.example"}), CORSAC_OK);
  EXPECT_EQ(writer.read_revision(), writer.revision());
  EXPECT_EQ(writer.change_origins({"-https://one.example", "+https://new.example"}), CORSAC_OK);
  EXPECT_EQ(writer.read_changes(writer.read_revision()).status, CORSAC_OK);
}

TEST_F(RedisWriteTest, WritesNothingThatServersWouldNotRead) {
  const RedisServer server;
  WritingStore writer({{"url", server.url()}, {"limit_bytes", "2000"}});
  EXPECT_EQ(writer.put(std::string(2001, ' '), ""), CORSAC_INVALID);
  EXPECT_THAT(writer.log(), Contains(testing::HasSubstr(
                                "redis-too-large: the policy has 2001 bytes, and limit_bytes "
                                "allows 2000; make it smaller")));
  EXPECT_EQ(server.run({"EXISTS", "{corsac}:policy", "{corsac}:revision"}), "0");
}

// Nothing was written, and that is known.
TEST_F(RedisWriteTest, SaysThatItsPasswordIsNotTaken) {
  ::setenv("CORSAC_TEST_WRONG", "hunter3", 1);
  const RedisServer server({"requirepass hunter2"});
  WritingStore writer({{"url", server.url()}, {"password_env", "CORSAC_TEST_WRONG"}});
  EXPECT_EQ(writer.put("{}", ""), CORSAC_READ_ONLY);
  EXPECT_THAT(writer.log(), Contains(testing::HasSubstr("redis-password-wrong")));
}

TEST_F(RedisWriteTest, SaysThatNobodyIsThere) {
  RedisServer server;
  WritingStore writer({{"url", server.url()}});
  server.kill();
  EXPECT_EQ(writer.put("{}", ""), CORSAC_UNREACHABLE);
  EXPECT_TRUE(writer.revisions.empty());
}

// The program would end with SIGPIPE.
TEST(RedisWrite, OutlivesAPeerThatGoesWhileItWrites) {
  const test::ScriptedPeer peer([](test::PeerConnection& connection) { connection.reset(); });
  WritingStore writer({{"url", "redis://" + peer.address()}});
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(writer.put(std::string(4'000'000, 'x'), ""), CORSAC_UNREACHABLE);
  }
}

}  // namespace
}  // namespace corsac
