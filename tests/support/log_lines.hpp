#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/runtime/log_sink.hpp"

namespace corsac::test {

// A log that a test reads. Must outlive whatever logs into it.
class LogLines {
 public:
  [[nodiscard]] LogSink sink() {
    return [this](const LogRecord& record) {
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(record.line);
    };
  }
  [[nodiscard]] std::vector<std::string> all() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  // Lines that hold `part`.
  [[nodiscard]] std::size_t count(std::string_view part) const {
    std::size_t count = 0;
    for (const std::string& line : all()) count += line.find(part) != std::string::npos ? 1U : 0U;
    return count;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace corsac::test
