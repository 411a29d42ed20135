// Starting a supervisor, with a policy and without.

#include "corsac/runtime/supervisor.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/supervisor_scene.hpp"
#include "support/temp_folder.hpp"

namespace corsac {
namespace {

using std::chrono::seconds;
using test::document;
using test::FakeClock;
using test::FakeStore;
using test::has_code;
using test::invalid_document;
using test::kOrigin;
using ::testing::ElementsAre;
using Scene = test::SupervisorScene;

TEST(Supervisor, PublishesThePolicyBeforeItHasStarted) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  ASSERT_TRUE(scene.start()) << scene.error.text();
  EXPECT_THAT(scene.published(), ElementsAre("1"));
  EXPECT_EQ(scene.decision_for(kOrigin), "allowed");
  const StoreStatus status = scene.supervisor->status();
  EXPECT_EQ(status.state, StoreState::Fresh);
  EXPECT_EQ(status.source, "fake: fake.json");
  EXPECT_EQ(status.revision, "1");
  EXPECT_EQ(status.loaded_at, FakeClock::kStart);
  EXPECT_EQ(status.last_answer_at, FakeClock::kStart);
  EXPECT_EQ(status.last_error, "");
  EXPECT_EQ(status.loads, 1U);
  EXPECT_EQ(status.failures, 0U);
  EXPECT_GT(status.next_try_in, seconds(20)) << "the interval is 30 s";
  EXPECT_LE(status.next_try_in, seconds(30));
}

// Proves 133.
TEST(Supervisor, FailsToStartWithoutAPolicy) {
  struct Row {
    const char* desc;
    std::function<void(FakeStore&)> prepare;
    const char* code;
  };
  const Row rows[] = {
      {"the document is invalid", [](FakeStore& s) { s.give(invalid_document(), "1"); },
       "origin-trailing-slash"},
      {"what is there is no document", [](FakeStore& s) { s.give("{", "1"); }, "json-syntax"},
      {"the store cannot be reached", [](FakeStore& s) { s.answer(CORSAC_UNREACHABLE); },
       "store-unreachable"},
      {"the plugin fails", [](FakeStore& s) { s.answer(CORSAC_FAILED); }, "store-unreachable"},
      {"the store cannot be opened", [](FakeStore& s) { s.answer_open(CORSAC_UNREACHABLE); },
       "store-not-opened"},
      {"its settings are wrong", [](FakeStore& s) { s.answer_open(CORSAC_INVALID); },
       "setting-value"},
      {"it does not answer in time", [](FakeStore& s) { s.hold(); }, "store-deadline"},
  };
  for (const Row& row : rows) {
    Scene scene;
    row.prepare(scene.store);
    scene.config.deadline = seconds(1);
    EXPECT_FALSE(scene.start()) << row.desc;
    EXPECT_TRUE(has_code(scene.error, row.code)) << row.desc << "\n" << scene.error.text();
    EXPECT_TRUE(scene.published().empty() || scene.in_force() == "closed") << row.desc;
  }
}

// Proves 133.
TEST(Supervisor, StartsClosedAndGoesOnTrying) {
  struct Row {
    const char* desc;
    std::function<void(FakeStore&)> prepare;
    std::function<void(FakeStore&)> mend;
    const char* code;
  };
  const auto give = [](FakeStore& s) { s.give(document({kOrigin}), "1"); };
  const Row rows[] = {
      {"unreachable", [](FakeStore& s) { s.answer(CORSAC_UNREACHABLE); }, give,
       "store-unreachable"},
      {"not opened",
       [give](FakeStore& s) {
         give(s);
         s.answer_open(CORSAC_UNREACHABLE);
       },
       [](FakeStore& s) { s.answer_open(CORSAC_OK); }, "store-not-opened"},
      {"invalid, until the store calls", [](FakeStore& s) { s.give(invalid_document(), "0"); },
       [give](FakeStore& s) {
         give(s);
         s.call_changed();
       },
       "origin-trailing-slash"},
      {"the plugin fails", [](FakeStore& s) { s.answer(CORSAC_FAILED); }, give,
       "store-unreachable"},
      {"no answer in time", [](FakeStore& s) { s.hold(); },
       [give](FakeStore& s) {
         give(s);
         s.release();
       },
       "store-deadline"},
  };
  for (const Row& row : rows) {
    Scene scene;
    row.prepare(scene.store);
    scene.config.deadline = seconds(1);
    scene.config.on_start_failure = OnStartFailure::Closed;
    ASSERT_TRUE(scene.start()) << row.desc << "\n" << scene.error.text();
    EXPECT_THAT(scene.published(), ElementsAre("closed")) << row.desc;
    EXPECT_EQ(scene.decision_for(kOrigin), "policy_unavailable") << row.desc;
    EXPECT_EQ(scene.state(), StoreState::Closed) << row.desc;
    EXPECT_TRUE(has_code(scene.supervisor->warnings_at_start(), row.code)) << row.desc;
    row.mend(scene.store);
    EXPECT_TRUE(scene.becomes(StoreState::Fresh)) << row.desc;
    EXPECT_THAT(scene.published(), ElementsAre("closed", "1")) << row.desc;
  }
}

TEST(Supervisor, NeverStartsWithWrongSettings) {
  Scene scene;
  scene.store.answer_open(CORSAC_INVALID);
  scene.config.on_start_failure = OnStartFailure::Closed;
  EXPECT_FALSE(scene.start());
  EXPECT_TRUE(has_code(scene.error, "setting-value"));
}

TEST(Supervisor, NeverStartsWithoutItsPlugin) {
  StoreConfig config;
  config.plugin = "there_is_none_such";
  config.on_start_failure = OnStartFailure::Closed;
  const auto started = Supervisor::start(config, std::make_shared<FakeClock>(),
                                         {.publish = [](SnapshotPtr) {}, .log = {}});
  ASSERT_FALSE(started.has_value());
  EXPECT_TRUE(has_code(started.error(), "plugin-not-found"));
}

TEST(Supervisor, NeverStartsWithAPluginThatEverybodyCanChange) {
  const test::TempFolder folder;
  const auto plugin = folder.path() / "corsac_fine.so";
  std::filesystem::copy_file(std::filesystem::path(CORSAC_TEST_BROKEN_PLUGINS) / "corsac_fine.so",
                             plugin);
  std::filesystem::permissions(plugin, std::filesystem::perms::all);
  StoreConfig config;
  config.plugin = plugin.string();
  config.on_start_failure = OnStartFailure::Closed;
  const auto started = Supervisor::start(config, std::make_shared<FakeClock>(),
                                         {.publish = [](SnapshotPtr) {}, .log = {}});
  ASSERT_FALSE(started.has_value());
  EXPECT_TRUE(has_code(started.error(), "plugin-world-writable"));
}

// Goes back when it goes.
class CurrentFolder {
 public:
  explicit CurrentFolder(const std::filesystem::path& folder) {
    std::filesystem::current_path(folder);
  }
  ~CurrentFolder() { std::filesystem::current_path(before_); }
  CurrentFolder(const CurrentFolder&) = delete;
  CurrentFolder& operator=(const CurrentFolder&) = delete;

 private:
  std::filesystem::path before_ = std::filesystem::current_path();
};

TEST(Supervisor, KeepsTheFolderInWhichItWasStarted) {
  const test::TempFolder first;
  const test::TempFolder second;
  struct Row {
    const char* desc;
    std::filesystem::path directory;
    std::filesystem::path given;
  };
  const Row rows[] = {
      {"none", "", first.path()},
      {"a relative one", "conf/../policies", first.path() / "policies"},
      {"an absolute one", "/etc/corsac", "/etc/corsac"},
  };
  for (const Row& row : rows) {
    Scene scene;
    scene.config.directory = row.directory;
    scene.config.on_start_failure = OnStartFailure::Closed;
    scene.store.give(document({kOrigin}), "1");
    scene.store.answer_open(CORSAC_UNREACHABLE);
    const CurrentFolder at_start(first.path());
    ASSERT_TRUE(scene.start()) << row.desc;
    EXPECT_EQ(scene.store.directory(), row.given) << row.desc;
    const CurrentFolder later(second.path());
    scene.store.answer_open(CORSAC_OK);
    EXPECT_TRUE(scene.becomes(StoreState::Fresh)) << row.desc;
    EXPECT_EQ(scene.store.directory(), row.given) << row.desc;
  }
}

TEST(Supervisor, DoesNotStartWhereItsFolderCannotBeTold) {
  const test::TempFolder folder;
  std::filesystem::create_directory(folder.path() / "gone");
  const CurrentFolder current(folder.path() / "gone");
  std::filesystem::remove(folder.path() / "gone");
  Scene scene;
  scene.config.on_start_failure = OnStartFailure::Closed;
  EXPECT_FALSE(scene.start());
  EXPECT_TRUE(has_code(scene.error, "store-directory"));
  scene.config.directory = "/etc/corsac";
  scene.store.give(document({kOrigin}), "1");
  EXPECT_TRUE(scene.start()) << "nothing is relative";
}

}  // namespace
}  // namespace corsac
