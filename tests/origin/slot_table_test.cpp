#include "corsac/origin/slot_table.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using Slots = std::vector<SlotTable::Slot>;

struct Row {
  const char* desc;
  Slots sorted;
  std::size_t longest_run;
};

// Three keys have seven places, each 2^32 / 7 = 0x24924924 tags wide.
TEST(SlotTable, FindsEachKeyWhereverItMovedTo) {
  const Row rows[] = {
      {"no key", {}, 0},
      {"one key", {{0x80000000, 7}}, 1},
      {"apart", {{0x00000000, 1}, {0x50000000, 2}, {0xA0000000, 3}}, 1},
      {"two in one place", {{0x00000001, 1}, {0x00000002, 2}, {0xA0000000, 3}}, 2},
      {"a run of neighbours", {{0x00000001, 1}, {0x00000002, 2}, {0x25000000, 3}}, 3},
      {"equal tags", {{0x50000000, 1}, {0x50000000, 2}, {0x50000000, 3}}, 3},
      {"moved on beyond the last place", {{0xF0000000, 1}, {0xFFFFFFFE, 2}, {0xFFFFFFFF, 3}}, 3},
      {"the highest tag, which free slots have too", {{0xFFFFFFFF, 1}}, 1},
      {"the highest tag twice", {{0xFFFFFFFF, 1}, {0xFFFFFFFF, 2}}, 2},
  };
  for (const Row& row : rows) {
    const SlotTable table(row.sorted);
    EXPECT_EQ(SlotTable::longest_run_of(row.sorted), row.longest_run) << row.desc;
    EXPECT_EQ(table.longest_run(), row.longest_run) << row.desc;
    for (const SlotTable::Slot& slot : row.sorted) {
      const std::uint64_t hash = std::uint64_t{slot.tag} << 32U | 0x12345678U;
      const auto is_key = [&](std::uint32_t payload) { return payload == slot.payload; };
      EXPECT_EQ(table.find(hash, is_key), slot.payload) << row.desc;
      EXPECT_EQ(table.find(hash, [](std::uint32_t) { return false; }), 0U) << row.desc;
    }
    for (const std::uint64_t hash : {std::uint64_t{0x70000000} << 32U, ~std::uint64_t{0}}) {
      EXPECT_EQ(table.find(hash, [](std::uint32_t payload) { return payload > 100; }), 0U)
          << row.desc;
    }
  }
}

TEST(SlotTable, SortsByTagsAndKeepsTheOrderOfEqualOnes) {
  std::mt19937 random(20260101);
  for (const std::uint32_t count : {0U, 1U, 100U, 2047U, 2048U, 20'000U}) {
    Slots slots;
    for (std::uint32_t i = 0; i < count; ++i) {
      // Few different ones, some of which differ in their highest or lowest bit alone.
      const std::uint32_t tag = random() % 1000;
      slots.push_back({i % 2 == 0 ? tag : tag | 0x80000000U, i + 1});
    }
    Slots sorted = slots;
    sort_by_tags(sorted);
    std::stable_sort(slots.begin(), slots.end(),
                     [](SlotTable::Slot a, SlotTable::Slot b) { return a.tag < b.tag; });
    EXPECT_EQ(sorted, slots) << count;
  }
}

}  // namespace
}  // namespace corsac
