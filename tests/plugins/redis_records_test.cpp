// The hash {corsac}:trusted_origins: records beside those of the document.

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/base/clock.hpp"
#include "corsac/runtime/supervisor.hpp"
#include "redis_store_fixture.hpp"

namespace corsac {
namespace {

using test::RedisServer;
using test::RedisStore;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class RedisRecordsTest : public test::RedisTest {
 protected:
  static void add(const RedisServer& server, const std::string& id, const std::string& json) {
    server.run({"HSET", "{corsac}:trusted_origins", id, json});
  }
};

const std::vector<std::string> kRecord = {"source redis {corsac}:trusted_origins tos1",
                                          "begin_item - 0:0",
                                          "text origin \"https://r.example\" 1:11",
                                          "text id \"tos1\" 0:0",
                                          "end_item",
                                          "source redis {corsac}:policy"};

std::vector<std::string> with_record(std::vector<std::string> before,
                                     const std::vector<std::string>& after) {
  before.insert(before.end(), kRecord.begin(), kRecord.end());
  before.insert(before.end(), after.begin(), after.end());
  return before;
}

struct PlaceRow {
  const char* desc;
  const char* policy;
  std::vector<std::string> calls;
};

std::vector<PlaceRow> place_rows() {
  return {
      {"behind those of the document", R"({"trusted_origins":[{"id":"a"}],"x":1})",
       with_record({"begin_list trusted_origins 1:20", "begin_item - 1:21", "text id \"a\" 1:27",
                    "end_item"},
                   {"end_list", "integer x 1 1:37"})},
      {"into an empty list", R"({"trusted_origins":[]})",
       with_record({"begin_list trusted_origins 1:20"}, {"end_list"})},
      {"into a new list", R"({"x":1})",
       with_record({"integer x 1 1:6", "begin_list trusted_origins 0:0"}, {"end_list"})},
      {"not into a list elsewhere", R"({"cors":{"trusted_origins":[]}})",
       with_record({"begin_item cors 1:9", "begin_list trusted_origins 1:28", "end_list",
                    "end_item", "begin_list trusted_origins 0:0"},
                   {"end_list"})},
      {"into the first of two", R"({"trusted_origins":[],"trusted_origins":[]})",
       with_record({"begin_list trusted_origins 1:20"},
                   {"end_list", "begin_list trusted_origins 1:41", "end_list"})},
      {"not into what is no list",
       R"({"trusted_origins":"x"})",
       {"text trusted_origins \"x\" 1:20"}},
  };
}

TEST_F(RedisRecordsTest, AreAddedToThoseOfTheDocument) {
  const RedisServer server;
  add(server, "tos1", R"({"origin":"https://r.example"})");
  RedisStore store(server.url());
  for (const PlaceRow& row : place_rows()) {
    SCOPED_TRACE(row.desc);
    server.run({"SET", "{corsac}:policy", row.policy});
    EXPECT_EQ(store.read(), row.calls);
    EXPECT_EQ(store.status(), CORSAC_OK);
  }
}

struct WrongRow {
  const char* desc;
  const char* json;
  const char* problem;  // among the calls
};

constexpr WrongRow kWrongRows[] = {
    {"another id", R"({"id":"tos2"})", "problem redis-record-id 0:0: the record says another id"},
    {"no object", "[1]", "problem json-root 1:1"},
    {"half an object", R"({"origin":)", "problem json-syntax 1:"},
    {"nothing", "", "problem json-syntax"},
    {"two objects", "{}{}", "problem json-syntax 1:3"},
};

TEST_F(RedisRecordsTest, AreNotTakenWhenTheyAreWrong) {
  const RedisServer server;
  server.run({"SET", "{corsac}:policy", R"({"version":1})"});
  RedisStore store(server.url());
  for (const WrongRow& row : kWrongRows) {
    SCOPED_TRACE(row.desc);
    add(server, "tos1", row.json);
    EXPECT_THAT(store.read(), Contains(HasSubstr(row.problem)));
    EXPECT_EQ(store.status(), CORSAC_INVALID);
  }
}

// As an operator sees it: which record, and where in it.
TEST_F(RedisRecordsTest, AreNamedInProblemsByTheirIds) {
  const RedisServer server;
  put(server, R"({"version":1,"cors":{"allowed_origins":[]},"hosts":{"allowed":["a.example"]}})",
      "1:a");
  add(server, "tos1", R"({"name":"a","origin":"ftp://a.example","scopes":["CORS"]})");
  add(server, "tos2", R"({"name":"b","origins":"https://b.example"})");
  const auto refused =
      Supervisor::start({.plugin = "redis",
                         .settings = {{"url", server.url()}},
                         .plugin_folders = {CORSAC_TEST_PLUGINS}},
                        std::make_shared<SystemClock>(), {.publish = [](SnapshotPtr) {}});
  ASSERT_FALSE(refused);
  const std::string text = refused.error().text();
  EXPECT_THAT(text, HasSubstr("redis {corsac}:trusted_origins tos2:1:23: error[field-unknown]: "
                              "trusted_origins[1].origins"));
  EXPECT_THAT(text, HasSubstr("write origin"));
}

TEST_F(RedisRecordsTest, ShareSourcesWhenThereAreVeryMany) {
  const RedisServer server;
  put(server, R"({"version":1})", "1:a");
  test::RedisClient client(server.port());
  for (int i = 0; i < 1000; ++i) {
    std::string id = std::to_string(i);
    id.insert(0, 3 - id.size(), '0');
    client.run({"HSET", "{corsac}:trusted_origins", id, R"({"name":"n"})"});
  }
  RedisStore store(server.url());
  const std::vector<std::string> calls = store.read();
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "begin_item - 0:0"), 1000);
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "text name \"n\" 0:0"), 1000);
  EXPECT_EQ(std::count_if(calls.begin(), calls.end(),
                          [](const std::string& call) {
                            return call.rfind("source redis {corsac}:trusted_origins", 0) == 0;
                          }),
            200);
  EXPECT_THAT(calls, Contains("source redis {corsac}:trusted_origins 995 to 999"));
}

TEST_F(RedisRecordsTest, CountForTheRevisionAndAreLeftOutOnDemand) {
  const RedisServer server;
  server.run({"SET", "{corsac}:policy", R"({"version":1})"});
  server.run({"SADD", "{corsac}:origins", "https://set.example"});
  RedisStore store(server.url());
  RedisStore alone({{"url", server.url()}, {"only_policy", "true"}});
  store.read();
  const std::string before = store.revision();
  add(server, "tos1", R"({"name":"a"})");
  store.read();
  EXPECT_NE(store.revision(), before);
  add(server, "tos1", R"({"name":"b"})");
  const std::string with_first = store.revision();
  store.read();
  EXPECT_NE(store.revision(), with_first);
  EXPECT_THAT(alone.read(), ElementsAre("integer version 1 1:12"));
}

}  // namespace
}  // namespace corsac
