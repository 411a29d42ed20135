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

TEST(RateLimit, TellsWhatIsLeft) {
  const struct {
    const char* desc;
    unsigned per_minute;
    int taken_before;
    seconds later;
    bool is_taken;
    unsigned remaining;
    std::chrono::milliseconds until_whole;
  } rows[] = {
      {"the first", 60, 0, seconds(0), true, 59, seconds(1)},
      {"the last", 60, 59, seconds(0), true, 0, seconds(60)},
      {"none is left", 60, 60, seconds(0), false, 0, seconds(60)},
      {"some came back", 60, 60, seconds(7), true, 6, seconds(54)},
      {"nobody", 0, 0, seconds(0), false, 0, seconds(60)},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    RateLimit limit(row.per_minute);
    const Time start = Time(seconds(1000));
    for (int i = 0; i < row.taken_before; ++i) EXPECT_TRUE(limit.take(start));
    const RateLimitState state = limit.take_and_tell(start + row.later);
    EXPECT_EQ(state.is_taken, row.is_taken);
    EXPECT_EQ(state.limit, row.per_minute);
    EXPECT_EQ(state.remaining, row.remaining);
    EXPECT_EQ(state.until_whole, row.until_whole);
  }
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
