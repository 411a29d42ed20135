#pragma once

#include <chrono>

namespace corsac {

// Time is handed in, so that tests can set it. Both calls may come from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  // For intervals and deadlines; never goes back.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steady_now() const noexcept = 0;
  // For `valid_until` and the times in events; may jump when the machine's clock is set.
  [[nodiscard]] virtual std::chrono::system_clock::time_point wall_now() const noexcept = 0;
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const noexcept override {
    return std::chrono::steady_clock::now();
  }
  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const noexcept override {
    return std::chrono::system_clock::now();
  }
};

}  // namespace corsac
