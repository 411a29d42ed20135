// A token bucket of one minute. Entry: RateLimit::take. Test: tests/base/rate_limit_test.cpp.

#include "corsac/base/rate_limit.hpp"

#include <algorithm>

namespace corsac {

bool RateLimit::take(std::chrono::steady_clock::time_point now) noexcept {
  const std::lock_guard lock(mutex_);
  if (last_ != std::chrono::steady_clock::time_point()) {
    const std::chrono::duration<double, std::ratio<60>> minutes = now - last_;
    allowance_ = std::min<double>(per_minute_, allowance_ + minutes.count() * per_minute_);
  }
  last_ = now;
  if (allowance_ < 1) return false;
  allowance_ -= 1;
  return true;
}

}  // namespace corsac
