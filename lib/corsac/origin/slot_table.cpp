// Ordered linear probing for the origin set (Amble and Knuth, 1974).
// Entry: SlotTable::find. Test: tests/origin/slot_table_test.cpp.

#include "corsac/origin/slot_table.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>

namespace corsac {

namespace {

constexpr std::uint64_t places_for(std::size_t keys) noexcept { return 2 * keys + 1; }

}  // namespace

SlotTable::SlotTable(std::span<const Slot> sorted)
    : places_(places_for(sorted.size())), longest_run_(longest_run_of(sorted)) {
  assert(
      std::is_sorted(sorted.begin(), sorted.end(), [](Slot a, Slot b) { return a.tag < b.tag; }) &&
      "slots come in the order of their tags");
  std::size_t end = 0;
  for (const Slot& slot : sorted) end = std::max(end, place_of(slot.tag, places_)) + 1;
  slots_.resize(std::max<std::size_t>(end, places_) + 1);
  std::size_t next = 0;
  for (const Slot& slot : sorted) {
    next = std::max(next, place_of(slot.tag, places_));  // moves on from an occupied place
    slots_[next++] = slot;
  }
}

std::size_t SlotTable::longest_run_of(std::span<const Slot> sorted) noexcept {
  const std::uint64_t places = places_for(sorted.size());
  std::size_t longest = 0;
  std::size_t run = 0;
  std::size_t next = 0;
  for (const Slot& slot : sorted) {
    const std::size_t place = place_of(slot.tag, places);
    run = place > next ? 1 : run + 1;
    next = std::max(next, place) + 1;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace corsac
