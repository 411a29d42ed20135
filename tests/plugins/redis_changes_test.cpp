// The extension corsac.store.changes/1 of the redis plugin: what one reader is told.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis_changes_fixture.hpp"
#include "support/eventually.hpp"
#include "support/scripted_peer.hpp"

namespace corsac {
namespace {

using test::Follower;
using test::kChangesKey;
using test::kOriginsKey;
using test::kPolicyKey;
using test::kRevisionKey;
using test::kSmallPolicy;
using test::RedisServer;
using test::ToldChanges;
using test::WritingStore;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Commands = std::vector<std::vector<std::string>>;

class RedisChangesReadTest : public test::RedisChangesTest {};

TEST_F(RedisChangesReadTest, IsFoundByItsName) {
  const auto* table = static_cast<const corsac_store_changes_v1*>(
      test::load_built_plugin("redis").extension(test::to_text("corsac.store.changes/1")));
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->size, sizeof(corsac_store_changes_v1));
  EXPECT_NE(table->read_changes, nullptr);
  EXPECT_NE(table->change_origins, nullptr);
}

TEST_F(RedisChangesReadTest, TellsWhatCameAndWent) {
  const RedisServer server;
  fill(server);
  Follower reader(server.url());
  WritingStore writer(server.url());
  ToldChanges told = reader.store().read_changes("1:a");
  EXPECT_EQ(told.status, CORSAC_OK) << "nothing changed";
  EXPECT_THAT(told.changes, IsEmpty());
  EXPECT_EQ(told.revision, "1:a");
  server.run({"LPUSH", kChangesKey, "1:a 2:b +https://never.example"});
  told = reader.store().read_changes("1:a");
  EXPECT_EQ(told.status, CORSAC_OK) << "nor by an entry that no revision follows";
  EXPECT_THAT(told.changes, IsEmpty());

  ASSERT_EQ(writer.change_origins({"+https://three.example"}), CORSAC_OK);
  told = reader.store().read_changes("1:a");
  EXPECT_EQ(told.status, CORSAC_OK);
  EXPECT_EQ(told.source, "redis {corsac}:origins");
  EXPECT_THAT(told.changes, ElementsAre("+https://three.example"));
  EXPECT_EQ(told.revision, writer.revision());

  const std::string before = writer.revision();
  ASSERT_EQ(writer.change_origins({"-https://three.example", "+https://four.example"}), CORSAC_OK);
  ASSERT_EQ(writer.change_origins({"+https://three.example"}), CORSAC_OK);
  told = reader.store().read_changes(before);
  EXPECT_EQ(told.status, CORSAC_OK);
  EXPECT_THAT(told.changes, ElementsAre("+https://four.example", "-https://three.example",
                                        "+https://three.example"))
      << "of several steps, in their order";
  EXPECT_EQ(told.revision, writer.revision());
  EXPECT_THAT(reader.store().log(), Not(Contains(HasSubstr("redis-"))));
}

// What was read and what was told are one document, whoever looks.
TEST_F(RedisChangesReadTest, KeepsItsBooksWhenAllIsReadAfterwards) {
  const RedisServer server;
  fill(server);
  Follower reader(server.url());
  WritingStore writer(server.url());
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(writer.change_origins({"+https://" + std::to_string(i) + ".example",
                                     "-https://" + std::to_string(i - 3) + ".example"}),
              CORSAC_OK);
    ASSERT_EQ(reader.follow(), CORSAC_OK);
  }
  const test::ReadDocument followed = reader.document();
  reader.read_all();
  EXPECT_EQ(reader.document(), followed);
  EXPECT_EQ(reader.document().revision, writer.revision()) << "and no made-up name";
  EXPECT_THAT(reader.store().log(), Not(Contains(HasSubstr("redis-revision-not-raised"))));

  // One in another's place, under the revision that stayed: the whole read sees it.
  server.run({"SREM", kOriginsKey, "https://one.example"});
  server.run({"SADD", kOriginsKey, "https://eno.example"});
  reader.read_all();
  EXPECT_THAT(reader.document().origins, Contains("https://eno.example"));
  EXPECT_THAT(reader.document().revision, testing::StartsWith(writer.revision() + "~"));
  EXPECT_THAT(reader.store().log(), Contains(HasSubstr("redis-revision-not-raised")));
}

// Sums that do not depend on order must still tell these apart.
TEST_F(RedisChangesReadTest, TellsSetsApartThatDifferInTheirLastBytes) {
  const RedisServer server;
  server.run({"SADD", kOriginsKey, "https://a1", "https://b2", "https://c3"});
  put(server, kSmallPolicy, "1:a");
  Follower reader(server.url());
  int missed = 0;
  const std::vector<std::vector<std::string>> sets = {{"https://a2", "https://b1", "https://c3"},
                                                      {"https://a1", "https://b3", "https://c2"},
                                                      {"https://a3", "https://b2", "https://c1"},
                                                      {"https://a2", "https://b3", "https://c1"}};
  for (const auto& origins : sets) {
    server.run({"DEL", kOriginsKey});
    for (const std::string& origin : origins) server.run({"SADD", kOriginsKey, origin});
    reader.read_all();
    missed += reader.document().revision == "1:a" ? 1 : 0;
  }
  EXPECT_EQ(missed, 0);
}

struct GapRow {
  const char* desc;
  std::function<void(const RedisServer&, WritingStore&)> change;
};

std::vector<GapRow> gap_rows() {
  const auto commands = [](Commands list) {
    return [list](const RedisServer& server, WritingStore&) { test::run_multi(server, list); };
  };
  return {
      {"a policy was pushed",
       [](const RedisServer&, WritingStore& writer) { writer.put(R"({"version":1})", ""); }},
      {"a policy was pushed, and then an origin came",
       [](const RedisServer&, WritingStore& writer) {
         writer.put(kSmallPolicy, "");
         writer.change_origins({"+https://new.example"});
       }},
      {"a record was written",
       [](const RedisServer&, WritingStore& writer) {
         writer.put_records({{"a", R"({"name":"A"})"}}, writer.records_revision());
       }},
      {"by hand, without an entry",
       commands({{"SADD", kOriginsKey, "https://new.example"}, {"SET", kRevisionKey, "2:b"}})},
      {"by hand, without an entry, and then by the plugin",
       [](const RedisServer& server, WritingStore& writer) {
         test::run_multi(
             server, {{"SADD", kOriginsKey, "https://new.example"}, {"SET", kRevisionKey, "2:b"}});
         writer.change_origins({"+https://newer.example"});
       }},
      {"by hand, without a revision", commands({{"SADD", kOriginsKey, "https://new.example"}})},
      {"by hand, without a revision, and then by the plugin",
       [](const RedisServer& server, WritingStore& writer) {
         server.run({"SADD", kOriginsKey, "https://new.example"});
         writer.change_origins({"+https://newer.example"});
       }},
      {"the policy by hand, without a revision",
       commands({{"SET", kPolicyKey, R"({"version":1})"}})},
      {"the policy by hand, without a revision, and then an origin",
       [](const RedisServer& server, WritingStore& writer) {
         server.run({"SET", kPolicyKey, R"({"version":1})"});
         writer.change_origins({"+https://new.example"});
       }},
      {"a record by hand, without a revision",
       commands({{"HSET", "{corsac}:trusted_origins", "a", R"({"name":"A"})"}})},
      {"no log any more",
       [](const RedisServer& server, WritingStore& writer) {
         writer.change_origins({"+https://new.example"});
         server.run({"DEL", kChangesKey});
       }},
      {"a log that was trimmed too far",
       [](const RedisServer& server, WritingStore& writer) {
         writer.change_origins({"+https://new.example"});
         writer.change_origins({"+https://newer.example"});
         server.run({"LTRIM", kChangesKey, "0", "0"});
       }},
      {"a log of another type",
       [](const RedisServer& server, WritingStore& writer) {
         writer.change_origins({"+https://new.example"});
         server.run({"DEL", kChangesKey});
         server.run({"SET", kChangesKey, "x"});
       }},
      {"an entry of a revision that never came",
       commands({{"LPUSH", kChangesKey, "1:a 2:b +https://never.example"},
                 {"SET", kRevisionKey, "2:c"}})},
      {"an entry that says what was not done",
       commands({{"SET", kRevisionKey, "2:b"},
                 {"LPUSH", kChangesKey, "1:a 2:b +https://never.example"}})},
      {"an entry that says half of what was done",
       commands({{"SADD", kOriginsKey, "https://x.example", "https://y.example"},
                 {"SET", kRevisionKey, "2:b"},
                 {"LPUSH", kChangesKey, "1:a 2:b +https://x.example"}})},
      {"a revision that went back, as after a restore",
       [](const RedisServer& server, WritingStore& writer) {
         writer.change_origins({"+https://new.example"});
         server.run({"SREM", kOriginsKey, "https://new.example", "https://two.example"});
         server.run({"SET", kRevisionKey, "1:z"});
       }},
      {"the last origin went, and the list with it",
       [](const RedisServer&, WritingStore& writer) {
         writer.change_origins({"-https://one.example", "-https://two.example"});
       }},
      {"no revision any more", commands({{"DEL", kRevisionKey}})},
      {"a revision that looks like a name of the plugin",
       commands({{"SET", kRevisionKey, "1:a~1"}, {"LPUSH", kChangesKey, "1:a 1:a~1"}})},
      {"a revision that is none", commands({{"SET", kRevisionKey, "1 a"}})},
      {"no policy any more", commands({{"DEL", kPolicyKey}})},
  };
}

TEST_F(RedisChangesReadTest, ConflictsWhereItCannotTell) {
  for (const GapRow& row : gap_rows()) {
    SCOPED_TRACE(row.desc);
    const RedisServer server;
    fill(server);
    Follower reader(server.url());
    ASSERT_EQ(reader.follow(), CORSAC_OK);
    WritingStore writer(server.url());
    row.change(server, writer);
    const ToldChanges told = reader.store().read_changes(reader.document().revision);
    EXPECT_EQ(told.status, CORSAC_CONFLICT);
    EXPECT_EQ(told.revision, "") << "nothing is told that is void";
    EXPECT_THAT(told.changes, IsEmpty());
  }
}

// After a whole read it is followed again.
TEST_F(RedisChangesReadTest, FollowsAgainAfterAGap) {
  const RedisServer server;
  fill(server);
  Follower reader(server.url());
  WritingStore writer(server.url());
  ASSERT_EQ(writer.change_origins({"+https://new.example"}), CORSAC_OK);
  ASSERT_EQ(reader.follow(), CORSAC_OK);
  ASSERT_EQ(writer.put(R"({"version":1})", ""), CORSAC_OK);
  EXPECT_FALSE(reader.catch_up());
  ASSERT_EQ(writer.change_origins({"-https://new.example"}), CORSAC_OK);
  EXPECT_TRUE(reader.catch_up());
  EXPECT_THAT(reader.document().origins, ElementsAre("https://one.example", "https://two.example"));
}

TEST_F(RedisChangesReadTest, TakesNoEntryThatIsNone) {
  const char* const entries[] = {
      "",
      "1:a",
      "1:a ",
      "1:a  2:b",
      " 1:a 2:b",
      "1:a 2:b ",
      "1:a 2:b https://x.example",
      "1:a 2:b +",
      "1:a 2:b +https://x.example  -https://y.example",
      "1:a 2:b =",
      "1:a 2:b =-1",
      "1:a 2:b =2x",
      "1:a 2:b =99999999999999999999",
      "1:a 2:b =2 =2",
      "1:a 2:b +https://x.example =3",
      "1:a 2:b +https://x.example\n-https://y.example",
      "1:a 2:b +https://x.ex\x01mple",
      "1:a\t2:b +https://x.example",
      "1:a 1:a +https://x.example",
      "content:1 2:b",
      "1:a 2:b~1",
      "{\"before\": \"1:a\", \"after\": \"2:b\"}",
  };
  for (const char* entry : entries) {
    SCOPED_TRACE(entry);
    const RedisServer server;
    fill(server);
    Follower reader(server.url());
    test::run_multi(server, {{"LPUSH", kChangesKey, entry}, {"SET", kRevisionKey, "2:b"}});
    EXPECT_EQ(reader.follow(), CORSAC_CONFLICT);
  }
  const RedisServer server;
  fill(server);
  Follower reader(server.url());
  test::run_multi(server, {{"LPUSH", kChangesKey, "1:a 2:b"}, {"SET", kRevisionKey, "2:b"}});
  EXPECT_EQ(reader.follow(), CORSAC_OK) << "as a control: a step that changed nothing";
  EXPECT_EQ(reader.document().revision, "2:b");
  test::run_multi(
      server, {{"LPUSH", kChangesKey, std::string(3'000'000, 'x')}, {"SET", kRevisionKey, "3:c"}});
  EXPECT_EQ(reader.follow(), CORSAC_CONFLICT) << "larger than a whole log";
}

TEST_F(RedisChangesReadTest, TellsNothingSinceARevisionThatItDidNotGive) {
  const RedisServer server;
  fill(server);
  WritingStore reader(server.url());
  EXPECT_EQ(reader.read_changes("1:a").status, CORSAC_CONFLICT) << "nothing was read yet";
  Follower follower(server.url());
  WritingStore writer(server.url());
  ASSERT_EQ(writer.change_origins({"+https://new.example"}), CORSAC_OK);
  for (const char* since : {"", "0:z", "1:b", "1:a~0000000000000000", "content:0000000000000000"}) {
    EXPECT_EQ(follower.store().read_changes(since).status, CORSAC_CONFLICT) << since;
  }
  EXPECT_EQ(follower.store().read_changes(writer.revision()).status, CORSAC_CONFLICT)
      << "that one exists, and this store has not told it";
  EXPECT_EQ(follower.follow(), CORSAC_OK);
}

TEST_F(RedisChangesReadTest, TellsNothingOfADocumentWithoutARevision) {
  const RedisServer server;
  server.run({"SADD", kOriginsKey, "https://one.example"});
  server.run({"SET", kPolicyKey, kSmallPolicy});
  Follower reader(server.url());
  EXPECT_THAT(reader.document().revision, testing::StartsWith("content:"));
  EXPECT_EQ(reader.follow(), CORSAC_CONFLICT);
  WritingStore writer(server.url());
  ASSERT_EQ(writer.change_origins({"+https://new.example"}), CORSAC_OK);
  EXPECT_EQ(reader.follow(), CORSAC_CONFLICT);
  EXPECT_EQ(server.run({"EXISTS", kChangesKey}), "0") << "an entry has two revisions";
}

TEST_F(RedisChangesReadTest, LeavesOutWhatTheSettingsLeaveOut) {
  const RedisServer server;
  fill(server);
  Follower reader({{"url", server.url()}, {"only_policy", "true"}});
  EXPECT_EQ(reader.follow(), CORSAC_CONFLICT);
}

// The list of origins is not there without a set: more than an element changes then.
TEST_F(RedisChangesReadTest, ReadsAllWhenTheFirstOriginComes) {
  const RedisServer server;
  put(server, kSmallPolicy, "1:a");
  Follower reader(server.url());
  WritingStore writer(server.url());
  ASSERT_EQ(writer.change_origins({"+https://new.example"}), CORSAC_OK);
  EXPECT_FALSE(reader.catch_up());
  ASSERT_EQ(writer.change_origins({"+https://newer.example"}), CORSAC_OK);
  EXPECT_TRUE(reader.catch_up());
}

// What keeps its size is found by a whole read alone, so one comes now and then.
TEST_F(RedisChangesReadTest, ReadsAllNowAndThen) {
  const RedisServer server;
  fill(server);
  Follower reader({{"url", server.url()}, {"full_read_seconds", "1"}});
  WritingStore writer(server.url());
  EXPECT_TRUE(test::eventually([&] { return reader.follow() == CORSAC_CONFLICT; }));
  reader.read_all();
  EXPECT_EQ(reader.follow(), CORSAC_OK);
}

TEST_F(RedisChangesReadTest, EndsWhenTheSinkSaysStop) {
  const RedisServer server;
  fill(server);
  Follower reader(server.url());
  WritingStore writer(server.url());
  ASSERT_EQ(writer.change_origins({"+https://new.example"}), CORSAC_OK);
  for (std::size_t call = 1; call <= 3; ++call) {
    EXPECT_EQ(reader.store().read_changes("1:a", call).status, CORSAC_CANCELLED) << call;
  }
  EXPECT_EQ(reader.follow(), CORSAC_OK) << "it was not taken, so it is told again";
}

TEST_F(RedisChangesReadTest, SaysThatRedisCannotBeReached) {
  RedisServer server;
  fill(server);
  Follower reader({{"url", server.url()}, {"command_timeout_milliseconds", "500"}});
  // Else it is the connection that listens which is lost, and all is read.
  ASSERT_TRUE(test::eventually([&] {
    return ::testing::Value(reader.store().log(), Contains(HasSubstr("listening for changes")));
  }));
  server.freeze();
  EXPECT_EQ(reader.follow(), CORSAC_UNREACHABLE);
  EXPECT_THAT(reader.store().log(), Contains(HasSubstr("2 redis-silent")));
  reader.store().host().cancel();
  EXPECT_EQ(reader.follow(), CORSAC_CANCELLED);
  reader.store().host().cancel(false);
  server.thaw();
}

TEST_F(RedisChangesReadTest, ReadsAllOfAnotherRun) {
  RedisServer server({"appendonly yes", "appendfsync always"});
  fill(server);
  Follower reader(server.url());
  WritingStore writer(server.url());
  ASSERT_EQ(writer.change_origins({"+https://new.example"}), CORSAC_OK);
  server.kill();
  server.start();
  EXPECT_EQ(reader.follow(), CORSAC_CONFLICT) << "its revision and its log are the same";
  reader.read_all();
  EXPECT_EQ(reader.store().host().switches(), 1u);
  ASSERT_EQ(writer.change_origins({"+https://newer.example"}), CORSAC_OK);
  EXPECT_TRUE(test::eventually([&] { return reader.catch_up(); }))
      << "once the connection that listens is back";
}

// The run id says it where no connection is there to be lost.
TEST_F(RedisChangesReadTest, ReadsAllOfAnotherRunThatNothingElseTells) {
  ::setenv("CORSAC_TEST_PASSWORD", "hunter2", 1);
  RedisServer server({"appendonly yes", "appendfsync always",
                      "user reader on >hunter2 %R~{corsac}:* -@all +get +sscan +hscan +lrange "
                      "+scard +hlen +info +role"});
  fill(server);
  Follower reader(
      {{"url", "redis://reader@" + server.address()}, {"password_env", "CORSAC_TEST_PASSWORD"}});
  ASSERT_TRUE(test::eventually([&] {
    const std::vector<std::string> log = reader.store().log();
    return std::any_of(log.begin(), log.end(), [](const std::string& line) {
      return line.find("not told of changes") != std::string::npos;
    });
  }));
  reader.read_all();
  ASSERT_EQ(reader.follow(), CORSAC_OK);
  server.kill();
  server.start();
  EXPECT_EQ(reader.follow(), CORSAC_CONFLICT);
  reader.read_all();
  EXPECT_EQ(reader.follow(), CORSAC_OK);
}

// A fail-over to a replica that had not received all.
TEST_F(RedisChangesReadTest, ReadsAllOfAnOlderReplica) {
  const RedisServer primary;
  fill(primary);
  const RedisServer replica({"replicaof 127.0.0.1 " + std::to_string(primary.port())});
  WritingStore writer(primary.url());
  ASSERT_EQ(writer.change_origins({"+https://both.example"}), CORSAC_OK);
  const std::string both = writer.revision();
  ASSERT_TRUE(test::eventually([&] { return replica.run({"GET", kRevisionKey}) == both; }));
  EXPECT_EQ(replica.run({"LRANGE", kChangesKey, "0", "-1"}),
            primary.run({"LRANGE", kChangesKey, "0", "-1"}));
  replica.run({"REPLICAOF", "NO", "ONE"});
  std::string address = primary.address();
  const test::ScriptedPeer sentinel([&](test::PeerConnection& connection) {
    for (auto command = connection.read_command(); !command.empty();
         command = connection.read_command()) {
      const std::string port = address.substr(address.find(':') + 1);
      const std::string named = test::list({test::bulk("127.0.0.1"), test::bulk(port)});
      const std::string subscribed =
          test::list({test::bulk("subscribe"), test::bulk("+switch-master"), ":1\r\n"});
      connection.send(command.front() == "SENTINEL" ? named : subscribed);
    }
  });
  Follower reader({{"sentinels", sentinel.address()}, {"sentinel_master", "mymaster"}});
  ASSERT_EQ(writer.change_origins({"+https://lost.example"}), CORSAC_OK);
  ASSERT_EQ(reader.follow(), CORSAC_OK);
  WritingStore other(replica.url());
  ASSERT_EQ(other.change_origins({"+https://other.example"}), CORSAC_OK) << "the same counter";
  address = replica.address();
  EXPECT_EQ(reader.follow(), CORSAC_CONFLICT);
  reader.read_all();
  EXPECT_THAT(reader.document().origins, Contains("https://other.example"));
  EXPECT_THAT(reader.document().origins, Not(Contains("https://lost.example")));
}

struct RightsRow {
  const char* desc;
  std::string rights;
  const char* denied;  // in the log; "" = changes are followed
};

TEST_F(RedisChangesReadTest, NeedsTheRightsOfAReaderAndDoesWithoutThem) {
  ::setenv("CORSAC_TEST_PASSWORD", "hunter2", 1);
  const std::string before = "+get +sscan +hscan +subscribe +ping +select +info +role";
  const RightsRow rows[] = {
      {"as plugins/README.md lists them", "%R~{corsac}:* " + before + " +lrange +scard +hlen", ""},
      {"of before there were changes", "%R~{corsac}:* " + before,
       "redis-no-permission: LRANGE {corsac}:changes"},
      {"without the key",
       "%R~{corsac}:policy %R~{corsac}:origins %R~{corsac}:trusted_origins %R~{corsac}:revision " +
           before + " +lrange +scard +hlen",
       "redis-no-permission: LRANGE {corsac}:changes"},
      {"without LRANGE", "%R~{corsac}:* " + before + " +scard +hlen",
       "redis-no-permission: LRANGE {corsac}:changes"},
      {"without SCARD", "%R~{corsac}:* " + before + " +lrange +hlen",
       "redis-no-permission: SCARD {corsac}:origins"},
      {"without HLEN", "%R~{corsac}:* " + before + " +lrange +scard",
       "redis-no-permission: HLEN {corsac}:trusted_origins"},
  };
  for (const RightsRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const RedisServer server;
    fill(server);
    std::vector<std::string> command = {"ACL", "SETUSER",  "reader",           "reset",
                                        "on",  ">hunter2", "&{corsac}:changed"};
    for (std::size_t at = 0; at < row.rights.size();) {
      const std::size_t end = std::min(row.rights.find(' ', at), row.rights.size());
      command.push_back(row.rights.substr(at, end - at));
      at = end + 1;
    }
    server.run(command);
    Follower reader(
        {{"url", "redis://reader@" + server.address()}, {"password_env", "CORSAC_TEST_PASSWORD"}});
    WritingStore writer(server.url());
    for (int i = 0; i < 3; ++i) {
      ASSERT_EQ(writer.change_origins({"+https://" + std::to_string(i) + ".example"}), CORSAC_OK);
      EXPECT_EQ(reader.catch_up(), *row.denied == '\0');
      reader.catch_up();  // nothing changed
      EXPECT_EQ(reader.document().revision, writer.revision());
      EXPECT_EQ(reader.document().origins.size(), 3U + static_cast<unsigned>(i));
    }
    int told = 0;
    for (const std::string& line : reader.store().log()) {
      if (line.find("1 not told which origins changed") != 0) continue;
      ++told;
      EXPECT_THAT(line, HasSubstr(row.denied));
    }
    EXPECT_EQ(told, *row.denied == '\0' ? 0 : 1) << "once";
  }
}

TEST_F(RedisChangesReadTest, DoesWithoutACommandThatRedisDoesNotHave) {
  const RedisServer server({"rename-command LRANGE \"\""});
  fill(server);
  Follower reader(server.url());
  test::run_multi(server, {{"SADD", kOriginsKey, "https://new.example"},
                           {"LPUSH", kChangesKey, "1:a 2:b +https://new.example"},
                           {"SET", kRevisionKey, "2:b"}});
  EXPECT_FALSE(reader.catch_up());
  EXPECT_THAT(reader.store().log(), Contains(HasSubstr("1 not told which origins changed")));
  EXPECT_THAT(reader.document().origins, Contains("https://new.example"));
}

// The block behind `<!-- example: NAME -->` of plugins/README.md.
std::string example_of_plugins_readme(const std::string& name) {
  std::ifstream readme(CORSAC_TEST_PLUGINS_README);
  std::string line;
  while (std::getline(readme, line) && line != "<!-- example: " + name + " -->") {
  }
  std::getline(readme, line);  // the fence
  std::string text;
  while (std::getline(readme, line) && line.rfind("```", 0) != 0) text += line + "\n";
  return text;
}

TEST_F(RedisChangesReadTest, FollowsWhatIsWrittenByHandAsTheReadmeSays) {
  if (std::system("command -v redis-cli > /dev/null") != 0) GTEST_SKIP() << "no redis-cli";
  const std::string typed = example_of_plugins_readme("changes.redis");
  ASSERT_THAT(typed, HasSubstr("LPUSH {corsac}:changes"));
  const RedisServer server;
  server.run({"SADD", kOriginsKey, "https://old.example", "https://kept.example"});
  put(server, kSmallPolicy, "8:5b01e7aa");
  Follower reader(server.url());
  std::FILE* redis_cli =
      ::popen(("redis-cli -p " + std::to_string(server.port()) + " > /dev/null").c_str(), "w");
  ASSERT_NE(redis_cli, nullptr);
  EXPECT_EQ(std::fwrite(typed.data(), 1, typed.size(), redis_cli), typed.size());
  EXPECT_EQ(::pclose(redis_cli), 0);
  EXPECT_EQ(reader.follow(), CORSAC_OK);
  EXPECT_EQ(reader.document().revision, "9:07c4d911");
  EXPECT_THAT(reader.document().origins,
              ElementsAre("https://kept.example", "https://one.example", "https://two.example"));
}

}  // namespace
}  // namespace corsac
