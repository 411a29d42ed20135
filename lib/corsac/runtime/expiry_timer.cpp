// Waits for the wall clock to leave a window. Entry: ExpiryTimer. Spec: policy document, 1
// (`valid_until`). Test: tests/runtime/gate_test.cpp.

#include "corsac/runtime/expiry_timer.hpp"

#include <algorithm>
#include <utility>

namespace corsac {

std::chrono::nanoseconds time_to_check(const TimeWindow& window, TimeWindow::Moment wall) noexcept {
  if (!window.until) return kWallClockCheck;
  return std::min<std::chrono::nanoseconds>(*window.until - wall, kWallClockCheck);
}

ExpiryTimer::ExpiryTimer(std::shared_ptr<const Clock> clock, std::function<void()> on_left)
    : clock_(std::move(clock)), on_left_(std::move(on_left)) {}

ExpiryTimer::~ExpiryTimer() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void ExpiryTimer::set(TimeWindow window) {
  const std::lock_guard lock(mutex_);
  window_ = window;
  is_set_ = true;
  changed_.notify_all();
  if (!window_.is_endless() && !thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void ExpiryTimer::run() {
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    is_set_ = false;
    const auto wall = clock_->wall_now();
    if (window_.is_endless()) {
      changed_.wait(lock, [this] { return is_set_ || is_stopping_; });
    } else if (window_.contains(wall)) {
      changed_.wait_for(lock, time_to_check(window_, wall),
                        [this] { return is_set_ || is_stopping_; });
    } else {
      window_ = {};
      lock.unlock();
      on_left_();
      lock.lock();
    }
  }
}

}  // namespace corsac
