// Exact origins: slots of eight bytes over one blob of keys.
// Entry: ExactTable::find. Spec: reference measurements in bench/origin_set.cpp.
// Test: tests/origin/exact_table_test.cpp.

#include "corsac/origin/exact_table.hpp"

#include <algorithm>
#include <cstring>

#include "corsac/origin/origin.hpp"
#include "corsac/origin/origin_set.hpp"

namespace corsac {
namespace {

using KeyLength = std::uint16_t;

static_assert(kOriginLimit * (sizeof(KeyLength) + kOriginLimitBytes) + 1 <= 0xFFFFFFFFU,
              "offsets have 32 bits");

// With a random seed the second build is as good as certain to do. The bound keeps a broken hash
// from looping for ever: a slow set is better than a server that never loads.
constexpr unsigned kSeedTries = 16;

std::uint64_t load8(const char* p) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  return word;
}

// Eight bytes at a time: for the 20 to 60 bytes of an origin half of what calling memcmp takes.
bool is_equal(const char* a, const char* b, std::size_t size) noexcept {
  if (size < 8) return std::memcmp(a, b, size) == 0;
  const std::size_t last = size - 8;
  for (std::size_t i = 0; i < last; i += 8) {
    if (load8(a + i) != load8(b + i)) return false;
  }
  return load8(a + last) == load8(b + last);
}

}  // namespace

ExactTable::ExactTable(std::span<const std::string_view> keys, std::uint64_t seed) {
  std::size_t bytes = 1;
  for (const std::string_view key : keys) {
    bytes += sizeof(KeyLength) + key.size();
    longest_key_bytes_ = std::max(longest_key_bytes_, key.size());
  }
  blob_.reserve(bytes);
  seed_ = HashSeed::from(seed);
  while (!fill(keys, rebuilds_ < kSeedTries ? kLongestRun : SlotTable::kNoLimit)) {
    seed_ = HashSeed::from(seed + ++rebuilds_);
  }
}

bool ExactTable::fill(std::span<const std::string_view> keys, std::size_t longest_run) {
  slots_ = SlotTable(keys.size());
  blob_.assign(1, '\0');
  count_ = 0;
  for (const std::string_view key : keys) {
    const auto inserted = slots_.insert(
        hash_bytes(key, seed_), static_cast<std::uint32_t>(blob_.size()),
        [&](std::uint32_t offset) { return key_at(offset) == key; }, longest_run);
    if (inserted == SlotTable::Insertion::RunTooLong) return false;
    if (inserted == SlotTable::Insertion::KeyIsThere) continue;
    const auto length = static_cast<KeyLength>(key.size());
    char length_bytes[sizeof length];
    std::memcpy(length_bytes, &length, sizeof length);
    blob_.insert(blob_.end(), length_bytes, length_bytes + sizeof length);
    blob_.insert(blob_.end(), key.begin(), key.end());
    ++count_;
  }
  return longest_run == SlotTable::kNoLimit || slots_.longest_run() <= longest_run;
}

std::string_view ExactTable::key_at(std::uint32_t offset) const noexcept {
  const char* const entry = blob_.data() + offset;
  KeyLength length = 0;
  std::memcpy(&length, entry, sizeof length);
  return {entry + sizeof length, length};
}

std::string_view ExactTable::find(std::string_view key) const noexcept {
  std::string_view stored = {};
  const std::uint32_t offset = slots_.find(hash_bytes(key, seed_), [&](std::uint32_t at) {
    stored = key_at(at);
    return stored.size() == key.size() && is_equal(stored.data(), key.data(), key.size());
  });
  return offset == 0 ? std::string_view() : stored;
}

}  // namespace corsac
