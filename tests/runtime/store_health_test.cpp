#include "corsac/runtime/store_health.hpp"

#include <string>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using std::chrono::seconds;
using Time = StoreHealth::Time;

Time at(int second) { return Time(seconds(1'000 + second)); }

// One letter for each thing that happens, a second after the one before: t = taken, r = refused,
// u = unreachable, . = only time.
StoreHealth after(const std::string& events, seconds max_stale) {
  StoreHealth health(max_stale);
  int second = 0;
  for (const char event : events) {
    if (event == 't') health.note_taken();
    if (event == 'r') health.note_refused();
    if (event == 'u') health.note_unreachable(at(second));
    if (event == '.') health.note_time(at(second));
    ++second;
  }
  return health;
}

// Proves 134.
TEST(StoreHealth, FollowsWhatReadsGive) {
  struct Row {
    const char* desc;
    const char* events;
    StoreState state;
  };
  // max_stale is 5 seconds.
  const Row rows[] = {
      {"nothing yet", "", StoreState::Starting},
      {"time alone changes nothing", "....", StoreState::Starting},
      {"a document", "t", StoreState::Fresh},
      {"fresh for ever while nobody says otherwise", "t..........", StoreState::Fresh},
      {"invalid at the start", "r", StoreState::Closed},
      {"unreachable at the start", "u", StoreState::Closed},
      {"a document after a closed start", "uurt", StoreState::Fresh},
      {"an invalid one keeps the last good one", "tr", StoreState::Degraded},
      {"without limit", "tr..........", StoreState::Degraded},
      {"also when it is read again and again", "trrrrrrrrrrr", StoreState::Degraded},
      {"mended", "trt", StoreState::Fresh},
      {"unreachable", "tu", StoreState::Stale},
      {"until just before max_stale", "tu....", StoreState::Stale},
      {"closed at max_stale", "tu.....", StoreState::Closed},
      {"counted from the first failure, not the last", "tuuuuuu", StoreState::Closed},
      {"unreachable after invalid counts as well", "tru.....", StoreState::Closed},
      {"invalid ends the counting", "tu...r........", StoreState::Degraded},
      {"an answer ends the counting", "tu...tu....", StoreState::Stale},
      {"back with a document", "tu.....t", StoreState::Fresh},
      {"back, but invalid: closed until there is a document", "tu.....r", StoreState::Closed},
      {"which then counts", "tu.....rt", StoreState::Fresh},
      {"closed stays closed while unreachable", "tu.....uu", StoreState::Closed},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(to_text(after(row.events, seconds(5)).state()), to_text(row.state)) << row.desc;
  }
}

TEST(StoreHealth, ClosesAtOnceWithoutAnyMaxStale) {
  EXPECT_EQ(after("tu", seconds(0)).state(), StoreState::Closed);
}

TEST(StoreHealth, TellsWhenItCloses) {
  EXPECT_EQ(after("t", seconds(5)).closes_at(), Time::max());
  EXPECT_EQ(after("tu", seconds(5)).closes_at(), at(6));
  EXPECT_EQ(after("tu.....", seconds(5)).closes_at(), Time::max()) << "closed already";
}

TEST(StoreState, HasATextForEachState) {
  EXPECT_EQ(to_text(StoreState::Starting), "starting");
  EXPECT_EQ(to_text(StoreState::Fresh), "fresh");
  EXPECT_EQ(to_text(StoreState::Degraded), "degraded");
  EXPECT_EQ(to_text(StoreState::Stale), "stale");
  EXPECT_EQ(to_text(StoreState::Closed), "closed");
}

}  // namespace
}  // namespace corsac
