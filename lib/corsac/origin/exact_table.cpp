// Exact origins: slots of eight bytes over the bytes of a list.
// Entry: ExactTable::find. Spec: reference measurements in bench/origin_set.cpp.
// Test: tests/origin/exact_table_test.cpp.

#include "corsac/origin/exact_table.hpp"

#include <algorithm>
#include <utility>

#include "corsac/origin/origin.hpp"
#include "corsac/origin/origin_set.hpp"

namespace corsac {
namespace {

// With a random seed the second build is as good as certain to do. The bound keeps a broken hash
// from looping for ever: a slow set is better than a server that never loads.
constexpr unsigned kSeedTries = 16;

}  // namespace

static_assert(kOriginLimit * (sizeof(TextList::Length) + kOriginLimitBytes) + 1 <= 0xFFFFFFFFU,
              "offsets have 32 bits");

ExactTable::ExactTable(ExactKeys keys, std::uint64_t seed)
    : bytes_(keys.bytes ? keys.bytes->data() : nullptr), owner_(std::move(keys.bytes)) {
  seed_ = HashSeed::from(seed);
  Slots slots = sorted_slots(keys.offsets);
  while (SlotTable::longest_run_of(slots) > kLongestRun && rebuilds_ < kSeedTries) {
    seed_ = HashSeed::from(seed + ++rebuilds_);
    slots = sorted_slots(keys.offsets);
  }
  for (const TextList::Offset offset : keys.offsets) {
    longest_key_bytes_ = std::max(longest_key_bytes_, key_at(offset).size());
  }
  count_ = slots.size();
  repeats_ = keys.offsets.size() - count_;
  // Four bytes for each, while there is the most of everything; `= {}` would keep the memory.
  std::vector<TextList::Offset>().swap(keys.offsets);
  slots_ = SlotTable(slots);
}

// A slot for each different key, in the order of their tags.
ExactTable::Slots ExactTable::sorted_slots(const std::vector<TextList::Offset>& offsets) const {
  Slots slots;
  slots.reserve(offsets.size());
  for (const TextList::Offset offset : offsets) {
    slots.push_back({SlotTable::tag_of(hash_bytes(key_at(offset), seed_)), offset});
  }
  sort_by_tags(slots);
  drop_repeats(slots);
  return slots;
}

// Only keys of one tag are compared: repeats, and few others.
void ExactTable::drop_repeats(Slots& slots) const {
  const auto text_of = [this](SlotTable::Slot slot) { return key_at(slot.payload); };
  for (auto first = slots.begin(); first != slots.end();) {
    const auto last = std::find_if(
        first, slots.end(), [first](SlotTable::Slot slot) { return slot.tag != first->tag; });
    if (last - first > 1) {
      std::sort(first, last, [text_of](SlotTable::Slot a, SlotTable::Slot b) {
        return text_of(a) < text_of(b);
      });
    }
    first = last;
  }
  const auto repeats =
      std::unique(slots.begin(), slots.end(), [text_of](SlotTable::Slot a, SlotTable::Slot b) {
        return a.tag == b.tag && text_of(a) == text_of(b);
      });
  slots.erase(repeats, slots.end());
}

}  // namespace corsac
