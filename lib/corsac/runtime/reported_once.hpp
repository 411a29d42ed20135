#pragma once

// What was reported already, in memory that does not grow.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace corsac {

// Remembers kPlaces things by a 64-bit hash of two texts, each hash in the one place that it leads
// to. A newer one pushes out what stood there, which is then new again: so something may be
// reported twice, never (but for equal hashes) not at all. Safe from any thread, without a lock.
class ReportedOnce {
 public:
  static constexpr std::size_t kPlaces = 1024;  // 8 KB

  // True when it is new here; it is remembered then.
  [[nodiscard]] bool is_new(std::string_view what, std::string_view of) noexcept {
    const std::hash<std::string_view> hash;
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;  // so that (a, b) is not (b, a)
    const std::uint64_t key = (std::uint64_t{hash(what)} * kOdd ^ hash(of)) | 1;  // 0 = free
    return places_[(key >> 1) % kPlaces].exchange(key, std::memory_order_relaxed) != key;
  }

 private:
  std::array<std::atomic<std::uint64_t>, kPlaces> places_ = {};
};

}  // namespace corsac
