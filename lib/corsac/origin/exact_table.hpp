#pragma once

// Internal to origin/: the exact origins of a set. Not installed.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "corsac/origin/origin_hash.hpp"
#include "corsac/origin/slot_table.hpp"

namespace corsac {

// Immutable after construction. Everything is copied; repeats are merged.
class ExactTable {
 public:
  // What a key takes in the blob besides its bytes.
  static constexpr std::size_t kEntryOverheadBytes = sizeof(std::uint16_t);

  ExactTable() = default;
  // Keys of at most kOriginLimitBytes, at most kOriginLimit of them. Starts again with another seed
  // while the longest run is over kLongestRun.
  ExactTable(std::span<const std::string_view> keys, std::uint64_t seed);

  // The stored bytes; without data when `key` is not in the table.
  [[nodiscard]] std::string_view find(std::string_view key) const noexcept;

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] std::size_t longest_key_bytes() const noexcept { return longest_key_bytes_; }
  [[nodiscard]] std::size_t longest_run() const noexcept { return slots_.longest_run(); }
  [[nodiscard]] std::size_t memory_bytes() const noexcept {
    return slots_.memory_bytes() + blob_.capacity();
  }
  // How often the build started again.
  [[nodiscard]] unsigned rebuilds() const noexcept { return rebuilds_; }

 private:
  using KeyLength = std::uint16_t;
  using Slots = std::vector<SlotTable::Slot>;
  [[nodiscard]] Slots sort_keys(std::span<const std::string_view> keys) const;
  void store(std::span<const std::string_view> keys, Slots& slots);
  [[nodiscard]] std::string_view key_at(std::uint32_t offset) const noexcept;

  HashSeed seed_ = {};
  SlotTable slots_ = {};  // payload: offset in blob_
  // Each key with its length (two bytes) before it. The first byte is unused, so that no offset is
  // 0.
  std::vector<char> blob_ = {};
  std::size_t count_ = 0;
  std::size_t longest_key_bytes_ = 0;
  unsigned rebuilds_ = 0;
};

inline std::string_view ExactTable::key_at(std::uint32_t offset) const noexcept {
  const char* const entry = blob_.data() + offset;
  KeyLength length = 0;
  std::memcpy(&length, entry, sizeof length);
  return {entry + sizeof length, length};
}

// Here, and inlined by force: deciding about an allowed origin is little else.
[[gnu::always_inline]] inline std::string_view ExactTable::find(
    std::string_view key) const noexcept {
  const char* stored = nullptr;
  const std::uint32_t offset = slots_.find(hash_bytes(key, seed_), [&](std::uint32_t at) {
    const std::string_view candidate = key_at(at);
    stored = candidate.data();
    return candidate.size() == key.size() && has_equal_bytes(stored, key.data(), key.size());
  });
  return offset == 0 ? std::string_view() : std::string_view(stored, key.size());
}

}  // namespace corsac
