// The extension corsac.store.records/1 of the redis plugin: what one writer is answered.

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
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
using test::RecordingSink;
using test::RedisServer;
using test::RedisStore;
using test::WritingStore;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr const char* kNoRecords = "~0000000000000000";  // ends each revision then
constexpr const char* kNone = "no revision~0000000000000000";
constexpr const char* kPolicy = "{corsac}:policy";
constexpr const char* kRecords = "{corsac}:trusted_origins";
constexpr const char* kRevision = "{corsac}:revision";

class RedisRecordWriteTest : public test::RedisTest {
 protected:
  // As text; sorted by Redis as it likes.
  static std::string records(const RedisServer& server) {
    return server.run({"HGETALL", kRecords});
  }
  // Of a revision that a writer is told: what the key holds.
  static std::string of_key(const std::string& revision) {
    return revision.substr(0, revision.find('~'));
  }
};

TEST_F(RedisRecordWriteTest, IsFoundByItsNameAndWantsChangesAlone) {
  const auto* table = static_cast<const corsac_store_records_v1*>(
      test::load_built_plugin("redis").extension(test::to_text("corsac.store.records/1")));
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->size, sizeof(corsac_store_records_v1));
  EXPECT_EQ(table->form, CORSAC_RECORDS_CHANGES);
}

// Also before there is a policy: an organisation may begin with records.
TEST_F(RedisRecordWriteTest, PutsReplacesTakesAwayAndTells) {
  const RedisServer server;
  RedisStore reader(server.url());
  ASSERT_TRUE(test::eventually([&] { return reader.has_logged("listening for changes"); }));
  WritingStore writer(server.url());
  const RecordingSink none;
  EXPECT_EQ(writer.read_records(none), CORSAC_OK);
  EXPECT_THAT(none.calls(),
              ElementsAre("source redis {corsac}:trusted_origins", "integer version 1 0:0",
                          "begin_list trusted_origins 0:0", "end_list", "finish"));
  EXPECT_EQ(none.revision(), kNone);

  std::size_t before = reader.host().changes();
  EXPECT_EQ(writer.put_records({{"b", R"({"name":"B"})"}, {"a", R"({"name":"A"})"}}, kNone),
            CORSAC_OK);
  ASSERT_THAT(writer.revisions, ElementsAre(MatchesRegex("1:[0-9a-f]{16}~[0-9a-f]{16}")));
  EXPECT_TRUE(reader.host().wait_for_more_changes_than(before));
  EXPECT_THAT(reader.read(), Contains(HasSubstr("redis-key-missing"))) << "no policy";

  put(server, R"({"version":1})", "5:x");
  before = reader.host().changes();
  EXPECT_EQ(writer.put_records({{"b", ""}, {"c", R"({"name":"C"})"}, {"a", R"({"name":"Z"})"}},
                               writer.records_revision()),
            CORSAC_OK);
  ASSERT_THAT(writer.revisions, ElementsAre(MatchesRegex("6:[0-9a-f]{16}~[0-9a-f]{16}")));
  EXPECT_TRUE(reader.host().wait_for_more_changes_than(before));

  const std::vector<std::string> list = {"begin_list trusted_origins 0:0",
                                         "source redis {corsac}:trusted_origins a",
                                         "begin_item - 0:0",
                                         "text name \"Z\" 1:9",
                                         "text id \"a\" 0:0",
                                         "end_item",
                                         "source redis {corsac}:trusted_origins c",
                                         "begin_item - 0:0",
                                         "text name \"C\" 1:9",
                                         "text id \"c\" 0:0",
                                         "end_item"};
  std::vector<std::string> calls = {"source redis {corsac}:trusted_origins",
                                    "integer version 1 0:0"};
  calls.insert(calls.end(), list.begin(), list.end());
  calls.insert(calls.end(), {"end_list", "finish"});
  const RecordingSink two;
  EXPECT_EQ(writer.read_records(two), CORSAC_OK);
  EXPECT_EQ(two.calls(), calls);
  EXPECT_EQ(two.revision(), writer.revision());

  calls = {"integer version 1 1:12"};
  calls.insert(calls.end(), list.begin(), list.end());
  calls.insert(calls.end(), {"source redis {corsac}:policy", "end_list"});
  EXPECT_EQ(reader.read(), calls) << "as every server reads them";
  EXPECT_EQ(reader.revision(), of_key(writer.revision()));
}

struct RevisionRow {
  const char* desc;
  const char* there;     // empty = no key
  const char* expected;  // the same, when the records were read
  std::int32_t status;
};

constexpr RevisionRow kRevisionRows[] = {
    {"none, as expected", "", "", CORSAC_OK},
    {"the first writer was faster", "1:a", "", CORSAC_CONFLICT},
    {"the same", "8:b", "8:b", CORSAC_OK},
    {"not of a counter", "mine", "mine", CORSAC_OK},
    {"another counter", "9:b", "8:b", CORSAC_CONFLICT},
    {"another nonce, as after a fail-over", "8:b", "8:a", CORSAC_CONFLICT},
    {"Redis was emptied", "", "8:b", CORSAC_CONFLICT},
};

TEST_F(RedisRecordWriteTest, RefusesALostUpdate) {
  for (const RevisionRow& row : kRevisionRows) {
    SCOPED_TRACE(row.desc);
    const RedisServer server;
    server.run({"HSET", kRecords, "a", "{}"});
    if (*row.expected != '\0') server.run({"SET", kRevision, row.expected});
    const std::string expected = WritingStore(server.url()).records_revision();
    server.run({"DEL", kRevision});
    if (*row.there != '\0') server.run({"SET", kRevision, row.there});
    WritingStore writer(server.url());
    EXPECT_EQ(writer.put_records({{"a", ""}, {"b", "{}"}}, expected), row.status);
    EXPECT_EQ(writer.revisions.size(), row.status == CORSAC_OK ? 1u : 0u);
    EXPECT_EQ(records(server), row.status == CORSAC_OK ? "b\n{}" : "a\n{}");
    if (row.status == CORSAC_CONFLICT) {
      const std::string there = *row.there == '\0' ? "(nil)" : row.there;
      EXPECT_EQ(server.run({"GET", kRevision}), there);
    }
  }
}

TEST_F(RedisRecordWriteTest, ConflictsWithAPushAsWithAnyChange) {
  const RedisServer server;
  WritingStore keeper(server.url());
  WritingStore pusher(server.url());
  EXPECT_EQ(keeper.put_records({{"a", "{}"}}, kNone), CORSAC_OK);
  const std::string before = keeper.revision();
  EXPECT_EQ(pusher.put(kSmallPolicy, of_key(before)), CORSAC_OK);
  EXPECT_EQ(keeper.put_records({{"a", ""}}, before), CORSAC_CONFLICT);
  EXPECT_EQ(keeper.put_records({{"a", ""}}, keeper.records_revision()), CORSAC_OK);
  EXPECT_EQ(pusher.put("{}", pusher.revision()), CORSAC_CONFLICT);
}

TEST_F(RedisRecordWriteTest, TakesManyChangesInOneStep) {
  const RedisServer server;
  WritingStore writer(server.url());
  WritingStore::Changes changes;
  for (int i = 0; i < 100'000; ++i) changes.push_back({"tos" + std::to_string(i), "{}"});
  const WritingStore::Changes some(changes.begin(), changes.begin() + 10'000);
  EXPECT_EQ(writer.put_records(some, kNone), CORSAC_OK);
  EXPECT_EQ(server.run({"HLEN", kRecords}), "10000");
  EXPECT_EQ(writer.put_records(changes, writer.revision()), CORSAC_OK);
  EXPECT_EQ(server.run({"HLEN", kRecords}), "100000");
  const std::string revision = writer.revision();
  changes.push_back({"last", "{}"});
  EXPECT_EQ(writer.put_records(changes, revision), CORSAC_INVALID);
  EXPECT_THAT(writer.log(), Contains(HasSubstr("redis-too-many-changes: 100001 trusted origins")));
  changes.pop_back();
  for (auto& change : changes) change.second.clear();
  EXPECT_EQ(writer.put_records(changes, revision), CORSAC_OK);
  EXPECT_EQ(server.run({"EXISTS", kRecords}), "0");
}

// Servers would keep their last policy, and see no trust withdrawn.
TEST_F(RedisRecordWriteTest, NeverWritesMoreThanServersRead) {
  const RedisServer server;
  put(server, R"({"version":1,"hosts":{"allowed":["a.example"]}})", "1:a");
  const test::OpenStore::Settings settings = {{"url", server.url()}, {"limit_bytes", "8000"}};
  WritingStore writer(settings);
  const std::string active = R"({"status":"ACTIVE","more":")" + std::string(200, 'x') + "\"}";
  std::string revision = std::string("1:a") + kNoRecords;
  int count = 0;
  std::int32_t status = CORSAC_OK;
  for (; count < 100; ++count) {
    status = writer.put_records({{"tos" + std::to_string(count), active}}, revision);
    if (status != CORSAC_OK) break;
    revision = writer.revision();
  }
  EXPECT_EQ(status, CORSAC_INVALID);
  EXPECT_THAT(writer.log(), Contains(HasSubstr("redis-too-large: policy, origins and trusted")));
  EXPECT_EQ(count, 27) << "of 246 to 248 bytes each, in seven eighths of the limit";
  EXPECT_EQ(server.run({"GET", kRevision}), of_key(revision));
  WritingStore opened_later(settings);
  EXPECT_EQ(opened_later.put_records({{"new", active}}, revision), CORSAC_INVALID);
  EXPECT_EQ(opened_later.put_records({{"new", active}, {"tos0", ""}}, revision), CORSAC_OK)
      << "no larger than before";
  EXPECT_EQ(opened_later.put_records({{"new", ""}, {"tos0", active}}, opened_later.revision()),
            CORSAC_OK);
  revision = opened_later.revision();

  RedisStore reader(settings);
  EXPECT_THAT(reader.read(), Contains("text id \"tos26\" 0:0"));
  EXPECT_EQ(reader.status(), CORSAC_OK);

  const std::string inactive = R"({"status":"INACTIVE","more":")" + std::string(200, 'x') + "\"}";
  for (int i = 0; i < count; ++i) {
    ASSERT_EQ(opened_later.put_records({{"tos" + std::to_string(i), inactive}}, revision),
              CORSAC_OK);
    revision = opened_later.revision();
  }
  EXPECT_EQ(opened_later.put_records({{"tos0", std::string(2000, 'x')}}, revision), CORSAC_INVALID)
      << "nor may one that is there grow without end";
  EXPECT_EQ(opened_later.put_records({{"tos0", std::string(9000, 'x')}}, revision), CORSAC_INVALID);
  EXPECT_THAT(opened_later.log(), Contains(HasSubstr("redis-too-large: the changes have 9024 ")));
  EXPECT_THAT(reader.read(), Contains("text id \"tos26\" 0:0"));
  EXPECT_EQ(reader.status(), CORSAC_OK);
}

struct OriginsRow {
  const char* desc;
  int origins;
  std::string more;  // in each origin
  std::size_t limit_bytes;
  int least;  // records that still are written
};

// A set of many is not read for each record that is written.
TEST_F(RedisRecordWriteTest, CountsTheSetOfOrigins) {
  const OriginsRow rows[] = {
      {"some", 20, "", 8'000, 20},
      {"many", 10'000, "", 400'000, 10},
      {"many long ones", 2'000, std::string(150, 'a'), 500'000, 100},
  };
  for (const OriginsRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const RedisServer server;
    put(server, R"({"version":1})", "1:a");
    test::RedisClient client(server.port());
    std::vector<std::string> command = {"SADD", "{corsac}:origins"};
    for (int i = 0; i < row.origins; ++i) {
      command.push_back("https://" + std::to_string(i) + row.more + ".example");
    }
    client.run(command);
    const test::OpenStore::Settings settings = {{"url", server.url()},
                                                {"limit_bytes", std::to_string(row.limit_bytes)}};
    WritingStore writer(settings);
    const std::string record = R"({"more":")" + std::string(200, 'x') + "\"}";
    std::string revision = writer.records_revision();
    int count = 0;
    while (writer.put_records({{"tos" + std::to_string(count), record}}, revision) == CORSAC_OK) {
      revision = writer.revision();
      ASSERT_LT(++count, 2'000);
    }
    EXPECT_THAT(writer.log(), Contains(HasSubstr("redis-too-large: policy, origins and")));
    EXPECT_GE(count, row.least);
    RedisStore reader(settings);
    EXPECT_THAT(reader.read(), Contains("text id \"tos0\" 0:0"));
    EXPECT_EQ(reader.status(), CORSAC_OK);
  }
}

// Taking trust away needs none.
TEST_F(RedisRecordWriteTest, AddsNothingWithoutMemory) {
  const RedisServer server;
  WritingStore writer(server.url());
  EXPECT_EQ(writer.put_records({{"a", "{}"}, {"b", "{}"}}, kNone), CORSAC_OK);
  const std::string revision = writer.revision();
  server.run({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_EQ(writer.put_records({{"c", "{}"}, {"b", ""}}, revision), CORSAC_READ_ONLY);
  EXPECT_THAT(writer.log(), Contains(HasSubstr("redis-full: SET {corsac}:revision: Redis has no")));
  EXPECT_EQ(server.run({"HLEN", kRecords}), "2");
  EXPECT_EQ(server.run({"GET", kRevision}), of_key(revision));
  EXPECT_EQ(writer.put_records({{"a", R"({"status":"INACTIVE"})"}, {"b", ""}}, revision),
            CORSAC_OK);
  EXPECT_EQ(records(server), "a\n{\"status\":\"INACTIVE\"}");
}

struct RefusalRow {
  const char* desc;
  std::vector<std::vector<std::string>> commands;
  std::int32_t status;
  const char* log;
};

std::vector<RefusalRow> refusal_rows() {
  return {
      {"the hash is a text",
       {{"DEL", kRecords}, {"SET", kRecords, "x"}},
       CORSAC_INVALID,
       "redis-wrong-type: HSTRLEN {corsac}:trusted_origins"},
      {"the policy is a list",
       {{"RPUSH", kPolicy, "x"}},
       CORSAC_INVALID,
       "redis-wrong-type: STRLEN {corsac}:policy"},
      {"the origins are a text",
       {{"SET", "{corsac}:origins", "x"}},
       CORSAC_INVALID,
       "redis-wrong-type: SCARD {corsac}:origins"},
      {"the revision is a list",
       {{"DEL", kRevision}, {"RPUSH", kRevision, "x"}},
       CORSAC_INVALID,
       "redis-wrong-type: GET {corsac}:revision"},
      {"a replica",
       {{"REPLICAOF", "127.0.0.1", "1"}},
       CORSAC_READ_ONLY,
       "redis-read-only: 127.0.0.1:"},
      {"a replica without its primary, that serves no old data",
       {{"CONFIG", "SET", "replica-serve-stale-data", "no"}, {"REPLICAOF", "127.0.0.1", "1"}},
       CORSAC_UNREACHABLE,
       "redis-primary-down: STRLEN {corsac}:policy"},
      {"too few replicas",
       {{"CONFIG", "SET", "min-replicas-to-write", "1"}},
       CORSAC_READ_ONLY,
       "redis-read-only: SET {corsac}:revision: Redis takes no writes while it has too few"},
  };
}

TEST_F(RedisRecordWriteTest, WritesNothingWhereRedisDoesNot) {
  for (const RefusalRow& row : refusal_rows()) {
    SCOPED_TRACE(row.desc);
    const RedisServer server;
    WritingStore writer(server.url());
    EXPECT_EQ(writer.put_records({{"a", "{}"}}, kNone), CORSAC_OK);
    const std::string revision = writer.revision();
    for (const auto& command : row.commands) server.run(command);
    EXPECT_EQ(writer.put_records({{"b", "{}"}, {"a", ""}}, revision), row.status);
    EXPECT_TRUE(writer.revisions.empty());
    EXPECT_THAT(writer.log(), Contains(HasSubstr(row.log)));
    if (row.status == CORSAC_READ_ONLY) {
      EXPECT_EQ(records(server), "a\n{}");
      EXPECT_EQ(server.run({"GET", kRevision}), of_key(revision));
    }
  }
}

struct RightsRow {
  std::vector<std::string> rights;
  const char* denied;
};

// A right that is missing may not leave half of the changes behind.
TEST_F(RedisRecordWriteTest, WritesNothingWithHalfOfTheRights) {
  ::setenv("CORSAC_TEST_PASSWORD", "hunter2", 1);
  const RightsRow rows[] = {
      {{"%R~{corsac}:*", "+@all"}, "EVAL {corsac}:trusted_origins: the user may not write"},
      {{"~{corsac}:*", "+@all", "-eval"}, "EVAL {corsac}:trusted_origins: the user may not write"},
      {{"~{corsac}:*", "+@all", "-get"}, "GET {corsac}:revision"},
      {{"~{corsac}:*", "+@all", "-set"}, "SET {corsac}:revision"},
      {{"~{corsac}:*", "+@all", "-hset"}, "HSET {corsac}:trusted_origins"},
      {{"~{corsac}:*", "+@all", "-hdel"}, "HDEL {corsac}:trusted_origins"},
      {{"~{corsac}:*", "+@all", "-hstrlen"}, "HSTRLEN {corsac}:trusted_origins"},
      {{"~{corsac}:*", "+@all", "-strlen"}, "STRLEN {corsac}:policy"},
      {{"~{corsac}:*", "+@all", "-scard"}, "SCARD {corsac}:origins"},
      {{"~{corsac}:*", "+@all", "-sscan"}, "SSCAN {corsac}:origins"},
  };
  const RedisServer server;
  server.run({"ACL", "SETUSER", "keeper", "reset", "on", ">hunter2", "~*", "&*", "+@all"});
  WritingStore writer(
      {{"url", server.url()}, {"user", "keeper"}, {"password_env", "CORSAC_TEST_PASSWORD"}});
  server.run({"SADD", "{corsac}:origins", "https://a.example"});
  EXPECT_EQ(writer.put_records({{"a", "{}"}, {"b", "{}"}}, kNone), CORSAC_OK);
  const std::string before = records(server);
  for (const RightsRow& row : rows) {
    SCOPED_TRACE(testing::PrintToString(row.rights));
    const std::string revision = server.run({"GET", kRevision});
    server.run({"ACL", "SETUSER", "keeper", "reset", "on", ">hunter2", "~*", "&*", "+@all"});
    const std::string expected = writer.records_revision();
    if (of_key(expected) != revision) FAIL();
    std::vector<std::string> command = {"ACL", "SETUSER",  "keeper",           "reset",
                                        "on",  ">hunter2", "&{corsac}:changed"};
    command.insert(command.end(), row.rights.begin(), row.rights.end());
    server.run(command);
    EXPECT_EQ(writer.put_records({{"a", ""}, {"c", "{}"}, {"b", "[]"}}, expected),
              CORSAC_READ_ONLY);
    EXPECT_THAT(writer.log(),
                Contains(HasSubstr(std::string("2 redis-no-permission: ") + row.denied)));
    EXPECT_EQ(records(server), before);
  }
}

// The lines of an example of README.md.
std::vector<std::string> readme_example(const std::string& name) {
  std::ifstream readme(CORSAC_TEST_README);
  std::string line;
  while (std::getline(readme, line) && line != "<!-- example: " + name + " -->") {
  }
  std::getline(readme, line);  // the fence
  std::vector<std::string> lines;
  while (std::getline(readme, line) && line.rfind("```", 0) != 0) lines.push_back(line);
  return lines;
}

// The words behind "user", as they stand there but for the password.
std::vector<std::string> rights_of_keeper() {
  std::vector<std::string> words;
  for (const std::string& line : readme_example("fleet.acl")) {
    if (line.rfind("user keeper ", 0) != 0) continue;
    std::istringstream text(line.substr(5));
    for (std::string word; text >> word;) {
      words.push_back(word == ">KEEPER-PASSWORD" ? ">hunter2" : word);
    }
  }
  return words;
}

TEST_F(RedisRecordWriteTest, NeedsTheRightsOfAKeeperWhoCannotChangeThePolicy) {
  ::setenv("CORSAC_TEST_PASSWORD", "hunter2", 1);
  const RedisServer server;
  put(server, R"({"version":1})", "1:a");
  const std::vector<std::string> rights = rights_of_keeper();
  ASSERT_THAT(rights, Contains(">hunter2"));
  std::vector<std::string> command = {"ACL", "SETUSER"};
  command.insert(command.end(), rights.begin(), rights.end());
  server.run(command);
  const test::OpenStore::Settings settings = {
      {"url", server.url()}, {"user", "keeper"}, {"password_env", "CORSAC_TEST_PASSWORD"}};
  WritingStore writer(settings);
  EXPECT_EQ(writer.put_records({{"a", "{}"}, {"b", "{}"}}, writer.records_revision()), CORSAC_OK);
  EXPECT_EQ(writer.put_records({{"a", ""}}, writer.revision()), CORSAC_OK);
  RedisStore reader(settings);
  EXPECT_THAT(reader.read(), Contains("text id \"b\" 0:0"));
  EXPECT_TRUE(test::eventually([&] { return reader.has_logged("listening for changes"); }));
  EXPECT_EQ(writer.put("{}", ""), CORSAC_READ_ONLY);

  test::RedisClient client(server.port());
  client.run({"AUTH", "keeper", "hunter2"});
  for (const std::vector<std::string>& denied : std::vector<std::vector<std::string>>{
           {"SET", kPolicy, "x"},
           {"DEL", kRecords},
           {"SADD", "{corsac}:origins", "x"},
           {"EVAL", "return redis.call('SET', KEYS[1], 'x')", "1", kPolicy},
           {"EVAL", "return redis.call('SET', '{corsac}:policy', 'x')", "1", kRecords},
           {"HSET", "another", "a", "x"},
           {"FLUSHALL"},
           {"CONFIG", "GET", "*"}}) {
    EXPECT_THAT(client.try_run(denied), testing::StartsWith("(error) "))
        << testing::PrintToString(denied);
  }
  EXPECT_EQ(server.run({"GET", kPolicy}), R"({"version":1})");
}

TEST_F(RedisRecordWriteTest, OutlivesRedisThatIsSetUpAsTheReadmeSays) {
  const std::vector<std::string> lines = readme_example("kept.redis.conf");
  ASSERT_THAT(lines, Contains("appendfsync always"));
  RedisServer primary(lines);
  WritingStore writer(primary.url());
  EXPECT_EQ(writer.put_records({{"a", "{}"}}, kNone), CORSAC_READ_ONLY);
  EXPECT_THAT(writer.log(), Contains(HasSubstr("Redis takes no writes while it has too few")));
  const RedisServer replica({"replicaof 127.0.0.1 " + std::to_string(primary.port())});
  ASSERT_TRUE(test::eventually([&] {
    return primary.run({"INFO", "replication"}).find("min_slaves_good_slaves:1") !=
           std::string::npos;
  }));
  EXPECT_EQ(writer.put_records({{"a", "{}"}}, kNone), CORSAC_OK);
  primary.kill();
  primary.start();
  EXPECT_EQ(records(primary), "a\n{}");
  EXPECT_EQ(primary.run({"GET", kRevision}), of_key(writer.revision()));
}

TEST_F(RedisRecordWriteTest, ReadsWithTheRightsOfAReader) {
  ::setenv("CORSAC_TEST_PASSWORD", "hunter2", 1);
  const RedisServer server;
  server.run({"ACL", "SETUSER", "reader", "reset", "on", ">hunter2", "%R~{corsac}:*", "-@all",
              "+get", "+hscan"});
  server.run({"HSET", kRecords, "a", "{}"});
  WritingStore reader(
      {{"url", server.url()}, {"user", "reader"}, {"password_env", "CORSAC_TEST_PASSWORD"}});
  const std::string revision = reader.records_revision();
  EXPECT_EQ(of_key(revision), "no revision");
  EXPECT_EQ(reader.put_records({{"a", ""}}, revision), CORSAC_READ_ONLY);
  EXPECT_EQ(records(server), "a\n{}");
}

// What it wrote would be in force on other servers, and not on its own.
TEST_F(RedisRecordWriteTest, KeepsNoneWhereTheSettingsLeaveThemOut) {
  const RedisServer server;
  WritingStore store({{"url", server.url()}, {"only_policy", "true"}});
  const RecordingSink sink;
  EXPECT_EQ(store.read_records(sink), CORSAC_READ_ONLY);
  EXPECT_THAT(sink.calls(), testing::IsEmpty());
  EXPECT_EQ(store.put_records({{"a", "{}"}}, kNone), CORSAC_READ_ONLY);
  EXPECT_THAT(store.log(), Contains(HasSubstr("redis-only-policy: only_policy leaves out")));
  EXPECT_EQ(server.run({"DBSIZE"}), "0");
}

TEST_F(RedisRecordWriteTest, ReadsNothingThatMayBeWrong) {
  const RedisServer server;
  WritingStore store(server.url());
  server.run({"REPLICAOF", "127.0.0.1", "1"});
  const RecordingSink empty;
  EXPECT_EQ(store.read_records(empty), CORSAC_UNREACHABLE);
  EXPECT_THAT(store.log(), Contains(HasSubstr("redis-not-synced")));
}

// A frozen Redis has the command in its socket, and reads it when it goes on.
TEST_F(RedisRecordWriteTest, SaysThatItMayHaveWritten) {
  RedisServer server;
  WritingStore writer({{"url", server.url()}, {"command_timeout_milliseconds", "100"}});
  EXPECT_EQ(writer.put_records({{"a", "{}"}}, kNone), CORSAC_OK);
  const std::string revision = writer.revision();
  server.freeze();
  EXPECT_EQ(writer.put_records({{"a", ""}}, revision), CORSAC_UNREACHABLE);
  EXPECT_TRUE(writer.revisions.empty());
  EXPECT_THAT(writer.log(), Contains(HasSubstr("redis-silent")));
  server.thaw();
  EXPECT_TRUE(test::eventually([&] { return server.run({"EXISTS", kRecords}) == "0"; }));
  EXPECT_EQ(writer.put_records({{"b", "{}"}}, revision), CORSAC_CONFLICT) << "so read first";
  server.kill();
  EXPECT_EQ(writer.put_records({{"b", "{}"}}, revision), CORSAC_UNREACHABLE);
  writer.host().cancel();
  EXPECT_EQ(writer.put_records({{"b", "{}"}}, revision), CORSAC_CANCELLED);
}

TEST_F(RedisRecordWriteTest, GoesToThePrimaryThatASentinelNames) {
  const RedisServer primary;
  const test::ScriptedPeer sentinel([&](test::PeerConnection& connection) {
    for (auto command = connection.read_command(); !command.empty();
         command = connection.read_command()) {
      const std::string named =
          test::list({test::bulk("127.0.0.1"), test::bulk(std::to_string(primary.port()))});
      const std::string subscribed =
          test::list({test::bulk("subscribe"), test::bulk("+switch-master"), ":1\r\n"});
      connection.send(command.front() == "SENTINEL" ? named : subscribed);
    }
  });
  WritingStore writer({{"sentinels", sentinel.address()}, {"sentinel_master", "mymaster"}});
  EXPECT_EQ(writer.put_records({{"a", "{}"}}, writer.records_revision()), CORSAC_OK);
  EXPECT_EQ(records(primary), "a\n{}");
}

}  // namespace
}  // namespace corsac
