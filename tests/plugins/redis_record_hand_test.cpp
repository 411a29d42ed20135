// The extension corsac.store.records/1 of the redis plugin: records that people changed by hand.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis_store_fixture.hpp"
#include "redis_writing_store.hpp"

namespace corsac {
namespace {

using test::RecordingSink;
using test::RedisServer;
using test::RedisStore;
using test::WritingStore;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kRecords = "{corsac}:trusted_origins";
constexpr const char* kRevision = "{corsac}:revision";
constexpr const char* kActive = R"({"status":"ACTIVE"})";
constexpr const char* kInactive = R"({"status":"INACTIVE"})";

class RedisRecordHandTest : public test::RedisTest {};

struct UntoldRow {
  const char* desc;
  const char* revision;              // empty = no key
  std::vector<std::string> command;  // by hand, and the revision stays
  const char* changed;               // an id that is written then, with an old revision
  std::int32_t status;
};

std::vector<UntoldRow> untold_rows() {
  const std::vector<std::string> removal = {"HDEL", kRecords, "a"};
  return {
      {"taken away", "5:x", removal, "a", CORSAC_CONFLICT},
      {"taken away, no revision", "", removal, "a", CORSAC_CONFLICT},
      {"switched off", "5:x", {"HSET", kRecords, "a", kInactive}, "a", CORSAC_CONFLICT},
      {"made", "5:x", {"HSET", kRecords, "c", kActive}, "c", CORSAC_CONFLICT},
      {"made, no revision", "", {"HSET", kRecords, "c", kActive}, "c", CORSAC_CONFLICT},
      {"another record is written", "5:x", removal, "b", CORSAC_OK},
  };
}

// A revision that stood still would hide the change from whoever writes: what was taken away by
// hand would come back with the next change of it, and what was made could never be taken away.
TEST_F(RedisRecordHandTest, AreSeenWithoutAnotherRevision) {
  for (const UntoldRow& row : untold_rows()) {
    SCOPED_TRACE(row.desc);
    const RedisServer server;
    server.run({"HSET", kRecords, "a", kActive, "b", kActive});
    if (*row.revision != '\0') server.run({"SET", kRevision, row.revision});
    WritingStore writer(server.url());
    const std::string before = writer.records_revision();
    server.run(row.command);
    const std::string by_hand = server.run({"HGETALL", kRecords});
    EXPECT_EQ(writer.put_records({{row.changed, "{}"}}, before), row.status);
    if (row.status == CORSAC_CONFLICT) {
      EXPECT_EQ(server.run({"HGETALL", kRecords}), by_hand);
    }
    const std::string told = writer.revision();
    const std::string after = writer.records_revision();
    EXPECT_NE(after, before);
    EXPECT_NE(after, told) << "a record that was not told of is another state";
    EXPECT_EQ(writer.put_records({{row.changed, ""}}, after), CORSAC_OK);
    EXPECT_EQ(writer.records_revision(), writer.revision());
    EXPECT_EQ(server.run({"HEXISTS", kRecords, row.changed}), "0");
  }
}

// Plain sums of their hashes are the same for these two.
TEST_F(RedisRecordHandTest, AreSeenWhenTwoChangePlaces) {
  const RedisServer server;
  server.run({"HSET", kRecords, "c", R"({"n":9})", "g", R"({"n":8})"});
  const std::string before = WritingStore(server.url()).records_revision();
  server.run({"HSET", kRecords, "c", R"({"n":8})", "g", R"({"n":9})"});
  EXPECT_NE(WritingStore(server.url()).records_revision(), before);
}

TEST_F(RedisRecordHandTest, AreAConflictForAWriterThatIsOpenedLater) {
  const RedisServer server;
  server.run({"HSET", kRecords, "a", kActive});
  server.run({"SET", kRevision, "5:x"});
  const std::string before = WritingStore(server.url()).records_revision();
  server.run({"HSET", kRecords, "b", kActive});
  WritingStore later(server.url());
  EXPECT_EQ(later.put_records({{"a", ""}}, before), CORSAC_CONFLICT);
  EXPECT_EQ(later.put_records({{"a", ""}}, later.records_revision()), CORSAC_OK);
}

struct UnreadableRow {
  const char* desc;
  std::string json;
  const char* why;  // in the log
};

std::vector<UnreadableRow> unreadable_rows() {
  return {
      {"half an object", "{", "\"bad\" (json-syntax 1:"},
      {"no object", "[1]", "\"bad\" (json-root 1:1: "},
      {"two objects", "{}{}", "\"bad\" (json-syntax 1:3: "},
      {"nothing", "", "\"bad\" (json-syntax"},
      {"no UTF-8", "{\"name\":\"\xff\"}", "\"bad\" (json-syntax"},
      {"another id", R"({"id":"good"})", "\"bad\" (redis-record-id: the record says another id"},
  };
}

// One would keep all others from being taken away: whoever writes records sees it, granting
// nothing, and can delete it. Servers keep the policy that they have.
TEST_F(RedisRecordHandTest, AreSeenAndCanBeDeletedWhenTheyCannotBeRead) {
  for (const UnreadableRow& row : unreadable_rows()) {
    SCOPED_TRACE(row.desc);
    const RedisServer server;
    put(server, R"({"version":1})", "1:a");
    test::RedisClient client(server.port());
    client.run({"HSET", kRecords, "bad", row.json, "good", R"({"name":"G"})"});
    WritingStore writer(server.url());
    const RecordingSink sink;
    EXPECT_EQ(writer.read_records(sink), CORSAC_OK);
    EXPECT_THAT(
        sink.calls(),
        ElementsAre("source redis {corsac}:trusted_origins", "integer version 1 0:0",
                    "begin_list trusted_origins 0:0", "source redis {corsac}:trusted_origins bad",
                    "begin_item - 0:0", "text id \"bad\" 0:0", "text name \"(unreadable) bad\" 0:0",
                    "text origin \"https://unreadable.invalid\" 0:0",
                    "text status \"INACTIVE\" 0:0", "begin_list scopes 0:0", "text - \"CORS\" 0:0",
                    "end_list", "end_item", "source redis {corsac}:trusted_origins good",
                    "begin_item - 0:0", "text name \"G\" 1:9", "text id \"good\" 0:0", "end_item",
                    "end_list", "finish"));
    EXPECT_THAT(writer.log(), Contains(HasSubstr("2 redis-record-unreadable: 1 of {corsac}:")));
    EXPECT_THAT(writer.log(), Contains(HasSubstr(row.why)));
    RedisStore reader(server.url());
    reader.read();
    EXPECT_EQ(reader.status(), CORSAC_INVALID);
    EXPECT_EQ(writer.put_records({{"good", ""}}, sink.revision()), CORSAC_OK);
    EXPECT_EQ(writer.put_records({{"bad", ""}}, writer.revision()), CORSAC_OK);
    EXPECT_THAT(reader.read(), ElementsAre("integer version 1 1:12"));
    EXPECT_EQ(reader.status(), CORSAC_OK);
  }
}

TEST_F(RedisRecordHandTest, AreToldInOneLineWhenManyCannotBeRead) {
  const RedisServer server;
  for (const char* id : {"a", "b", "c", "d", "e", "f", "g/"}) {
    server.run({"HSET", kRecords, id, "[]"});
  }
  WritingStore writer(server.url());
  writer.records_revision();
  std::vector<std::string> told;
  for (const std::string& line : writer.log()) {
    if (line.find("redis-record-unreadable") != std::string::npos) told.push_back(line);
  }
  EXPECT_THAT(told, ElementsAre(testing::AllOf(HasSubstr("7 of {corsac}:trusted_origins cannot"),
                                               HasSubstr("\"e\" (json-root 1:1"),
                                               Not(HasSubstr("\"f\" (")), HasSubstr(", ...;"))));
}

struct FieldRow {
  const char* desc;
  std::string field;
  const char* problem;
  const char* advice;
};

std::vector<FieldRow> field_rows() {
  return {
      {"empty", "", "the field \"\" is no id", R"(HDEL {corsac}:trusted_origins "")"},
      {"a control character", "a\nb", R"(the field "a\x0ab" is no id)",
       R"(HDEL {corsac}:trusted_origins "a\x0ab")"},
      {"no ASCII", "\xc3\xa9", R"("\xc3\xa9")", R"(HDEL {corsac}:trusted_origins "\xc3\xa9")"},
      {"marks of redis-cli", "a\"\\/", R"("a\"\\/")", R"(HDEL {corsac}:trusted_origins "a\"\\/")"},
      {"a slash", "a/b", "\"a/b\"", R"(HDEL {corsac}:trusted_origins "a/b")"},
      {"the folder itself", ".", "\".\"", R"(HDEL {corsac}:trusted_origins ".")"},
      {"the folder above", "..", "\"..\"", R"(HDEL {corsac}:trusted_origins "..")"},
      {"long", std::string(151, 'x'), "xxx...\" is no id", "xxx\""},
      {"very long", std::string(10'000, 'x'), "xxx...\" is no id",
       "find it with HKEYS {corsac}:trusted_origins, and take it away with HDEL"},
  };
}

// The API could never delete them.
TEST_F(RedisRecordHandTest, AreRefusedWhenNobodyCanNameThem) {
  for (const FieldRow& row : field_rows()) {
    SCOPED_TRACE(row.desc);
    const RedisServer server;
    put(server, R"({"version":1})", "1:a");
    test::RedisClient client(server.port());
    client.run({"HSET", kRecords, row.field, R"({"name":"F"})"});
    client.run({"HSET", kRecords, std::string(150, 'y'), R"({"name":"G"})"});
    RedisStore reader(server.url());
    const std::vector<std::string> calls = reader.read();
    EXPECT_EQ(reader.status(), CORSAC_INVALID);
    EXPECT_THAT(calls, Contains(testing::AllOf(HasSubstr("problem redis-record-id"),
                                               HasSubstr(row.problem), HasSubstr(row.advice))));
    EXPECT_THAT(calls, Not(Contains(HasSubstr("\"F\""))));

    WritingStore writer(server.url());
    const RecordingSink sink;
    EXPECT_EQ(writer.read_records(sink), CORSAC_OK);
    EXPECT_THAT(sink.calls(), Not(Contains(HasSubstr("\"F\""))));
    EXPECT_THAT(sink.calls(), Contains("text name \"G\" 1:9"));
    EXPECT_THAT(writer.log(), Contains(HasSubstr(row.advice)));
    EXPECT_EQ(writer.put_records({{std::string(150, 'y'), ""}}, sink.revision()), CORSAC_OK);
    EXPECT_EQ(client.run({"HLEN", kRecords}), "1");
  }
}

}  // namespace
}  // namespace corsac
