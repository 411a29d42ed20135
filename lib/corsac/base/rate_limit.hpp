#pragma once

#include <chrono>
#include <mutex>

namespace corsac {

struct RateLimitState {
  bool is_taken = false;
  unsigned limit = 0;      // of a minute
  unsigned remaining = 0;  // whole ones, after this one
  // Until the allowance is whole again, if nobody takes of it; up to a minute.
  std::chrono::milliseconds until_whole{0};
};

// So many requests a minute, as an allowance that fills up evenly: after a pause all of them may
// come at once. Safe from any thread.
class RateLimit {
 public:
  explicit RateLimit(unsigned per_minute) noexcept
      : per_minute_(per_minute), allowance_(per_minute) {}

  // Takes one of the allowance; false when there is none. `now` never goes back.
  [[nodiscard]] bool take(std::chrono::steady_clock::time_point now) noexcept {
    return take_and_tell(now).is_taken;
  }
  // The same, and what is left.
  [[nodiscard]] RateLimitState take_and_tell(std::chrono::steady_clock::time_point now) noexcept;
  // Whole seconds until the next one, at least 1.
  [[nodiscard]] unsigned seconds_until_next() const noexcept {
    return per_minute_ >= 60 || per_minute_ == 0 ? 1 : (59 + per_minute_) / per_minute_;
  }

 private:
  const unsigned per_minute_;
  std::mutex mutex_;
  double allowance_;                                 // guarded by mutex_
  std::chrono::steady_clock::time_point last_ = {};  // guarded by mutex_; epoch = never asked
};

}  // namespace corsac
