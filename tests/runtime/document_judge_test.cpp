#include "corsac/runtime/document_judge.hpp"

#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "support/eventually.hpp"

namespace corsac {
namespace {

using test::eventually;

// A snapshot that notes on which thread it goes.
struct Watched {
  std::atomic<bool> is_gone{false};
  std::thread::id thread = {};
  SnapshotPtr snapshot = Snapshot::closed_at_start();

  [[nodiscard]] SnapshotPtr make() {
    return {snapshot.get(), [this](const Snapshot*) {
              thread = std::this_thread::get_id();
              is_gone = true;
            }};
  }
};

TEST(DocumentJudge, LetsGoOnItsOwnThread) {
  Watched watched;
  DocumentJudge judge([](const std::optional<Judgement>&) {});
  judge.let_go(nullptr);
  judge.let_go(watched.make());
  ASSERT_TRUE(eventually([&] { return watched.is_gone.load(); }));
  EXPECT_NE(watched.thread, std::this_thread::get_id());
}

// A judgement may take minutes, and a hundred snapshots may be published meanwhile.
TEST(DocumentJudge, KeepsNothingWhileADocumentWaits) {
  std::latch is_judged(1);
  std::latch may_go_on(1);
  std::atomic<int> judgements{0};
  {
    DocumentJudge judge([&](const std::optional<Judgement>&) {
      if (++judgements > 1) return;
      is_judged.count_down();
      may_go_on.wait();
    });
    judge.begin(StoreRole::Policy, Policy(), {}, {});
    is_judged.wait();
    judge.begin(StoreRole::Policy, Policy(), {}, {});
    for (int i = 0; i < 100; ++i) {
      Watched watched;
      judge.let_go(watched.make());
      ASSERT_TRUE(watched.is_gone.load()) << i;
      EXPECT_EQ(watched.thread, std::this_thread::get_id());
    }
    may_go_on.count_down();
    ASSERT_TRUE(eventually([&] { return judgements == 2; }));
  }
}

// What it has not let go of goes with it.
TEST(DocumentJudge, LetsGoOfEverythingInTheEnd) {
  Watched watched[20];
  {
    DocumentJudge judge([](const std::optional<Judgement>&) {});
    for (Watched& one : watched) judge.let_go(one.make());
  }
  for (const Watched& one : watched) EXPECT_TRUE(one.is_gone.load());
}

}  // namespace
}  // namespace corsac
