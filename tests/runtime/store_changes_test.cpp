// What a supervisor makes of a store that tells what became of its origins.

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/runtime/policy_cache.hpp"
#include "corsac/runtime/supervisor.hpp"
#include "support/changing_store.hpp"
#include "support/eventually.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_store.hpp"
#include "support/log_lines.hpp"
#include "support/temp_folder.hpp"

namespace corsac {
namespace {

using std::chrono::seconds;
using test::ChangingStore;
using test::eventually;
using test::origin_of_set;

constexpr std::size_t kCount = 33'000;  // longer than what is kept in the history
constexpr const char* kNew = "https://new.example";
constexpr const char* kNewer = "https://newer.example";

struct Scene {
  ChangingStore store;
  std::shared_ptr<test::FakeClock> clock = std::make_shared<test::FakeClock>();
  test::LogLines log = {};
  StoreConfig config = store.config();
  std::optional<RecordsStore> records = {};
  std::unique_ptr<Supervisor> supervisor = {};

  explicit Scene(std::size_t count = kCount) : store(count) {}
  ~Scene() { supervisor.reset(); }

  bool start() {
    auto started = Supervisor::start(
        store.plugin(), config, clock,
        {.publish = [this](SnapshotPtr snapshot) { publish(std::move(snapshot)); },
         .log = log.sink()},
        records ? &*records : nullptr);
    EXPECT_TRUE(started) << (started ? "" : started.error().text());
    if (started) supervisor = std::move(*started);
    return supervisor != nullptr;
  }
  SnapshotPtr current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  bool comes_to(const std::string& revision) const {
    return eventually([&] { return current()->revision() == revision; });
  }
  // Published and told.
  bool settles_at(const std::string& revision) const {
    return comes_to(revision) &&
           eventually([&] { return supervisor->status().revision == revision; });
  }
  bool grants(std::string_view origin) const {
    RequestView request;
    request.method = "GET";
    request.target = request.path = "/";
    request.host = {"api.example.com", 1};
    request.origin = {origin, 1};
    return current()->decide(request).has_grant();
  }
  Report reload() const { return supervisor->reload_and_wait(seconds(60)); }
  void fail_to_publish_once() {
    const std::lock_guard lock(mutex_);
    fails_to_publish_ = true;
  }

 private:
  void publish(SnapshotPtr snapshot) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(fails_to_publish_, false)) throw std::bad_alloc();
    current_ = std::move(snapshot);
  }
  mutable std::mutex mutex_;
  SnapshotPtr current_;
  bool fails_to_publish_ = false;
};

TEST(StoreChanges, ComeIntoForceWithoutARead) {
  Scene scene;
  ASSERT_TRUE(scene.start());
  ASSERT_FALSE(scene.grants(kNew));
  ASSERT_TRUE(scene.grants(origin_of_set(7)));
  const std::string revision = scene.store.change({{kNew, true}, {origin_of_set(7), false}});
  ASSERT_TRUE(scene.settles_at(revision));
  EXPECT_TRUE(scene.grants(kNew));
  EXPECT_FALSE(scene.grants(origin_of_set(7)));
  EXPECT_TRUE(scene.grants(origin_of_set(8)));
  ASSERT_TRUE(scene.settles_at(scene.store.change({{kNew, false}})));
  EXPECT_FALSE(scene.grants(kNew));
  EXPECT_EQ(scene.store.reads(), 1U);
  EXPECT_EQ(scene.store.change_reads(), 2U);

  const StoreStatus status = scene.supervisor->status();
  EXPECT_EQ(status.state, StoreState::Fresh);
  EXPECT_EQ(status.loads, 3U);
  EXPECT_EQ(status.failures, 0U);
  ASSERT_EQ(status.last_loads.size(), 2U) << "changes behind changes are one";
  EXPECT_EQ(status.last_loads.front().revision, status.revision);
  EXPECT_EQ(status.last_loads.front().times, 2U);
  EXPECT_TRUE(status.last_loads.front().is_taken);
  EXPECT_TRUE(eventually(
      [&] { return scene.log.count("policy taken by changes: +1 -1, revision 2:changing") == 1; }));
  const auto policies = scene.supervisor->last_policies();
  ASSERT_EQ(policies.size(), 2U);
  EXPECT_EQ(policies.front().revision, status.revision);
  EXPECT_EQ(policies.front().policy, nullptr) << "too long to keep";
}

// Warnings are those of the document, until another one is read.
TEST(StoreChanges, KeepTheWarnings) {
  Scene scene;
  scene.store.list({"https://own.example", "https://*.github.io"});
  ASSERT_TRUE(scene.start());
  const std::string before = scene.supervisor->status().last_report.text();
  ASSERT_NE(before, "");
  ASSERT_TRUE(scene.settles_at(scene.store.change({{kNew, true}})));
  EXPECT_EQ(scene.supervisor->status().last_report.text(), before);
  EXPECT_EQ(scene.reload().text(), before);
}

TEST(StoreChanges, AreNoneWhenNothingChanged) {
  Scene scene;
  ASSERT_TRUE(scene.start());
  const SnapshotPtr before = scene.current();
  scene.store.call_changed();
  ASSERT_TRUE(eventually([&] { return scene.store.change_reads() == 1; }));
  ASSERT_TRUE(scene.settles_at(scene.store.change({{kNew, true}})));
  EXPECT_EQ(scene.store.reads(), 1U);
  EXPECT_EQ(scene.supervisor->status().loads, 2U);
  EXPECT_NE(scene.current(), before);
}

// A reload, and the regular read, hand over the document; where changes were made it is judged
// although its revision is known, and takes their place.
TEST(StoreChanges, GiveWayToTheDocument) {
  Scene scene;
  ASSERT_TRUE(scene.start());
  const std::string revision = scene.store.change({{kNew, true}});
  ASSERT_TRUE(scene.settles_at(revision));
  const SnapshotPtr changed = scene.current();
  EXPECT_FALSE(scene.reload().has_errors());
  EXPECT_EQ(scene.store.reads(), 2U);
  EXPECT_EQ(scene.current()->revision(), revision);
  EXPECT_NE(scene.current(), changed);
  EXPECT_TRUE(scene.grants(kNew));
  const SnapshotPtr read = scene.current();
  EXPECT_FALSE(scene.reload().has_errors());
  EXPECT_EQ(scene.current(), read) << "a document said the same already";
  ASSERT_TRUE(scene.settles_at(scene.store.change({{kNewer, true}})));
  EXPECT_EQ(scene.store.reads(), 3U);
}

// Whatever a store tells wrongly, the document is the truth.
// The store says that nothing changed, again and again, sooner than a document is due.
TEST(StoreChanges, PutNoDocumentOff) {
  Scene scene;
  scene.config.refresh = seconds(1);
  ASSERT_TRUE(scene.start());
  scene.store.tell_by([&](corsac_text, const corsac_changes_sink& sink) {
    const std::string revision = scene.store.revision();
    sink.finish(sink.context, {revision.data(), revision.size()});
    return CORSAC_OK;
  });
  EXPECT_TRUE(eventually([&] {
    scene.store.change({{kNew, true}});
    return scene.grants(kNew);
  }));
  EXPECT_GE(scene.store.change_reads(), 1U);
}

// A refused document that is there still is no news, whatever was told before it.
TEST(StoreChanges, LeaveARefusedDocumentJudgedOnce) {
  Scene scene;
  scene.config.refresh = seconds(1);
  ASSERT_TRUE(scene.start());
  ASSERT_TRUE(scene.settles_at(scene.store.change({{kNew, true}})));
  scene.store.expect_refusal_of(kNew);
  EXPECT_TRUE(scene.reload().has_errors());
  const std::uint64_t loads = scene.supervisor->status().last_loads.front().times;
  const std::uint64_t reads = scene.store.reads();
  EXPECT_TRUE(eventually([&] { return scene.store.reads() >= reads + 2; }));
  const StoreStatus status = scene.supervisor->status();
  EXPECT_FALSE(status.last_loads.front().is_taken);
  EXPECT_EQ(status.last_loads.front().times, loads);
  EXPECT_TRUE(scene.grants(kNew)) << "the policy in force stays";
}

TEST(StoreChanges, AreMendedByTheDocument) {
  Scene scene;
  ASSERT_TRUE(scene.start());
  scene.store.tell_by([&](corsac_text, const corsac_changes_sink& sink) {
    const std::string revision = scene.store.revision();
    sink.finish(sink.context, {revision.data(), revision.size()});
    return CORSAC_OK;
  });
  ASSERT_TRUE(scene.settles_at(scene.store.change({{kNew, true}})));
  EXPECT_FALSE(scene.grants(kNew)) << "it said that nothing changed";
  EXPECT_FALSE(scene.reload().has_errors());
  EXPECT_TRUE(scene.grants(kNew));
}

struct Row {
  const char* desc;
  ChangingStore::ReadChanges tell;
};

TEST(StoreChanges, LeadToAReadWhenTheStoreCannotTell) {
  const auto say = [](const corsac_changes_sink& sink, std::string_view source,
                      std::string_view origin, std::string_view revision) {
    const corsac_origin_change change = {{origin.data(), origin.size()}, 1};
    sink.source(sink.context, {source.data(), source.size()});
    sink.origin(sink.context, &change);
    sink.finish(sink.context, {revision.data(), revision.size()});
  };
  const Row rows[] = {
      {"conflict", [](corsac_text, const corsac_changes_sink&) { return CORSAC_CONFLICT; }},
      {"told in vain",
       [&](corsac_text, const corsac_changes_sink& sink) {
         say(sink, test::kSetSource, "https://wrong.example", "9:x");
         return CORSAC_CONFLICT;
       }},
      {"invalid", [](corsac_text, const corsac_changes_sink&) { return CORSAC_INVALID; }},
      {"failed", [](corsac_text, const corsac_changes_sink&) { return CORSAC_FAILED; }},
      {"no such status", [](corsac_text, const corsac_changes_sink&) { return 99; }},
      {"nothing finished", [](corsac_text, const corsac_changes_sink&) { return CORSAC_OK; }},
      {"an exception",
       [](corsac_text, const corsac_changes_sink&) -> std::int32_t { throw std::bad_alloc(); }},
      {"another source",
       [&](corsac_text, const corsac_changes_sink& sink) {
         say(sink, "other", "https://wrong.example", "9:x");
         return CORSAC_OK;
       }},
      {"no plain origin",
       [&](corsac_text, const corsac_changes_sink& sink) {
         say(sink, test::kSetSource, "https://*.wrong.example", "9:x");
         return CORSAC_OK;
       }},
      {"a revision that went back",
       [&](corsac_text, const corsac_changes_sink& sink) {
         say(sink, test::kSetSource, "https://wrong.example", "0:x");
         return CORSAC_OK;
       }},
  };
  for (const Row& row : rows) {
    Scene scene;
    ASSERT_TRUE(scene.start());
    scene.store.tell_by(row.tell);
    ASSERT_TRUE(scene.settles_at(scene.store.change({{kNew, true}}))) << row.desc;
    EXPECT_TRUE(scene.grants(kNew)) << row.desc;
    EXPECT_FALSE(scene.grants("https://wrong.example")) << row.desc;
    EXPECT_EQ(scene.store.change_reads(), 1U) << row.desc;
    EXPECT_EQ(scene.store.reads(), 2U) << row.desc;
    EXPECT_EQ(scene.supervisor->status().failures, 0U) << row.desc;
    // The document that was read may change again.
    scene.store.tell_by({});
    ASSERT_TRUE(scene.settles_at(scene.store.change({{kNewer, true}}))) << row.desc;
    EXPECT_EQ(scene.store.reads(), 2U) << row.desc;
  }
}

TEST(StoreChanges, LeadToAReadWhenTheyAreTooOld) {
  Scene scene;
  ASSERT_TRUE(scene.start());
  scene.store.change_unheard({{kNew, true}});
  scene.store.forget_changes();
  const std::string revision = scene.store.change({{kNewer, true}});
  ASSERT_TRUE(scene.settles_at(revision));
  EXPECT_TRUE(scene.grants(kNew));
  EXPECT_TRUE(scene.grants(kNewer));
  EXPECT_EQ(scene.store.reads(), 2U);
}

struct DocumentRow {
  const char* desc;
  void (*change)(Scene&);
};

TEST(StoreChanges, AreReadWholeWhereTheDocumentHas) {
  const DocumentRow rows[] = {
      {"records", [](Scene& scene) { scene.store.add_record("https://record.example"); }},
      {"a repeat", [](Scene& scene) { scene.store.list({origin_of_set(3)}); }},
  };
  for (const DocumentRow& row : rows) {
    Scene scene;
    row.change(scene);
    ASSERT_TRUE(scene.start());
    ASSERT_TRUE(scene.settles_at(scene.store.change({{kNew, true}, {origin_of_set(3), false}})))
        << row.desc;
    EXPECT_TRUE(scene.grants(kNew)) << row.desc;
    EXPECT_EQ(scene.store.change_reads(), 0U) << row.desc;
    EXPECT_EQ(scene.store.reads(), 2U) << row.desc;
  }
}

// What is kept in the history is read: it is short, and the next one is compared with it.
TEST(StoreChanges, AreReadWholeInAShortList) {
  Scene scene(10);
  ASSERT_TRUE(scene.start());
  ASSERT_TRUE(scene.settles_at(scene.store.change({{kNew, true}})));
  EXPECT_EQ(scene.store.change_reads(), 0U);
  const auto policies = scene.supervisor->last_policies();
  ASSERT_EQ(policies.size(), 2U);
  EXPECT_NE(policies.front().policy, nullptr);
}

TEST(StoreChanges, AreReadWholeBesideAStoreOfRecords) {
  Scene scene;
  test::FakeStore records;
  records.give(R"({"version": 1})", "a");
  const LoadedPlugin plugin = records.plugin();
  scene.records.emplace(RecordsStore{.plugin = plugin, .config = records.config()});
  ASSERT_TRUE(scene.start());
  const std::string revision = scene.store.change({{kNew, true}});
  ASSERT_TRUE(eventually([&] { return scene.supervisor->status().revision == revision; }));
  EXPECT_TRUE(scene.grants(kNew));
  EXPECT_EQ(scene.store.change_reads(), 0U);
}

TEST(StoreChanges, MeetTheTests) {
  Scene scene;
  scene.store.expect_refusal_of(kNew);
  ASSERT_TRUE(scene.start());
  ASSERT_TRUE(scene.settles_at(scene.store.change({{kNewer, true}})));
  EXPECT_EQ(scene.store.reads(), 1U);
  scene.store.change({{kNew, true}});
  ASSERT_TRUE(eventually([&] { return scene.supervisor->status().state == StoreState::Degraded; }));
  EXPECT_FALSE(scene.grants(kNew)) << "the document is refused";
  EXPECT_TRUE(scene.grants(kNewer)) << "and the policy in force stays";
  EXPECT_EQ(scene.store.reads(), 2U);
  const std::string revision = scene.store.change({{kNew, false}});
  ASSERT_TRUE(scene.settles_at(revision));
  EXPECT_EQ(scene.store.change_reads(), 2U) << "changes are none of a document that was refused";
  EXPECT_EQ(scene.store.reads(), 3U);
}

TEST(StoreChanges, AgeThePolicyLikeARead) {
  Scene scene;
  ASSERT_TRUE(scene.start());
  scene.store.tell_by([](corsac_text, const corsac_changes_sink&) { return CORSAC_UNREACHABLE; });
  scene.store.hold_reads();
  scene.store.change({{kNew, true}});
  ASSERT_TRUE(eventually([&] { return scene.supervisor->status().state == StoreState::Stale; }));
  EXPECT_FALSE(scene.grants(kNew));
  EXPECT_TRUE(scene.grants(origin_of_set(1)));
  scene.store.tell_by({});
  scene.store.release_reads();
  ASSERT_TRUE(eventually([&] { return scene.supervisor->status().state == StoreState::Fresh; }));
  EXPECT_TRUE(scene.grants(kNew));
  EXPECT_EQ(scene.store.change_reads(), 1U) << "behind a failure the document is read";
}

// Nothing of it is lost: the next read gives the document.
TEST(StoreChanges, ComeAgainWhenThereIsNoMemory) {
  Scene scene;
  ASSERT_TRUE(scene.start());
  scene.fail_to_publish_once();
  const std::string revision = scene.store.change({{kNew, true}});
  ASSERT_TRUE(scene.settles_at(revision));
  EXPECT_TRUE(scene.grants(kNew));
}

TEST(StoreChanges, ReachTheCache) {
  const test::TempFolder folder;
  Scene scene;
  scene.config.cache_file = folder.path() / "policy.cache";
  ASSERT_TRUE(scene.start());
  const std::string revision = scene.store.change({{kNew, true}, {origin_of_set(7), false}});
  ASSERT_TRUE(scene.settles_at(revision));
  scene.supervisor.reset();  // writes what waits
  const auto cached = read_policy_cache(scene.config.cache_file);
  ASSERT_TRUE(cached);
  EXPECT_EQ(cached->policy.revision, revision);
  const auto origins = cached->policy.cors.allowed_origins.values().to_strings();
  EXPECT_EQ(origins.size(), kCount);
  EXPECT_THAT(origins, ::testing::Contains(kNew));
  EXPECT_THAT(origins, ::testing::Not(::testing::Contains(origin_of_set(7))));
}

// Ten thousand changes are written into the list while others go on; none of them is lost.
TEST(StoreChanges, AreMergedWhenThereAreMany) {
  constexpr std::size_t kMany = 176'000;  // a sixteenth of them is more than is merged
  Scene scene(kMany);
  ASSERT_TRUE(scene.start());
  const auto set = [&] { return scene.current()->rule(0).cors->origins; };
  const auto before = set()->list_bytes();
  std::vector<OriginChange> changes = {{kNew, true}};
  for (std::size_t i = 0; i < 10'000; ++i) changes.push_back({origin_of_set(i), false});
  ASSERT_TRUE(scene.settles_at(scene.store.change(changes)));
  ASSERT_TRUE(eventually([&] { return set()->may_change(); })) << "in one piece again";
  EXPECT_NE(set()->list_bytes(), before);
  EXPECT_EQ(set()->exact_count(), kMany + 1 - 10'000);
  EXPECT_FALSE(scene.grants(origin_of_set(9'999)));
  EXPECT_TRUE(scene.grants(origin_of_set(10'000)));
  EXPECT_TRUE(scene.grants(kNew));

  changes.clear();
  for (std::size_t i = 10'000; i < 20'000; ++i) changes.push_back({origin_of_set(i), false});
  ASSERT_TRUE(scene.settles_at(scene.store.change(changes)));
  std::string revision;
  for (std::size_t i = 0; i < 20; ++i) {  // while the list is written
    revision = scene.store.change({{origin_of_set(i), true}, {origin_of_set(20'000 + i), false}});
    ASSERT_TRUE(scene.settles_at(revision));
  }
  EXPECT_EQ(scene.store.reads(), 1U);
  const auto count = [&] { return set()->exact_count(); };
  EXPECT_EQ(count(), kMany + 1 - 20'000);
  EXPECT_FALSE(scene.reload().has_errors());
  EXPECT_EQ(count(), kMany + 1 - 20'000) << "as the document has it";
  EXPECT_TRUE(scene.grants(origin_of_set(19)));
  EXPECT_FALSE(scene.grants(origin_of_set(20)));
  EXPECT_FALSE(scene.grants(origin_of_set(20'019)));
}

}  // namespace
}  // namespace corsac
