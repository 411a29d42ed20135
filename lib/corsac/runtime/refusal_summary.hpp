#pragma once

// Refusals in memory that does not grow: which origins had the most, and how many each reason had
// in each minute of the last hour. Whatever origins come, both stay as large as they are.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/stage/reason.hpp"

namespace corsac {

// One number for each Reason; that of None stays 0.
using ReasonCounts = std::array<std::uint32_t, kReasonCount>;

// The Space-Saving summary (Metwally, Agrawal, El Abbadi, "Efficient computation of frequent and
// top-k elements in data streams", 2005) with kOrigins counters: a newcomer takes the place of the
// origin with the least refusals and goes on from its count, which is then its error.
//
// After N refusals in all: an origin with more than N / kOrigins of them stands in it; `count` is
// never too low, and too high by `error` at most, which is at most N / kOrigins; `reasons` count
// exactly since the origin came in, so that they add up to count - error.
//
// Not thread-safe. Allocates nothing but the answer of most().
class RefusedOrigins {
 public:
  static constexpr std::size_t kOrigins = 256;
  static constexpr std::size_t kOriginBytes = 128;    // of each; a longer one is cut
  static constexpr std::size_t kNearMissBytes = 512;  // likewise, and ends in "..."

  struct Entry {
    std::string origin = {};  // as counted; empty = requests without one
    std::uint64_t count = 0;
    std::uint64_t error = 0;
    ReasonCounts reasons = {};
    std::chrono::system_clock::time_point last = {};  // refused
    // Of the last refusal that had one; empty = none, or the last one of that reason had none.
    std::string near_miss = {};
  };

  // `origin` and `near_miss` (empty = none) are printable already.
  void count(std::string_view origin, Reason reason, std::string_view near_miss,
             std::chrono::system_clock::time_point now) noexcept;
  // At most `limit`, the most refused first; of equal ones the one refused last.
  [[nodiscard]] std::vector<Entry> most(std::size_t limit) const;
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }

 private:
  struct Slot {
    std::array<char, kOriginBytes> text;
    std::uint8_t size = 0;
    std::uint64_t error = 0;
    ReasonCounts reasons = {};
    std::chrono::system_clock::time_point last = {};
    std::array<char, kNearMissBytes> near_text;
    std::uint16_t near_size = 0;
    Reason near_reason = Reason::None;
    void set_near_miss(Reason reason, std::string_view near_miss) noexcept;
    [[nodiscard]] std::string_view near_miss() const noexcept {
      return {near_text.data(), near_size};
    }
    [[nodiscard]] std::string_view origin() const noexcept { return {text.data(), size}; }
  };
  [[nodiscard]] std::size_t place_of(std::string_view origin) noexcept;
  [[nodiscard]] std::size_t find(std::string_view origin, std::uint64_t hash) const noexcept;
  [[nodiscard]] std::size_t least_refused() noexcept;

  // These two apart, for they are looked through with each refusal.
  std::array<std::uint64_t, kOrigins> hashes_ = {};
  std::array<std::uint64_t, kOrigins> counts_ = {};
  std::array<Slot, kOrigins> slots_ = {};
  std::size_t used_ = 0;
  std::uint64_t least_ = 0;  // no count is below it, once all places are used
  std::size_t cursor_ = 0;   // nor is one before this place equal to it
  std::uint64_t total_ = 0;
};

// Refusals by reason in each of the last kMinutes minutes. Not thread-safe; allocates nothing but
// the answer of read().
class RefusalHistory {
 public:
  static constexpr std::size_t kMinutes = 60;

  struct Minute {
    std::chrono::system_clock::time_point start = {};
    ReasonCounts reasons = {};
  };

  void count(Reason reason, std::chrono::system_clock::time_point now) noexcept;
  // kMinutes of them, oldest first, without gaps; the last one is the minute of `now`, which is
  // still under way.
  [[nodiscard]] std::vector<Minute> read(std::chrono::system_clock::time_point now) const;

 private:
  struct Bucket {
    std::int64_t minute = -1;  // since 1970
    ReasonCounts reasons = {};
  };
  std::array<Bucket, kMinutes> buckets_ = {};  // by minute modulo kMinutes
};

}  // namespace corsac
