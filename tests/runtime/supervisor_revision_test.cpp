// What a supervisor makes of a revision that went back.

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/supervisor_scene.hpp"

namespace corsac {
namespace {

using std::chrono::seconds;
using test::document;
using test::eventually;
using test::has_code;
using test::kOrigin;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Scene : test::SupervisorScene {
  Scene() { store.give(document({kOrigin}), "7:a"); }
};

// Proves 138.
TEST(SupervisorRevision, LooksTwiceBeforeItTakesAnOlderDocument) {
  Scene scene;
  ASSERT_TRUE(scene.start());
  scene.store.give(document({}), "5:b");
  Report report = scene.reload();
  EXPECT_TRUE(report.has_errors()) << "not taken yet";
  EXPECT_THAT(report.text(), HasSubstr("error[revision-went-back]"));
  EXPECT_THAT(report.text(), HasSubstr("the revision before was 7:a"));
  EXPECT_EQ(scene.state(), StoreState::Fresh);
  EXPECT_EQ(scene.supervisor->status().last_error, "");
  EXPECT_EQ(scene.supervisor->status().failures, 0U);
  EXPECT_GT(scene.supervisor->status().next_try_in, seconds(0));
  EXPECT_LE(scene.supervisor->status().next_try_in, seconds(5));
  scene.clock->advance(seconds(4));
  EXPECT_TRUE(has_code(scene.reload(), "revision-went-back"));
  EXPECT_EQ(scene.decision_for(kOrigin), "allowed");
  EXPECT_EQ(scene.log.count("revision-went-back"), 1U) << "once for one revision";

  scene.clock->advance(seconds(1));
  report = scene.reload();
  EXPECT_FALSE(report.has_errors()) << report.text();
  EXPECT_TRUE(has_code(report, "revision-went-back")) << "a warning";
  EXPECT_THAT(scene.published(), ElementsAre("7:a", "5:b"));
  EXPECT_EQ(scene.log.count("warning[revision-went-back]"), 1U);

  scene.store.give(document({kOrigin}), "6:c");
  EXPECT_FALSE(has_code(scene.reload(), "revision-went-back")) << "newer than the one in force";
  EXPECT_EQ(scene.in_force(), "6:c");
}

TEST(SupervisorRevision, ForgetsWhatAReplicaSaidThatLagged) {
  Scene scene;
  ASSERT_TRUE(scene.start());
  scene.store.give(document({}), "7:b");
  EXPECT_TRUE(has_code(scene.reload(), "revision-went-back")) << "another nonce";
  scene.store.give(document({kOrigin}), "7:a");
  EXPECT_EQ(scene.reload().text(), "");
  scene.clock->advance(seconds(60));
  EXPECT_THAT(scene.published(), ElementsAre("7:a"));
}

// The first lag, and a loss that is long over, say nothing about the next lag.
TEST(SupervisorRevision, LooksTwiceAtEachLag) {
  struct Row {
    const char* desc;
    void (*happens)(Scene& scene);
  };
  const Row rows[] = {
      {"a lag",
       [](Scene& scene) {
         scene.store.give(document({}), "6:b");
         EXPECT_TRUE(has_code(scene.reload(), "revision-went-back"));
       }},
      {"a loss",
       [](Scene& scene) {
         scene.store.answer(CORSAC_UNREACHABLE);
         EXPECT_TRUE(scene.reload().has_errors());
       }},
      {"another server", [](Scene& scene) { scene.store.switch_server(); }},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    Scene scene;
    ASSERT_TRUE(scene.start());
    row.happens(scene);
    scene.store.give(document({kOrigin}), "7:a");
    EXPECT_EQ(scene.reload().text(), "");
    scene.clock->advance(seconds(60));
    const std::size_t told = scene.log.count("revision-went-back");
    scene.store.give(document({}), "6:b");
    EXPECT_TRUE(scene.reload().has_errors());
    EXPECT_EQ(scene.in_force(), "7:a");
    EXPECT_EQ(scene.log.count("revision-went-back"), told + 1);
  }
}

TEST(SupervisorRevision, CountsTheSecondsAnewAfterAnAnswerWithoutADocument) {
  Scene scene;
  ASSERT_TRUE(scene.start());
  scene.store.give(document({}), "6:b");
  EXPECT_TRUE(scene.reload().has_errors());
  scene.store.give("{", "6:c");
  EXPECT_TRUE(has_code(scene.reload(), "json-syntax"));
  scene.clock->advance(seconds(60));
  scene.store.give(document({}), "6:b");
  EXPECT_TRUE(has_code(scene.reload(), "revision-went-back"));
  EXPECT_EQ(scene.in_force(), "7:a");
}

TEST(SupervisorRevision, TakesAnOlderDocumentAtOnceAfterALoss) {
  Scene scene;
  ASSERT_TRUE(scene.start());
  scene.store.answer(CORSAC_UNREACHABLE);
  EXPECT_TRUE(scene.reload().has_errors());
  scene.store.give(document({}), "5:b");
  Report report = scene.reload();
  EXPECT_FALSE(report.has_errors()) << report.text();
  EXPECT_EQ(scene.in_force(), "5:b") << "the store could not be reached";

  scene.store.switch_server();
  scene.store.give(document({kOrigin}), "5:c");
  report = scene.reload();
  EXPECT_FALSE(report.has_errors()) << report.text();
  EXPECT_TRUE(has_code(report, "revision-went-back"));
  EXPECT_EQ(scene.in_force(), "5:c") << "another server";
}

TEST(SupervisorRevision, LooksTwiceAtRecordsToo) {
  Scene scene;
  scene.has_records = true;
  scene.records.give(R"({"version": 1, "trusted_origins": []})", "3:a");
  ASSERT_TRUE(scene.start()) << scene.error.text();
  scene.records.give(R"({"version": 1, "trusted_origins": [
      {"name": "p", "origin": "https://partner.example", "scopes": ["CORS"]}]})",
                     "2:b");
  EXPECT_TRUE(has_code(scene.reload(), "revision-went-back"));
  EXPECT_EQ(scene.decision_for("https://partner.example"), "origin_not_allowed");
  scene.clock->advance(seconds(5));
  const Report report = scene.reload();
  EXPECT_FALSE(report.has_errors()) << report.text();
  EXPECT_TRUE(has_code(report, "revision-went-back")) << report.text();
  EXPECT_EQ(scene.decision_for("https://partner.example"), "allowed");
}

}  // namespace
}  // namespace corsac
