// What a supervisor makes of what its store says.

#include "corsac/runtime/supervisor.hpp"

#include <chrono>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/supervisor_scene.hpp"
#include "support/request.hpp"

namespace corsac {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::document;
using test::eventually;
using test::has_code;
using test::invalid_document;
using test::kOrigin;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Scene = test::SupervisorScene;

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

// Proves 132.
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

// Proves 135.
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

TEST(Supervisor, WaitsNoLongerThanAskedForAReload) {
  Scene scene;
  scene.store.give(document({kOrigin}), "1");
  ASSERT_TRUE(scene.start());
  scene.store.hold();
  EXPECT_TRUE(has_code(scene.supervisor->reload_and_wait(milliseconds(20)), "store-deadline"));
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
