#include "corsac/runtime/code_policy.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

#include <gtest/gtest.h>

#include "support/allocation_counter.hpp"
#include "support/eventually.hpp"
#include "support/fake_clock.hpp"
#include "support/request.hpp"

namespace corsac {
namespace {

using test::eventually;
using test::FakeClock;
using test::Request;

constexpr const char* kPartner = "https://partner.example";

// Allows kPartner by a record, for an hour.
Policy a_policy_that_ends() {
  TrustedOrigin record;
  record.name = "partner";
  record.origin = kPartner;
  record.scopes = {TrustedOrigin::Scope{}};
  record.valid_until = FakeClock::kStart + std::chrono::hours(1);
  Policy policy;
  policy.cors.enabled = true;
  policy.trusted_origins = {std::move(record)};
  return policy;
}

// A code policy and the snapshot that it published last.
struct Scene {
  std::mutex mutex = {};
  SnapshotPtr published = {};
  std::shared_ptr<FakeClock> clock = std::make_shared<FakeClock>();
  CodePolicy policy{clock, {}, [this](SnapshotPtr next) {
                      const std::lock_guard lock(mutex);
                      published = std::move(next);
                    }};

  bool allows(const char* origin) {
    Request request("GET", "/", {{"Origin", origin}, {"Host", "api.example.com"}});
    const std::lock_guard lock(mutex);
    return published != nullptr && published->decide(request.view()).has_grant();
  }
};

TEST(CodePolicy, TakesAPolicyWithTheEndOfItsGrantsOrNotAtAll) {
  for (std::size_t count = 0;; ++count) {
    Scene scene;
    Policy policy = a_policy_that_ends();
    testing::fail_one_allocation_after(count);
    bool is_taken = false;
    bool has_code = false;
    {
      const auto result = scene.policy.replace(std::move(policy));
      is_taken = result.has_value();
      has_code = is_taken || result.error().problems().at(0).code == "gate-failed";
    }
    const bool is_over = testing::forget_failing_allocation();
    EXPECT_TRUE(has_code) << count;
    EXPECT_EQ(scene.allows(kPartner), is_taken) << count;
    EXPECT_EQ(scene.policy.status().loads, is_taken ? 1U : 0U) << count;
    if (!is_over) continue;
    ASSERT_TRUE(is_taken);
    scene.clock->advance(std::chrono::hours(1));
    EXPECT_TRUE(eventually([&] { return !scene.allows(kPartner); }));
    break;
  }
}

TEST(CodePolicy, GivesGrantsBackWhenTheClockIsSetBack) {
  Scene scene;
  scene.clock->advance(std::chrono::hours(2));
  ASSERT_TRUE(scene.policy.replace(a_policy_that_ends()).has_value());
  EXPECT_FALSE(scene.allows(kPartner));
  scene.clock->set_wall_back(std::chrono::hours(2));
  EXPECT_TRUE(eventually([&] { return scene.allows(kPartner); }));
  scene.clock->advance(std::chrono::hours(1));
  EXPECT_TRUE(eventually([&] { return !scene.allows(kPartner); }));
}

}  // namespace
}  // namespace corsac
