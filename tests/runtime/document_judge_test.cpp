#include "corsac/runtime/document_judge.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <latch>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "corsac/policy/reader.hpp"
#include "corsac/runtime/feed_json.hpp"
#include "corsac/runtime/sink_adapter.hpp"
#include "runtime/supervisor_scene.hpp"
#include "support/eventually.hpp"
#include "support/fake_clock.hpp"

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

// What the judge is to let go of while it has something else to do goes at once, on our thread.
[[nodiscard]] bool goes_at_once(DocumentJudge& judge, Watched& watched) {
  watched.is_gone = false;
  judge.let_go(watched.make());
  return watched.is_gone && watched.thread == std::this_thread::get_id();
}

[[nodiscard]] Policy slow_policy() {
  const std::string json = test::slow_document();
  PolicyReader reader;
  SinkAdapter sink;
  sink.begin(reader);
  static_cast<void>(feed_json(nullptr, &sink.table(), json.data(), json.size()));
  sink.end();
  return reader.take_policy();
}

// A judgement may take minutes, and thousands of snapshots may be published meanwhile. From its
// first moment: the document waits, is taken, is judged.
TEST(DocumentJudge, KeepsNothingWhileItJudges) {
  Watched watched;
  std::atomic<bool> is_judged{false};
  {
    DocumentJudge judge([&](const std::optional<Judgement>&) { is_judged = true; });
    judge.begin(StoreRole::Policy, slow_policy(), {}, {.now = test::FakeClock::kStart});
    int count = 0;
    bool is_at_once = true;
    EXPECT_TRUE(eventually([&] {
      is_at_once = is_at_once && goes_at_once(judge, watched);
      return ++count == 200;
    }));
    EXPECT_TRUE(is_at_once);
    EXPECT_FALSE(is_judged) << "nothing was shown";
  }
}

TEST(DocumentJudge, KeepsNothingWhileADocumentWaits) {
  Watched watched;
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
    EXPECT_TRUE(goes_at_once(judge, watched));
    may_go_on.count_down();
    EXPECT_TRUE(eventually([&] { return judgements == 2; }));
  }
}

// A thread that is held up is given a few at most.
TEST(DocumentJudge, KeepsAFewWhileItIsHeldUp) {
  Watched few[DocumentJudge::kLeftLimit];
  Watched another;
  std::latch is_judged(1);
  std::latch may_go_on(1);
  {
    DocumentJudge judge([&](const std::optional<Judgement>&) {
      is_judged.count_down();
      may_go_on.wait();
    });
    judge.begin(StoreRole::Policy, Policy(), {}, {});
    is_judged.wait();
    for (Watched& one : few) {
      judge.let_go(one.make());
      EXPECT_FALSE(one.is_gone);
    }
    EXPECT_TRUE(goes_at_once(judge, another));
    may_go_on.count_down();
    EXPECT_TRUE(eventually([&] {
      return std::all_of(std::begin(few), std::end(few),
                         [](const Watched& one) { return one.is_gone.load(); });
    }));
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
