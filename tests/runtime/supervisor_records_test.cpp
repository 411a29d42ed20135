// Two stores, one policy: what a supervisor makes of a document and of records beside it.

#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/supervisor_scene.hpp"
#include "support/temp_folder.hpp"

namespace corsac {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using test::document;
using test::eventually;
using test::has_code;
using test::invalid_document;
using test::kOrigin;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kPartner = "https://partner.example";
constexpr const char* kOther = "https://other.example";

std::string list_of(const std::vector<std::string>& origins, const std::string& status = "ACTIVE") {
  std::string json;
  for (const std::string& origin : origins) {
    json += (json.empty() ? "" : ", ") + std::string(R"({"name": ")") + origin +
            R"(", "origin": ")" + origin + R"(", "scopes": ["CORS"], "status": ")" + status + "\"}";
  }
  return "[" + json + "]";
}

std::string records(const std::vector<std::string>& origins) {
  return R"({"version": 1, "trusted_origins": )" + list_of(origins) + "}";
}

// Allows kOrigin, and has a test about another origin.
std::string document_with_test(const std::string& origin, const std::string& expect) {
  return std::string(R"({"version": 1, "hosts": {"allowed": ["api.example.com"]},
      "cors": {"allowed_origins": [")") +
         kOrigin + R"("]}, "test": [{"name": "t", "origin": ")" + origin + R"(", "expect": ")" +
         expect + "\"}]}";
}

struct Scene : test::SupervisorScene {
  Scene() {
    has_records = true;
    store.give(document({kOrigin}), "1");
    records.give(corsac::records({kPartner}), "a");
  }
};

TEST(SupervisorRecords, AreMergedIntoTheDocument) {
  Scene scene;
  ASSERT_TRUE(scene.start()) << scene.error.text();
  EXPECT_EQ(scene.supervisor->warnings_at_start().text(), "");
  EXPECT_THAT(scene.published(), ElementsAre("1+a")) << "never the one without the other";
  EXPECT_EQ(scene.decision_for(kOrigin), "allowed");
  EXPECT_EQ(scene.decision_for(kPartner), "allowed");
  EXPECT_EQ(scene.decision_for(kOther), "origin_not_allowed");
  EXPECT_EQ(scene.supervisor->status().revision, "1");
  EXPECT_EQ(scene.supervisor->records_status()->revision, "a");
  EXPECT_EQ(scene.log.count("store fake: fake.json: starting -> fresh"), 1U);
  EXPECT_EQ(scene.log.count("records fake: starting -> fresh") +
                scene.log.count("records fake: fake.json: starting -> fresh"),
            1U);
}

TEST(SupervisorRecords, HaveNoStatusWithoutASecondStore) {
  test::SupervisorScene scene;
  scene.store.give(document({kOrigin}), "1");
  ASSERT_TRUE(scene.start());
  EXPECT_FALSE(scene.supervisor->records_status().has_value());
}

TEST(SupervisorRecords, FollowBothStores) {
  Scene scene;
  ASSERT_TRUE(scene.start());
  scene.records.give(records({kOther}), "b");
  scene.records.call_changed();
  EXPECT_TRUE(eventually([&] { return scene.in_force() == "1+b"; }));
  EXPECT_EQ(scene.decision_for(kPartner), "origin_not_allowed");
  EXPECT_EQ(scene.decision_for(kOther), "allowed");

  scene.store.give(document({}), "2");
  scene.store.call_changed();
  EXPECT_TRUE(eventually([&] { return scene.in_force() == "2+b"; }));
  EXPECT_EQ(scene.decision_for(kOrigin), "origin_not_allowed");
  EXPECT_EQ(scene.decision_for(kOther), "allowed");
}

// Proves 132. What a store of records may not deliver, and what it may not do to the document.
TEST(SupervisorRecords, AreRefusedAloneWhenTheyAreInvalid) {
  struct Row {
    const char* desc;
    std::string json;
    const char* code;
  };
  const Row rows[] = {
      {"a section of the document",
       R"({"version": 1, "cors": {"allowed_origins": ["https://other.example"]}})",
       "records-section"},
      {"a record that is none", R"({"version": 1, "trusted_origins": [{"name": 7}]})",
       "field-type"},
      {"no JSON", "<html>", "json-syntax"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    Scene scene;
    ASSERT_TRUE(scene.start());
    scene.records.give(row.json, "b");
    const Report report = scene.reload();
    EXPECT_TRUE(has_code(report, row.code)) << report.text();
    EXPECT_EQ(scene.records_state(), StoreState::Degraded);
    EXPECT_EQ(scene.state(), StoreState::Fresh);
    EXPECT_EQ(scene.decision_for(kPartner), "allowed") << "the last good ones";
    EXPECT_EQ(scene.decision_for(kOther), "origin_not_allowed");
    EXPECT_THAT(scene.supervisor->records_status()->last_error, HasSubstr(row.code));
    EXPECT_EQ(scene.supervisor->status().last_error, "");
    EXPECT_THAT(scene.published(), ElementsAre("1+a"));

    scene.records.give(records({kOther}), "c");
    EXPECT_FALSE(scene.reload().has_errors());
    EXPECT_EQ(scene.records_state(), StoreState::Fresh);
  }
}

// Proves 135. Removing trust always takes effect; that all of it went is said.
TEST(SupervisorRecords, MayBecomeEmpty) {
  for (const bool accepts : {false, true}) {
    Scene scene;
    scene.records_config.accept_empty = accepts;
    ASSERT_TRUE(scene.start());
    scene.records.give(records({}), "b");
    const Report report = scene.reload();
    EXPECT_FALSE(report.has_errors()) << report.text();
    EXPECT_EQ(has_code(report, "records-empty"), !accepts) << "a warning, unless it is meant";
    EXPECT_EQ(scene.decision_for(kPartner), "origin_not_allowed");
    EXPECT_EQ(scene.records_state(), StoreState::Fresh);
  }

  Scene inactive;
  ASSERT_TRUE(inactive.start());
  inactive.records.give(
      R"({"version": 1, "trusted_origins": )" + list_of({kPartner}, "INACTIVE") + "}", "b");
  EXPECT_FALSE(inactive.reload().has_errors()) << "the last one is deactivated, not deleted";
  EXPECT_EQ(inactive.decision_for(kPartner), "origin_not_allowed");
}

TEST(SupervisorRecords, StayWhileTheDocumentIsInvalid) {
  Scene scene;
  ASSERT_TRUE(scene.start());
  scene.store.give(invalid_document(), "2");
  EXPECT_TRUE(has_code(scene.reload(), "origin-trailing-slash"));
  EXPECT_EQ(scene.state(), StoreState::Degraded);
  EXPECT_EQ(scene.records_state(), StoreState::Fresh);
  scene.records.give(records({kOther}), "b");
  EXPECT_TRUE(scene.reload().has_errors()) << "of the document still";
  EXPECT_TRUE(eventually([&] { return scene.in_force() == "1+b"; }));
  EXPECT_EQ(scene.decision_for(kOther), "allowed") << "merged into the last good document";
}

// Proves 134.
TEST(SupervisorRecords, AreWithdrawnWhenTheyAreTooOld) {
  Scene scene;
  scene.records_config.max_stale = seconds(1);
  ASSERT_TRUE(scene.start());
  scene.records.answer(CORSAC_UNREACHABLE);
  EXPECT_TRUE(has_code(scene.reload(), "store-unreachable"));
  EXPECT_EQ(scene.decision_for(kPartner), "allowed") << "stale";
  EXPECT_TRUE(scene.records_become(StoreState::Closed));
  EXPECT_EQ(scene.decision_for(kPartner), "origin_not_allowed");
  EXPECT_EQ(scene.decision_for(kOrigin), "allowed") << "the document keeps in force";
  EXPECT_EQ(scene.state(), StoreState::Fresh);
  // The state is told before its line.
  EXPECT_TRUE(eventually([&] { return scene.log.count("stale -> closed") == 1; }));
  EXPECT_EQ(scene.log.count("its trusted origins are withdrawn"), 1U);
  EXPECT_EQ(scene.supervisor->records_status()->revision, "a") << "the last that was good";

  scene.store.give(document({"https://third.example"}), "2");
  EXPECT_TRUE(has_code(scene.reload(), "store-unreachable"));
  EXPECT_EQ(scene.in_force(), "2") << "without them";

  scene.records.give(records({kPartner}), "a");
  EXPECT_TRUE(scene.records_become(StoreState::Fresh)) << "by itself";
  EXPECT_EQ(scene.decision_for(kPartner), "allowed") << "the same revision, merged again";
}

TEST(SupervisorRecords, AreClosedTogetherWithTheDocument) {
  Scene scene;
  scene.config.max_stale = seconds(1);
  ASSERT_TRUE(scene.start());
  scene.store.answer(CORSAC_UNREACHABLE);
  EXPECT_TRUE(scene.reload().has_errors());
  EXPECT_TRUE(scene.becomes(StoreState::Closed));
  EXPECT_EQ(scene.records_state(), StoreState::Fresh);
  EXPECT_EQ(scene.decision_for(kPartner), "policy_unavailable");
  scene.records.give(records({kOther}), "b");
  EXPECT_TRUE(scene.reload().has_errors());
  EXPECT_EQ(scene.decision_for(kOther), "policy_unavailable");
  scene.store.give(document({kOrigin}), "1");
  EXPECT_TRUE(scene.becomes(StoreState::Fresh));
  EXPECT_EQ(scene.decision_for(kOther), "allowed");
}

TEST(SupervisorRecords, MustNotMakeATestOfTheDocumentFail) {
  Scene scene;
  scene.store.give(document_with_test(kOther, "deny"), "1");
  ASSERT_TRUE(scene.start()) << scene.error.text();
  scene.records.give(records({kPartner, kOther}), "b");
  EXPECT_TRUE(has_code(scene.reload(), "test-failed"));
  EXPECT_EQ(scene.records_state(), StoreState::Degraded) << "whose change was refused";
  EXPECT_EQ(scene.state(), StoreState::Fresh);
  EXPECT_EQ(scene.decision_for(kOther), "origin_not_allowed");
  EXPECT_EQ(scene.decision_for(kPartner), "allowed");

  scene.store.give(document({kOrigin}), "2");  // without the test
  scene.store.call_changed();
  EXPECT_TRUE(scene.records_become(StoreState::Fresh)) << "they are judged again";
  EXPECT_EQ(scene.decision_for(kOther), "allowed");
}

TEST(SupervisorRecords, AreWhatTheNextDocumentIsJudgedAgainst) {
  Scene scene;
  ASSERT_TRUE(scene.start()) << scene.error.text();
  scene.records.give(records({kPartner, kOther}), "b");
  EXPECT_FALSE(scene.supervisor->reload_and_wait(std::chrono::seconds(10)).has_errors());
  const JudgementBasis basis = scene.supervisor->basis();
  ASSERT_NE(basis.records, nullptr);
  EXPECT_EQ(basis.records->trusted_origins.size(), 2U);
  ASSERT_NE(basis.snapshot, nullptr);
  EXPECT_EQ(basis.snapshot->revision(), "1+b");
}

TEST(SupervisorRecords, CureADocumentThatWasRefusedForWantOfThem) {
  Scene scene;
  ASSERT_TRUE(scene.start());
  scene.store.give(document_with_test(kOther, "allow"), "2");
  EXPECT_TRUE(has_code(scene.reload(), "test-failed"));
  EXPECT_EQ(scene.state(), StoreState::Degraded);
  scene.records.give(records({kOther}), "b");
  scene.records.call_changed();
  EXPECT_TRUE(eventually([&] { return scene.in_force() == "2+b"; }));
  EXPECT_EQ(scene.state(), StoreState::Fresh);
}

// Removing trust cannot be refused.
TEST(SupervisorRecords, AreRemovedAlthoughATestFails) {
  Scene scene;
  scene.store.give(document_with_test(kPartner, "allow"), "1");
  scene.records.give(records({kPartner, kOther}), "a");
  ASSERT_TRUE(scene.start()) << scene.error.text();
  scene.records.give(records({kOther}), "b");
  const Report report = scene.reload();
  EXPECT_FALSE(report.has_errors()) << report.text();
  EXPECT_TRUE(has_code(report, "test-failed")) << "a warning";
  EXPECT_EQ(scene.decision_for(kPartner), "origin_not_allowed");
  EXPECT_EQ(scene.decision_for(kOther), "allowed");
}

TEST(SupervisorRecords, EndAtTheirMoment) {
  Scene scene;
  scene.records.give(R"({"version": 1, "trusted_origins": [{"name": "p", "scopes": ["CORS"],
      "origin": "https://partner.example", "valid_until": "2026-01-01T01:00:00Z"}]})",
                     "a");
  ASSERT_TRUE(scene.start());
  EXPECT_EQ(scene.decision_for(kPartner), "allowed");
  scene.clock->advance(hours(1));
  EXPECT_TRUE(eventually([&] { return scene.decision_for(kPartner) == "origin_not_allowed"; }));
  EXPECT_EQ(scene.decision_for(kOrigin), "allowed");
}

TEST(SupervisorRecords, GiveWayToTheDocument) {
  Scene scene;
  scene.store.give(std::string(R"({"version": 1, "hosts": {"allowed": ["api.example.com"]},
      "cors": {"enabled": true}, "trusted_origins": )") +
                       list_of({kPartner}, "INACTIVE") + "}",
                   "1");
  ASSERT_TRUE(scene.start()) << scene.error.text();
  EXPECT_TRUE(has_code(scene.supervisor->warnings_at_start(), "record-in-document"));
  EXPECT_EQ(scene.decision_for(kPartner), "origin_not_allowed");
  scene.records.give(records({kPartner, kOther}), "b");
  const Report report = scene.reload();
  EXPECT_TRUE(has_code(report, "record-in-document"));
  EXPECT_EQ(scene.decision_for(kPartner), "origin_not_allowed");
  EXPECT_EQ(scene.decision_for(kOther), "allowed");
}

TEST(SupervisorRecords, TellTheirOwnWarningsOnly) {
  Scene scene;
  scene.store.give(R"({"version": 1, "cors": {"allowed_origins": ["https://app.example.com"]}})",
                   "1");  // own-origin-by-host
  scene.records.give(records({"ftp://files.example"}), "a");
  ASSERT_TRUE(scene.start()) << scene.error.text();
  EXPECT_TRUE(has_code(scene.supervisor->warnings_at_start(), "record-not-granted"));
  scene.records.give(records({"ftp://files.example", kPartner}), "b");
  static_cast<void>(scene.reload());
  const Report of_records = scene.supervisor->records_status()->last_report;
  EXPECT_TRUE(has_code(of_records, "record-not-granted"));
  EXPECT_FALSE(has_code(of_records, "own-origin-by-host")) << of_records.text();
  scene.store.give(R"({"version": 1, "cors": {"allowed_origins": ["https://b.example.com"]}})",
                   "2");
  static_cast<void>(scene.reload());
  const Report of_document = scene.supervisor->status().last_report;
  EXPECT_FALSE(has_code(of_document, "record-not-granted")) << of_document.text();
  EXPECT_TRUE(has_code(of_document, "own-origin-by-host"));
}

// At the start.

struct StartRow {
  const char* desc;
  OnStartFailure choice;  // of the records
  bool starts;
};

// Proves 133.
TEST(SupervisorRecords, DecideThemselvesWhetherTheProgramStartsWithoutThem) {
  const StartRow rows[] = {{"fail", OnStartFailure::Fail, false},
                           {"closed", OnStartFailure::Closed, true}};
  for (const StartRow& row : rows) {
    for (const bool is_invalid : {false, true}) {
      SCOPED_TRACE(std::string(row.desc) + (is_invalid ? ", invalid" : ", away"));
      Scene scene;
      scene.records_config.on_start_failure = row.choice;
      scene.store.give(document_with_test(kPartner, "allow"), "1");
      is_invalid ? scene.records.give(invalid_document(), "a")
                 : scene.records.answer(CORSAC_UNREACHABLE);
      ASSERT_EQ(scene.start(), row.starts) << scene.error.text();
      const char* code = is_invalid ? "records-section" : "store-unreachable";
      if (!row.starts) {
        EXPECT_TRUE(has_code(scene.error, code)) << scene.error.text();
        continue;
      }
      EXPECT_TRUE(has_code(scene.supervisor->warnings_at_start(), code));
      EXPECT_TRUE(has_code(scene.supervisor->warnings_at_start(), "test-failed"))
          << "for want of them: a warning";
      EXPECT_EQ(scene.state(), StoreState::Fresh);
      EXPECT_EQ(scene.records_state(), StoreState::Closed);
      EXPECT_EQ(scene.decision_for(kOrigin), "allowed") << "the document alone";
      EXPECT_EQ(scene.decision_for(kPartner), "origin_not_allowed");
      scene.records.give(records({kPartner}), "b");
      EXPECT_FALSE(scene.reload().has_errors());
      EXPECT_EQ(scene.decision_for(kPartner), "allowed");
    }
  }
}

TEST(SupervisorRecords, ThatAreMissingExcuseNoTestThatExpectsARefusal) {
  Scene scene;
  scene.records_config.on_start_failure = OnStartFailure::Closed;
  scene.records.answer(CORSAC_UNREACHABLE);
  scene.store.give(document_with_test(kOrigin, "deny"), "1");
  EXPECT_FALSE(scene.start());
  EXPECT_TRUE(has_code(scene.error, "test-failed")) << scene.error.text();
}

TEST(SupervisorRecords, ComeBeforeADocumentThatIsLate) {
  Scene scene;
  scene.config.on_start_failure = OnStartFailure::Closed;
  scene.store.answer(CORSAC_UNREACHABLE);
  ASSERT_TRUE(scene.start()) << scene.error.text();
  EXPECT_EQ(scene.records_state(), StoreState::Fresh);
  EXPECT_EQ(scene.decision_for(kPartner), "policy_unavailable") << "records alone are no policy";
  scene.store.give(document({kOrigin}), "1");
  EXPECT_FALSE(scene.reload().has_errors());
  EXPECT_EQ(scene.in_force(), "1+a");
  EXPECT_EQ(scene.decision_for(kPartner), "allowed");
}

TEST(SupervisorRecords, AreWaitedForAtTheStart) {
  Scene scene;
  scene.store.give(document_with_test(kPartner, "allow"), "1");
  scene.records.hold();
  scene.records_config.deadline = seconds(1);
  scene.records_config.on_start_failure = OnStartFailure::Closed;
  ASSERT_TRUE(scene.start()) << scene.error.text();
  EXPECT_EQ(scene.records_state(), StoreState::Closed);
  EXPECT_THAT(scene.published(), ElementsAre("1"));
  scene.records.release();
  EXPECT_TRUE(eventually([&] { return scene.in_force() == "1+a"; }));
}

TEST(SupervisorRecords, ThatHangHoldUpNeitherDocumentNorTime) {
  Scene scene;
  scene.records_config.max_stale = seconds(2);
  scene.records_config.deadline = seconds(1);
  ASSERT_TRUE(scene.start());
  scene.records.hold(test::FakeStore::Interrupts::Ignored);
  scene.supervisor->request_reload();
  EXPECT_TRUE(eventually([&] { return scene.records.reads_begun() == 2; }));
  scene.store.give(document({kOther}), "2");
  scene.store.call_changed();
  EXPECT_TRUE(eventually([&] { return scene.in_force() == "2+a"; }));
  EXPECT_TRUE(scene.records_become(StoreState::Closed));
  EXPECT_EQ(scene.decision_for(kPartner), "origin_not_allowed");
  scene.records.release();
  EXPECT_TRUE(scene.records_become(StoreState::Fresh));
}

TEST(SupervisorRecords, HaveACacheOfTheirOwn) {
  const test::TempFolder folder;
  const auto prepare = [&folder](Scene& scene) {
    scene.config.cache_file = folder.path() / "policy.cache";
    scene.records_config.cache_file = folder.path() / "records.cache";
    scene.records_config.on_start_failure = OnStartFailure::Cached;
    scene.records_config.max_stale = hours(1);
  };
  {
    Scene scene;
    prepare(scene);
    ASSERT_TRUE(scene.start());
  }
  {
    Scene scene;
    prepare(scene);
    scene.records.answer(CORSAC_UNREACHABLE);
    ASSERT_TRUE(scene.start()) << scene.error.text();
    EXPECT_TRUE(scene.supervisor->records_status()->is_cached);
    EXPECT_FALSE(scene.supervisor->status().is_cached);
    EXPECT_EQ(scene.records_state(), StoreState::Stale);
    EXPECT_EQ(scene.decision_for(kPartner), "allowed");
  }
  {
    Scene scene;
    prepare(scene);
    scene.clock->advance(hours(2));
    scene.records.answer(CORSAC_UNREACHABLE);
    ASSERT_TRUE(scene.start()) << scene.error.text();
    EXPECT_EQ(scene.records_state(), StoreState::Closed) << "too old";
    EXPECT_EQ(scene.decision_for(kPartner), "origin_not_allowed");
    EXPECT_EQ(scene.decision_for(kOrigin), "allowed");
  }
  {
    Scene scene;
    prepare(scene);
    scene.config.on_start_failure = OnStartFailure::Cached;
    scene.store.answer(CORSAC_UNREACHABLE);
    scene.records.give(records({kOther}), "b");
    ASSERT_TRUE(scene.start()) << scene.error.text();
    EXPECT_TRUE(scene.supervisor->status().is_cached);
    EXPECT_EQ(scene.decision_for(kOrigin), "allowed");
    EXPECT_EQ(scene.decision_for(kOther), "allowed");
    EXPECT_EQ(scene.decision_for(kPartner), "origin_not_allowed")
        << "records stand in no cache of the document";
  }
}

TEST(SupervisorRecords, ShareNoCacheWithTheDocument) {
  const test::TempFolder folder;
  Scene scene;
  scene.config.cache_file = folder.path() / "policy.cache";
  scene.records_config.cache_file = folder.path() / "x" / ".." / "policy.cache";
  EXPECT_FALSE(scene.start());
  EXPECT_TRUE(has_code(scene.error, "cache-file-repeated")) << scene.error.text();
}

TEST(SupervisorRecords, AreReportedTogetherWithTheDocument) {
  Scene scene;
  scene.store.give(invalid_document(), "1");
  scene.records.give(invalid_document(), "a");
  EXPECT_FALSE(scene.start());
  EXPECT_TRUE(has_code(scene.error, "origin-trailing-slash")) << scene.error.text();
  EXPECT_TRUE(has_code(scene.error, "records-section")) << scene.error.text();
}

TEST(SupervisorRecords, SayWhichSectionHasWrongSettings) {
  Scene scene;
  scene.records.answer_open(CORSAC_INVALID);
  EXPECT_FALSE(scene.start());
  EXPECT_THAT(scene.error.text(), HasSubstr("records.fake"));
}

}  // namespace
}  // namespace corsac
