// change_origins of the extension corsac.store.changes/1 of the redis plugin: what one writer is
// answered, and what Redis holds then.

#include <cstdlib>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis_changes_fixture.hpp"
#include "support/eventually.hpp"

namespace corsac {
namespace {

using test::Follower;
using test::kChangesKey;
using test::kOriginsKey;
using test::kPolicyKey;
using test::kRevisionKey;
using test::kSmallPolicy;
using test::RedisServer;
using test::RedisStore;
using test::WritingStore;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

class RedisOriginsWriteTest : public test::RedisChangesTest {
 protected:
  static bool has(const RedisServer& server, const std::string& origin) {
    return server.run({"SISMEMBER", kOriginsKey, origin}) == "1";
  }
  static std::string newest_entry(const RedisServer& server) {
    return server.run({"LINDEX", kChangesKey, "0"});
  }
};

TEST_F(RedisOriginsWriteTest, ChangesCountsLogsAndTells) {
  const RedisServer server;
  fill(server);
  RedisStore reader(server.url());
  ASSERT_TRUE(test::eventually([&] { return reader.has_logged("listening for changes"); }));
  const std::size_t before = reader.host().changes();
  WritingStore writer(server.url());
  EXPECT_EQ(writer.change_origins({"+https://new.example", "-https://one.example"}), CORSAC_OK);
  ASSERT_THAT(writer.revisions, ElementsAre(MatchesRegex("2:[0-9a-f]{16}")));
  EXPECT_TRUE(reader.host().wait_for_more_changes_than(before));
  EXPECT_EQ(server.run({"GET", kRevisionKey}), writer.revision());
  EXPECT_TRUE(has(server, "https://new.example"));
  EXPECT_FALSE(has(server, "https://one.example"));
  EXPECT_TRUE(has(server, "https://two.example"));
  EXPECT_EQ(newest_entry(server),
            "1:a " + writer.revision() + " =2 +https://new.example -https://one.example");
}

struct EntryRow {
  const char* desc;
  std::vector<std::string> changes;
  const char* entry;  // behind the revisions and the number of origins
};

// An entry says what really came and went, so that a reader can count.
TEST_F(RedisOriginsWriteTest, LogsWhatReallyHappened) {
  const EntryRow rows[] = {
      {"one that is there comes", {"+https://one.example"}, ""},
      {"one that is not there goes", {"-https://new.example"}, ""},
      {"of two changes the last counts: comes",
       {"-https://new.example", "+https://new.example"},
       " +https://new.example"},
      {"of two changes the last counts: goes",
       {"+https://new.example", "-https://new.example"},
       ""},
      {"of two changes the last counts: stays",
       {"-https://one.example", "+https://one.example"},
       ""},
      {"the same twice", {"+https://new.example", "+https://new.example"}, " +https://new.example"},
      {"upper case and what the core would refuse is not looked at",
       {"+HTTPS://New.example/"},
       " +HTTPS://New.example/"},
      {"not ASCII",
       {"+https://b\xC3\xBC"
        "cher.example"},
       " +https://b\xC3\xBC"
       "cher.example"},
  };
  for (const EntryRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const RedisServer server;
    fill(server);
    Follower reader(server.url());
    WritingStore writer(server.url());
    EXPECT_EQ(writer.change_origins(row.changes), CORSAC_OK);
    EXPECT_EQ(newest_entry(server),
              "1:a " + writer.revision() + " =" + server.run({"SCARD", kOriginsKey}) + row.entry);
    EXPECT_EQ(reader.follow(), CORSAC_OK);
    const test::ReadDocument followed = reader.document();
    reader.read_all();
    EXPECT_EQ(reader.document(), followed);
    EXPECT_EQ(reader.document().revision, writer.revision());
  }
}

TEST_F(RedisOriginsWriteTest, RefusesALostUpdate) {
  const RedisServer server;
  fill(server);
  WritingStore writer(server.url());
  for (const char* wrong : {"1:b", "2:a", "7"}) {
    EXPECT_EQ(writer.change_origins({"+https://new.example"}, wrong), CORSAC_CONFLICT) << wrong;
    EXPECT_THAT(writer.revisions, ElementsAre("1:a"));
  }
  EXPECT_FALSE(has(server, "https://new.example"));
  EXPECT_EQ(server.run({"EXISTS", kChangesKey}), "0");
  EXPECT_EQ(writer.change_origins({"+https://new.example"}, "1:a"), CORSAC_OK);
  const std::string second = writer.revision();
  EXPECT_EQ(writer.change_origins({"-https://new.example"}, "1:a"), CORSAC_CONFLICT);
  EXPECT_THAT(writer.revisions, ElementsAre(second));
  EXPECT_EQ(writer.change_origins({"-https://new.example"}, second), CORSAC_OK);
  server.run({"DEL", kRevisionKey});
  EXPECT_EQ(writer.change_origins({"+https://new.example"}, second), CORSAC_CONFLICT);
  EXPECT_THAT(writer.revisions, ElementsAre("")) << "there is none";
}

// The names that a read gives for what no revision of the key vouches for.
TEST_F(RedisOriginsWriteTest, WritesOverWhatWasChangedByHand) {
  for (const bool has_revision : {false, true}) {
    SCOPED_TRACE(has_revision);
    const RedisServer server;
    fill(server);
    WritingStore writer(server.url());
    EXPECT_EQ(writer.read_revision(), "1:a");
    if (!has_revision) server.run({"DEL", kRevisionKey});
    server.run({"SADD", kOriginsKey, "https://hand.example"});
    const std::string name = writer.read_revision();
    EXPECT_THAT(name, MatchesRegex("(content:|1:a~)[0-9a-f]{16}"));
    server.run({"SADD", kOriginsKey, "https://again.example"});
    EXPECT_EQ(writer.change_origins({"+https://new.example"}, name), CORSAC_CONFLICT);
    const std::string now = writer.revision();
    EXPECT_EQ(now, writer.read_revision()) << "it names the one that can be used";
    EXPECT_EQ(writer.change_origins({"+https://new.example"}, now), CORSAC_OK);
    EXPECT_THAT(writer.revision(), MatchesRegex("(1|2):[0-9a-f]{16}"));
    EXPECT_TRUE(has(server, "https://new.example"));
    EXPECT_TRUE(has(server, "https://again.example"));
  }
}

// A mistyped key would get origins that no server looks at.
TEST_F(RedisOriginsWriteTest, WritesNothingWithoutAPolicy) {
  const RedisServer server;
  WritingStore writer({{"url", server.url()}, {"key", "corsak"}});
  EXPECT_EQ(writer.change_origins({"+https://new.example"}), CORSAC_INVALID);
  EXPECT_EQ(writer.change_origins({"-https://new.example"}), CORSAC_INVALID);
  EXPECT_THAT(writer.log(),
              Contains(HasSubstr("redis-key-missing: there is no key {corsak}:policy")));
  EXPECT_THAT(writer.host().failures(), Contains(HasSubstr("redis-key-missing")));
  EXPECT_EQ(server.run({"DBSIZE"}), "0");
}

TEST_F(RedisOriginsWriteTest, TakesNoTextThatAnEntryCannotHold) {
  const RedisServer server;
  fill(server);
  WritingStore writer(server.url());
  for (const char* text : {"+", "+https://a b.example", "-https://a.example\n", "+\x7F"}) {
    EXPECT_EQ(writer.change_origins({"+https://new.example", text}), CORSAC_INVALID) << text;
  }
  EXPECT_THAT(writer.log(), Contains(HasSubstr("redis-origin: change 2 is about a text")));
  EXPECT_EQ(server.run({"GET", kRevisionKey}), "1:a");
  EXPECT_FALSE(has(server, "https://new.example"));
}

TEST_F(RedisOriginsWriteTest, TakesManyChangesInOneStep) {
  const RedisServer server;
  fill(server);
  Follower reader(server.url());
  WritingStore writer(server.url());
  std::vector<std::string> changes;
  std::vector<std::string> long_ones;
  for (int i = 0; i < 10'000; ++i) {
    changes.push_back("+https://a" + std::to_string(i) + ".example");
    long_ones.push_back("+https://" + std::string(120, 'a') + std::to_string(i) + ".example");
  }
  EXPECT_EQ(writer.change_origins(changes), CORSAC_OK);
  EXPECT_TRUE(reader.catch_up()) << "they fit into the log";
  EXPECT_EQ(reader.document().origins.size(), 10'002U);
  EXPECT_EQ(writer.change_origins(long_ones), CORSAC_OK);
  EXPECT_EQ(server.run({"SCARD", kOriginsKey}), "20002");
  EXPECT_EQ(server.run({"EXISTS", kChangesKey}), "0") << "they are larger than the log may be";
  EXPECT_FALSE(reader.catch_up());
  EXPECT_EQ(writer.change_origins({"-https://a7.example"}), CORSAC_OK);
  EXPECT_TRUE(reader.catch_up()) << "it begins anew";
  changes.push_back("+https://last.example");
  EXPECT_EQ(writer.change_origins(changes), CORSAC_INVALID);
  EXPECT_THAT(writer.log(), Contains(HasSubstr("redis-too-many-changes: 10001 origins")));
}

TEST_F(RedisOriginsWriteTest, TrimsTheLogByItsEntries) {
  const RedisServer server;
  fill(server);
  Follower late(server.url());
  WritingStore writer(server.url());
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(writer.change_origins({(i % 2 == 0 ? "+" : "-") + std::string("https://x.example")}),
              CORSAC_OK);
  }
  EXPECT_EQ(server.run({"LLEN", kChangesKey}), "1000");
  ASSERT_EQ(late.follow(), CORSAC_OK) << "that many may be missed";
  Follower later(server.url());
  for (int i = 0; i < 1001; ++i) {
    ASSERT_EQ(writer.change_origins({(i % 2 == 0 ? "+" : "-") + std::string("https://x.example")}),
              CORSAC_OK);
  }
  EXPECT_EQ(server.run({"LLEN", kChangesKey}), "1000");
  EXPECT_EQ(later.follow(), CORSAC_CONFLICT);
}

TEST_F(RedisOriginsWriteTest, TrimsTheLogByItsBytes) {
  const RedisServer server;
  fill(server);
  Follower reader(server.url());
  WritingStore writer(server.url());
  const std::string padding(60, 'a');
  for (int step = 0; step < 20; ++step) {
    std::vector<std::string> changes;
    for (int i = 0; i < 1000; ++i) {
      changes.push_back("+https://" + padding + "-" + std::to_string(step * 1000 + i));
    }
    ASSERT_EQ(writer.change_origins(changes), CORSAC_OK);
    EXPECT_TRUE(reader.catch_up()) << step;
  }
  std::size_t bytes = 0;
  const int entries = std::stoi(server.run({"LLEN", kChangesKey}));
  for (int i = 0; i < entries; ++i) {
    bytes += server.run({"LINDEX", kChangesKey, std::to_string(i)}).size();
  }
  EXPECT_LE(bytes, 1024U * 1024);
  EXPECT_GT(bytes, 1024U * 1024 - 80'000U) << "and no more than it must";
  EXPECT_EQ(reader.document().origins.size(), 20'002U);
}

// Whatever stands in the log by hand, it does not grow without end.
TEST_F(RedisOriginsWriteTest, TrimsWhatOthersHaveWritten) {
  const RedisServer server;
  fill(server);
  for (int i = 0; i < 2000; ++i) server.run({"RPUSH", kChangesKey, "x"});
  server.run({"RPUSH", kChangesKey, std::string(2'000'000, 'x')});
  WritingStore writer(server.url());
  ASSERT_EQ(writer.change_origins({"+https://x.example"}), CORSAC_OK);
  EXPECT_EQ(server.run({"LLEN", kChangesKey}), "1000");
  server.run({"LPUSH", kChangesKey, std::string(2'000'000, 'x')});
  ASSERT_EQ(writer.change_origins({"-https://x.example"}), CORSAC_OK);
  EXPECT_EQ(server.run({"LLEN", kChangesKey}), "1");
}

// Servers would keep their last policy, and take no change any more.
TEST_F(RedisOriginsWriteTest, NeverWritesMoreThanServersRead) {
  const RedisServer server;
  fill(server);
  const test::OpenStore::Settings settings = {{"url", server.url()}, {"limit_bytes", "8000"}};
  WritingStore writer(settings);
  EXPECT_EQ(writer.put_records({{"a", "{\"x\":\"" + std::string(2000, 'x') + "\"}"}},
                               writer.records_revision()),
            CORSAC_OK);
  int count = 0;
  std::int32_t status = CORSAC_OK;
  while (status == CORSAC_OK && count < 1000) {
    status = writer.change_origins({"+https://" + std::string(40, 'a') + std::to_string(count++)});
  }
  EXPECT_EQ(status, CORSAC_INVALID);
  EXPECT_THAT(writer.log(), Contains(HasSubstr("redis-too-large: policy, origins and trusted")));
  EXPECT_GT(count, 50) << "of about 58 bytes each, in 7000 without 2100 of the record";
  EXPECT_LT(count, 100);
  Follower reader(settings);
  EXPECT_EQ(reader.document().origins.size(), 1U + static_cast<unsigned>(count));
  EXPECT_EQ(writer.change_origins({"-https://one.example"}), CORSAC_OK) << "always";
}

TEST_F(RedisOriginsWriteTest, AddsNothingWithoutMemory) {
  const RedisServer server;
  fill(server);
  server.run({"CONFIG", "SET", "maxmemory", "1"});
  WritingStore writer(server.url());
  EXPECT_EQ(writer.change_origins({"+https://new.example", "-https://one.example"}),
            CORSAC_READ_ONLY);
  EXPECT_THAT(writer.log(), Contains(HasSubstr("redis-full: SET {corsac}:revision: Redis has no")));
  EXPECT_TRUE(has(server, "https://one.example"));
  EXPECT_EQ(server.run({"GET", kRevisionKey}), "1:a");
  EXPECT_EQ(writer.change_origins({"-https://one.example"}), CORSAC_OK) << "taking away needs none";
  EXPECT_FALSE(has(server, "https://one.example"));
}

struct RefusalRow {
  const char* desc;
  std::vector<std::vector<std::string>> commands;
  std::int32_t status;
  const char* log;
};

TEST_F(RedisOriginsWriteTest, WritesNothingWhereRedisDoesNot) {
  const RefusalRow rows[] = {
      {"the origins are a text",
       {{"DEL", kOriginsKey}, {"SET", kOriginsKey, "x"}},
       CORSAC_INVALID,
       "redis-wrong-type: SCARD {corsac}:origins"},
      {"the log is a text",
       {{"SET", kChangesKey, "x"}},
       CORSAC_INVALID,
       "redis-wrong-type: LRANGE {corsac}:changes"},
      {"the policy is a list",
       {{"DEL", kPolicyKey}, {"RPUSH", kPolicyKey, "x"}},
       CORSAC_INVALID,
       "redis-wrong-type: STRLEN {corsac}:policy"},
      {"the revision is a list",
       {{"DEL", kRevisionKey}, {"RPUSH", kRevisionKey, "x"}},
       CORSAC_INVALID,
       "redis-wrong-type: GET {corsac}:revision"},
      {"a replica",
       {{"REPLICAOF", "127.0.0.1", "1"}},
       CORSAC_READ_ONLY,
       "redis-read-only: 127.0.0.1:"},
      {"too few replicas",
       {{"CONFIG", "SET", "min-replicas-to-write", "1"}},
       CORSAC_READ_ONLY,
       "redis-read-only: "},
  };
  for (const RefusalRow& row : rows) {
    for (const char* change : {"+https://new.example", "-https://one.example"}) {
      SCOPED_TRACE(std::string(row.desc) + " " + change);
      const RedisServer server;
      fill(server);
      for (const auto& command : row.commands) server.run(command);
      const std::string before = server.run({"TYPE", kRevisionKey}) == "string"
                                     ? server.run({"GET", kRevisionKey})
                                     : std::string();
      WritingStore writer(server.url());
      EXPECT_EQ(writer.change_origins({change}), row.status);
      EXPECT_TRUE(writer.revisions.empty());
      EXPECT_THAT(writer.log(), Contains(HasSubstr(row.log)));
      if (!before.empty()) {
        EXPECT_EQ(server.run({"GET", kRevisionKey}), before);
      }
      if (row.status == CORSAC_READ_ONLY) {
        EXPECT_EQ(server.run({"SCARD", kOriginsKey}), "2");
      }
    }
  }
}

struct RightsRow {
  std::vector<std::string> rights;
  const char* denied;
};

// A right that is missing may not leave half of the changes behind, nor an entry that lies.
TEST_F(RedisOriginsWriteTest, WritesNothingWithHalfOfTheRights) {
  ::setenv("CORSAC_TEST_PASSWORD", "hunter2", 1);
  const RightsRow rows[] = {
      {{"%R~{corsac}:*", "+@all"}, "EVAL {corsac}:origins: the user may not write"},
      {{"~{corsac}:*", "+@all", "-eval"}, "EVAL {corsac}:origins: the user may not write"},
      {{"~{corsac}:*", "+@all", "-get"}, "GET {corsac}:revision"},
      {{"~{corsac}:*", "+@all", "-set"}, "SET {corsac}:revision"},
      {{"~{corsac}:*", "+@all", "-sadd"}, "SADD {corsac}:origins"},
      {{"~{corsac}:*", "+@all", "-srem"}, "SREM {corsac}:origins"},
      {{"~{corsac}:*", "+@all", "-lpush"}, "LPUSH {corsac}:changes"},
      {{"~{corsac}:*", "+@all", "-ltrim"}, "LTRIM {corsac}:changes"},
      {{"~{corsac}:*", "+@all", "-lrange"}, "LRANGE {corsac}:changes"},
      {{"~{corsac}:*", "+@all", "-strlen"}, "STRLEN {corsac}:policy"},
      {{"~{corsac}:*", "+@all", "-scard"}, "SCARD {corsac}:origins"},
      {{"~{corsac}:*", "+@all", "-hlen"}, "HLEN {corsac}:trusted_origins"},
  };
  for (const RightsRow& row : rows) {
    SCOPED_TRACE(testing::PrintToString(row.rights));
    const RedisServer server;
    fill(server);
    Follower reader(server.url());
    std::vector<std::string> command = {"ACL", "SETUSER",  "writer",           "reset",
                                        "on",  ">hunter2", "&{corsac}:changed"};
    command.insert(command.end(), row.rights.begin(), row.rights.end());
    server.run(command);
    WritingStore writer(
        {{"url", server.url()}, {"user", "writer"}, {"password_env", "CORSAC_TEST_PASSWORD"}});
    EXPECT_EQ(writer.change_origins({"+https://new.example", "-https://one.example"}),
              CORSAC_READ_ONLY);
    EXPECT_THAT(writer.log(),
                Contains(HasSubstr(std::string("2 redis-no-permission: ") + row.denied)));
    EXPECT_EQ(server.run({"SCARD", kOriginsKey}), "2");
    EXPECT_TRUE(has(server, "https://one.example"));
    reader.catch_up();
    EXPECT_THAT(reader.document().origins,
                ElementsAre("https://one.example", "https://two.example"));
  }
}

TEST_F(RedisOriginsWriteTest, MakesNoneWhereTheSettingsLeaveThemOut) {
  const RedisServer server;
  fill(server);
  WritingStore store({{"url", server.url()}, {"only_policy", "true"}});
  EXPECT_EQ(store.change_origins({"+https://new.example"}), CORSAC_READ_ONLY);
  EXPECT_THAT(store.log(), Contains(HasSubstr("redis-only-policy: only_policy leaves out the "
                                              "origins that Redis keeps")));
  EXPECT_FALSE(has(server, "https://new.example"));
}

// A frozen Redis has the command in its socket, and reads it when it goes on.
TEST_F(RedisOriginsWriteTest, SaysThatItMayHaveWritten) {
  RedisServer server;
  fill(server);
  WritingStore writer({{"url", server.url()}, {"command_timeout_milliseconds", "500"}});
  ASSERT_EQ(writer.change_origins({"+https://new.example"}), CORSAC_OK);
  const std::string revision = writer.revision();
  server.freeze();
  EXPECT_EQ(writer.change_origins({"-https://new.example"}, revision), CORSAC_UNREACHABLE);
  EXPECT_TRUE(writer.revisions.empty());
  server.thaw();
  EXPECT_TRUE(test::eventually([&] { return !has(server, "https://new.example"); }));
  EXPECT_EQ(writer.change_origins({"-https://new.example"}, revision), CORSAC_CONFLICT)
      << "so read first";
  server.kill();
  EXPECT_EQ(writer.change_origins({"+https://new.example"}), CORSAC_UNREACHABLE);
  EXPECT_THAT(writer.host().failures(), Contains(HasSubstr(", nothing written")));
  writer.host().cancel();
  EXPECT_EQ(writer.change_origins({"+https://new.example"}), CORSAC_CANCELLED);
}

}  // namespace
}  // namespace corsac
