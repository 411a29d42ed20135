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
  for (std::uint32_t i = 0; i < ReportedOnce::kLimit; ++i) {
    EXPECT_TRUE(once->is_new("r", "/p/" + std::to_string(i))) << i;
  }
  EXPECT_FALSE(once->is_new("r", "/one-more")) << "whoever asks for paths fills no log";
  EXPECT_TRUE(once->is_new("next", "/p/0"));
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
