#include "corsac/runtime/read_schedule.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Time = ReadSchedule::Time;

constexpr Time kStart{seconds(1'000)};

ReadSchedule a_schedule() { return ReadSchedule({seconds(30), seconds(1)}, 7); }

TEST(ReadSchedule, SaysWhenTheNextReadIsDue) {
  struct Row {
    const char* desc;
    std::function<void(ReadSchedule&)> happens;
    Time due;
  };
  const Row rows[] = {
      {"at the start: at once", [](ReadSchedule&) {}, Time::min()},
      {"during a read: never by itself", [](ReadSchedule& s) { s.note_began(kStart); },
       Time::max()},
      {"after an answer: when the interval is over",
       [](ReadSchedule& s) {
         s.note_began(kStart);
         s.note_answered(kStart + seconds(2));
       },
       kStart + seconds(32)},
      {"a second look is wanted: then",
       [](ReadSchedule& s) {
         s.note_began(kStart);
         s.note_answered(kStart + seconds(2));
         s.note_second_look(kStart + seconds(2), seconds(5));
       },
       kStart + seconds(7)},
      {"changes were told: when a document is due",
       [](ReadSchedule& s) {
         s.note_began(kStart);
         s.note_answered(kStart + seconds(2));
         for (int i = 3; i < 30; ++i) {
           s.note_changed();
           s.note_began(kStart + seconds(i));
           s.note_told_changes();
         }
       },
       kStart + seconds(32)},
      {"the store called after changes: 20 ms after they began to be told",
       [](ReadSchedule& s) {
         s.note_began(kStart);
         s.note_answered(kStart + seconds(2));
         s.note_began(kStart + seconds(3));
         s.note_told_changes();
         s.note_changed();
       },
       kStart + seconds(3) + milliseconds(20)},
      {"a second look after changes: then",
       [](ReadSchedule& s) {
         s.note_began(kStart);
         s.note_answered(kStart);
         s.note_began(kStart + seconds(1));
         s.note_told_changes();
         s.note_second_look(kStart + seconds(2), seconds(5));
       },
       kStart + seconds(7)},
      {"the store called: 200 ms after the last read began",
       [](ReadSchedule& s) {
         s.note_began(kStart);
         s.note_answered(kStart + milliseconds(1));
         s.note_changed();
       },
       kStart + milliseconds(200)},
      {"the store called during a read: the same",
       [](ReadSchedule& s) {
         s.note_began(kStart);
         s.note_changed();
         s.note_answered(kStart + seconds(5));
       },
       kStart + milliseconds(200)},
      {"the store called before the first read", [](ReadSchedule& s) { s.note_changed(); },
       Time::min()},
      {"somebody asked: at once",
       [](ReadSchedule& s) {
         s.note_began(kStart);
         s.note_answered(kStart);
         s.note_requested();
       },
       Time::min()},
      {"a read serves what was noted before it",
       [](ReadSchedule& s) {
         s.note_changed();
         s.note_requested();
         s.note_began(kStart);
         s.note_answered(kStart);
       },
       kStart + seconds(30)},
  };
  for (const Row& row : rows) {
    ReadSchedule schedule = a_schedule();
    row.happens(schedule);
    EXPECT_EQ(schedule.due(), row.due) << row.desc;
  }
}

TEST(ReadSchedule, KeepsThePauseThatAStoreAsksFor) {
  struct Row {
    const char* desc;
    std::function<void(ReadSchedule&)> happens;
    milliseconds earliest;
    milliseconds latest;
  };
  const auto fail_and_pause = [](ReadSchedule& s, ReadSchedule::Duration pause) {
    s.note_began(kStart);
    s.note_failed(kStart);
    s.note_pause(kStart, pause);
  };
  const Row rows[] = {
      {"longer than the back-off: it counts, and a little more",
       [&](ReadSchedule& s) { fail_and_pause(s, seconds(20)); }, seconds(20), seconds(22)},
      {"shorter than the back-off: that counts",
       [&](ReadSchedule& s) { fail_and_pause(s, milliseconds(1)); }, milliseconds(50),
       milliseconds(100)},
      {"after an answer: not before the interval is over",
       [&](ReadSchedule& s) {
         s.note_began(kStart);
         s.note_answered(kStart);
         s.note_pause(kStart, seconds(3));
       },
       seconds(30), seconds(30)},
      {"a day: capped", [&](ReadSchedule& s) { fail_and_pause(s, std::chrono::hours(24)); },
       kLongestPause, kLongestPause + kLongestPause / 10},
      {"for ever: capped, and no overflow",
       [&](ReadSchedule& s) { fail_and_pause(s, ReadSchedule::Duration::max()); }, kLongestPause,
       kLongestPause + kLongestPause / 10},
      {"before now: no pause",
       [&](ReadSchedule& s) { fail_and_pause(s, ReadSchedule::Duration::min()); }, milliseconds(50),
       milliseconds(100)},
      {"the store calls meanwhile: it waits as long",
       [&](ReadSchedule& s) {
         fail_and_pause(s, seconds(20));
         s.note_changed();
       },
       seconds(20), seconds(22)},
      {"the next read forgets it",
       [&](ReadSchedule& s) {
         fail_and_pause(s, seconds(20));
         s.note_began(kStart + seconds(1));
         s.note_answered(kStart + seconds(1));
         s.note_changed();
       },
       milliseconds(1'200), milliseconds(1'200)},
  };
  for (const Row& row : rows) {
    ReadSchedule schedule = a_schedule();
    row.happens(schedule);
    EXPECT_GE(schedule.due(), kStart + row.earliest) << row.desc;
    EXPECT_LE(schedule.due(), kStart + row.latest) << row.desc;
  }
}

TEST(ReadSchedule, LetsAPersonReadDuringAPause) {
  ReadSchedule schedule = a_schedule();
  schedule.note_began(kStart);
  schedule.note_failed(kStart);
  schedule.note_pause(kStart, seconds(20));
  schedule.note_requested();
  EXPECT_EQ(schedule.due(), Time::min());
}

TEST(ReadSchedule, WithoutAnIntervalReadsOnlyWhenAsked) {
  ReadSchedule schedule({seconds(0), seconds(1)}, 7);
  schedule.note_began(kStart);
  schedule.note_answered(kStart);
  EXPECT_EQ(schedule.due(), Time::max());
  schedule.note_changed();
  EXPECT_EQ(schedule.due(), kStart + kChangedPause);
}

TEST(ReadSchedule, WaitsTwiceAsLongAfterEachFailureUpToTheCap) {
  for (std::uint32_t seed = 1; seed < 50; ++seed) {
    ReadSchedule schedule({seconds(30), seconds(1)}, seed);
    for (const int wait_ms : {100, 200, 400, 800, 1'000, 1'000}) {
      schedule.note_began(kStart);
      schedule.note_failed(kStart);
      EXPECT_GE(schedule.due(), kStart + milliseconds(wait_ms) / 2) << wait_ms;
      EXPECT_LE(schedule.due(), kStart + milliseconds(wait_ms)) << wait_ms;
    }
    schedule.note_began(kStart);
    schedule.note_answered(kStart);
    schedule.note_began(kStart);
    schedule.note_failed(kStart);
    EXPECT_LE(schedule.due(), kStart + milliseconds(100)) << "an answer begins anew";
  }
}

TEST(ReadSchedule, SpreadsAFleetOverHalfOfTheWait) {
  Time earliest = Time::max();
  Time latest = Time::min();
  for (std::uint32_t seed = 1; seed < 100; ++seed) {
    ReadSchedule schedule({seconds(30), seconds(30)}, seed);
    for (int i = 0; i < 12; ++i) schedule.note_failed(kStart);
    earliest = std::min(earliest, schedule.due());
    latest = std::max(latest, schedule.due());
  }
  EXPECT_LT(earliest, kStart + seconds(18));
  EXPECT_GT(latest, kStart + seconds(27));
}

TEST(ReadSchedule, WaitsAtLeastTheFirstRetryHoweverSmallTheCap) {
  ReadSchedule schedule({seconds(30), seconds(0)}, 7);
  schedule.note_began(kStart);
  schedule.note_failed(kStart);
  EXPECT_GE(schedule.due(), kStart + kFirstRetry / 2);
}

TEST(ReadSchedule, SaysWhenACallOfTheStoreIsAllThereIs) {
  struct Row {
    const char* desc;
    std::function<void(ReadSchedule&)> happens;
    bool is_only_changed;
  };
  const Row rows[] = {
      {"nobody called", [](ReadSchedule&) {}, false},
      {"the store", [](ReadSchedule& s) { s.note_changed(); }, true},
      {"a person, too",
       [](ReadSchedule& s) {
         s.note_changed();
         s.note_requested();
       },
       false},
      {"after a read that failed",
       [](ReadSchedule& s) {
         s.note_began(kStart);
         s.note_failed(kStart + seconds(20));
         s.note_changed();
       },
       false},
      {"after an answer behind it",
       [](ReadSchedule& s) {
         s.note_began(kStart);
         s.note_failed(kStart);
         s.note_began(kStart + seconds(1));
         s.note_answered(kStart + seconds(1));
         s.note_changed();
       },
       true},
  };
  for (const Row& row : rows) {
    ReadSchedule schedule = a_schedule();
    schedule.note_began(kStart);
    schedule.note_answered(kStart);
    row.happens(schedule);
    EXPECT_EQ(schedule.is_only_changed(kStart + seconds(2)), row.is_only_changed) << row.desc;
  }
  ReadSchedule schedule = a_schedule();
  schedule.note_began(kStart);
  schedule.note_answered(kStart);
  schedule.note_changed();
  EXPECT_TRUE(schedule.is_only_changed(kStart + seconds(29)));
  EXPECT_FALSE(schedule.is_only_changed(kStart + seconds(30))) << "a document is due";
}

}  // namespace
}  // namespace corsac
