#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "corsac/base/clock.hpp"

namespace corsac {

// How often the wall clock is compared while something is to happen at a moment of it: somebody may
// set the clock, or a test.
inline constexpr std::chrono::milliseconds kWallClockCheck{500};

// Calls back at a moment of the wall clock. The thread starts with the first moment that is set: a
// policy without grants that end has none. Safe from any thread.
class ExpiryTimer {
 public:
  using Moment = std::chrono::system_clock::time_point;

  // `on_moment` runs on the timer's thread, may call set(), and must not throw.
  ExpiryTimer(std::shared_ptr<const Clock> clock, std::function<void()> on_moment);
  ~ExpiryTimer();  // waits for a call of on_moment that is under way
  ExpiryTimer(const ExpiryTimer&) = delete;
  ExpiryTimer& operator=(const ExpiryTimer&) = delete;

  // Replaces the moment; empty = none. Called once for each moment that is set.
  void set(std::optional<Moment> moment);

 private:
  void run();

  const std::shared_ptr<const Clock> clock_;
  const std::function<void()> on_moment_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Moment> moment_ = {};
  bool is_set_ = false;  // the moment is another than the thread waits for
  bool is_stopping_ = false;
  std::thread thread_ = {};
};

}  // namespace corsac
