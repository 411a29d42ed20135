// Waits for a moment of the wall clock. Entry: ExpiryTimer. Spec: policy document, 1
// (`valid_until`). Test: tests/runtime/gate_test.cpp.

#include "corsac/runtime/expiry_timer.hpp"

#include <algorithm>
#include <utility>

namespace corsac {

ExpiryTimer::ExpiryTimer(std::shared_ptr<const Clock> clock, std::function<void()> on_moment)
    : clock_(std::move(clock)), on_moment_(std::move(on_moment)) {}

ExpiryTimer::~ExpiryTimer() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void ExpiryTimer::set(std::optional<Moment> moment) {
  const std::lock_guard lock(mutex_);
  moment_ = moment;
  is_set_ = true;
  changed_.notify_all();
  if (moment_ && !thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void ExpiryTimer::run() {
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    is_set_ = false;
    const auto wall = clock_->wall_now();
    if (!moment_) {
      changed_.wait(lock, [this] { return is_set_ || is_stopping_; });
    } else if (wall < *moment_) {
      const auto wait = std::min<std::chrono::nanoseconds>(*moment_ - wall, kWallClockCheck);
      changed_.wait_for(lock, wait, [this] { return is_set_ || is_stopping_; });
    } else {
      moment_.reset();
      lock.unlock();
      on_moment_();
      lock.lock();
    }
  }
}

}  // namespace corsac
