// The threads of a listener: as many as were asked for, and every job done before they go.

#include "worker_pool.hpp"

#include <atomic>
#include <memory>

#include <gtest/gtest.h>

#include "corsac/policy/snapshot.hpp"
#include "corsac/runtime/snapshot_slot.hpp"
#include "corsac/runtime/thread_policies.hpp"
#include "support/eventually.hpp"

namespace corsac::server {
namespace {

TEST(WorkerPool, ServesAsManyAtOnceAsItHasThreads) {
  constexpr unsigned kThreads = 3;
  std::atomic<unsigned> inside = 0;
  std::atomic<bool> may_leave = false;
  WorkerPool pool(kThreads);
  for (unsigned i = 0; i < kThreads; ++i) {
    pool.enqueue([&] {
      ++inside;
      EXPECT_TRUE(test::eventually([&] { return may_leave.load(); }));
    });
  }
  EXPECT_TRUE(test::eventually([&] { return inside == kThreads; }));
  may_leave = true;
  pool.shutdown();
}

TEST(WorkerPool, DoesEveryJobBeforeItEnds) {
  std::atomic<unsigned> done = 0;
  {
    WorkerPool pool(2);
    for (unsigned i = 0; i < 1000; ++i) pool.enqueue([&] { ++done; });
    pool.shutdown();
    EXPECT_EQ(done, 1000U);
  }
  EXPECT_EQ(done, 1000U);
}

TEST(WorkerPool, ThreadsThatWaitKeepNoOldPolicy) {
  SnapshotSlot slot(std::make_shared<const Snapshot>());
  const std::weak_ptr<const Snapshot> old = slot.read();
  WorkerPool pool(2);
  std::atomic<unsigned> inside = 0;
  for (unsigned i = 0; i < 2; ++i) {
    pool.enqueue([&] {
      EXPECT_NE(slot.read(), nullptr);
      ++inside;
      EXPECT_TRUE(test::eventually([&] { return inside == 2; })) << "each thread has one";
    });
  }
  EXPECT_TRUE(test::eventually([&] { return inside == 2; }));
  slot.publish(std::make_shared<const Snapshot>());
  forget_policies_of_this_thread();
  EXPECT_TRUE(test::eventually([&] { return old.expired(); }));
}

}  // namespace
}  // namespace corsac::server
