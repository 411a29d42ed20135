// A token bucket of one minute. Entry: RateLimit::take_and_tell. Test:
// tests/base/rate_limit_test.cpp.

#include "corsac/base/rate_limit.hpp"

#include <algorithm>

namespace corsac {

RateLimitState RateLimit::take_and_tell(std::chrono::steady_clock::time_point now) noexcept {
  const std::lock_guard lock(mutex_);
  if (last_ != std::chrono::steady_clock::time_point()) {
    const std::chrono::duration<double, std::ratio<60>> minutes = now - last_;
    allowance_ = std::min<double>(per_minute_, allowance_ + minutes.count() * per_minute_);
  }
  last_ = now;
  RateLimitState state{.is_taken = allowance_ >= 1, .limit = per_minute_};
  if (state.is_taken) allowance_ -= 1;
  state.remaining = static_cast<unsigned>(allowance_);
  const double missing = per_minute_ == 0 ? 1 : (per_minute_ - allowance_) / per_minute_;
  state.until_whole =
      std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(60 * missing));
  return state;
}

}  // namespace corsac
