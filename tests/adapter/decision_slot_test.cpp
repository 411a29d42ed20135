// The slots of a thread: one decision between two hooks, never another request's.

#include "corsac/adapter/decision_slot.hpp"
#include "corsac/policy/snapshot.hpp"

#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace corsac {
namespace {

// Objects whose addresses stand for a host's requests.
const int kFirst = 1;
const int kSecond = 2;

TEST(DecisionSlot, IsFoundByInstallAndRequest) {
  const std::uint64_t install = next_install_number();
  DecisionSlot& slot = open_slot(install, &kFirst);
  EXPECT_EQ(find_slot(install, &kFirst), &slot);
  EXPECT_EQ(find_slot(install, &kSecond), nullptr);
  EXPECT_EQ(find_slot(next_install_number(), &kFirst), nullptr);
  slot.clear();
  EXPECT_EQ(find_slot(install, &kFirst), nullptr);
}

TEST(DecisionSlot, IsTakenOverByTheNextRequestOfItsInstall) {
  const std::uint64_t install = next_install_number();
  DecisionSlot& slot = open_slot(install, &kFirst);
  slot.is_answered = slot.is_head = slot.has_body = slot.must_close = true;
  slot.body_bytes = 1;
  slot.decided.extra_vary[0] = "X-Tenant";
  slot.decided.decision.add_grant(GrantHeader::AllowOrigin, "*");
  DecisionSlot& next = open_slot(install, &kSecond);
  EXPECT_EQ(&next, &slot);
  EXPECT_EQ(find_slot(install, &kFirst), nullptr);
  EXPECT_FALSE(next.is_answered || next.is_head || next.has_body || next.must_close);
  EXPECT_EQ(next.body_bytes, 0U);
  EXPECT_EQ(next.decided.extra_vary[0], "");
  EXPECT_FALSE(next.decided.decision.has_grant());
  next.clear();
}

TEST(DecisionSlot, KeepsOneForEachInstallOfAChain) {
  const std::uint64_t outer = next_install_number();
  const std::uint64_t inner = next_install_number();
  DecisionSlot& of_outer = open_slot(outer, &kFirst);
  DecisionSlot& of_inner = open_slot(inner, &kFirst);
  EXPECT_NE(&of_outer, &of_inner);
  EXPECT_EQ(find_slot(outer, &kFirst), &of_outer);
  EXPECT_EQ(find_slot(inner, &kFirst), &of_inner);
  of_outer.clear();
  EXPECT_EQ(find_slot(inner, &kFirst), &of_inner);
  of_inner.clear();
}

TEST(DecisionSlot, LosesTheOldestWhenMoreInstallsWaitThanThereIsRoom) {
  std::uint64_t installs[32];
  for (std::uint64_t& install : installs) {
    install = next_install_number();
    EXPECT_EQ(open_slot(install, &kFirst).install, install);
  }
  EXPECT_EQ(find_slot(installs[0], &kFirst), nullptr);
  EXPECT_NE(find_slot(installs[31], &kFirst), nullptr);
  for (const std::uint64_t install : installs) {
    if (DecisionSlot* slot = find_slot(install, &kFirst)) slot->clear();
  }
}

TEST(DecisionSlot, BelongsToItsThread) {
  const std::uint64_t install = next_install_number();
  DecisionSlot& slot = open_slot(install, &kFirst);
  bool is_found = true;
  std::thread([&] { is_found = find_slot(install, &kFirst) != nullptr; }).join();
  EXPECT_FALSE(is_found);
  slot.clear();
}

TEST(DecisionSlot, LetsGoOfTheSnapshotWhenCleared) {
  const SnapshotPtr snapshot = std::make_shared<const Snapshot>();
  const long before = snapshot.use_count();
  DecisionSlot& slot = open_slot(next_install_number(), &kFirst);
  slot.decided.snapshot = snapshot;
  EXPECT_EQ(snapshot.use_count(), before + 1);
  slot.clear();
  EXPECT_EQ(snapshot.use_count(), before);
}

TEST(DecisionSlot, CopiesOnlyWhatAGrantShowsOfTheRequest) {
  std::string origin = "https://a.example";
  const std::string stored = "https://b.example";
  DecisionSlot& slot = open_slot(next_install_number(), &kFirst);
  Decision& decision = slot.decided.decision;
  decision.add_grant(GrantHeader::AllowOrigin, origin);
  decision.add_grant(GrantHeader::AllowMethods, stored);
  decision.add_grant(GrantHeader::AllowHeaders, {});
  decision.add_grant(GrantHeader::TimingAllowOrigin, origin);
  detach_grants(slot, origin);
  origin.assign(origin.size(), '!');
  EXPECT_EQ(decision.grants[0].value.view(), "https://a.example");
  EXPECT_EQ(decision.grants[1].value.data, stored.data());
  EXPECT_EQ(decision.grants[2].value.data, nullptr);
  EXPECT_EQ(decision.grants[3].value.view(), "https://a.example");
  slot.clear();
}

}  // namespace
}  // namespace corsac
