#include "corsac/runtime/reported_once.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

TEST(ReportedOnce, KnowsWhatItHasSeen) {
  const auto once = std::make_unique<ReportedOnce>();
  EXPECT_TRUE(once->is_new("r1", "/a"));
  EXPECT_FALSE(once->is_new("r1", "/a"));
  EXPECT_TRUE(once->is_new("r1", "/b"));
  EXPECT_TRUE(once->is_new("r2", "/a")) << "under another policy";
  EXPECT_TRUE(once->is_new("/a", "r1")) << "the order counts";
  EXPECT_FALSE(once->is_new("r1", "/b"));
}

TEST(ReportedOnce, HasRoomForASitesPathsAndNeverGrows) {
  const auto once = std::make_unique<ReportedOnce>();
  constexpr int kPaths = 200;
  for (int i = 0; i < kPaths; ++i) {
    EXPECT_TRUE(once->is_new("r", "/p/" + std::to_string(i))) << i;
  }
  int repeats = 0;
  for (int i = 0; i < kPaths; ++i) repeats += once->is_new("r", "/p/" + std::to_string(i)) ? 1 : 0;
  // Those whose place another one has taken: of 200 in 1024 places about 1 in 6.
  EXPECT_LT(repeats, kPaths / 2);
  std::string path = "/random/000000";
  const testing::AllocationCounter counter;
  for (int i = 0; i < 100'000; ++i) {
    path[8 + static_cast<std::size_t>(i % 6)] = static_cast<char>('0' + i % 10);
    static_cast<void>(once->is_new("r", path));
  }
  EXPECT_EQ(counter.count(), 0U);
}

}  // namespace
}  // namespace corsac
