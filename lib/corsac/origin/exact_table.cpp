// Exact origins: slots of eight bytes over one blob of keys.
// Entry: ExactTable::find. Spec: reference measurements in bench/origin_set.cpp.
// Test: tests/origin/exact_table_test.cpp.

#include "corsac/origin/exact_table.hpp"

#include <algorithm>

#include "corsac/origin/origin.hpp"
#include "corsac/origin/origin_set.hpp"

namespace corsac {
namespace {

// With a random seed the second build is as good as certain to do. The bound keeps a broken hash
// from looping for ever: a slow set is better than a server that never loads.
constexpr unsigned kSeedTries = 16;

}  // namespace

static_assert(kOriginLimit * (ExactTable::kEntryOverheadBytes + kOriginLimitBytes) + 1 <=
                  0xFFFFFFFFU,
              "offsets have 32 bits");

ExactTable::ExactTable(std::span<const std::string_view> keys, std::uint64_t seed) {
  seed_ = HashSeed::from(seed);
  Slots slots = sort_keys(keys);
  while (SlotTable::longest_run_of(slots) > kLongestRun && rebuilds_ < kSeedTries) {
    seed_ = HashSeed::from(seed + ++rebuilds_);
    slots = sort_keys(keys);
  }
  store(keys, slots);
  slots_ = SlotTable(slots);
}

// A slot for each different key, in the order of their tags; the payload is the key's number,
// counted from 1.
ExactTable::Slots ExactTable::sort_keys(std::span<const std::string_view> keys) const {
  Slots slots;
  slots.reserve(keys.size());
  for (std::uint32_t i = 0; i < keys.size(); ++i) {
    slots.push_back({SlotTable::tag_of(hash_bytes(keys[i], seed_)), i + 1});
  }
  const auto text_of = [keys](SlotTable::Slot slot) { return keys[slot.payload - 1]; };
  std::sort(slots.begin(), slots.end(), [text_of](SlotTable::Slot a, SlotTable::Slot b) {
    return a.tag != b.tag ? a.tag < b.tag : text_of(a) < text_of(b);
  });
  const auto repeats =
      std::unique(slots.begin(), slots.end(), [text_of](SlotTable::Slot a, SlotTable::Slot b) {
        return a.tag == b.tag && text_of(a) == text_of(b);
      });
  slots.erase(repeats, slots.end());
  return slots;
}

// Copies the keys that have a slot, in the order in which they came (their bytes are read one after
// the other), and makes each payload the offset of its key.
void ExactTable::store(std::span<const std::string_view> keys, Slots& slots) {
  std::vector<std::uint32_t> offsets(keys.size());  // 0 = a repeat
  std::size_t bytes = 1;
  for (const SlotTable::Slot& slot : slots) {
    const std::size_t size = keys[slot.payload - 1].size();
    offsets[slot.payload - 1] = 1;
    bytes += sizeof(KeyLength) + size;
    longest_key_bytes_ = std::max(longest_key_bytes_, size);
  }
  blob_.reserve(bytes);
  blob_.assign(1, '\0');
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (offsets[i] == 0) continue;
    offsets[i] = static_cast<std::uint32_t>(blob_.size());
    const auto length = static_cast<KeyLength>(keys[i].size());
    const char* const length_bytes = reinterpret_cast<const char*>(&length);
    blob_.insert(blob_.end(), length_bytes, length_bytes + sizeof length);
    blob_.insert(blob_.end(), keys[i].begin(), keys[i].end());
  }
  for (SlotTable::Slot& slot : slots) slot.payload = offsets[slot.payload - 1];
  count_ = slots.size();
}

}  // namespace corsac
