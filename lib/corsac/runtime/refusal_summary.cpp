// Refusals in memory that does not grow. Entries: RefusedOrigins::count, RefusalHistory::count.
// Spec: README, "Operating". Test: tests/runtime/refusal_summary_test.cpp.
//
// The summary is looked through from end to end: 256 numbers are less than the hint of the same
// event costs, and a structure ordered by counts would be the larger part of this file.

#include "corsac/runtime/refusal_summary.hpp"

#include <algorithm>
#include <functional>
#include <limits>

namespace corsac {
namespace {

std::int64_t minute_of(std::chrono::system_clock::time_point time) noexcept {
  return std::chrono::floor<std::chrono::minutes>(time.time_since_epoch()).count();
}

void add_one(ReasonCounts& counts, Reason reason) noexcept {
  std::uint32_t& count = counts[static_cast<std::size_t>(reason) % kReasonCount];
  if (count != std::numeric_limits<std::uint32_t>::max()) ++count;
}

}  // namespace

void RefusedOrigins::Slot::set_near_miss(Reason reason, std::string_view near_miss) noexcept {
  static_assert(kNearMissBytes <= std::numeric_limits<std::uint16_t>::max());
  // What another reason left still says why no line about the origin helps.
  if (near_miss.empty() && reason != near_reason) return;
  near_reason = reason;
  near_size = static_cast<std::uint16_t>(near_miss.copy(near_text.data(), near_text.size()));
  constexpr std::string_view kCut = "...";
  if (near_miss.size() > near_size) kCut.copy(near_text.data() + near_size - kCut.size(), 3);
}

// Counts only grow, so the least one does too: the places before the cursor are above it.
std::size_t RefusedOrigins::least_refused() noexcept {
  while (true) {
    for (; cursor_ < kOrigins; ++cursor_) {
      if (counts_[cursor_] == least_) return cursor_;
    }
    least_ = *std::min_element(counts_.begin(), counts_.end());
    cursor_ = 0;
  }
}

// kOrigins = it is none of them. In pieces that a compiler compares at once.
std::size_t RefusedOrigins::find(std::string_view origin, std::uint64_t hash) const noexcept {
  constexpr std::size_t kPiece = 8;
  static_assert(kOrigins % kPiece == 0);
  for (std::size_t first = 0; first < used_; first += kPiece) {
    bool has_hash = false;
    for (std::size_t i = first; i < first + kPiece; ++i) has_hash |= hashes_[i] == hash;
    if (!has_hash) continue;
    for (std::size_t i = first; i < std::min(first + kPiece, used_); ++i) {
      if (hashes_[i] == hash && slots_[i].origin() == origin) return i;
    }
  }
  return kOrigins;
}

// The place of `origin`, with the count and the error that it goes on from.
std::size_t RefusedOrigins::place_of(std::string_view origin) noexcept {
  const std::uint64_t hash = std::hash<std::string_view>()(origin);
  if (const std::size_t found = find(origin, hash); found != kOrigins) return found;
  const std::size_t place = used_ < kOrigins ? used_++ : least_refused();
  hashes_[place] = hash;
  Slot& slot = slots_[place];
  origin.copy(slot.text.data(), slot.text.size());
  slot.size = static_cast<std::uint8_t>(origin.size());
  slot.error = counts_[place];
  slot.reasons = {};
  slot.near_size = 0;
  slot.near_reason = Reason::None;
  return place;
}

void RefusedOrigins::count(std::string_view origin, Reason reason, std::string_view near_miss,
                           std::chrono::system_clock::time_point now) noexcept {
  static_assert(kOriginBytes <= std::numeric_limits<std::uint8_t>::max());
  const std::size_t place = place_of(origin.substr(0, kOriginBytes));
  ++counts_[place];
  ++total_;
  add_one(slots_[place].reasons, reason);
  slots_[place].last = now;
  slots_[place].set_near_miss(reason, near_miss);
}

std::vector<RefusedOrigins::Entry> RefusedOrigins::most(std::size_t limit) const {
  std::vector<Entry> entries;
  entries.reserve(used_);
  for (std::size_t i = 0; i < used_; ++i) {
    const Slot& slot = slots_[i];
    entries.push_back({.origin = std::string(slot.origin()),
                       .count = counts_[i],
                       .error = slot.error,
                       .reasons = slot.reasons,
                       .last = slot.last,
                       .near_miss = std::string(slot.near_miss())});
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    if (a.count != b.count) return a.count > b.count;
    return a.last != b.last ? a.last > b.last : a.origin < b.origin;
  });
  entries.resize(std::min(entries.size(), limit));
  return entries;
}

void RefusalHistory::count(Reason reason, std::chrono::system_clock::time_point now) noexcept {
  const std::int64_t minute = minute_of(now);
  Bucket& bucket = buckets_[static_cast<std::uint64_t>(minute) % kMinutes];
  if (bucket.minute != minute) bucket = {.minute = minute};
  add_one(bucket.reasons, reason);
}

std::vector<RefusalHistory::Minute> RefusalHistory::read(
    std::chrono::system_clock::time_point now) const {
  constexpr auto kLast = static_cast<std::int64_t>(kMinutes) - 1;
  std::vector<Minute> minutes;
  minutes.reserve(kMinutes);
  const std::int64_t last = minute_of(now);
  for (std::int64_t minute = last - kLast; minute <= last; ++minute) {
    const Bucket& bucket = buckets_[static_cast<std::uint64_t>(minute) % kMinutes];
    Minute told{.start = std::chrono::system_clock::time_point(std::chrono::minutes(minute))};
    if (bucket.minute == minute) told.reasons = bucket.reasons;
    minutes.push_back(told);
  }
  return minutes;
}

}  // namespace corsac
