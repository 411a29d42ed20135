#pragma once

// Internal to origin/: open addressing over keys that lie elsewhere. Not installed.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace corsac {

// Eight-byte slots {tag, payload} with linear probing. The upper half of a hash picks the slot, the
// lower half is the tag; a payload of 0 marks a free slot.
//
// Half of the slots are free, whatever the number of keys (the slot is picked by a multiplication,
// not by a mask): a miss, which is what an attacker sends, ends after one or two slots, and the
// table takes 16 bytes a key.
class SlotTable {
 public:
  static constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

  SlotTable() : SlotTable(0) {}
  // Room for `keys` different keys, at most 2^30.
  explicit SlotTable(std::size_t keys) : slots_(2 * keys + 1) {}

  // The payload for which `is_key(payload)` is true; 0 = none.
  template <class IsKey>
  [[nodiscard]] std::uint32_t find(std::uint64_t hash, IsKey is_key) const noexcept {
    const auto tag = static_cast<std::uint32_t>(hash);
    const Slot* slot = slots_.data() + index_of(hash);
    const Slot* const end = slots_.data() + slots_.size();
    while (slot->payload != 0) {
      if (slot->tag == tag && is_key(slot->payload)) return slot->payload;
      if (++slot == end) slot = slots_.data();
    }
    return 0;
  }

  enum class Insertion : unsigned char { Done, KeyIsThere, RunTooLong };

  // Adds `payload`, which is not 0, unless its key is there or more than `longest_run` slots had to
  // be passed.
  template <class IsKey>
  [[nodiscard]] Insertion insert(std::uint64_t hash, std::uint32_t payload, IsKey is_key,
                                 std::size_t longest_run) {
    const auto tag = static_cast<std::uint32_t>(hash);
    std::size_t i = index_of(hash);
    for (std::size_t passed = 0; slots_[i].payload != 0; ++passed) {
      if (slots_[i].tag == tag && is_key(slots_[i].payload)) return Insertion::KeyIsThere;
      if (passed >= longest_run) return Insertion::RunTooLong;
      if (++i == slots_.size()) i = 0;
    }
    slots_[i] = {tag, payload};
    return Insertion::Done;
  }

  // Occupied slots in a row: no look-up passes more.
  [[nodiscard]] std::size_t longest_run() const noexcept;
  [[nodiscard]] std::size_t memory_bytes() const noexcept {
    return slots_.capacity() * sizeof(Slot);
  }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t payload = 0;
  };

  [[nodiscard]] std::size_t index_of(std::uint64_t hash) const noexcept {
    return static_cast<std::size_t>((hash >> 32U) * slots_.size() >> 32U);
  }

  std::vector<Slot> slots_;  // never full
};

}  // namespace corsac
