#include "corsac/runtime/event_line_limits.hpp"

#include <string>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr LineSubject kSubject{.reason = Reason::OriginNotAllowed};

EventLineLimits::Time at(milliseconds since_start) {
  return EventLineLimits::Time(seconds(1'000)) + since_start;
}

TEST(EventLineLimits, TakeTheSamePairOnceAMinute) {
  struct Row {
    const char* desc;
    const char* origin;
    Reason reason;
    milliseconds time;
    bool is_line;
  };
  // One log: the rows come one after the other.
  const Row rows[] = {
      {"the first of a pair", "https://a.example", Reason::OriginNotAllowed, seconds(0), true},
      {"the same pair", "https://a.example", Reason::OriginNotAllowed, seconds(0), false},
      {"another reason", "https://a.example", Reason::MethodNotAllowed, seconds(1), true},
      {"another origin", "https://b.example", Reason::OriginNotAllowed, seconds(1), true},
      {"no origin is another origin", "", Reason::OriginNotAllowed, seconds(1), true},
      {"the same just before the minute is over", "https://a.example", Reason::OriginNotAllowed,
       milliseconds(59'999), false},
      {"the same when the minute is over", "https://a.example", Reason::OriginNotAllowed,
       seconds(60), true},
      {"and its minute begins again", "https://a.example", Reason::OriginNotAllowed, seconds(61),
       false},
      {"another pair's minute is its own", "https://b.example", Reason::OriginNotAllowed,
       seconds(61), true},
  };
  EventLineLimits limits;
  for (const Row& row : rows) {
    EXPECT_EQ(limits.takes(row.origin, {.reason = row.reason}, at(row.time)), row.is_line)
        << row.desc;
  }
}

constexpr unsigned kLinesOfOne = kLinesPerSecond - kReservedLines;

TEST(EventLineLimits, KeepSomeOfAHundredLinesForOtherSubjects) {
  EventLineLimits limits;
  unsigned lines = 0;
  int origin = 0;
  // 50 late in one second, then many early in the next: a window that begins with each full second
  // would let 150 through.
  for (int i = 0; i < 50; ++i) {
    lines += limits.takes(std::to_string(++origin), kSubject, at(milliseconds(900))) ? 1U : 0U;
  }
  for (int i = 0; i < 500; ++i) {
    lines += limits.takes(std::to_string(++origin), kSubject, at(milliseconds(1'100))) ? 1U : 0U;
  }
  EXPECT_EQ(lines, kLinesOfOne);
  for (std::size_t i = 0; i < kReservedLines; ++i) {
    const LineSubject other =
        i < kReasonCount ? LineSubject{.reason = static_cast<Reason>(i)}
                         : LineSubject{.change = static_cast<ShadowChange>(i - kReasonCount)};
    if (i == static_cast<std::size_t>(kSubject.reason)) continue;
    lines += limits.takes("another", other, at(milliseconds(1'200))) ? 1U : 0U;
    EXPECT_FALSE(limits.takes("another still", other, at(milliseconds(1'300)))) << i;
  }
  EXPECT_EQ(lines, kLinesPerSecond - 1) << "the last is for the flood's own next second";
  EXPECT_FALSE(limits.takes("new", kSubject, at(milliseconds(1'899))));
  EXPECT_TRUE(limits.takes("new", kSubject, at(milliseconds(2'100))))
      << "a second after its last line";
}

TEST(EventLineLimits, TellWhatWasSuppressedTenSecondsAfterTheFirst) {
  EventLineLimits limits;
  EXPECT_EQ(limits.take_suppressed(at(seconds(0))).total(), 0U);
  EXPECT_EQ(limits.suppressed_due(), std::nullopt);
  ASSERT_TRUE(limits.takes("a", kSubject, at(seconds(0))));
  ASSERT_FALSE(limits.takes("a", kSubject, at(seconds(1))));
  ASSERT_FALSE(limits.takes("a", kSubject, at(seconds(2))));
  for (int i = 0; i < 150; ++i) {
    EXPECT_EQ(limits.takes(std::to_string(i), kSubject, at(seconds(5))),
              i < static_cast<int>(kLinesOfOne))
        << i;
  }
  EXPECT_EQ(limits.suppressed_due(), at(seconds(11)));
  EXPECT_EQ(limits.take_suppressed(at(milliseconds(10'999))).total(), 0U) << "too early";
  const EventLineLimits::Suppressed suppressed = limits.take_suppressed(at(seconds(11)));
  EXPECT_EQ(suppressed.repeated, 2U);
  EXPECT_EQ(suppressed.over_rate, 150U - kLinesOfOne);
  EXPECT_EQ(suppressed.reasons[static_cast<std::size_t>(Reason::OriginNotAllowed)],
            152U - kLinesOfOne);
  EXPECT_EQ(limits.take_suppressed(at(seconds(60))).total(), 0U) << "told once";

  ASSERT_FALSE(limits.takes("a", kSubject, at(seconds(50))));
  EXPECT_EQ(limits.take_suppressed().repeated, 1U) << "at the end, without waiting";
}

TEST(EventLineLimits, CountEachSubjectByItself) {
  const LineSubject subjects[] = {{.reason = Reason::OriginNotAllowed},
                                  {.reason = Reason::MethodNotAllowed},
                                  {.change = ShadowChange::WouldAllow},
                                  {.change = ShadowChange::OtherGrant}};
  EventLineLimits limits;
  std::uint64_t repeats = 0;
  for (const LineSubject& subject : subjects) {
    EXPECT_TRUE(limits.takes("a", subject, at(seconds(0)))) << "one suppresses no other";
    ++repeats;
    for (std::uint64_t i = 0; i < repeats; ++i) {
      EXPECT_FALSE(limits.takes("a", subject, at(seconds(1))));
    }
  }
  const EventLineLimits::Suppressed suppressed = limits.take_suppressed();
  EXPECT_EQ(suppressed.repeated, 10U);
  EXPECT_EQ(suppressed.reasons[static_cast<std::size_t>(Reason::OriginNotAllowed)], 1U);
  EXPECT_EQ(suppressed.reasons[static_cast<std::size_t>(Reason::MethodNotAllowed)], 2U);
  EXPECT_EQ(suppressed.reasons[0], 0U) << "a shadow's event has no reason here";
  EXPECT_EQ(suppressed.changes[static_cast<std::size_t>(ShadowChange::WouldAllow)], 3U);
  EXPECT_EQ(suppressed.changes[static_cast<std::size_t>(ShadowChange::OtherGrant)], 4U);
}

// S34: memory stays flat whatever comes.
TEST(EventLineLimits, RememberNoMoreThanOneMinuteOfLines) {
  EventLineLimits limits;
  std::size_t most = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    // 5000 new origins a second, for 200 seconds.
    static_cast<void>(limits.takes("https://" + std::to_string(i) + ".example", kSubject,
                                   at(milliseconds(i / 5))));
    most = std::max(most, limits.remembered());
  }
  EXPECT_LE(most, std::size_t{kLinesPerSecond} * kRepeatedLineAfter.count());
  EXPECT_GT(most, std::size_t{kLinesPerSecond} * kRepeatedLineAfter.count() / 2);
}

}  // namespace
}  // namespace corsac
