// Open addressing for the origin set. Test: tests/origin/exact_table_test.cpp.

#include "corsac/origin/slot_table.hpp"

#include <algorithm>

namespace corsac {

std::size_t SlotTable::longest_run() const noexcept {
  std::size_t longest = 0;
  std::size_t run = 0;
  std::size_t first_run = 0;  // goes on where the last one ends
  bool is_first = true;
  for (const Slot& slot : slots_) {
    if (slot.payload != 0) {
      ++run;
      continue;
    }
    if (is_first) first_run = run;
    is_first = false;
    longest = std::max(longest, run);
    run = 0;
  }
  return std::max(longest, run + first_run);
}

}  // namespace corsac
