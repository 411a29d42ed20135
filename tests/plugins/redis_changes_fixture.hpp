#pragma once

// For tests of the extension corsac.store.changes/1 of the redis plugin: a server that follows a
// store as the core does, and people at redis-cli.

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "redis_store_fixture.hpp"
#include "redis_writing_store.hpp"

namespace corsac::test {

inline constexpr const char* kOriginsKey = "{corsac}:origins";
inline constexpr const char* kRevisionKey = "{corsac}:revision";
inline constexpr const char* kChangesKey = "{corsac}:changes";
inline constexpr const char* kPolicyKey = "{corsac}:policy";

// What a server has read: the origins of the set, and the other calls of the sink.
struct ReadDocument {
  std::set<std::string> origins = {};
  std::vector<std::string> rest = {};
  std::string revision = {};

  friend bool operator==(const ReadDocument& a, const ReadDocument& b) {
    return a.origins == b.origins && a.rest == b.rest;
  }
};

// Of a read that succeeds.
[[nodiscard]] inline ReadDocument read_document(WritingStore& store) {
  const RecordingSink sink;
  EXPECT_EQ(store.read(sink), CORSAC_OK);
  ReadDocument document;
  document.revision = sink.revision();
  bool is_of_set = false;
  for (const std::string& call : sink.calls()) {
    constexpr std::string_view kText = "text - \"";
    if (call.rfind("source ", 0) == 0)
      is_of_set = call == std::string("source ") + "redis {corsac}:origins";
    if (is_of_set && call.rfind(kText, 0) == 0) {
      document.origins.insert(call.substr(kText.size(), call.rfind('"') - kText.size()));
    } else if (call.rfind("source ", 0) != 0) {
      document.rest.push_back(call);
    }
  }
  return document;
}

// Follows a store by its changes, and by whole reads where it has to.
class Follower {
 public:
  explicit Follower(const OpenStore::Settings& settings)
      : store_(settings), document_(read_document(store_)) {}
  explicit Follower(const std::string& url) : Follower(OpenStore::Settings{{"url", url}}) {}

  [[nodiscard]] WritingStore& store() { return store_; }
  [[nodiscard]] const ReadDocument& document() const { return document_; }

  // The status of read_changes; what was told is in document().
  std::int32_t follow() {
    const ToldChanges told = store_.read_changes(document_.revision);
    if (told.status == CORSAC_OK) apply(told);
    return told.status;
  }
  void read_all() { document_ = read_document(store_); }
  // As the core does; true when changes were enough.
  bool catch_up() {
    const std::int32_t status = follow();
    EXPECT_TRUE(status == CORSAC_OK || status == CORSAC_CONFLICT) << status;
    if (status != CORSAC_OK) read_all();
    return status == CORSAC_OK;
  }

 private:
  void apply(const ToldChanges& told) {
    EXPECT_EQ(told.source, "redis {corsac}:origins");
    EXPECT_NE(told.revision, "");
    for (const std::string& change : told.changes) {
      if (change[0] == '+') {
        document_.origins.insert(change.substr(1));
      } else {
        document_.origins.erase(change.substr(1));
      }
    }
    document_.revision = told.revision;
  }

  WritingStore store_;
  ReadDocument document_;
};

// Commands in one transaction, as a person at redis-cli makes them.
inline void run_multi(const RedisServer& server,
                      const std::vector<std::vector<std::string>>& commands) {
  RedisClient client(server.port());
  client.run({"MULTI"});
  for (const auto& command : commands) client.run(command);
  client.run({"EXEC"});
}

// A Redis with a policy and two origins in the set, in revision 1:a.
class RedisChangesTest : public RedisTest {
 protected:
  static void fill(const RedisServer& server) {
    server.run({"SADD", kOriginsKey, "https://one.example", "https://two.example"});
    put(server, kSmallPolicy, "1:a");
  }
};

}  // namespace corsac::test
