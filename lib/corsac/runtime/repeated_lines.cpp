// Entry: RepeatedLines::takes. Test: tests/runtime/repeated_lines_test.cpp.

#include "corsac/runtime/repeated_lines.hpp"

#include <utility>

namespace corsac {

RepeatedLines::Answer RepeatedLines::takes(LogLevel level, std::string_view line, Time now) {
  const bool is_same = written_at_ != Time::min() && level == last_level_ && line == last_;
  if (is_same && now - written_at_ < kAgainAfter) {
    ++repeated_;
    return {};
  }
  last_ = line;
  last_level_ = level;
  written_at_ = now;
  return {.is_written = true, .repeated = take_repeated()};
}

std::uint64_t RepeatedLines::take_repeated() noexcept { return std::exchange(repeated_, 0); }

}  // namespace corsac
