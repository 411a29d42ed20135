#pragma once

// Internal to origin/: open addressing over keys that lie elsewhere. Not installed.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace corsac {

// Eight-byte slots {tag, payload} with ordered linear probing. The tag is half of a key's hash, and
// as a fraction of 2^32 it also says where a key's slot would be if it were alone; all slots stand
// in the order of their tags. So a look-up, hit or miss, ends at the first slot whose tag is not
// lower, and the table is built by one sort.
//
// There are two slots for each key, at every size (the place comes from a multiplication, not from
// a mask): most look-ups see one or two slots, and a key takes 16 bytes. Copies share them.
class SlotTable {
 public:
  struct Slot {
    std::uint32_t tag = 0xFFFFFFFF;  // not below any tag: a free slot ends a look-up
    std::uint32_t payload = 0;       // 0 = free
    friend auto operator<=>(const Slot&, const Slot&) = default;
  };

  [[nodiscard]] static constexpr std::uint32_t tag_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> 32U);
  }

  // No keys.
  SlotTable() noexcept = default;
  // `sorted` has a slot for each of at most 2^30 different keys, payloads not 0.
  explicit SlotTable(std::span<const Slot> sorted);

  // Occupied slots in a row that a table of `sorted` would have: no look-up would see more.
  [[nodiscard]] static std::size_t longest_run_of(std::span<const Slot> sorted) noexcept;

  // The payload for which `is_key(payload)` is true; 0 = none.
  template <class IsKey>
  [[nodiscard, gnu::always_inline]] inline std::uint32_t find(std::uint64_t hash,
                                                              IsKey is_key) const noexcept {
    const std::uint32_t tag = tag_of(hash);
    const Slot* slot = slots_ + place_of(tag, places_);
    while (slot->tag < tag) ++slot;
    for (; slot->tag == tag && slot->payload != 0; ++slot) {
      if (is_key(slot->payload)) return slot->payload;
    }
    return 0;
  }

  [[nodiscard]] std::size_t longest_run() const noexcept { return longest_run_; }
  [[nodiscard]] std::size_t memory_bytes() const noexcept {
    return owner_ ? owner_->capacity() * sizeof(Slot) : 0;
  }

 private:
  [[nodiscard]] static std::size_t place_of(std::uint32_t tag, std::uint64_t places) noexcept {
    return static_cast<std::size_t>(tag * places >> 32U);
  }

  static const Slot kNoKeys[2];  // one place, and a free one behind it

  std::uint64_t places_ = 1;
  std::size_t longest_run_ = 0;
  // The places, those that the last keys moved on to, and a free one.
  std::shared_ptr<const std::vector<Slot>> owner_ = {};  // null = no keys, and kNoKeys
  const Slot* slots_ = kNoKeys;                          // never null
};

// Into the order of their tags; those of one tag by their payloads, in the order of which they
// come.
void sort_by_tags(std::vector<SlotTable::Slot>& slots);

}  // namespace corsac
