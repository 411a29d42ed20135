#include "corsac/runtime/policy_in_force.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "support/allocation_counter.hpp"
#include "support/fake_clock.hpp"
#include "support/request.hpp"

namespace corsac {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using test::FakeClock;
using test::Request;

constexpr const char* kApp = "https://app.example.com";
constexpr const char* kPartner = "https://partner.example";

TrustedOrigin a_record(std::string origin) {
  TrustedOrigin record;
  record.name = origin;
  record.origin = std::move(origin);
  record.scopes = {TrustedOrigin::Scope{}};
  return record;
}

// Allows kApp, and kPartner by a record.
Policy a_policy() {
  Policy policy;
  policy.cors.allowed_origins = {kApp};
  policy.trusted_origins = {a_record(kPartner)};
  return policy;
}

PolicyTest a_test(std::string origin) {
  PolicyTest test;
  test.name = origin + " is allowed";
  test.origin = std::move(origin);
  return test;
}

struct Scene {
  std::shared_ptr<FakeClock> clock = std::make_shared<FakeClock>();
  PolicyInForce policy{clock};

  // As a gate does with a document: judges it, and takes it when nothing is wrong.
  Report take(Policy document, std::vector<Problem> reader_problems) {
    Judgement judgement =
        judge_document(std::move(document), std::move(reader_problems), policy.basis());
    Report report = judgement.report;
    if (!report.has_errors()) policy.take(std::move(judgement));
    return report;
  }
  bool allows(const char* origin) const {
    Request request("GET", "/", {{"Origin", origin}, {"Host", "api.example.com"}});
    return policy.snapshot()->decide(request.view()).has_grant();
  }
};

const Problem* find(const Report& report, std::string_view code) {
  const auto& problems = report.problems();
  const auto found = std::find_if(problems.begin(), problems.end(),
                                  [code](const Problem& problem) { return problem.code == code; });
  return found == problems.end() ? nullptr : &*found;
}

TEST(PolicyInForce, TakesADocumentWholeOrNotAtAll) {
  Scene scene;
  EXPECT_EQ(scene.policy.snapshot(), nullptr);
  EXPECT_FALSE(scene.take(a_policy(), {}).has_errors());
  EXPECT_TRUE(scene.allows(kApp));

  Policy wrong = a_policy();
  wrong.cors.allowed_origins = {"https://other.example", "https://b.example/", "HTTPS://c.example"};
  const SnapshotPtr before = scene.policy.snapshot();
  const Report report = scene.take(wrong, {});
  EXPECT_NE(find(report, "origin-trailing-slash"), nullptr);
  EXPECT_NE(find(report, "origin-upper-case"), nullptr) << "every error, not only the first";
  EXPECT_EQ(scene.policy.snapshot(), before);
}

TEST(PolicyInForce, TellsTheReadersErrorsTogetherWithItsOwn) {
  Scene scene;
  Policy wrong = a_policy();
  wrong.cors.allowed_origins = {"https://b.example/"};
  wrong.sources = {"policy.toml"};
  const Report report = scene.take(
      wrong, {Problem{.code = "field-unknown", .path = "cors.allow", .what = "there is none"}});
  EXPECT_NE(find(report, "field-unknown"), nullptr);
  EXPECT_NE(find(report, "origin-trailing-slash"), nullptr);
  EXPECT_EQ(report.sources(), std::vector<std::string>{"policy.toml"});
  EXPECT_EQ(scene.policy.snapshot(), nullptr);

  const Report unknown =
      scene.take(a_policy(), {Problem{.code = "field-unknown", .what = "there is none"}});
  EXPECT_TRUE(unknown.has_errors());
  EXPECT_EQ(scene.policy.snapshot(), nullptr) << "an error of the reader alone refuses it, too";

  const Report warned = scene.take(
      a_policy(), {Problem{.severity = Severity::Warning, .code = "field-old", .what = "old"}});
  EXPECT_FALSE(warned.has_errors());
  EXPECT_NE(find(warned, "field-old"), nullptr);
  EXPECT_NE(scene.policy.snapshot(), nullptr);
}

TEST(PolicyInForce, RefusesANewDocumentWhoseTestsFail) {
  Scene scene;
  Policy policy = a_policy();
  policy.tests = {a_test("https://evil.example")};
  const Report first = scene.take(policy, {});
  ASSERT_NE(find(first, "test-failed"), nullptr);
  EXPECT_EQ(find(first, "test-failed")->severity, Severity::Error);
  EXPECT_EQ(scene.policy.snapshot(), nullptr);

  policy.tests = {a_test(kApp), a_test(kPartner)};
  EXPECT_FALSE(scene.take(policy, {}).has_errors());
  policy.cors.allowed_origins = Names::none();
  EXPECT_TRUE(scene.take(policy, {}).has_errors())
      << "a list is not a record: taking an origin out of it is a new document";
  EXPECT_TRUE(scene.allows(kApp));
}

TEST(PolicyInForce, NeverRefusesToRemoveTrust) {
  struct Row {
    const char* desc;
    void (*remove)(Policy&);
  };
  const Row rows[] = {
      {"the record is removed", [](Policy& p) { p.trusted_origins.clear(); }},
      {"the record is deactivated",
       [](Policy& p) { p.trusted_origins[0].status = TrustedOrigin::Status::Inactive; }},
      {"the record loses its scope",
       [](Policy& p) { p.trusted_origins[0].scopes[0].type = TrustedOrigin::ScopeType::Redirect; }},
  };
  for (const Row& row : rows) {
    Scene scene;
    Policy policy = a_policy();
    // Both scopes, so that the last row only loses one.
    policy.trusted_origins[0].scopes.push_back({.type = TrustedOrigin::ScopeType::Redirect});
    policy.tests = {a_test(kPartner)};
    ASSERT_FALSE(scene.take(policy, {}).has_errors()) << row.desc;
    ASSERT_TRUE(scene.allows(kPartner)) << row.desc;
    row.remove(policy);
    const Report report = scene.take(policy, {});
    ASSERT_NE(find(report, "test-failed"), nullptr) << row.desc;
    EXPECT_EQ(find(report, "test-failed")->severity, Severity::Warning) << row.desc;
    EXPECT_FALSE(scene.allows(kPartner)) << row.desc;
    EXPECT_TRUE(scene.allows(kApp)) << row.desc;

    policy.trusted_origins.push_back(a_record("https://new.example"));
    EXPECT_TRUE(scene.take(policy, {}).has_errors())
        << row.desc << ": adding is a new document again";
  }
}

TEST(PolicyInForce, EndsAGrantAtItsMoment) {
  Scene scene;
  Policy policy = a_policy();
  policy.trusted_origins[0].valid_until = FakeClock::kStart + hours(1);
  ASSERT_FALSE(scene.take(policy, {}).has_errors());
  EXPECT_EQ(scene.policy.window().until, FakeClock::kStart + hours(1));
  EXPECT_EQ(scene.policy.window().from, std::nullopt);
  scene.clock->advance(hours(1));
  EXPECT_TRUE(scene.allows(kPartner)) << "deciding has no clock";
  EXPECT_TRUE(scene.policy.expire());
  EXPECT_FALSE(scene.allows(kPartner));
  EXPECT_TRUE(scene.allows(kApp));
  EXPECT_EQ(scene.policy.window().until, std::nullopt);
  EXPECT_EQ(scene.policy.window().from, FakeClock::kStart + hours(1));
}

// A machine that started with a wrong clock, which is corrected later.
TEST(PolicyInForce, GivesAGrantBackWhenTheClockIsSetBack) {
  Scene scene;
  Policy policy = a_policy();
  policy.trusted_origins[0].valid_until = FakeClock::kStart + hours(1);
  policy.trusted_origins.push_back(a_record("https://other.example"));
  policy.trusted_origins[1].valid_until = FakeClock::kStart + hours(3);
  scene.clock->advance(hours(24));
  ASSERT_FALSE(scene.take(policy, {}).has_errors());
  EXPECT_FALSE(scene.allows(kPartner));
  EXPECT_TRUE(scene.policy.window().contains(scene.clock->wall_now()));
  scene.clock->set_wall_back(hours(22));  // to two hours after the start
  EXPECT_FALSE(scene.policy.window().contains(scene.clock->wall_now()));
  EXPECT_TRUE(scene.policy.expire());
  EXPECT_FALSE(scene.allows(kPartner));
  EXPECT_TRUE(scene.allows("https://other.example"));
  EXPECT_EQ(scene.policy.window().from, FakeClock::kStart + hours(1));
  EXPECT_EQ(scene.policy.window().until, FakeClock::kStart + hours(3));
  scene.clock->set_wall_back(hours(2));
  EXPECT_TRUE(scene.policy.expire());
  EXPECT_TRUE(scene.allows(kPartner));
  EXPECT_TRUE(scene.policy.window().contains(scene.clock->wall_now()));
}

TEST(PolicyInForce, EndsAGrantAlthoughATestWantsIt) {
  Scene scene;
  Policy policy = a_policy();
  policy.trusted_origins[0].valid_until = FakeClock::kStart + hours(1);
  policy.tests = {a_test(kPartner)};
  ASSERT_FALSE(scene.take(policy, {}).has_errors());
  scene.clock->advance(hours(2));
  EXPECT_TRUE(scene.policy.expire());
  EXPECT_FALSE(scene.allows(kPartner));
}

TEST(PolicyInForce, HasNothingToExpireWithoutAMoment) {
  Scene scene;
  EXPECT_FALSE(scene.policy.expire());
  EXPECT_TRUE(scene.policy.window().is_endless());
  Policy without_records = a_policy();
  without_records.trusted_origins.clear();
  ASSERT_FALSE(scene.take(without_records, {}).has_errors());
  EXPECT_FALSE(scene.policy.expire());
  EXPECT_TRUE(scene.policy.window().is_endless());
}

// A grant that ended must not last because there was no memory for the policy without it.
TEST(PolicyInForce, IsClosedWhenItCannotBeCompiledAndTriesAgain) {
  Scene scene;
  Policy policy = a_policy();
  policy.trusted_origins[0].valid_until = FakeClock::kStart + hours(1);
  ASSERT_FALSE(scene.take(policy, {}).has_errors());
  scene.clock->advance(hours(1));
  testing::fail_one_allocation_after(0);
  const bool is_another = scene.policy.expire();
  EXPECT_FALSE(testing::forget_failing_allocation());
  EXPECT_TRUE(is_another);
  EXPECT_TRUE(scene.policy.snapshot()->is_closed());
  EXPECT_FALSE(scene.allows(kPartner));
  EXPECT_FALSE(scene.allows(kApp));
  EXPECT_TRUE(scene.policy.window().contains(scene.clock->wall_now()));

  scene.clock->advance(seconds(1));
  EXPECT_FALSE(scene.policy.window().contains(scene.clock->wall_now())) << "now again";
  EXPECT_TRUE(scene.policy.expire());
  EXPECT_FALSE(scene.policy.snapshot()->is_closed());
  EXPECT_FALSE(scene.allows(kPartner));
  EXPECT_TRUE(scene.allows(kApp));
}

TEST(PolicyInForce, TriesAgainWhenThereWasNoMemoryToCloseIt) {
  Scene scene;
  Policy policy = a_policy();
  policy.trusted_origins[0].valid_until = FakeClock::kStart + hours(1);
  ASSERT_FALSE(scene.take(policy, {}).has_errors());
  scene.clock->advance(hours(1));
  bool is_another = true;
  {
    const testing::FailingAllocations failing(0);
    is_another = scene.policy.expire();
  }
  EXPECT_FALSE(is_another);
  scene.clock->advance(seconds(1));
  EXPECT_FALSE(scene.policy.window().contains(scene.clock->wall_now()));
  EXPECT_TRUE(scene.policy.expire());
  EXPECT_FALSE(scene.allows(kPartner));
  EXPECT_TRUE(scene.allows(kApp));
}

}  // namespace
}  // namespace corsac
