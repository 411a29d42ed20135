#include "corsac/runtime/supervisor.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/base/rfc3339.hpp"
#include "corsac/runtime/store_loader.hpp"
#include "corsac_store_plugin.h"
#include "support/allocation_counter.hpp"
#include "support/eventually.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_store.hpp"
#include "support/log_lines.hpp"
#include "support/request.hpp"
#include "support/temp_folder.hpp"

namespace corsac {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::eventually;
using test::FakeClock;
using test::FakeStore;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kOrigin = "https://app.example.com";

// A document that allows these origins, and draws no warning.
std::string document(const std::vector<std::string>& origins) {
  std::string json =
      R"({"version": 1, "hosts": {"allowed": ["api.example.com"]}, "cors": {"allowed_origins": [)";
  for (const std::string& origin : origins) {
    json += (json.back() == '[' ? "\"" : ", \"") + origin + "\"";
  }
  return json + "]}}";
}

// What is wrong is its trailing slash.
std::string invalid_document() { return document({"https://app.example.com/"}); }

// Takes minutes to judge: each of its tests is about another moment, at which another of its
// records has ended, and needs a compilation of its own.
std::string slow_document() {
  constexpr int kCount = 10'000;
  std::string records;
  std::string tests;
  for (int i = 0; i < kCount; ++i) {
    const std::string origin = "https://partner-" + std::to_string(i) + ".example";
    const std::string comma = i == 0 ? "" : ",";
    records += comma + R"({"name": "p", "scopes": ["CORS"], "origin": ")" + origin +
               R"(", "valid_until": ")" +
               time_text(FakeClock::kStart + std::chrono::hours(48 + i)) + "\"}";
    tests += comma + R"({"name": "t", "expect": "allow", "origin": ")" + origin + R"(", "at": ")" +
             time_text(FakeClock::kStart + std::chrono::hours(47 + i)) + "\"}";
  }
  return R"({"version": 1, "cors": {"enabled": true}, "trusted_origins": [)" + records +
         R"(], "test": [)" + tests + "]}";
}

// A supervisor with everything around it.
struct Scene {
  FakeStore store = {};
  std::shared_ptr<FakeClock> clock = std::make_shared<FakeClock>();
  test::LogLines log = {};
  StoreConfig config = store.config();
  std::unique_ptr<Supervisor> supervisor = {};  // after what it calls
  Report error = {};                            // when there is none

  bool start() {
    auto started = Supervisor::start(
        store.plugin(), config, clock,
        {.publish = [this](SnapshotPtr snapshot) { publish(std::move(snapshot)); },
         .log = log.sink()});
    if (started) {
      supervisor = std::move(*started);
    } else {
      error = std::move(started.error());
    }
    return supervisor != nullptr;
  }
  ~Scene() { supervisor.reset(); }

  // One text for each snapshot published: its revision, or "closed".
  std::vector<std::string> published() const {
    const std::lock_guard lock(mutex_);
    return published_;
  }
  std::string in_force() const { return published().empty() ? "" : published().back(); }
  // "allowed" when the policy in force grants, else the reason.
  std::string decision_for(std::string_view origin) const {
    RequestView request;
    request.method = "GET";
    request.target = request.path = "/";
    request.origin = {origin, 1};
    request.host = {"api.example.com", 1};
    const std::lock_guard lock(mutex_);
    const Decision decision = current_->decide(request);
    return decision.has_grant() ? "allowed" : std::string(reason_info(decision.reason).code);
  }
  Decision decide(const RequestView& request) const {
    const std::lock_guard lock(mutex_);
    return current_->decide(request);
  }
  StoreState state() const { return supervisor->status().state; }
  bool becomes(StoreState wanted) const {
    return eventually([&] { return state() == wanted; });
  }
  void fail_to_publish_once() {
    const std::lock_guard lock(mutex_);
    fails_to_publish_ = true;
  }
  Report reload() const { return supervisor->reload_and_wait(seconds(20)); }

 private:
  void publish(SnapshotPtr snapshot) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(fails_to_publish_, false)) throw std::bad_alloc();
    published_.emplace_back(snapshot->is_closed() ? "closed" : snapshot->revision());
    current_ = std::move(snapshot);
  }
  mutable std::mutex mutex_;
  std::vector<std::string> published_;
  SnapshotPtr current_;
  bool fails_to_publish_ = false;
};

bool has_code(const Report& report, std::string_view code) {
  return std::any_of(report.problems().begin(), report.problems().end(),
                     [code](const Problem& problem) { return problem.code == code; });
}

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

TEST(Supervisor, FollowsTheStoreWhenItCalls) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  ASSERT_TRUE(scene.start());
  scene.store.give(document({"https://other.example.com"}), "2");
  scene.store.call_changed();
  EXPECT_TRUE(eventually([&] { return scene.in_force() == "2"; }));
  EXPECT_EQ(scene.decision_for(kOrigin), "origin_not_allowed");
  EXPECT_EQ(scene.decision_for("https://other.example.com"), "allowed");
}

TEST(Supervisor, ReadsOnceForManyCalls) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  ASSERT_TRUE(scene.start());
  scene.store.give(document({kOrigin}), "2");
  for (int i = 0; i < 1000; ++i) scene.store.call_changed();
  EXPECT_TRUE(eventually([&] { return scene.in_force() == "2"; }));
  // The calls of one moment are at most two reads: one under way, and one that follows.
  EXPECT_LE(scene.store.reads_begun(), 3U);
}

TEST(Supervisor, LooksAgainWithoutACall) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  scene.config.refresh = seconds(1);
  ASSERT_TRUE(scene.start());
  scene.store.give(document({kOrigin}), "2");
  EXPECT_TRUE(eventually([&] { return scene.in_force() == "2"; }));
}

TEST(Supervisor, KeepsTheLastGoodPolicyWhileTheDocumentIsInvalid) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  scene.config.max_stale = seconds(0);  // counts only while the store cannot be reached
  ASSERT_TRUE(scene.start());
  scene.store.give(invalid_document(), "2");
  const Report refused = scene.reload();
  EXPECT_TRUE(has_code(refused, "origin-trailing-slash"));
  EXPECT_EQ(scene.state(), StoreState::Degraded);
  EXPECT_EQ(scene.decision_for(kOrigin), "allowed");
  const StoreStatus status = scene.supervisor->status();
  EXPECT_EQ(status.revision, "1");
  EXPECT_THAT(status.last_error, HasSubstr("origin-trailing-slash"));
  EXPECT_TRUE(has_code(status.last_report, "origin-trailing-slash"));
  EXPECT_EQ(status.loads, 1U);
  EXPECT_EQ(status.failures, 1U);

  scene.store.give("{", "3");
  EXPECT_TRUE(has_code(scene.reload(), "json-syntax")) << "no document at all is the same";
  EXPECT_EQ(scene.state(), StoreState::Degraded);

  scene.store.give(document({kOrigin}), "4");
  EXPECT_FALSE(scene.reload().has_errors());
  EXPECT_EQ(scene.state(), StoreState::Fresh);
  EXPECT_EQ(scene.supervisor->status().last_error, "");
  EXPECT_THAT(scene.published(), ElementsAre("1", "4"));
}

TEST(Supervisor, IsStaleAndThenClosedWhileTheStoreCannotBeReached) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  scene.config.max_stale = seconds(1);
  ASSERT_TRUE(scene.start());
  scene.store.answer(CORSAC_UNREACHABLE);
  EXPECT_TRUE(has_code(scene.reload(), "store-unreachable"));
  EXPECT_EQ(scene.state(), StoreState::Stale);
  EXPECT_EQ(scene.decision_for(kOrigin), "allowed") << "the last good policy is in force";
  EXPECT_TRUE(scene.becomes(StoreState::Closed));
  EXPECT_EQ(scene.decision_for(kOrigin), "policy_unavailable");
  EXPECT_EQ(scene.supervisor->status().revision, "1");

  scene.store.give(document({kOrigin}), "1");
  EXPECT_TRUE(scene.becomes(StoreState::Fresh)) << "by itself, without a call";
  EXPECT_EQ(scene.decision_for(kOrigin), "allowed");
  EXPECT_THAT(scene.published(), ElementsAre("1", "closed", "1"));
  EXPECT_EQ(scene.supervisor->status().loads, 1U) << "the same document: not compiled again";
}

TEST(Supervisor, DoesNotCompileTheSameRevisionAgain) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  ASSERT_TRUE(scene.start());
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(scene.reload().has_errors());
  EXPECT_THAT(scene.published(), ElementsAre("1"));
  EXPECT_EQ(scene.supervisor->status().loads, 1U);

  scene.store.give(invalid_document(), "2");
  EXPECT_TRUE(scene.reload().has_errors());
  EXPECT_TRUE(has_code(scene.reload(), "origin-trailing-slash")) << "the same report again";
  EXPECT_EQ(scene.supervisor->status().failures, 1U);

  scene.store.give(document({kOrigin}), "1");
  EXPECT_FALSE(scene.reload().has_errors());
  EXPECT_EQ(scene.state(), StoreState::Fresh) << "taken back";
}

TEST(Supervisor, CompilesADocumentWithoutARevisionEachTime) {
  Scene scene;
  scene.store.give(document({kOrigin}), "");
  ASSERT_TRUE(scene.start());
  scene.store.give(document({}), "");
  EXPECT_FALSE(scene.reload().has_errors());
  EXPECT_EQ(scene.decision_for(kOrigin), "origin_not_allowed");
}

TEST(Supervisor, TakesAnEmptyDocumentOnlyWhenThatIsMeant) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  ASSERT_TRUE(scene.start());
  scene.store.give(R"({"version": 1})", "2");
  EXPECT_TRUE(has_code(scene.reload(), "document-empty"));
  EXPECT_EQ(scene.state(), StoreState::Degraded);
  EXPECT_EQ(scene.decision_for(kOrigin), "allowed");

  Scene meant;
  meant.store.give(document({kOrigin}), "1");
  meant.config.accept_empty = true;
  ASSERT_TRUE(meant.start());
  meant.store.give(R"({"version": 1})", "2");
  EXPECT_FALSE(meant.reload().has_errors());
  EXPECT_THAT(meant.published(), ElementsAre("1", "2"));

  Scene first;
  first.store.give(R"({"version": 1})", "1");
  EXPECT_TRUE(first.start()) << "a store that had nothing before";
  first.store.give(R"({"version": 1, "trusted_origins": []})", "2");
  EXPECT_FALSE(first.reload().has_errors());
}

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

// The policy of a document that was read before the newest one must not come after it.
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

TEST(Supervisor, TakesNoDocumentThatItsStoreReadWrongly) {
  const char* const documents[] = {
      "{",
      R"({"version": 1, "cors": {"allowed_origins": ["*"]})",
      R"({"version": 1, "cors": {"allowed_origins": ["*"]}} and more)",
  };
  for (const char* json : documents) {
    Scene scene;
    scene.store.give(document({kOrigin}), "1");
    ASSERT_TRUE(scene.start()) << json;
    scene.store.ignore_wrong_json();
    scene.store.give(json, "2");
    EXPECT_TRUE(has_code(scene.reload(), "json-syntax")) << json;
    EXPECT_EQ(scene.state(), StoreState::Degraded) << json;
    EXPECT_THAT(scene.published(), ElementsAre("1")) << json;
  }
}

struct ClosedRow {
  const char* desc;
  const char* cors;  // fields besides allowed_origins
  const char* method;
  test::Request::Lines lines;
  bool is_upgrade;
  const char* decided;
};

// "pass", "pass REASON", "answer STATUS REASON", "refuse STATUS REASON"; a grant stands behind it.
std::string text_of(const Decision& decision) {
  const char* const outcomes[] = {"pass", "answer", "refuse"};
  std::string text = outcomes[static_cast<int>(decision.outcome)];
  if (decision.outcome != Outcome::Pass) text += " " + std::to_string(decision.status);
  if (decision.reason != Reason::None) {
    text += " " + std::string(reason_info(decision.reason).code);
  }
  return decision.has_grant() ? text + " with a grant" : text;
}

// Policy document, 4 "Closed": every origin is as one that is not listed, every other stage stays.
TEST(Supervisor, ClosesThePolicyAndNothingElse) {
  using Lines = test::Request::Lines;
  const Lines kGet = {{"Host", "api.example.com"}, {"Origin", kOrigin}};
  const Lines kPreflight = {
      {"Host", "api.example.com"}, {"Origin", kOrigin}, {"Access-Control-Request-Method", "GET"}};
  const Lines kOtherHost = {{"Host", "rebound.example"}, {"Origin", kOrigin}};
  const Lines kNoOrigin = {{"Host", "api.example.com"}};
  const ClosedRow rows[] = {
      {"block", "", "GET", kGet, false, "refuse 403 policy_unavailable"},
      {"block, preflight", "", "OPTIONS", kPreflight, false, "refuse 403 policy_unavailable"},
      {"mark", R"(, "on_denied": "mark")", "GET", kGet, false, "pass policy_unavailable"},
      {"no Origin", "", "GET", kNoOrigin, false, "pass"},
      {"the Host guard", "", "GET", kOtherHost, false, "refuse 421 host_not_allowed"},
      {"the Host guard, nothing else refused", R"(, "report_only": true)", "GET", kOtherHost, false,
       "refuse 421 host_not_allowed"},
      {"report_only", R"(, "report_only": true)", "GET", kGet, false, "pass policy_unavailable"},
      {"report_only, preflight", R"(, "report_only": true)", "OPTIONS", kPreflight, false,
       "pass policy_unavailable"},
      {"preflights of the application", R"(, "preflight": "pass_through")", "OPTIONS", kPreflight,
       false, "pass"},
      {"and its requests", R"(, "preflight": "pass_through")", "GET", kGet, false,
       "refuse 403 policy_unavailable"},
      {"an upgrade", R"(, "on_denied": "mark")", "GET", kGet, true,
       "refuse 403 policy_unavailable"},
      {"an upgrade as the rule says", R"(, "on_denied": "mark", "websocket": "as_rule")", "GET",
       kGet, true, "pass policy_unavailable"},
      {"an upgrade of no browser", "", "GET", kNoOrigin, true, "pass"},
      {"CORS is off", R"(, "enabled": false)", "GET", kGet, false, "pass"},
  };
  for (const ClosedRow& row : rows) {
    Scene scene;
    scene.store.give(R"({"version": 1, "hosts": {"allowed": ["api.example.com"]}, "cors":
        {"allowed_origins": ["https://app.example.com"], "allow_credentials": true)" +
                         std::string(row.cors) + "}}",
                     "1");
    scene.config.max_stale = seconds(0);
    ASSERT_TRUE(scene.start()) << row.desc << "\n" << scene.error.text();
    scene.store.answer(CORSAC_UNREACHABLE);
    EXPECT_TRUE(has_code(scene.reload(), "store-unreachable")) << row.desc;
    EXPECT_EQ(scene.state(), StoreState::Closed) << row.desc;
    test::Request request(row.method, "/", row.lines);
    request.view().is_websocket_upgrade = row.is_upgrade;
    EXPECT_EQ(text_of(scene.decide(request.view())), row.decided) << row.desc;
  }
}

TEST(Supervisor, LeavesAStoreBehindThatIgnoresInterruptsAndOpensAnother) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  scene.config.deadline = seconds(1);
  ASSERT_TRUE(scene.start());
  scene.store.hold(FakeStore::Interrupts::Ignored);
  scene.supervisor->request_reload();
  EXPECT_TRUE(scene.becomes(StoreState::Stale));
  EXPECT_EQ(scene.log.count("left behind"), 1U);
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

TEST(Supervisor, WaitsNoLongerThanAskedForAReload) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  ASSERT_TRUE(scene.start());
  scene.store.hold();
  EXPECT_TRUE(has_code(scene.supervisor->reload_and_wait(milliseconds(20)), "store-deadline"));
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

TEST(Supervisor, ReadsOnceForOneReload) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  ASSERT_TRUE(scene.start());
  scene.store.give(document({kOrigin}), "2");
  EXPECT_FALSE(scene.reload().has_errors());
  EXPECT_EQ(scene.in_force(), "2");
  EXPECT_FALSE(eventually([&] { return scene.store.reads_begun() > 2; }, milliseconds(300)));
}

// Those who ask while a read is under way share one that follows.
TEST(Supervisor, ReadsOnceForManyReloadsDuringARead) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  ASSERT_TRUE(scene.start());
  scene.store.hold();
  scene.supervisor->request_reload();
  EXPECT_TRUE(eventually([&] { return scene.store.reads_begun() == 2; }));
  for (int i = 0; i < 100; ++i) scene.supervisor->request_reload();
  scene.store.release();
  EXPECT_TRUE(eventually([&] { return scene.store.reads_ended() == 3; }));
  EXPECT_FALSE(eventually([&] { return scene.store.reads_begun() > 3; }, milliseconds(300)));
}

TEST(Supervisor, ReloadMeansAReadThatBeganAfterIt) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  ASSERT_TRUE(scene.start());
  scene.store.hold();
  scene.supervisor->request_reload();
  EXPECT_TRUE(eventually([&] { return scene.store.reads_begun() == 2; }));
  Report report;
  std::thread waiting([&] { report = scene.reload(); });
  scene.store.release();
  waiting.join();
  EXPECT_GE(scene.store.reads_ended(), 3U) << "the read under way was not enough";
  EXPECT_FALSE(report.has_errors());
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

TEST(Supervisor, LogsEachTransitionOnce) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  ASSERT_TRUE(scene.start());
  scene.store.answer(CORSAC_UNREACHABLE);
  static_cast<void>(scene.reload());
  const std::size_t reads = scene.store.reads_begun();
  EXPECT_TRUE(eventually([&] { return scene.store.reads_begun() > reads + 3; }));
  scene.store.give(document({kOrigin}), "2");
  EXPECT_TRUE(scene.becomes(StoreState::Fresh));
  EXPECT_TRUE(eventually([&] { return scene.log.all().size() >= 5; }));
  EXPECT_THAT(scene.log.all(),
              ElementsAre("store fake: fake.json: policy taken, revision 1",
                          "store fake: fake.json: starting -> fresh",
                          "store fake: fake.json: fresh -> stale: error[store-unreachable]: the "
                          "store cannot be reached",
                          "store fake: fake.json: policy taken, revision 2",
                          "store fake: fake.json: stale -> fresh"));
}

TEST(Supervisor, PublishesNothingAfterItsEnd) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  ASSERT_TRUE(scene.start());
  scene.store.hold();
  scene.store.give(document({kOrigin}), "2");
  scene.supervisor->request_reload();
  EXPECT_TRUE(eventually([&] { return scene.store.reads_begun() == 2; }));
  scene.supervisor.reset();
  scene.store.release();
  EXPECT_EQ(scene.store.closes(), 1U);
  EXPECT_THAT(scene.published(), ElementsAre("1"));
}

}  // namespace
}  // namespace corsac
