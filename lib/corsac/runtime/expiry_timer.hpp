#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "corsac/base/clock.hpp"
#include "corsac/runtime/time_window.hpp"

namespace corsac {

// How often the wall clock is compared while something is to happen at a moment of it: somebody may
// set the clock, or a test.
inline constexpr std::chrono::milliseconds kWallClockCheck{500};

// How long to wait before the clock is compared again; `wall` is within the window.
[[nodiscard]] std::chrono::nanoseconds time_to_check(const TimeWindow& window,
                                                     TimeWindow::Moment wall) noexcept;

// Calls back when the wall clock leaves a window. The thread starts with the first window that is
// not endless: a policy without grants that end has none. Safe from any thread.
class ExpiryTimer {
 public:
  // `on_left` runs on the timer's thread, may call set(), and must not throw.
  ExpiryTimer(std::shared_ptr<const Clock> clock, std::function<void()> on_left);
  ~ExpiryTimer();  // waits for a call of on_left that is under way
  ExpiryTimer(const ExpiryTimer&) = delete;
  ExpiryTimer& operator=(const ExpiryTimer&) = delete;

  // Replaces the window. on_left is called once for each that is set. Throws when there is no
  // thread for the first one.
  void set(TimeWindow window);

 private:
  void run();

  const std::shared_ptr<const Clock> clock_;
  const std::function<void()> on_left_;
  std::mutex mutex_;
  std::condition_variable changed_;
  TimeWindow window_ = {};
  bool is_set_ = false;  // the window is another than the thread waits for
  bool is_stopping_ = false;
  std::thread thread_ = {};
};

}  // namespace corsac
