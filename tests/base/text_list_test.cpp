#include "corsac/base/text_list.hpp"

#include <cstdint>
#include <limits>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

TEST(TextList, KeepsAnyTexts) {
  const std::vector<std::string> texts = {"https://a.example", "", std::string("\n\0\xFF", 3),
                                          std::string(70'000, 'x'), ""};
  TextList list;
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.begin(), list.end());
  EXPECT_EQ(list.bytes(), nullptr);
  for (const std::string& text : texts) list.add(text);
  EXPECT_EQ(list.size(), texts.size());
  EXPECT_EQ(list, texts);
  EXPECT_EQ(list.to_strings(), texts);
  EXPECT_EQ(list.front(), texts.front());
  const auto bytes = list.bytes();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(list[i], texts[i]);
    EXPECT_NE(list.offset(i), 0U);
    EXPECT_EQ(TextList::text_at(bytes->data() + list.offset(i)), texts[i]);
  }
}

TEST(TextList, KeepsThePlacesThatAreGiven) {
  const Place first = {.line = 3, .column = 1};
  const Place other = {.source = 2};  // of a store without lines
  TextList list = {{"a", first}, {"b"}, {"c", other}, {"d"}};
  EXPECT_THAT(list, ElementsAre("a", "b", "c", "d"));
  const Place expected[] = {first, {}, other, {}, {}};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(list.place(i), expected[i]) << i;
  EXPECT_EQ(TextList().place(0), Place{});
}

TEST(TextList, IsEqualByItsTexts) {
  const TextList ab = {{"a"}, {"b"}};
  EXPECT_EQ(ab, (TextList{{"a", {.line = 1}}, {"b"}}));
  EXPECT_FALSE(ab == (TextList{{"ab"}}));
  EXPECT_FALSE(ab == (TextList{{"a"}}));
  EXPECT_FALSE(ab == TextList());
  EXPECT_EQ(TextList(), TextList());
  EXPECT_FALSE(ab == (std::vector<std::string>{"a", "c"}));
  EXPECT_FALSE(ab == (std::vector<std::string>{"a"}));
}

// Also after the other one is gone: what is in a table of its bytes must not change.
TEST(TextList, SharesWithItsCopiesUntilOneIsAddedTo) {
  TextList list = {{"a", {.line = 1}}};
  TextList copy = list;
  EXPECT_EQ(copy.bytes(), list.bytes());
  copy.add("b");
  EXPECT_THAT(list, ElementsAre("a"));
  EXPECT_THAT(copy, ElementsAre("a", "b"));
  EXPECT_EQ(copy.place(0), Place{.line = 1});

  const auto bytes = list.bytes();
  const std::string before = *bytes;
  list.add("c");
  EXPECT_EQ(*bytes, before);
  EXPECT_NE(list.bytes(), bytes);

  list = copy;
  const std::string_view view = list[1];
  copy = {};
  EXPECT_EQ(view, "b");
  list.add("d");
  EXPECT_THAT(list, ElementsAre("a", "b", "d"));
  const TextList moved = std::move(list);
  EXPECT_THAT(moved, ElementsAre("a", "b", "d"));
}

TEST(TextList, KnowsWhichTextLiesWhere) {
  const TextList list = {{"a"}, {""}, {"ccc"}, {"a"}};
  for (std::size_t i = 0; i < list.size(); ++i) EXPECT_EQ(list.index_at(list.offset(i)), i);
}

// Two lists that are equal keep their bytes once, and places of their own.
TEST(TextList, SharesTheBytesOfAnEqualOne) {
  const TextList first = {{"a"}, {"b"}};
  TextList second = {{"a", {.line = 1}}, {"b", {.line = 2}}};
  ASSERT_NE(first.bytes(), second.bytes());
  second.share(first.bytes());
  EXPECT_EQ(first.bytes(), second.bytes());
  EXPECT_EQ(second.place(1).line, 2U);
  second.add("c");
  EXPECT_THAT(first, ElementsAre("a", "b")) << "it is added to on its own";
  EXPECT_THAT(second, ElementsAre("a", "b", "c"));
}

TEST(TextList, MakesRoomOnce) {
  TextList list;
  list.reserve(3, 3);
  const auto data = [&list] { return list.front().data(); };
  list.add("a", {.line = 1});
  const char* const before = data();
  list.add("b");
  list.add("c");
  EXPECT_EQ(data(), before);
  EXPECT_THAT(list, ElementsAre("a", "b", "c"));
}

TEST(TextList, TakesItsOwnTexts) {
  TextList list = {{"https://a.example"}};
  for (int i = 0; i < 100; ++i) list.add(list[static_cast<std::size_t>(i)]);
  for (const std::string_view text : list) EXPECT_EQ(text, "https://a.example");
  EXPECT_EQ(list.size(), 101U);
}

TEST(TextList, IsAddedToInPlaceWhileNobodyShares) {
  TextList list;
  for (int i = 0; i < 1000; ++i) list.add(std::to_string(i));
  std::vector<std::string> expected;
  for (int i = 0; i < 1000; ++i) expected.push_back(std::to_string(i));
  EXPECT_THAT(list, ElementsAreArray(expected));
}

// Each allocation of an add() fails once, in a list of its own, in a shared one, and in one that
// has no places yet.
TEST(TextList, IsAsBeforeWithoutMemory) {
  const std::string text(1000, 'x');
  for (const bool is_shared : {false, true}) {
    for (const bool has_places : {false, true}) {
      TextList whole;
      for (int i = 0; i < 4; ++i) {
        whole.add(std::to_string(i), has_places ? Place{.line = 1} : Place{});
      }
      bool is_done = false;
      for (std::size_t allocations = 0; !is_done; ++allocations) {
        SCOPED_TRACE(allocations);
        ASSERT_LT(allocations, 20U);
        TextList list;
        for (std::size_t i = 0; i < whole.size(); ++i) list.add(whole[i], whole.place(i));
        const TextList other = is_shared ? list : TextList();
        testing::fail_one_allocation_after(allocations);
        bool has_thrown = false;
        try {
          list.add(text, {.line = 7});
        } catch (const std::bad_alloc&) {
          has_thrown = true;
        }
        is_done = testing::forget_failing_allocation();
        EXPECT_NE(has_thrown, is_done);
        if (is_done) continue;
        EXPECT_EQ(list, whole);
        EXPECT_EQ(list.place(0), whole.place(0));
        EXPECT_EQ(list.place(4), Place());
        list.add("and", {.line = 8});
        EXPECT_THAT(list, ElementsAre("0", "1", "2", "3", "and"));
        EXPECT_EQ(list.place(4), Place{.line = 8});
        if (is_shared) {
          EXPECT_EQ(other, whole);
        }
      }
    }
  }
}

TEST(TextList, HoldsFourGibibytes) {
  constexpr std::size_t kAll = std::numeric_limits<std::uint32_t>::max();
  struct Row {
    const char* desc;
    std::size_t list_bytes;
    std::size_t text_bytes;
    bool fits;
  };
  const Row rows[] = {
      {"the last byte", kAll - 4 - 1, 1, true},
      {"one more", kAll - 4 - 1, 2, false},
      {"an empty one at the end", kAll - 4, 0, true},
      {"no room for its length", kAll - 3, 0, false},
      {"all at once", 1, kAll - 5, true},
      {"more than all", 1, kAll - 4, false},
      {"a text that would wrap", 100, std::numeric_limits<std::size_t>::max(), false},
      {"a list that would wrap", std::numeric_limits<std::size_t>::max(), 1, false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(TextList::fits(row.list_bytes, row.text_bytes), row.fits) << row.desc;
  }
}

}  // namespace
}  // namespace corsac
