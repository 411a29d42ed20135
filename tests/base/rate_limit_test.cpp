#include "corsac/base/rate_limit.hpp"

#include <gtest/gtest.h>

namespace corsac {
namespace {

using std::chrono::seconds;
using Time = std::chrono::steady_clock::time_point;

int take_all(RateLimit& limit, Time now) {
  int taken = 0;
  while (limit.take(now)) ++taken;
  return taken;
}

TEST(RateLimit, GivesTheWholeAllowanceAtOnceAndFillsEvenly) {
  RateLimit limit(60);
  const Time start = Time(seconds(1000));
  EXPECT_EQ(take_all(limit, start), 60);
  EXPECT_EQ(take_all(limit, start + seconds(5)), 5);
  EXPECT_EQ(take_all(limit, start + seconds(5)), 0);
  EXPECT_EQ(take_all(limit, start + seconds(3600)), 60) << "never more than one minute's";
}

TEST(RateLimit, CountsPartsOfARequest) {
  RateLimit limit(6);  // one each ten seconds
  const Time start = Time(seconds(1000));
  EXPECT_EQ(take_all(limit, start), 6);
  EXPECT_EQ(take_all(limit, start + seconds(9)), 0);
  EXPECT_EQ(take_all(limit, start + seconds(11)), 1);
}

TEST(RateLimit, LetsNobodyInWithAnAllowanceOfZero) {
  RateLimit limit(0);
  EXPECT_FALSE(limit.take(Time(seconds(1000))));
  EXPECT_FALSE(limit.take(Time(seconds(5000))));
}

TEST(RateLimit, SaysHowLongToWaitInWholeSeconds) {
  EXPECT_EQ(RateLimit(600).seconds_until_next(), 1U);
  EXPECT_EQ(RateLimit(60).seconds_until_next(), 1U);
  EXPECT_EQ(RateLimit(59).seconds_until_next(), 2U);
  EXPECT_EQ(RateLimit(1).seconds_until_next(), 60U);
}

}  // namespace
}  // namespace corsac
