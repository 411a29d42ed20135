// What a supervisor does in time: deadlines, grants that end, and stores or documents that take
// long; and without memory.

#include "corsac/runtime/supervisor.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <new>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/runtime/read_schedule.hpp"
#include "runtime/supervisor_scene.hpp"
#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::document;
using test::eventually;
using test::FakeClock;
using test::FakeStore;
using test::has_code;
using test::kOrigin;
using test::slow_document;
using ::testing::ElementsAre;
using Scene = test::SupervisorScene;

TEST(Supervisor, InterruptsAReadAtItsDeadline) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  scene.config.deadline = seconds(1);
  ASSERT_TRUE(scene.start());
  scene.store.hold();
  EXPECT_TRUE(has_code(scene.reload(), "store-deadline"));
  EXPECT_EQ(scene.state(), StoreState::Stale);
  scene.store.release();
  EXPECT_TRUE(scene.becomes(StoreState::Fresh));
  EXPECT_EQ(scene.store.opens(), 1U) << "an interrupted store is not opened again";
}

TEST(Supervisor, GivesOpeningAndReadingOneDeadline) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  scene.config.deadline = seconds(5);
  const auto before = std::chrono::steady_clock::now();
  ASSERT_TRUE(scene.start());
  const auto deadlines = scene.store.deadlines();
  ASSERT_EQ(deadlines.size(), 2U);
  EXPECT_EQ(deadlines[0], deadlines[1]);
  EXPECT_GE(deadlines[0], before + seconds(5));
  EXPECT_LE(deadlines[0], std::chrono::steady_clock::now() + seconds(5));
}

TEST(Supervisor, LeavesAStoreAloneThatAsksForIt) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  scene.config.max_stale = std::chrono::hours(2);
  ASSERT_TRUE(scene.start());
  scene.store.answer(CORSAC_UNREACHABLE);
  scene.store.ask_for_pause(std::chrono::hours(1));
  EXPECT_TRUE(has_code(scene.reload(), "store-unreachable"));
  EXPECT_EQ(scene.state(), StoreState::Stale);
  EXPECT_GT(scene.supervisor->status().next_try_in, kLongestPause - seconds(60));
  EXPECT_LE(scene.supervisor->status().next_try_in, kLongestPause * 11 / 10);

  scene.store.call_changed();
  EXPECT_GT(scene.supervisor->status().next_try_in, seconds(60)) << "also when it calls";
  EXPECT_TRUE(has_code(scene.reload(), "store-unreachable")) << "a person is served at once";

  scene.store.give(document({kOrigin}), "2");
  EXPECT_FALSE(scene.reload().has_errors());
  EXPECT_LE(scene.supervisor->status().next_try_in, seconds(30)) << "the wish is spent";
}

TEST(Supervisor, AsksAStoreThatWantsAPauseBeforeThePolicyIsTooOld) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  scene.config.max_stale = seconds(120);
  ASSERT_TRUE(scene.start());
  scene.store.answer(CORSAC_UNREACHABLE);
  scene.store.ask_for_pause(std::chrono::hours(1));
  static_cast<void>(scene.reload());
  EXPECT_GT(scene.supervisor->status().next_try_in, seconds(30));
  EXPECT_LE(scene.supervisor->status().next_try_in, seconds(66));
}

// The policy of a document that was read before the newest one must not come after it.
// Proves 138.
TEST(Supervisor, TakesNothingFromAReadThatWasLeftBehind) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  scene.config.deadline = seconds(1);
  ASSERT_TRUE(scene.start());
  scene.store.give(document({}), "2");
  scene.store.hold(FakeStore::Interrupts::Ignored);
  scene.supervisor->request_reload();
  EXPECT_TRUE(eventually([&] { return scene.log.count("left behind") == 1; }));
  scene.store.give(document({kOrigin, "https://other.example.com"}), "3");
  scene.store.release();  // and now it hands over what it read then
  EXPECT_TRUE(eventually([&] { return scene.in_force() == "3"; }));
  EXPECT_TRUE(eventually([&] { return scene.store.closes() == 1; })) << "the one left behind";
  EXPECT_FALSE(scene.reload().has_errors());
  EXPECT_THAT(scene.published(), ElementsAre("1", "3"));
}

// Proves 137.
TEST(Supervisor, KeepsTimeWhileAReadHangs) {
  Scene scene;
  scene.store.give(R"({"version": 1, "cors": {"enabled": true}, "trusted_origins": [
      {"name": "partner", "origin": "https://partner.example", "scopes": ["CORS"],
       "valid_until": "2026-01-01T01:00:00Z"}]})",
                   "1");
  scene.config.max_stale = seconds(2);
  ASSERT_TRUE(scene.start()) << scene.error.text();
  scene.store.answer(CORSAC_UNREACHABLE);
  EXPECT_TRUE(has_code(scene.reload(), "store-unreachable"));
  scene.store.hold();
  const std::size_t ended = scene.store.reads_ended();
  EXPECT_TRUE(eventually([&] { return scene.store.reads_begun() > ended; }));
  scene.clock->advance(std::chrono::hours(1));
  EXPECT_TRUE(eventually(
      [&] { return scene.decision_for("https://partner.example") == "origin_not_allowed"; }));
  EXPECT_TRUE(scene.becomes(StoreState::Closed));
  EXPECT_EQ(scene.decision_for("https://partner.example"), "policy_unavailable");
  EXPECT_LE(scene.store.reads_begun(), scene.store.reads_ended() + 1) << "it hangs all the time";
  scene.store.give(document({kOrigin}), "2");
  scene.store.release();
  EXPECT_TRUE(scene.becomes(StoreState::Fresh));
}

TEST(Supervisor, LeavesAStoreBehindThatIgnoresInterruptsAndOpensAnother) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  scene.config.deadline = seconds(1);
  ASSERT_TRUE(scene.start());
  scene.store.hold(FakeStore::Interrupts::Ignored);
  scene.supervisor->request_reload();
  EXPECT_TRUE(scene.becomes(StoreState::Stale));
  EXPECT_TRUE(eventually([&] { return scene.log.count("left behind") == 1; }));
  EXPECT_EQ(scene.decision_for(kOrigin), "allowed");
  scene.store.release();
  EXPECT_TRUE(scene.becomes(StoreState::Fresh));
  EXPECT_EQ(scene.store.opens(), 2U);
  scene.supervisor.reset();
  EXPECT_TRUE(eventually([&] { return scene.store.closes() == scene.store.opens(); }));
}

// It may hold gigabytes, and another one would come to the same place.
TEST(Supervisor, OpensNoOtherStoreWhileOneThatWasLeftBehindIsAtWork) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  scene.config.deadline = seconds(1);
  ASSERT_TRUE(scene.start());
  scene.store.hold(FakeStore::Interrupts::Ignored);
  scene.supervisor->request_reload();
  EXPECT_TRUE(eventually([&] { return scene.log.count("left behind") == 1; }));
  for (int i = 0; i < 3; ++i) {
    const Report report = scene.reload();
    EXPECT_TRUE(has_code(report, "store-not-opened")) << report.text();
  }
  EXPECT_EQ(scene.store.opens(), 1U);
  EXPECT_EQ(scene.decision_for(kOrigin), "allowed");
  scene.store.release();
  EXPECT_TRUE(scene.becomes(StoreState::Fresh)) << "the thread has ended: it may be opened again";
  EXPECT_EQ(scene.store.opens(), 2U);
}

TEST(Supervisor, SaysThatADocumentWasNotTakenForWantOfMemory) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  ASSERT_TRUE(scene.start());
  scene.store.give(document({kOrigin}), "2");
  scene.fail_to_publish_once();
  const Report report = scene.reload();
  EXPECT_TRUE(has_code(report, "store-failed")) << report.text();
  EXPECT_EQ(scene.log.count("there is no memory for the policy"), 1U);
  EXPECT_TRUE(eventually([&] { return scene.supervisor->status().revision == "2"; }))
      << "by itself, without a call";
  EXPECT_EQ(scene.in_force(), "2");
  EXPECT_EQ(scene.supervisor->status().failures, 1U);

  Scene first;
  first.store.give(document({kOrigin}), "1");
  first.fail_to_publish_once();
  EXPECT_FALSE(first.start());
  EXPECT_TRUE(has_code(first.error, "store-failed")) << first.error.text();
}

// A log that cannot be copied once, and leaves no memory to say so. A store's thread gets a copy.
struct LogWithoutMemory {
  explicit LogWithoutMemory(std::atomic<int>& copies_left) : copies(&copies_left) {}
  LogWithoutMemory(const LogWithoutMemory& other) : copies(other.copies) {
    if (copies->fetch_sub(1) != 1) return;
    testing::fail_one_allocation_after(0);
    throw std::bad_alloc();
  }
  LogWithoutMemory& operator=(const LogWithoutMemory&) = delete;
  void operator()(const LogRecord&) const {}
  std::atomic<int>* copies;
};

TEST(Supervisor, TriesAgainWhenThereWasNoMemoryForTheStore) {
  FakeStore store;
  store.give(document({kOrigin}), "1");
  store.answer_open(CORSAC_UNREACHABLE);
  StoreConfig config = store.config();
  config.deadline = seconds(1);
  config.on_start_failure = OnStartFailure::Closed;
  std::atomic<int> copies_left{0};
  auto started = Supervisor::start(
      store.plugin(), config, std::make_shared<FakeClock>(),
      {.publish = [](const SnapshotPtr&) {}, .log = LogWithoutMemory(copies_left)});
  ASSERT_TRUE(started.has_value()) << started.error().text();
  copies_left = 1;  // of the next attempt to open the store
  EXPECT_TRUE(eventually([&] { return copies_left < 0; })) << "another attempt follows";
  // Beyond the deadline and what a thread is given to hear an interrupt.
  const std::size_t opens = store.opens();
  EXPECT_TRUE(eventually([&] { return store.opens() > opens + 20; }));
  store.answer_open(CORSAC_OK);
  EXPECT_TRUE(eventually([&] { return (*started)->status().state == StoreState::Fresh; }));
}

TEST(Supervisor, EndsGrantsAtTheirMoment) {
  Scene scene;
  scene.store.give(R"({"version": 1, "cors": {"enabled": true}, "trusted_origins": [
      {"name": "partner", "origin": "https://partner.example", "scopes": ["CORS"],
       "valid_until": "2026-01-01T01:00:00Z"}]})",
                   "1");
  ASSERT_TRUE(scene.start()) << scene.error.text();
  EXPECT_EQ(scene.decision_for("https://partner.example"), "allowed");
  scene.store.answer(CORSAC_UNREACHABLE);  // it must not need the store
  scene.clock->advance(std::chrono::minutes(59));
  EXPECT_THAT(scene.published(), ElementsAre("1"));
  scene.clock->advance(std::chrono::minutes(1));
  EXPECT_TRUE(eventually(
      [&] { return scene.decision_for("https://partner.example") == "origin_not_allowed"; }));
  EXPECT_THAT(scene.published(), ElementsAre("1", "1"));
}

TEST(Supervisor, GivesGrantsBackWhenTheClockIsSetBack) {
  Scene scene;
  scene.store.give(R"({"version": 1, "cors": {"enabled": true}, "trusted_origins": [
      {"name": "partner", "origin": "https://partner.example", "scopes": ["CORS"],
       "valid_until": "2026-01-01T01:00:00Z"}]})",
                   "1");
  scene.clock->advance(std::chrono::hours(2));
  ASSERT_TRUE(scene.start()) << scene.error.text();
  EXPECT_EQ(scene.decision_for("https://partner.example"), "origin_not_allowed");
  scene.store.answer(CORSAC_UNREACHABLE);  // it must not need the store
  scene.clock->set_wall_back(std::chrono::hours(2));
  EXPECT_TRUE(
      eventually([&] { return scene.decision_for("https://partner.example") == "allowed"; }));
  EXPECT_EQ(scene.log.count("the clock was set back"), 1U);
}

TEST(Supervisor, EndsGrantsAtTheirMomentWhileADocumentIsJudged) {
  Scene scene;
  scene.store.give(R"({"version": 1, "cors": {"enabled": true}, "trusted_origins": [
      {"name": "partner", "origin": "https://partner.example", "scopes": ["CORS"],
       "valid_until": "2026-01-01T01:00:00Z"}]})",
                   "1");
  ASSERT_TRUE(scene.start()) << scene.error.text();
  scene.store.give(slow_document(), "2");
  scene.supervisor->request_reload();
  ASSERT_TRUE(eventually([&] { return scene.store.reads_ended() == 2; }));
  scene.clock->advance(std::chrono::hours(1));
  EXPECT_TRUE(eventually(
      [&] { return scene.decision_for("https://partner.example") == "origin_not_allowed"; }));
  EXPECT_THAT(scene.published(), ElementsAre("1", "1"));
  EXPECT_TRUE(has_code(scene.supervisor->reload_and_wait(milliseconds(20)), "store-deadline"))
      << "it is still judged";
}

// Proves 134.
TEST(Supervisor, ClosesInTimeWhileADocumentIsJudged) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  scene.config.max_stale = seconds(1);
  ASSERT_TRUE(scene.start());
  scene.store.answer(CORSAC_UNREACHABLE);
  EXPECT_TRUE(has_code(scene.reload(), "store-unreachable"));
  scene.store.give(slow_document(), "2");
  EXPECT_TRUE(scene.becomes(StoreState::Closed));
  EXPECT_EQ(scene.decision_for(kOrigin), "policy_unavailable");
}

TEST(Supervisor, EndsPromptlyWhileADocumentIsJudged) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  ASSERT_TRUE(scene.start());
  scene.store.give(slow_document(), "2");
  const std::uint64_t asked = scene.clock->wall_asked();
  scene.supervisor->request_reload();
  ASSERT_TRUE(eventually([&] { return scene.clock->wall_asked() > asked; })) << "for judging";
  const auto before = std::chrono::steady_clock::now();
  scene.supervisor.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, seconds(10));
  EXPECT_THAT(scene.published(), ElementsAre("1"));
}

}  // namespace
}  // namespace corsac
