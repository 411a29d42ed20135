// The threads of a listener: as many as were asked for, and every job done before they go.

#include "worker_pool.hpp"

#include <atomic>

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace corsac::server
