// [shadow] with a real file store: the candidate comes, changes, breaks and goes, and the policy in
// force does not notice.

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/runtime/gate.hpp"
#include "corsac/runtime/shadow_policy.hpp"
#include "support/eventually.hpp"
#include "support/request.hpp"
#include "support/temp_folder.hpp"

namespace corsac {
namespace {

using test::eventually;
using ::testing::HasSubstr;

constexpr const char* kApp = "https://app.example.com";
constexpr const char* kNew = "https://new.example.com";

std::string document(const std::string& origin, const std::string& more = "") {
  return "version = 1\n[cors]\nallowed_origins = [\"" + origin + "\"]\n" + more;
}

const std::string kShadow = "[shadow]\nfile = \"next.toml\"\n";

struct Scene {
  test::TempFolder folder = {};
  mutable std::mutex mutex = {};
  std::vector<std::string> logged = {};  // warnings; guarded by mutex
  std::shared_ptr<Gate> gate = {};       // last: it logs

  std::vector<std::string> warnings() const {
    const std::lock_guard lock(mutex);
    return logged;
  }
  bool has_warning(const std::string& part) const {
    const auto lines = warnings();
    return std::any_of(lines.begin(), lines.end(), [&part](const std::string& line) {
      return line.starts_with("shadow ") && line.find(part) != std::string::npos;
    });
  }
  LogSink log() {
    return [this](const LogRecord& record) {
      EXPECT_NE(record.level, LogLevel::Error) << record.line;
      if (record.level != LogLevel::Warning) return;
      const std::lock_guard lock(mutex);
      logged.emplace_back(record.line);
    };
  }

  void open(const std::string& policy) {
    folder.write("policy.toml", policy);
    StoreConfig config;
    config.settings = {{"file", "policy.toml"}};
    config.directory = folder.path();
    config.plugin_folders = {CORSAC_TEST_PLUGINS};
    const auto opened = open_gate(config, {.log = log()});
    ASSERT_TRUE(opened) << opened.error().text();
    gate = *opened;
  }
  std::string decide(const std::string& origin) const {
    test::Request request("GET", "/", {{"Host", "api.example.com"}, {"Origin", origin}});
    GateDecision result;
    gate->decide(request.view(), result);
    return result.decision.has_grant() ? "grant"
                                       : std::string(reason_info(result.decision.reason).code);
  }
  // The candidate is in this state, and with Fresh, requests are compared with it.
  bool has_shadow(StoreState state) const {
    return eventually([&] {
      const auto status = gate->shadow_status();
      return status && status->store.state == state;
    });
  }
  bool is_compared() const {
    return eventually([&] {
      static_cast<void>(decide(kApp));
      const auto status = gate->shadow_status();
      return status && status->counts.compared != 0;
    });
  }
  std::uint64_t differences(ShadowChange change) const {
    const auto status = gate->shadow_status();
    std::uint64_t count = 0;
    for (const auto& difference : status->counts.differences) {
      if (difference.change == change) count += difference.count;
    }
    return count;
  }
};

TEST(ShadowPolicy, CountsAndShowsOnlyDifferences) {
  Scene scene;
  scene.folder.write("next.toml", document(kNew));
  scene.open(document(kApp, kShadow));
  ASSERT_TRUE(scene.has_shadow(StoreState::Fresh));
  ASSERT_TRUE(scene.is_compared());
  EXPECT_EQ(scene.decide(kApp), "grant") << "the policy in force decides";
  EXPECT_EQ(scene.decide(kNew), "origin_not_allowed");
  EXPECT_EQ(scene.decide("https://evil.example"), "origin_not_allowed");
  EXPECT_GE(scene.differences(ShadowChange::WouldRefuse), 1U);
  EXPECT_EQ(scene.differences(ShadowChange::WouldAllow), 1U);
  EXPECT_EQ(
      scene.gate->counters().totals().reasons[static_cast<std::size_t>(Reason::OriginNotAllowed)],
      2U)
      << "what the candidate refuses is no refusal";
  const auto events = scene.gate->events().find({.type = EventType::Shadow}).events;
  ASSERT_GE(events.size(), 2U) << "without debug";
  EXPECT_EQ(events[0].change, "would_allow");
  EXPECT_EQ(events[0].origin, kNew);
  EXPECT_TRUE(scene.gate->events().find({.type = EventType::Event}).events.empty());
  EXPECT_EQ(scene.gate->events().most_refused(10).total, 0U);
}

// An answer may take hours; each candidate that somebody tries meanwhile must not stay for it.
TEST(ShadowPolicy, IsNotKeptByADecision) {
  Scene scene;
  scene.folder.write("next.toml", document(kNew));
  scene.open(document(kApp, kShadow));
  ASSERT_TRUE(scene.is_compared());
  test::Request request("GET", "/", {{"Host", "api.example.com"}, {"Origin", kApp}});
  GateDecision result;
  scene.gate->decide(request.view(), result);
  const SnapshotPtr alone = scene.gate->snapshot();
  EXPECT_EQ(result.snapshot, alone);
  EXPECT_TRUE(!result.snapshot.owner_before(alone) && !alone.owner_before(result.snapshot))
      << "it owns more than the policy";
}

TEST(ShadowPolicy, IsReadAgainWhenItsFileChanges) {
  Scene scene;
  scene.folder.write("next.toml", document(kNew));
  scene.open(document(kApp, kShadow));
  ASSERT_TRUE(scene.is_compared());
  scene.folder.write("next.toml", document(kApp));
  scene.gate->request_reload();
  EXPECT_TRUE(eventually([&] {
    static_cast<void>(scene.decide(kApp));
    const auto status = scene.gate->shadow_status();
    return status->counts.compared != 0 && status->counts.differences.empty();
  }));
}

TEST(ShadowPolicy, NeverDisturbsThePolicyInForce) {
  const struct {
    const char* desc;
    const char* text;  // null = there is no such file
    const char* code;
  } rows[] = {
      {"no file", nullptr, "next.toml"},
      {"no TOML", "version = [\n", "next.toml:"},
      {"no policy", "version = 1\n[cors]\nallowed_origins = [\"https://a.example/\"]\n",
       "origin-trailing-slash"},
      {"an unknown field", "version = 1\n[cors]\nallowed_origin = []\n", "field-unknown"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    Scene scene;
    if (row.text != nullptr) scene.folder.write("next.toml", row.text);
    scene.open(document(kApp, kShadow));
    ASSERT_NE(scene.gate, nullptr);
    ASSERT_TRUE(scene.has_shadow(StoreState::Closed));
    EXPECT_EQ(scene.gate->status().state, StoreState::Fresh);
    EXPECT_FALSE(scene.gate->status().last_report.has_errors());
    EXPECT_EQ(scene.decide(kApp), "grant");
    EXPECT_EQ(scene.decide(kNew), "origin_not_allowed");
    EXPECT_EQ(scene.gate->shadow_status()->counts.compared, 0U);
    EXPECT_THAT(scene.gate->shadow_status()->store.last_error, HasSubstr(row.code));
    const auto since = scene.gate->shadow_status()->store.failing_since;
    EXPECT_NE(since, std::chrono::system_clock::time_point());
    scene.gate->reload_shadow_and_wait(std::chrono::seconds(20));
    EXPECT_EQ(scene.gate->shadow_status()->store.failing_since, since) << "not anew";
    EXPECT_TRUE(eventually([&] { return scene.has_warning(row.code); }))
        << ::testing::PrintToString(scene.warnings());
    scene.folder.write("next.toml", document(kNew));
    scene.gate->reload_shadow_and_wait(std::chrono::seconds(20));
    EXPECT_EQ(scene.gate->shadow_status()->store.failing_since,
              std::chrono::system_clock::time_point());
    EXPECT_TRUE(scene.is_compared()) << "it is taken once it is right";
  }
}

TEST(ShadowPolicy, GoesWithItsSectionAndComesBack) {
  Scene scene;
  scene.folder.write("next.toml", document(kNew));
  scene.open(document(kApp));
  EXPECT_FALSE(scene.gate->shadow_status());
  scene.folder.write("policy.toml", document(kApp, kShadow));
  ASSERT_TRUE(scene.is_compared());
  scene.folder.write("policy.toml", document(kApp));
  EXPECT_TRUE(eventually([&] { return !scene.gate->shadow_status(); }));
  EXPECT_EQ(scene.decide(kApp), "grant");
}

TEST(ShadowPolicy, OfAPolicyMadeInCodeIsAFile) {
  const test::TempFolder folder;
  const auto file = folder.write("next.toml", document(kNew));
  ::setenv("CORSAC_PLUGIN_PATH", CORSAC_TEST_PLUGINS, 1);
  const auto gate =
      make_gate({.cors = {.allowed_origins = {kApp}}, .shadow = {.file = file.string()}});
  ASSERT_TRUE(gate) << gate.error().text();
  EXPECT_TRUE(eventually([&] {
    const auto status = (*gate)->shadow_status();
    return status && status->store.state == StoreState::Fresh;
  }));
}

// A candidate whose records hang in the way of `mode` for longer than any test waits.
struct HangingScene {
  test::TempFolder folder = {};
  std::mutex mutex = {};
  bool waits = false;  // guarded by mutex
  std::unique_ptr<ShadowPolicy> shadow = {};

  explicit HangingScene(const std::string& mode) {
    folder.write("next.toml", document(kNew));
    folder.write("mode", mode);
    StoreConfig file;
    file.settings = {{"file", "policy.toml"}};
    file.directory = folder.path();
    file.plugin_folders = {CORSAC_TEST_PLUGINS};
    StoreConfig records;
    records.plugin = "misbehaving";
    records.plugin_folders = {CORSAC_TEST_BROKEN_PLUGINS};
    records.settings = {{"mode", mode}, {"hold_ms", "60000"}};
    if (mode == "read_hangs") {
      records.settings.emplace_back("mode_file", (folder.path() / "mode").string());
    }
    records.directory = folder.path();
    records.deadline = std::chrono::minutes(2);
    records.on_start_failure = OnStartFailure::Closed;
    shadow = std::make_unique<ShadowPolicy>(file, records, std::make_shared<const SystemClock>(),
                                            ShadowOwner{.publish = [](SnapshotPtr) {},
                                                        .log =
                                                            [this](const LogRecord& record) {
                                                              const std::lock_guard lock(mutex);
                                                              waits |=
                                                                  record.line.ends_with("waits");
                                                            }});
  }
  bool hangs() {
    return eventually([this] {
      const std::lock_guard lock(mutex);
      return waits;
    });
  }
};

TEST(ShadowPolicy, EndsWhileAStoreHangsInItsStart) {
  for (const char* mode : {"open_hangs", "read_hangs"}) {
    SCOPED_TRACE(mode);
    HangingScene scene(mode);
    scene.shadow->follow("next.toml");
    ASSERT_TRUE(scene.hangs());
    auto end = std::async(std::launch::async, [&scene] { scene.shadow.reset(); });
    EXPECT_TRUE(eventually(
        [&end] { return end.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
  }
}

// Its start may take as long as a store lets it wait.
TEST(ShadowPolicy, AReloadOfACandidateThatIsNotOpenReturnsAtOnce) {
  HangingScene scene("read_hangs");
  scene.shadow->reload_and_wait(std::chrono::minutes(1));
  scene.shadow->follow("next.toml");
  ASSERT_TRUE(scene.hangs());
  auto reload = std::async(std::launch::async,
                           [&scene] { scene.shadow->reload_and_wait(std::chrono::minutes(1)); });
  EXPECT_TRUE(eventually(
      [&reload] { return reload.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
}

TEST(ShadowPolicy, FollowsAnotherFileWhileAStoreHangsInItsStart) {
  HangingScene scene("read_hangs");
  scene.folder.write("other.toml", document(kApp));
  scene.shadow->follow("next.toml");
  ASSERT_TRUE(scene.hangs());
  scene.folder.write("mode", "read_invalid");
  scene.shadow->follow("other.toml");
  EXPECT_TRUE(eventually([&scene] {
    const auto status = scene.shadow->status();
    return status->file == "other.toml" && status->store.state == StoreState::Fresh;
  }));
}

TEST(ShadowPolicy, FollowsAFileAgainThatWasLeftDuringItsStart) {
  for (const char* between : {"other.toml", ""}) {
    SCOPED_TRACE(between);
    HangingScene scene("read_hangs");
    scene.folder.write("other.toml", document(kApp));
    scene.shadow->follow("next.toml");
    ASSERT_TRUE(scene.hangs());
    scene.folder.write("mode", "read_invalid");
    scene.shadow->follow(between);
    scene.shadow->follow("next.toml");
    EXPECT_TRUE(eventually([&scene] {
      const auto status = scene.shadow->status();
      return status->file == "next.toml" && status->store.state == StoreState::Fresh;
    }));
  }
}

}  // namespace
}  // namespace corsac
