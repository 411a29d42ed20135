#include "corsac/runtime/repeated_lines.hpp"

#include <gtest/gtest.h>

namespace corsac {
namespace {

using std::chrono::seconds;

TEST(RepeatedLines, AreLeftOutAndCounted) {
  struct Row {
    const char* desc;
    seconds time;
    LogLevel level;
    const char* line;
    bool is_written;
    std::uint64_t repeated;
  };
  constexpr LogLevel kError = LogLevel::Error;
  const Row rows[] = {
      {"the first", seconds(0), kError, "no answer", true, 0},
      {"the same", seconds(0), kError, "no answer", false, 0},
      {"the same, just within the minute", seconds(59), kError, "no answer", false, 0},
      {"the same, later", seconds(60), kError, "no answer", true, 2},
      {"and again", seconds(61), kError, "no answer", false, 0},
      {"at another level", seconds(62), LogLevel::Warning, "no answer", true, 1},
      {"another", seconds(63), LogLevel::Warning, "no route", true, 0},
      {"the one before", seconds(64), LogLevel::Warning, "no answer", true, 0},
      {"which counts from its last time", seconds(123), LogLevel::Warning, "no answer", false, 0},
  };
  RepeatedLines lines;
  for (const Row& row : rows) {
    const RepeatedLines::Answer answer =
        lines.takes(row.level, row.line, RepeatedLines::Time(row.time));
    EXPECT_EQ(answer.is_written, row.is_written) << row.desc;
    EXPECT_EQ(answer.repeated, row.repeated) << row.desc;
  }
  EXPECT_EQ(lines.take_repeated(), 1U) << "at the end";
  EXPECT_EQ(lines.take_repeated(), 0U);
}

TEST(RepeatedLines, TakeAnEmptyLineLikeAnyOther) {
  RepeatedLines lines;
  EXPECT_TRUE(lines.takes(LogLevel::Info, "", RepeatedLines::Time()).is_written);
  EXPECT_FALSE(lines.takes(LogLevel::Info, "", RepeatedLines::Time()).is_written);
}

}  // namespace
}  // namespace corsac
