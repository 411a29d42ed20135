#include "corsac/runtime/sink_adapter.hpp"

#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/policy/reader.hpp"
#include "corsac/runtime/feed_json.hpp"
#include "corsac/runtime/store_loader.hpp"
#include "support/recording_store_host.hpp"

namespace corsac {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

corsac_text text(std::string_view view) { return {view.data(), view.size()}; }

std::vector<std::string> codes(const std::vector<Problem>& problems) {
  std::vector<std::string> result;
  for (const Problem& problem : problems) {
    result.emplace_back(std::string_view(problem.code));
  }
  return result;
}

// One call of the table after another, on a reader of its own.
class SinkAdapterTest : public testing::Test {
 protected:
  void SetUp() override { adapter_.begin(reader_); }
  void* to() { return table().context; }
  const corsac_sink& table() { return adapter_.table(); }

  PolicyReader reader_;
  SinkAdapter adapter_;
};

TEST_F(SinkAdapterTest, PassesEveryCallOn) {
  EXPECT_EQ(table().size, sizeof(corsac_sink));
  EXPECT_EQ(table().source(to(), text("policy.toml")), 1);
  EXPECT_EQ(table().integer(to(), text("version"), 1, {1, 11}), 1);
  EXPECT_EQ(table().begin_item(to(), text("cors"), {2, 1}), 1);
  EXPECT_EQ(table().flag(to(), text("enabled"), 7, {3, 11}), 1);
  EXPECT_EQ(table().text(to(), text("profile"), text("fetch"), {4, 11}), 1);
  EXPECT_EQ(table().begin_list(to(), text("allowed_origins"), {5, 1}), 1);
  EXPECT_EQ(table().text(to(), text(""), text("https://a.example"), {5, 20}), 1);
  EXPECT_EQ(table().end_list(to()), 1);
  EXPECT_EQ(table().real(to(), text("max_age_seconds"), 1.5, {6, 1}), 1);
  EXPECT_EQ(table().null_value(to(), text("on_denied"), {7, 1}), 1);
  EXPECT_EQ(table().problem(to(), text("own-code"), text("what"), text("fix"), {8, 9}), 1);
  EXPECT_EQ(table().end_item(to()), 1);
  EXPECT_EQ(table().finish(to(), text("r1")), 1);
  adapter_.end();
  EXPECT_FALSE(adapter_.is_stopped());
  EXPECT_TRUE(reader_.is_finished());
  const std::vector<Problem> problems = reader_.take_problems();
  const Policy policy = reader_.take_policy();
  EXPECT_EQ(policy.version.value(), 1);
  EXPECT_TRUE(policy.cors.enabled.value());
  EXPECT_THAT(policy.cors.allowed_origins.values(), ElementsAre("https://a.example"));
  EXPECT_EQ(policy.cors.allowed_origins.place(0), (Place{.line = 5, .column = 20, .source = 0}));
  EXPECT_EQ(policy.revision, "r1");
  EXPECT_THAT(policy.sources, ElementsAre("policy.toml"));
  EXPECT_THAT(codes(problems), ElementsAre("field-type", "field-type", "own-code"));
  EXPECT_EQ(problems.back().place, (Place{.line = 8, .column = 9, .source = 0}));
}

TEST_F(SinkAdapterTest, KeepsColumnsThatAPlaceCannotHoldAsTheWholeLine) {
  table().source(to(), text("x"));
  table().begin_item(to(), text("cors"), {1, 1});
  table().begin_list(to(), text("allowed_origins"), {1, 1});
  table().text(to(), text(""), text("a"), {7, 16'777'215});
  table().text(to(), text(""), text("b"), {7, 16'777'216});
  table().text(to(), text(""), text("c"), {0, 5});
  table().end_list(to());
  adapter_.end();
  const Names& origins = reader_.take_policy().cors.allowed_origins;
  EXPECT_EQ(origins.place(0), (Place{.line = 7, .column = 16'777'215, .source = 0}));
  EXPECT_EQ(origins.place(1), (Place{.line = 7, .column = 0, .source = 0}));
  EXPECT_FALSE(origins.place(2).is_known());
}

TEST_F(SinkAdapterTest, TakesNullForAnEmptyTextAndNothingElse) {
  EXPECT_EQ(table().source(to(), {nullptr, 0}), 1);
  EXPECT_EQ(table().text(to(), text("profile"), {nullptr, 5}, {1, 1}), 0);
  EXPECT_EQ(table().integer(to(), text("version"), 1, {1, 1}), 0);
  adapter_.end();
  EXPECT_TRUE(adapter_.is_stopped());
  EXPECT_FALSE(adapter_.has_failed());
  EXPECT_THAT(codes(reader_.take_problems()), ElementsAre("store-misuse"));
}

TEST_F(SinkAdapterTest, AnswersStopOutsideOfARead) {
  adapter_.end();
  EXPECT_EQ(table().source(to(), text("x")), 0);
  EXPECT_EQ(table().finish(to(), text("1")), 0);
  EXPECT_FALSE(reader_.is_finished());
  // The same table serves the next read, as if nothing had been.
  PolicyReader next;
  adapter_.begin(next);
  EXPECT_EQ(table().source(to(), text("x")), 1);
  EXPECT_EQ(table().integer(to(), text("version"), 1, {1, 1}), 1);
  EXPECT_EQ(table().finish(to(), text("1")), 1);
  adapter_.end();
  EXPECT_FALSE(adapter_.is_stopped());
  EXPECT_TRUE(next.is_finished());
  EXPECT_THAT(next.take_problems(), IsEmpty());
}

TEST_F(SinkAdapterTest, KeepsOtherThreadsAwayFromTheReader) {
  table().source(to(), text("x"));
  int answer = 1;
  std::thread([&] { answer = table().integer(to(), text("version"), 1, {1, 1}); }).join();
  EXPECT_EQ(answer, 0);
  adapter_.end();
  EXPECT_TRUE(adapter_.is_stopped());
  EXPECT_THAT(codes(reader_.take_problems()), ElementsAre("store-misuse"));
}

TEST_F(SinkAdapterTest, StopsWhenItIsAskedTo) {
  EXPECT_EQ(table().source(to(), text("x")), 1);
  std::thread([&] { adapter_.stop(); }).join();
  EXPECT_EQ(table().integer(to(), text("version"), 1, {1, 1}), 0);
  adapter_.end();
  EXPECT_TRUE(adapter_.is_stopped());
  EXPECT_THAT(reader_.take_problems(), IsEmpty());
}

struct MisbehavingRow {
  const char* mode;
  bool is_finished;  // a document came, whatever its problems
  bool is_stopped;
};

// The real plugin, through the real loader: whatever it does, the core is whole and says so.
TEST(SinkAdapterWithABrokenStore, SurvivesAndTells) {
  const MisbehavingRow rows[] = {
      {"fine", true, false},
      {"read_never_finishes", false, false},
      {"read_ignores_stop", false, true},
      {"read_garbage", false, true},
      {"read_null_texts", false, true},
      {"read_lies_about_sizes", false, true},
      {"read_other_thread", false, true},
  };
  const auto plugin = load_store_plugin("misbehaving", {CORSAC_TEST_BROKEN_PLUGINS});
  ASSERT_TRUE(plugin.has_value());
  for (const MisbehavingRow& row : rows) {
    SCOPED_TRACE(row.mode);
    const test::RecordingHost host;
    test::OpenStore store(*plugin->table, host, "/", {{"mode", row.mode}});
    ASSERT_EQ(store.status(), CORSAC_OK);
    SinkAdapter adapter;
    PolicyReader reader;
    adapter.begin(reader);
    store.read(adapter.table());
    adapter.end();
    EXPECT_EQ(reader.is_finished(), row.is_finished);
    EXPECT_EQ(adapter.is_stopped(), row.is_stopped);
    EXPECT_EQ(reader.take_problems().empty(), !row.is_stopped);
  }
}

TEST(SinkAdapterWithABrokenStore, SurvivesACallIntoTheSinkOfAnEarlierRead) {
  const auto plugin = load_store_plugin("misbehaving", {CORSAC_TEST_BROKEN_PLUGINS});
  ASSERT_TRUE(plugin.has_value());
  const test::RecordingHost host;
  test::OpenStore store(*plugin->table, host, "/", {{"mode", "read_keeps_sink"}});
  SinkAdapter adapter;
  for (int round = 0; round < 2; ++round) {
    PolicyReader reader;
    adapter.begin(reader);
    EXPECT_EQ(store.read(adapter.table()), CORSAC_OK);
    adapter.end();
    EXPECT_TRUE(reader.is_finished());
    EXPECT_THAT(reader.take_problems(), IsEmpty());
  }
}

TEST(SinkAdapterWithABrokenStore, EndsAReadThatHasNoEnd) {
  const auto plugin = load_store_plugin("misbehaving", {CORSAC_TEST_BROKEN_PLUGINS});
  ASSERT_TRUE(plugin.has_value());
  const test::RecordingHost host;
  test::OpenStore store(*plugin->table, host, "/", {{"mode", "read_without_end"}});
  SinkAdapter adapter;
  PolicyReader reader;
  adapter.begin(reader);
  std::thread other([&] { adapter.stop(); });
  EXPECT_EQ(store.read(adapter.table()), CORSAC_CANCELLED);
  other.join();
  adapter.end();
  EXPECT_FALSE(reader.is_finished());
}

// Two readers of such a document could understand two policies.
TEST(SinkAdapterWithFeedJson, ReportsANameThatStandsTwice) {
  const std::string json =
      "{\"version\": 1,\n \"cors\": {\"debug\": true, \"d\\u0065bug\": false}}";
  PolicyReader reader;
  SinkAdapter adapter;
  adapter.begin(reader);
  adapter.table().source(adapter.table().context, text("policy.json"));
  EXPECT_EQ(feed_json(nullptr, &adapter.table(), json.data(), json.size()), CORSAC_OK);
  adapter.end();
  const std::vector<Problem> problems = reader.take_problems();
  ASSERT_THAT(codes(problems), ElementsAre("field-repeated"));
  EXPECT_EQ(problems[0].path, "cors.debug");
  EXPECT_EQ(problems[0].place, (Place{.line = 2, .column = 40, .source = 0}));
}

TEST(SinkAdapterWithFeedJson, MakesAPolicy) {
  const std::string json =
      R"({"version": 1, "cors": {"allowed_origins": ["https://a.example"], "debug": true,
          "rules": [{"paths": ["/a"], "methods": []}]}})";
  PolicyReader reader;
  SinkAdapter adapter;
  adapter.begin(reader);
  adapter.table().source(adapter.table().context, text("policy.json"));
  EXPECT_EQ(feed_json(nullptr, &adapter.table(), json.data(), json.size()), CORSAC_OK);
  adapter.table().finish(adapter.table().context, text("1"));
  adapter.end();
  EXPECT_TRUE(reader.is_finished());
  EXPECT_THAT(codes(reader.take_problems()), IsEmpty());
  const Policy policy = reader.take_policy();
  EXPECT_THAT(policy.cors.allowed_origins.values(), ElementsAre("https://a.example"));
  EXPECT_TRUE(policy.cors.debug.value());
  ASSERT_EQ(policy.cors.rules.size(), 1u);
  EXPECT_TRUE(policy.cors.rules[0].methods.is_set());
  EXPECT_EQ(policy.cors.rules[0].methods.size(), 0u);
}

// The core's own JSON reader writes into the same table, for whoever called it.
TEST(FeedJsonIntoASink, IsRefusedFromAnotherThreadAndOutsideOfARead) {
  constexpr std::string_view kJson = R"({"version": 1, "cors": {"enabled": true}})";
  const auto feed = [&kJson](const SinkAdapter& adapter) {
    return feed_json(nullptr, &adapter.table(), kJson.data(), kJson.size());
  };
  SinkAdapter adapter;
  EXPECT_EQ(feed(adapter), CORSAC_CANCELLED) << "before any read";
  PolicyReader reader;
  adapter.begin(reader);
  std::int32_t of_stranger = CORSAC_OK;
  std::thread([&] { of_stranger = feed(adapter); }).join();
  EXPECT_EQ(of_stranger, CORSAC_CANCELLED);
  adapter.end();
  EXPECT_EQ(feed(adapter), CORSAC_CANCELLED) << "after it";
  EXPECT_FALSE(reader.is_finished());
  EXPECT_FALSE(reader.take_policy().cors.enabled.is_set());
  EXPECT_THAT(codes(reader.take_problems()), ElementsAre("store-misuse"));
}

}  // namespace
}  // namespace corsac
