#pragma once

// Internal to origin/: the exact origins of a set. Not installed.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "corsac/origin/origin_hash.hpp"
#include "corsac/origin/slot_table.hpp"

namespace corsac {

// Immutable after construction. Everything is copied; repeats are merged.
class ExactTable {
 public:
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
  [[nodiscard]] bool fill(std::span<const std::string_view> keys, std::size_t longest_run);
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

}  // namespace corsac
