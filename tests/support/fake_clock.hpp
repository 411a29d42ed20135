#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "corsac/base/clock.hpp"

namespace corsac::test {

// Both clocks stand still until a test moves them; only that of the wall may go back. Safe from any
// thread.
class FakeClock final : public Clock {
 public:
  // 2026-01-01T00:00:00Z.
  static constexpr std::chrono::system_clock::time_point kStart{
      std::chrono::seconds(1'767'225'600)};

  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const noexcept override {
    return std::chrono::steady_clock::time_point(std::chrono::hours(1) + passed());
  }
  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const noexcept override {
    ++wall_asked_;
    return kStart + passed() - std::chrono::milliseconds(set_back_ms_.load());
  }
  // How often wall_now() was called: tells when something that takes long has begun.
  [[nodiscard]] std::uint64_t wall_asked() const noexcept { return wall_asked_; }
  void advance(std::chrono::milliseconds time) { passed_ms_ += time.count(); }
  // As an operator who corrects the machine's clock.
  void set_wall_back(std::chrono::milliseconds time) { set_back_ms_ += time.count(); }

 private:
  [[nodiscard]] std::chrono::milliseconds passed() const noexcept {
    return std::chrono::milliseconds(passed_ms_.load());
  }
  std::atomic<std::int64_t> passed_ms_{0};
  std::atomic<std::int64_t> set_back_ms_{0};
  mutable std::atomic<std::uint64_t> wall_asked_{0};
};

}  // namespace corsac::test
