#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "corsac/runtime/log_sink.hpp"

namespace corsac {

// Leaves out a line that says what the last one said: a store that fails in the same way at each
// try would fill the log. Not thread-safe.
class RepeatedLines {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // The same line is written again after this time.
  static constexpr std::chrono::seconds kAgainAfter{60};

  struct Answer {
    bool is_written = false;
    std::uint64_t repeated = 0;  // how often the line before was left out; to be told first
  };
  [[nodiscard]] Answer takes(LogLevel level, std::string_view line, Time now);

  // How often the last line was left out, to be told at the end.
  [[nodiscard]] std::uint64_t take_repeated() noexcept;

 private:
  std::string last_ = {};
  LogLevel last_level_ = LogLevel::Info;
  Time written_at_ = Time::min();  // of last_; the begin of time = nothing was written
  std::uint64_t repeated_ = 0;
};

}  // namespace corsac
