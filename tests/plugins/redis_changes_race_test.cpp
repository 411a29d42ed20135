// The extension corsac.store.changes/1 of the redis plugin: several writers at once, and whatever
// they and people at redis-cli do, a server that follows changes has what all is read as.

#include <atomic>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis_changes_fixture.hpp"

namespace corsac {
namespace {

using test::Follower;
using test::kChangesKey;
using test::kOriginsKey;
using test::kPolicyKey;
using test::kRevisionKey;
using test::RedisServer;
using test::WritingStore;

class RedisChangesRaceTest : public test::RedisChangesTest {};

// Adds `count` origins of `own`, and takes every second away again; each step expects the revision
// of before. Answers how often somebody else was faster.
int change_in_race(WritingStore& store, const std::string& own, int count) {
  int conflicts = 0;
  std::string revision = "1:a";
  for (int done = 0; done < count;) {
    std::vector<std::string> changes = {"+https://" + own + std::to_string(done) + ".example"};
    if (done % 2 == 1) changes.push_back("-https://" + own + std::to_string(done - 1) + ".example");
    const std::int32_t status = store.change_origins(changes, revision);
    revision = store.revision();
    if (status == CORSAC_OK) ++done;
    if (status == CORSAC_CONFLICT) ++conflicts;
    if (status != CORSAC_OK && status != CORSAC_CONFLICT) {
      ADD_FAILURE() << "status " << status;
      return conflicts;
    }
  }
  return conflicts;
}

TEST_F(RedisChangesRaceTest, LosesNoneOfTwoWriters) {
  constexpr int kCount = 300;
  const RedisServer server;
  fill(server);
  Follower reader(server.url());
  WritingStore a(server.url());
  WritingStore b(server.url());
  std::atomic<int> conflicts{0};
  std::atomic<int> running{2};
  std::thread first([&] {
    conflicts += change_in_race(a, "a", kCount);
    --running;
  });
  std::thread second([&] {
    conflicts += change_in_race(b, "b", kCount);
    --running;
  });
  int followed = 0;
  int read = 0;
  while (running != 0) ++(reader.catch_up() ? followed : read);
  first.join();
  second.join();
  reader.catch_up();
  EXPECT_GT(conflicts, 0);
  EXPECT_EQ(server.run({"SCARD", kOriginsKey}), std::to_string(2 + kCount));
  EXPECT_THAT(server.run({"GET", kRevisionKey}),
              testing::StartsWith(std::to_string(1 + 2 * kCount) + ":"));
  const test::ReadDocument carried = reader.document();
  reader.read_all();
  EXPECT_EQ(reader.document(), carried);
  EXPECT_GT(followed, read) << "the log was of use";
}

// A scan of a large set takes longer than the time between two changes.
TEST_F(RedisChangesRaceTest, ReadsAllWhileOriginsChange) {
  const RedisServer server;
  fill(server);
  test::RedisClient client(server.port());
  std::vector<std::string> command = {"SADD", kOriginsKey};
  for (int i = 0; i < 30'000; ++i) {
    command.push_back("https://still" + std::to_string(i) + ".example");
  }
  client.run(command);
  WritingStore writer(server.url());
  WritingStore reader(server.url());
  std::set<std::string> toggled;
  std::map<std::string, std::set<std::string>> toggled_at = {{"1:a", {}}};
  int changes = 0;
  // Each piece of a scan is waited for.
  reader.host().on_cancelled_asked([&](std::size_t question) {
    if (question % 5 != 0) return;
    const std::string origin = "https://toggled" + std::to_string(++changes * 7 % 10) + ".example";
    const bool comes = toggled.insert(origin).second;
    if (!comes) toggled.erase(origin);
    EXPECT_EQ(writer.change_origins({(comes ? "+" : "-") + origin}), CORSAC_OK);
    toggled_at[writer.revision()] = toggled;
  });
  for (int i = 0; i < 10; ++i) {
    const int before = changes;
    const test::ReadDocument document = test::read_document(reader);
    EXPECT_GT(changes, before + 3);
    ASSERT_EQ(toggled_at.count(document.revision), 1U) << document.revision;
    std::set<std::string> seen;
    for (const std::string& origin : document.origins) {
      if (origin.find("toggled") != std::string::npos) seen.insert(origin);
    }
    EXPECT_EQ(seen, toggled_at[document.revision]);
    EXPECT_EQ(document.origins.size(), 30'002 + seen.size());
    EXPECT_EQ(reader.read_changes(document.revision).status, CORSAC_OK) << "and it is followed";
  }
  EXPECT_THAT(reader.log(), testing::Not(testing::Contains(testing::HasSubstr("redis-"))));
}

// What people did meanwhile is not believed.
TEST_F(RedisChangesRaceTest, DoesNotTakeOverWhatPeopleSayMeanwhile) {
  const RedisServer server;
  fill(server);
  WritingStore reader(server.url());
  bool is_done = false;
  reader.host().on_cancelled_asked([&](std::size_t) {
    if (std::exchange(is_done, true)) return;
    test::run_multi(server, {{"SET", kRevisionKey, "2:b"},
                             {"LPUSH", kChangesKey, "1:a 2:b +https://never.example"}});
  });
  const test::ReadDocument document = test::read_document(reader);
  EXPECT_TRUE(is_done);
  EXPECT_EQ(document.revision, "2:b");
  EXPECT_THAT(document.origins, testing::ElementsAre("https://one.example", "https://two.example"));
}

// What may happen to a store, by chance.
class Happenings {
 public:
  Happenings(const RedisServer& server, std::uint32_t seed) : server_(server), random_(seed) {
    for (int i = 0; i < 3; ++i) writers_.push_back(std::make_unique<WritingStore>(server.url()));
  }

  // Makes one, and answers what it was.
  std::string make_one() {
    switch (pick(14)) {
      default:
        return change(any_writer());
      case 6:
        return by_hand(Entry::Right);
      case 7:
        return by_hand(Entry::None);
      case 8:
        return by_hand_without_a_revision();
      case 9:
        return push();
      case 10:
        return record();
      case 11:
        return spoil_log();
      case 12:
        return go_back();
      case 13:
        return change_and_lose_the_log();
    }
  }

 private:
  enum class Entry : unsigned char { Right, None };

  unsigned pick(unsigned count) { return static_cast<unsigned>(random_() % count); }
  WritingStore& any_writer() { return *writers_[pick(3)]; }
  std::string any_origin() { return "https://" + std::to_string(pick(30)) + ".example"; }
  std::string revision() { return server_.run({"GET", kRevisionKey}); }
  std::string next_revision() {
    const std::string now = revision();
    return std::to_string(std::strtoull(now.c_str(), nullptr, 10) + 1) + ":hand" +
           std::to_string(++nonce_);
  }

  std::string change(WritingStore& writer) {
    std::vector<std::string> changes;
    std::string told = "change";
    for (unsigned i = pick(4) + 1; i > 0; --i) {
      changes.push_back((pick(2) == 0 ? "+" : "-") + any_origin());
      told += " " + changes.back();
    }
    EXPECT_EQ(writer.change_origins(changes), CORSAC_OK);
    return told;
  }
  std::string by_hand(Entry entry) {
    const bool is_added = pick(2) == 0;
    const std::string origin = any_origin();
    const bool is_there = server_.run({"SISMEMBER", kOriginsKey, origin}) == "1";
    const std::string now = revision();
    const std::string next = next_revision();
    std::vector<std::vector<std::string>> commands = {
        {is_added ? "SADD" : "SREM", kOriginsKey, origin}, {"SET", kRevisionKey, next}};
    if (entry == Entry::Right) {
      const std::string what = is_there == is_added ? "" : (is_added ? " +" : " -") + origin;
      commands.push_back({"LPUSH", kChangesKey, now + " " + next + what});
    }
    test::run_multi(server_, commands);
    return "by hand " + commands[0][0] + " " + origin +
           (entry == Entry::Right ? " with an entry" : " without an entry");
  }
  std::string by_hand_without_a_revision() {
    const std::string origin = any_origin();
    server_.run({"SADD", kOriginsKey, origin});
    return "by hand, without a revision, " + origin;
  }
  std::string push() {
    const std::string policy = R"({"version": 1, "cors": {"allowed_origins": ["https://p)" +
                               std::to_string(pick(5)) + R"(.example"]}})";
    EXPECT_EQ(any_writer().put(policy, ""), CORSAC_OK);
    return "push " + policy;
  }
  std::string record() {
    WritingStore& writer = any_writer();
    const std::string id = "tos" + std::to_string(pick(3));
    const std::string json = pick(3) == 0 ? "" : "{\"n\":" + std::to_string(pick(100)) + "}";
    EXPECT_EQ(writer.put_records({{id, json}}, writer.records_revision()), CORSAC_OK);
    return "record " + id + json;
  }
  std::string spoil_log() {
    const std::string now = revision();
    switch (pick(4)) {
      case 0:
        server_.run({"LPUSH", kChangesKey, "rubbish"});
        return "rubbish in the log";
      case 1:
        server_.run({"LPUSH", kChangesKey, now + " 9999:never +https://never.example"});
        return "an entry without a revision";
      case 2:
        server_.run({"LPUSH", kChangesKey, "9999:never " + now + " +https://never.example"});
        return "an entry of another past";
      default:
        server_.run({"LTRIM", kChangesKey, "0", "1"});
        return "a log that was trimmed";
    }
  }
  // As a restore of a copy does: all keys are those of before.
  std::string go_back() {
    if (kept_revision_.empty() || pick(2) == 0) {
      kept_revision_ = revision();
      for (const char* key : kKept)
        server_.run({"COPY", key, std::string(key) + ":kept", "REPLACE"});
      return "a copy was made";
    }
    for (const char* key : kKept) {
      if (server_.run({"COPY", std::string(key) + ":kept", key, "REPLACE"}) == "0") {
        server_.run({"DEL", key});
      }
    }
    return "back to " + kept_revision_;
  }
  std::string change_and_lose_the_log() {
    const std::string told = change(any_writer());
    server_.run({"DEL", kChangesKey});
    return told + ", and the log was lost";
  }

  static constexpr const char* kKept[] = {kOriginsKey, kRevisionKey, kChangesKey, kPolicyKey,
                                          "{corsac}:trusted_origins"};

  const RedisServer& server_;
  std::mt19937 random_;
  std::vector<std::unique_ptr<WritingStore>> writers_ = {};
  std::string kept_revision_ = {};
  int nonce_ = 0;
};

// Of all that can happen to the keys, whatever a follower has is what a new reader reads.
TEST_F(RedisChangesRaceTest, ADocumentThatIsCarriedAlongIsTheOneThatIsRead) {
  int followed = 0;
  for (const std::uint32_t seed : {1U, 2U, 3U, 4U}) {
    const RedisServer server;
    fill(server);
    Happenings happenings(server, seed);
    Follower always(server.url());
    Follower sometimes(server.url());
    std::string history;
    for (int step = 0; step < 150; ++step) {
      history += happenings.make_one() + "\n";
      followed += always.catch_up() ? 1 : 0;
      if (step % 4 == 3) sometimes.catch_up();
      WritingStore fresh(server.url());
      const test::ReadDocument read = test::read_document(fresh);
      ASSERT_EQ(always.document(), read) << "seed " << seed << "\n" << history;
      if (step % 4 == 3) {
        ASSERT_EQ(sometimes.document(), read) << "seed " << seed << "\n" << history;
      }
    }
  }
  EXPECT_GT(followed, 150) << "of 600, most of which can be told";
}

}  // namespace
}  // namespace corsac
