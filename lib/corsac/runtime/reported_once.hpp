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
// reported twice. At most kLimit are new of one first text in a row: the second one may be a
// client's, who could else push everything out of a log. Safe from any thread, without a lock.
class ReportedOnce {
 public:
  static constexpr std::size_t kPlaces = 1024;  // 8 KB
  static constexpr std::uint32_t kLimit = 100;

  // True when it is new here and within the limit; it is remembered then.
  [[nodiscard]] bool is_new(std::string_view what, std::string_view of) noexcept {
    const std::hash<std::string_view> hash;
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;  // so that (a, b) is not (b, a)
    const std::uint64_t key = (std::uint64_t{hash(what)} * kOdd ^ hash(of)) | 1;  // 0 = free
    if (places_[(key >> 1) % kPlaces].exchange(key, std::memory_order_relaxed) == key) return false;
    const std::uint64_t first = std::uint64_t{hash(what)} | 1;
    if (first_.exchange(first, std::memory_order_relaxed) != first) {
      count_.store(0, std::memory_order_relaxed);
    }
    return count_.fetch_add(1, std::memory_order_relaxed) < kLimit;
  }

 private:
  std::array<std::atomic<std::uint64_t>, kPlaces> places_ = {};
  std::atomic<std::uint64_t> first_ = 0;  // the hash of the first text; 0 = none yet
  std::atomic<std::uint32_t> count_ = 0;  // of it
};

}  // namespace corsac
