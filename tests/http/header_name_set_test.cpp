#include "corsac/http/header_name_set.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

using namespace std::string_literals;

std::string to_upper(std::string text) {
  for (char& c : text) {
    if (is_ascii_lower(c)) c = static_cast<char>(c - ('a' - 'A'));
  }
  return text;
}

TEST(HeaderNameSet, SortsLowerCasesAndDropsRepeats) {
  const HeaderNameSet set({"X-B", "content-type", "x-a", "", "X-b", "Authorization"});
  ASSERT_EQ(set.size(), 4U);
  const std::vector<std::string_view> sorted = {set.at(0), set.at(1), set.at(2), set.at(3)};
  EXPECT_EQ(sorted, (std::vector<std::string_view>{"authorization", "content-type", "x-a", "x-b"}));
}

TEST(HeaderNameSet, FindsExactlyItsNames) {
  const HeaderNameSet set({"a", "te", "x-a", "range", "x-seven", "x-eight8", "x-nine-99",
                           "content-type", "x-sixteen-bytes0", "x-seventeen-bytes",
                           "access-control-allow-methods", "x-seventeen-Bytez"});
  const struct {
    const char* desc;
    std::string name;
    bool is_found;
    bool is_found_in_any_case;
  } rows[] = {
      {"one byte", "a", true, true},
      {"two bytes", "te", true, true},
      {"seven bytes", "x-seven", true, true},
      {"eight bytes", "x-eight8", true, true},
      {"nine bytes", "x-nine-99", true, true},
      {"16 bytes", "x-sixteen-bytes0", true, true},
      {"17 bytes", "x-seventeen-bytes", true, true},
      {"28 bytes", "access-control-allow-methods", true, true},
      {"upper case at the start", "Content-type", false, true},
      {"upper case at the end", "content-typE", false, true},
      {"upper case in the middle of a long name", "access-contRol-allow-methods", false, true},
      {"upper case throughout", "X-SEVENTEEN-BYTES", false, true},
      {"empty", "", false, false},
      {"a prefix", "content-typ", false, false},
      {"an extension", "content-types", false, false},
      {"one byte differs at the start", "dontent-type", false, false},
      {"one byte differs in the middle of a long name", "access-control-bllow-methods", false,
       false},
      {"one byte differs at the end", "content-typf", false, false},
      {"padded with NUL", "a\0"s, false, false},
      {"`-` is not CR", "content\rtype", false, false},
      {"folding must not turn [ into {", "x-a{", false, false},
      {"beyond ASCII", "\xC1", false, false},
      {"longer than all", std::string(4096, 'a'), false, false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(set.rank_of(row.name) != HeaderNameSet::kNotFound, row.is_found) << row.desc;
    EXPECT_EQ(set.rank_ignoring_case(row.name) != HeaderNameSet::kNotFound,
              row.is_found_in_any_case)
        << row.desc;
  }
}

TEST(HeaderNameSet, FoldsLettersAndNothingElse) {
  for (int size : {1, 5, 8, 12, 16, 17, 24, 40}) {
    for (int position = 0; position < size; ++position) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string stored(static_cast<std::size_t>(size), 'm');
        std::string asked = stored;
        stored[static_cast<std::size_t>(position)] = 'k';
        asked[static_cast<std::size_t>(position)] = static_cast<char>(byte);
        const HeaderNameSet set({stored});
        EXPECT_EQ(set.rank_of(asked) == 0, byte == 'k') << size << ' ' << position << ' ' << byte;
        EXPECT_EQ(set.rank_ignoring_case(asked) == 0, byte == 'k' || byte == 'K')
            << size << ' ' << position << ' ' << byte;
      }
      if (size > 17) position += 6;
    }
  }
}

TEST(HeaderNameSet, RanksManyNamesThatLookAlike) {
  // The same first and last eight bytes and the same size: only the middle tells them apart.
  std::vector<std::string> names;
  for (int i = 1000; i < 2000; ++i) names.push_back("x-custom-" + std::to_string(i) + "-header-1");
  const HeaderNameSet set(names);
  std::sort(names.begin(), names.end());
  for (std::uint32_t rank = 0; rank < names.size(); ++rank) {
    EXPECT_EQ(set.at(rank), names[rank]);
    EXPECT_EQ(set.rank_of(names[rank]), rank);
    EXPECT_EQ(set.rank_ignoring_case(to_upper(names[rank])), rank);
  }
  EXPECT_EQ(set.rank_of("x-custom-2000-header-1"), HeaderNameSet::kNotFound);
}

TEST(HeaderNameSet, FindsNothingWhenEmpty) {
  for (const HeaderNameSet& set : {HeaderNameSet(), HeaderNameSet(std::vector<std::string>{}),
                                   HeaderNameSet(std::vector<std::string>{""})}) {
    EXPECT_EQ(set.size(), 0U);
    for (const std::string_view name : {"", "a", "content-type", "a-name-of-more-than-16-bytes"}) {
      EXPECT_EQ(set.rank_of(name), HeaderNameSet::kNotFound);
      EXPECT_EQ(set.rank_ignoring_case(name), HeaderNameSet::kNotFound);
    }
  }
}

TEST(HeaderNameSet, OutlivesTheNamesItWasMadeFrom) {
  HeaderNameSet copy;
  {
    std::vector<std::string> names = {"x-request-id", "x-a-name-of-more-than-16-bytes"};
    const HeaderNameSet set(names);
    copy = set;
    names.clear();
  }
  EXPECT_EQ(copy.at(copy.rank_of("x-request-id")), "x-request-id");
  EXPECT_EQ(copy.at(copy.rank_of("x-a-name-of-more-than-16-bytes")),
            "x-a-name-of-more-than-16-bytes");
}

}  // namespace
}  // namespace corsac
