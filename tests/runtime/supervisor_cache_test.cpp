// Starting with the policy of the cache, and keeping it there.

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/runtime/policy_cache.hpp"
#include "runtime/supervisor_scene.hpp"
#include "support/temp_folder.hpp"

namespace corsac {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using test::document;
using test::eventually;
using test::FakeClock;
using test::invalid_document;
using test::kOrigin;
using ::testing::ElementsAre;

// A cache that a run before this one left: its policy allows kOrigin and was read at
// FakeClock::kStart.
struct CacheScene {
  test::TempFolder folder = {};
  std::filesystem::path file = folder.path() / "policy.cache";

  void prepare(test::SupervisorScene& scene) const {
    scene.config.on_start_failure = OnStartFailure::Cached;
    scene.config.cache_file = file;
    scene.config.max_stale = hours(1);
    scene.config.deadline = seconds(1);
  }
  void fill() const {
    test::SupervisorScene scene;
    prepare(scene);
    scene.store.give(document({kOrigin}), "7");
    ASSERT_TRUE(scene.start()) << scene.error.text();
    ASSERT_EQ(scene.state(), StoreState::Fresh);
    scene.supervisor.reset();
    ASSERT_TRUE(read_policy_cache(file));
  }
};

// Proves 133.
TEST(SupervisorCache, GivesThePolicyWhileTheStoreIsAway) {
  const CacheScene cache;
  cache.fill();
  test::SupervisorScene scene;
  cache.prepare(scene);
  scene.store.answer(CORSAC_UNREACHABLE);
  scene.clock->advance(seconds(60));
  ASSERT_TRUE(scene.start()) << scene.error.text();
  EXPECT_EQ(scene.decision_for(kOrigin), "allowed");
  EXPECT_EQ(scene.decision_for("https://evil.example"), "origin_not_allowed");
  const StoreStatus status = scene.supervisor->status();
  EXPECT_EQ(status.state, StoreState::Stale);
  EXPECT_TRUE(status.is_cached);
  EXPECT_EQ(status.revision, "7");
  EXPECT_EQ(status.last_answer_at, FakeClock::kStart);
  EXPECT_EQ(scene.log.count("the policy comes from the cache, where it was read at "
                            "2026-01-01T00:00:00Z"),
            1U);
  scene.store.give(document({"https://new.example"}), "8");
  ASSERT_TRUE(scene.becomes(StoreState::Fresh));
  EXPECT_EQ(scene.decision_for(kOrigin), "origin_not_allowed");
  EXPECT_FALSE(scene.supervisor->status().is_cached);
  const auto policies = scene.supervisor->last_policies();
  ASSERT_EQ(policies.size(), 2U);
  EXPECT_EQ(policies[0].revision, "8");
  EXPECT_EQ(policies[0].source, PolicySource::Store);
  EXPECT_EQ(policies[1].revision, "7");
  EXPECT_EQ(policies[1].source, PolicySource::Cache);
  EXPECT_NE(policies[1].policy, nullptr);
}

TEST(SupervisorCache, GivesThePolicyWhileTheStoresDocumentIsInvalid) {
  const CacheScene cache;
  cache.fill();
  test::SupervisorScene scene;
  cache.prepare(scene);
  scene.store.give(invalid_document(), "8");
  ASSERT_TRUE(scene.start()) << scene.error.text();
  scene.clock->advance(hours(1000));
  EXPECT_EQ(scene.state(), StoreState::Degraded) << "the store answers, so no time runs out";
  EXPECT_EQ(scene.decision_for(kOrigin), "allowed");
}

// An answer that is no document does not make an old policy younger.
TEST(SupervisorCache, IsClosedWhenItIsTooOldAndTheStoresDocumentIsInvalid) {
  const CacheScene cache;
  cache.fill();
  test::SupervisorScene scene;
  cache.prepare(scene);
  scene.store.give(invalid_document(), "8");
  scene.clock->advance(hours(1));
  ASSERT_TRUE(scene.start()) << scene.error.text();
  EXPECT_EQ(scene.state(), StoreState::Closed);
  EXPECT_EQ(scene.decision_for(kOrigin), "policy_unavailable");
}

// Age counts from when the store gave it, not from this start.
TEST(SupervisorCache, IsClosedWhenItIsTooOld) {
  const CacheScene cache;
  cache.fill();
  test::SupervisorScene scene;
  cache.prepare(scene);
  scene.store.answer(CORSAC_UNREACHABLE);
  scene.clock->advance(hours(1));
  ASSERT_TRUE(scene.start()) << scene.error.text();
  EXPECT_EQ(scene.state(), StoreState::Closed);
  EXPECT_EQ(scene.decision_for(kOrigin), "policy_unavailable");
  scene.store.give(invalid_document(), "8");
  EXPECT_TRUE(scene.reload().has_errors());
  EXPECT_EQ(scene.state(), StoreState::Closed) << "the store is there again, without a document";
  EXPECT_EQ(scene.decision_for(kOrigin), "policy_unavailable");
  scene.store.give(document({kOrigin}), "9");
  EXPECT_FALSE(scene.reload().has_errors());
  EXPECT_EQ(scene.state(), StoreState::Fresh);
  EXPECT_EQ(scene.decision_for(kOrigin), "allowed");
}

TEST(SupervisorCache, IsClosedWithoutAUsableCache) {
  const struct {
    const char* desc;
    const char* bytes;  // null = no file
    const char* line;
  } rows[] = {
      {"no file", nullptr, "cache-missing"},
      {"not what was written", "version = 1", "cache-damaged"},
  };
  for (const auto& row : rows) {
    const CacheScene cache;
    if (row.bytes != nullptr) cache.folder.write("policy.cache", row.bytes);
    test::SupervisorScene scene;
    cache.prepare(scene);
    scene.store.answer(CORSAC_UNREACHABLE);
    ASSERT_TRUE(scene.start()) << row.desc << scene.error.text();
    EXPECT_EQ(scene.decision_for(kOrigin), "policy_unavailable") << row.desc;
    EXPECT_EQ(scene.log.count(row.line), 1U) << row.desc;
    scene.store.give(document({kOrigin}), "1");
    EXPECT_TRUE(scene.becomes(StoreState::Fresh)) << row.desc;
  }
}

// The hash does not cover the time; whatever stands there, age is not lost.
TEST(SupervisorCache, IsClosedWhateverOldTimeStandsInIt) {
  for (const char* time : {"2025-12-31T22:00:00Z", "1700-01-01T00:00:00Z"}) {
    const CacheScene cache;
    ASSERT_FALSE(write_policy_cache(cache.file, document({kOrigin}), "7", *parse_time(time)));
    test::SupervisorScene scene;
    cache.prepare(scene);
    scene.store.answer(CORSAC_UNREACHABLE);
    ASSERT_TRUE(scene.start()) << time << scene.error.text();
    EXPECT_EQ(scene.state(), StoreState::Closed) << time;
    EXPECT_EQ(scene.decision_for(kOrigin), "policy_unavailable") << time;
  }
}

// A right hash does not make a right policy.
TEST(SupervisorCache, IsJudgedLikeAnyInput) {
  const CacheScene cache;
  ASSERT_FALSE(write_policy_cache(cache.file, invalid_document(), "7", FakeClock::kStart));
  test::SupervisorScene scene;
  cache.prepare(scene);
  scene.store.answer(CORSAC_UNREACHABLE);
  ASSERT_TRUE(scene.start()) << scene.error.text();
  EXPECT_EQ(scene.decision_for(kOrigin), "policy_unavailable");
  EXPECT_EQ(scene.log.count("the policy in the cache is invalid"), 1U);
  EXPECT_EQ(scene.log.count("origin-trailing-slash"), 1U);
}

// A start with the cache does not bring back what was taken away beside the document in force.
TEST(SupervisorCache, HasNoTrustThatWasWithdrawn) {
  const std::string partner = "https://partner.example";
  const auto with_records = [](const std::string& origins) {
    return R"({"version": 1, "cors": {"allowed_origins": [")" + std::string(kOrigin) +
           R"("]}, "trusted_origins": [)" + origins +
           R"(], "test": [{"name": "t", "origin": "https://evil.example", "expect": "deny"}]})";
  };
  const auto record = [](const std::string& origin) {
    return R"({"name": ")" + origin + R"(", "origin": ")" + origin + R"(", "scopes": ["CORS"]})";
  };
  const struct {
    const char* desc;
    std::function<void(test::SupervisorScene&)> withdraw;
  } rows[] = {
      {"by who manages records",
       [&](test::SupervisorScene& scene) {
         scene.supervisor->withdraw(
             {{.before = {
                   .name = partner, .origin = partner, .scopes = {TrustedOrigin::Scope{}}}}});
       }},
      {"by a document that is refused",
       [&](test::SupervisorScene& scene) {
         scene.store.give(with_records(record("https://evil.example")), "8");
         EXPECT_TRUE(scene.reload().has_errors());
       }},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const CacheScene cache;
    {
      test::SupervisorScene scene;
      cache.prepare(scene);
      scene.store.give(with_records(record(partner)), "7");
      ASSERT_TRUE(scene.start()) << scene.error.text();
      ASSERT_EQ(scene.decision_for(partner), "allowed");
      scene.clock->advance(seconds(60));
      row.withdraw(scene);
      ASSERT_EQ(scene.decision_for(partner), "origin_not_allowed");
    }
    test::SupervisorScene scene;
    cache.prepare(scene);
    scene.store.answer(CORSAC_UNREACHABLE);
    scene.clock->advance(seconds(120));
    ASSERT_TRUE(scene.start()) << scene.error.text();
    EXPECT_TRUE(scene.supervisor->status().is_cached);
    EXPECT_EQ(scene.decision_for(kOrigin), "allowed");
    EXPECT_EQ(scene.decision_for(partner), "origin_not_allowed");
    EXPECT_LE(scene.supervisor->status().last_answer_at, FakeClock::kStart + seconds(60))
        << "no younger by that";
  }
}

TEST(SupervisorCache, NeedsAFile) {
  test::SupervisorScene scene;
  scene.config.on_start_failure = OnStartFailure::Cached;
  scene.store.give(document({kOrigin}), "1");
  EXPECT_FALSE(scene.start());
  EXPECT_TRUE(test::has_code(scene.error, "cache-file-missing"));
}

TEST(SupervisorCache, IsNotAskedUnlessItIsMeant) {
  const CacheScene cache;
  cache.fill();
  test::SupervisorScene scene;
  cache.prepare(scene);
  scene.config.on_start_failure = OnStartFailure::Closed;
  scene.store.answer(CORSAC_UNREACHABLE);
  ASSERT_TRUE(scene.start());
  EXPECT_EQ(scene.decision_for(kOrigin), "policy_unavailable");
}

TEST(SupervisorCache, SaysOnceThatItCannotBeWritten) {
  test::SupervisorScene scene;
  scene.config.cache_file = "/nonexistent/policy.cache";
  scene.store.give(document({kOrigin}), "1");
  ASSERT_TRUE(scene.start()) << scene.error.text();
  const auto error = [&] { return scene.supervisor->status().cache_error; };
  ASSERT_TRUE(eventually([&] { return !error().empty(); }));
  EXPECT_THAT(error(), ::testing::HasSubstr("cache-not-written"));
  scene.store.give(document({"https://new.example"}), "2");
  scene.supervisor->request_reload();
  ASSERT_TRUE(eventually([&] { return scene.in_force() == "2"; })) << "it goes on all the same";
  EXPECT_EQ(scene.log.count("cache-not-written"), 1U);
}

}  // namespace
}  // namespace corsac
