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
using test::WritingStore;

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

}  // namespace
}  // namespace corsac
