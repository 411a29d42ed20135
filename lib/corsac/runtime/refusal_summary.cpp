// Refusals in memory that does not grow. Entries: RefusedOrigins::count, RefusalHistory::count.
// Spec: README, "Operating". Test: tests/runtime/refusal_summary_test.cpp.
//
// The summary is looked through from end to end: 256 numbers twice are less than the hint of the
// same event costs, and a structure ordered by counts would be the larger part of this file.

#include "corsac/runtime/refusal_summary.hpp"

#include <algorithm>
#include <cstring>
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

// The place of `origin`, with the count and the error that it goes on from.
std::size_t RefusedOrigins::place_of(std::string_view origin) noexcept {
  const std::uint64_t hash = std::hash<std::string_view>()(origin);
  for (std::size_t i = 0; i < used_; ++i) {
    if (hashes_[i] == hash && slots_[i].origin() == origin) return i;
  }
  std::size_t place = used_;
  if (used_ < kOrigins) {
    ++used_;
  } else {
    place = static_cast<std::size_t>(std::min_element(counts_.begin(), counts_.end()) -
                                     counts_.begin());
  }
  hashes_[place] = hash;
  Slot& slot = slots_[place];
  std::memcpy(slot.text.data(), origin.data(), origin.size());
  slot.size = static_cast<std::uint8_t>(origin.size());
  slot.error = counts_[place];
  slot.reasons = {};
  return place;
}

void RefusedOrigins::count(std::string_view origin, Reason reason,
                           std::chrono::system_clock::time_point now) noexcept {
  static_assert(kOriginBytes <= std::numeric_limits<std::uint8_t>::max());
  const std::size_t place = place_of(origin.substr(0, kOriginBytes));
  ++counts_[place];
  ++total_;
  add_one(slots_[place].reasons, reason);
  slots_[place].last = now;
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
                       .last = slot.last});
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
