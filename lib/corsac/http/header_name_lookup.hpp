#pragma once

// The look-up of HeaderNameSet for short names, apart from the class: the reader of lists wants it
// inline, and users of the public header need not see integers. Private to http/.

#include "corsac/http/header_name_set.hpp"
#include "corsac/http/name_key.hpp"

namespace corsac {

// Linear probing; only the operator's names are in the table, so no client can make it slow.
inline std::uint32_t HeaderNameSet::rank_of_short(const NameKey& key,
                                                  std::size_t size) const noexcept {
  for (std::size_t i = key.hash & slot_mask_;; i = (i + 1) & slot_mask_) {
    const Slot& slot = slots_[i];
    if (slot.head == key.head && slot.tail == key.tail && slot.size == size) return slot.rank;
    if (slot.size == 0) return kNotFound;
  }
}

}  // namespace corsac
