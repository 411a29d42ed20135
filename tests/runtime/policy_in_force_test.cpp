#include "corsac/runtime/policy_in_force.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  Policy policy = a_policy();
  policy.trusted_origins.clear();
  ASSERT_FALSE(scene.take(policy, {}).has_errors());
  EXPECT_FALSE(scene.policy.expire()) << "it was not kept: nothing of it ends";
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

// A policy with every guard, so that records of each scope are compiled into it.
Policy a_guarded_policy() {
  Policy policy = a_policy();
  policy.redirects.enabled = true;
  policy.frames.paths = {"/pages/*"};
  policy.csrf.enabled = true;
  policy.trusted_origins[0].id = "1";
  policy.trusted_origins[0].scopes = {{.type = TrustedOrigin::ScopeType::Cors},
                                      {.type = TrustedOrigin::ScopeType::Redirect},
                                      {.type = TrustedOrigin::ScopeType::IframeEmbed}};
  policy.trusted_origins.push_back(a_record("https://other.example"));
  return policy;
}

TEST(PolicyInForce, WithdrawsTrustWithoutANewDocument) {
  struct Row {
    const char* desc;
    void (*change)(TrustedOrigin&);  // null = the record is gone
    bool allows_partner;
  };
  const Row rows[] = {
      {"it is gone", nullptr, false},
      {"it is deactivated", [](TrustedOrigin& r) { r.status = TrustedOrigin::Status::Inactive; },
       false},
      {"it loses CORS", [](TrustedOrigin& r) { r.scopes.erase(r.scopes.begin()); }, false},
      {"it loses all scopes", [](TrustedOrigin& r) { r.scopes.clear(); }, false},
      {"it has ended", [](TrustedOrigin& r) { r.valid_until = FakeClock::kStart; }, false},
      {"it ends later", [](TrustedOrigin& r) { r.valid_until = FakeClock::kStart + hours(1); },
       true},
      {"it loses another scope", [](TrustedOrigin& r) { r.scopes.pop_back(); }, true},
      {"nothing of it changes", [](TrustedOrigin&) {}, true},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    Scene scene;
    const Policy policy = a_guarded_policy();
    ASSERT_FALSE(scene.take(policy, {}).has_errors());
    RecordWithdrawal withdrawal{.before = policy.trusted_origins[0]};
    if (row.change != nullptr) row.change(withdrawal.after.emplace(withdrawal.before));
    EXPECT_TRUE(scene.policy.withdraw(std::vector{withdrawal}));
    EXPECT_EQ(scene.allows(kPartner), row.allows_partner);
    EXPECT_TRUE(scene.allows(kApp)) << "the rest stays, and compiles";
    EXPECT_TRUE(scene.allows("https://other.example"));
    EXPECT_TRUE(scene.policy.window().contains(scene.clock->wall_now()));
    scene.clock->advance(hours(2));
    EXPECT_TRUE(scene.policy.window().is_endless() || scene.policy.expire());
    EXPECT_EQ(scene.allows(kPartner),
              row.allows_partner && withdrawal.after->valid_until == std::nullopt);
    EXPECT_FALSE(scene.take(policy, {}).has_errors());
    EXPECT_TRUE(scene.allows(kPartner)) << "until a document is taken";
  }
}

TEST(PolicyInForce, WithdrawsFromARecordsStoreToo) {
  Scene scene;
  scene.policy = PolicyInForce(scene.clock, {}, PolicyInForce::Stores::WithRecords);
  const Policy records = {.trusted_origins = {a_record(kPartner)}};
  const RecordWithdrawal withdrawal{.before = records.trusted_origins[0]};
  const auto take_records = [&] {
    scene.policy.take(judge_records(records, {}, scene.policy.basis()));
  };
  take_records();
  EXPECT_TRUE(scene.policy.withdraw(std::vector{withdrawal}));
  Policy document = a_policy();
  document.trusted_origins.clear();
  ASSERT_FALSE(scene.take(document, {}).has_errors());
  EXPECT_FALSE(scene.allows(kPartner)) << "withdrawn before there was a document";

  take_records();
  ASSERT_TRUE(scene.allows(kPartner));
  EXPECT_TRUE(scene.policy.withdraw(std::vector{withdrawal}));
  EXPECT_FALSE(scene.allows(kPartner));
  EXPECT_TRUE(scene.allows(kApp));
}

TEST(PolicyInForce, KeepsItsSnapshotWhenNothingIsWithdrawn) {
  Scene scene;
  ASSERT_FALSE(scene.take(a_policy(), {}).has_errors());
  const SnapshotPtr before = scene.policy.snapshot();
  const RecordWithdrawal other{.before = a_record("https://other.example")};
  EXPECT_TRUE(scene.policy.withdraw(std::vector{other}));
  EXPECT_EQ(scene.policy.snapshot(), before);
}

TEST(PolicyInForce, TakesTheLimitedPartOfARefusedDocument) {
  struct Row {
    const char* desc;
    void (*change)(Policy&);
    std::vector<Problem> reader_problems;
    bool has_limited;
  };
  const Problem unreadable{.code = "field-unknown", .what = "there is none"};
  const Row rows[] = {
      {"a record gives way to one that nothing can be made of",
       [](Policy& p) {
         p.trusted_origins.clear();
         p.trusted_origins.push_back(a_record("https://new.example"));
         p.trusted_origins[0].name.clear();
       },
       {unreadable},
       false},
      {"a record gives way to one that a test forbids",
       [](Policy& p) { p.trusted_origins[0] = a_record("https://evil.example"); },
       {},
       true},
      {"a record is added that a test forbids",
       [](Policy& p) { p.trusted_origins.push_back(a_record("https://evil.example")); },
       {},
       false},
      {"more than records differs",
       [](Policy& p) {
         p.trusted_origins[0] = a_record("https://evil.example");
         p.cors.allow_credentials = true;
       },
       {},
       false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    Scene scene;
    Policy policy = a_policy();
    policy.tests = {a_test("https://evil.example")};
    policy.tests[0].expect = PolicyTest::Expect::Deny;
    ASSERT_FALSE(scene.take(policy, {}).has_errors());
    row.change(policy);
    Judgement judgement = judge_document(policy, row.reader_problems, scene.policy.basis());
    ASSERT_TRUE(judgement.report.has_errors()) << judgement.report.text();
    ASSERT_EQ(judgement.limited != nullptr, row.has_limited);
    if (!row.has_limited) continue;
    scene.policy.limit(StoreRole::Policy, judgement.limited);
    EXPECT_FALSE(scene.allows(kPartner));
    EXPECT_FALSE(scene.allows("https://evil.example"));
    EXPECT_TRUE(scene.allows(kApp));
  }
}

TEST(PolicyInForce, LimitsNoPartThatIsNotInForceAnyMore) {
  Scene scene;
  scene.policy = PolicyInForce(scene.clock, {}, PolicyInForce::Stores::WithRecords);
  ASSERT_FALSE(scene.take(a_policy(), {}).has_errors());
  const Policy records = {.trusted_origins = {a_record("https://a.example")}};
  scene.policy.take(judge_records(records, {}, scene.policy.basis()));
  ASSERT_TRUE(scene.allows("https://a.example"));
  scene.policy.withdraw_records();
  scene.policy.limit(StoreRole::Records, std::make_shared<const Policy>(records));
  EXPECT_FALSE(scene.allows("https://a.example"));
  EXPECT_FALSE(scene.policy.has_records());
}

// Whatever fails for want of memory, what was withdrawn is not granted.
TEST(PolicyInForce, GrantsNothingWithdrawnWhereMemoryFails) {
  const RecordWithdrawal withdrawal{.before = a_record(kPartner)};
  const std::vector withdrawn{withdrawal};
  bool is_still_to_come = false;
  for (std::size_t allocation = 0; !is_still_to_come; ++allocation) {
    SCOPED_TRACE("allocation " + std::to_string(allocation));
    Scene scene;
    ASSERT_FALSE(scene.take(a_policy(), {}).has_errors());
    testing::fail_one_allocation_after(allocation);
    const bool is_known = scene.policy.withdraw(withdrawn);
    is_still_to_come = testing::forget_failing_allocation();
    EXPECT_FALSE(scene.allows(kPartner));
    EXPECT_EQ(scene.allows(kApp), is_still_to_come);
    scene.clock->advance(seconds(1));
    EXPECT_TRUE(scene.policy.window().is_endless() || scene.policy.expire());
    EXPECT_EQ(scene.allows(kApp), is_known);
    EXPECT_FALSE(scene.allows(kPartner));
    Policy next = a_policy();
    next.trusted_origins.clear();
    EXPECT_FALSE(scene.take(next, {}).has_errors());
    EXPECT_TRUE(scene.allows(kApp));
  }
}

TEST(PolicyInForce, ClosesAsSoonAsItCanWhenNothingIsKnownAnyMore) {
  Scene scene;
  ASSERT_FALSE(scene.take(a_policy(), {}).has_errors());
  const std::vector withdrawn{RecordWithdrawal{.before = a_record(kPartner)}};
  bool is_known = true;
  {
    const testing::FailingAllocations failing(0);
    is_known = scene.policy.withdraw(withdrawn);
  }
  EXPECT_FALSE(is_known);
  scene.clock->advance(seconds(1));
  EXPECT_FALSE(scene.policy.window().contains(scene.clock->wall_now())) << "tried again";
  EXPECT_TRUE(scene.policy.expire());
  EXPECT_TRUE(scene.policy.snapshot()->is_closed());
  EXPECT_TRUE(scene.policy.window().is_endless()) << "nothing but a document opens it";
  EXPECT_FALSE(scene.policy.expire());
}

}  // namespace
}  // namespace corsac
