#include "corsac/base/place_runs.hpp"

#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

constexpr Place kUnknown = {};

struct Row {
  const char* desc;
  std::vector<Place> places;
};

TEST(PlaceRuns, AnswersEachPlaceThatWasAdded) {
  const Row rows[] = {
      {"none", {}},
      {"one", {{.line = 3, .column = 5}}},
      {"one a line",
       {{.line = 1, .column = 3}, {.line = 2, .column = 3}, {.line = 3, .column = 3}}},
      {"a comment between them",
       {{.line = 1, .column = 3}, {.line = 2, .column = 3}, {.line = 5, .column = 3}}},
      {"several a line",
       {{.line = 1, .column = 3}, {.line = 1, .column = 30}, {.line = 1, .column = 57}}},
      {"the same again and again", {{.line = 7, .column = 1}, {.line = 7, .column = 1}}},
      {"indented otherwise", {{.line = 1, .column = 3}, {.line = 2, .column = 5}}},
      {"the whole line", {{.line = 1}, {.line = 2}, {.line = 3}}},
      {"of two files",
       {{.line = 1, .column = 1, .source = 1}, {.line = 2, .column = 1, .source = 2}}},
      {"not known", {kUnknown, kUnknown, kUnknown}},
      {"not known, then known", {kUnknown, kUnknown, {.line = 2, .column = 1}}},
      {"known, then not", {{.line = 1, .column = 1}, {.line = 2, .column = 1}, kUnknown, kUnknown}},
      {"only the source", {{.source = 2}, {.source = 2}, kUnknown}},
      {"backwards", {{.line = 3, .column = 1}, {.line = 2, .column = 1}, {.line = 1, .column = 1}}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    PlaceRuns runs;
    for (const Place& place : row.places) runs.add(place);
    for (std::size_t i = 0; i < row.places.size(); ++i) EXPECT_EQ(runs[i], row.places[i]) << i;
    EXPECT_EQ(runs[row.places.size()], kUnknown);
  }
}

// As in a file of origins: one allocation, whatever their number.
TEST(PlaceRuns, TakeTheMemoryOfOnePlaceForOneALine) {
  PlaceRuns runs;
  const testing::AllocationCounter counter;
  for (std::uint32_t line = 1; line <= 100'000; ++line) runs.add({.line = line, .column = 1});
  EXPECT_LE(counter.count(), 1U);  // valgrind counts for itself
  EXPECT_EQ(runs[99'999], (Place{.line = 100'000, .column = 1}));
}

}  // namespace
}  // namespace corsac
