#include "corsac/base/rfc3339.hpp"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using std::chrono::nanoseconds;
using std::chrono::system_clock;

[[nodiscard]] system_clock::time_point at(std::int64_t seconds, std::int64_t nanos = 0) {
  return system_clock::time_point(std::chrono::duration_cast<system_clock::duration>(
      std::chrono::seconds(seconds) + nanoseconds(nanos)));
}

struct GoodRow {
  const char* desc;
  const char* text;
  system_clock::time_point time;
};

TEST(Rfc3339, ReadsEveryFormOfTheStandard) {
  const GoodRow rows[] = {
      {"UTC", "2027-01-31T00:00:00Z", at(1801353600)},
      {"lower case t and z", "2027-01-31t00:00:00z", at(1801353600)},
      {"an offset east is earlier", "2027-01-31T01:30:00+01:30", at(1801353600)},
      {"an offset west is later", "2027-01-30T19:00:00-05:00", at(1801353600)},
      {"unknown local offset", "2027-01-31T00:00:00-00:00", at(1801353600)},
      {"a part of a second", "1970-01-01T00:00:01.5Z", at(1, 500'000'000)},
      {"nine digits", "1970-01-01T00:00:01.123456789Z", at(1, 123'456'789)},
      {"a tenth digit is dropped", "1970-01-01T00:00:01.1234567899Z", at(1, 123'456'789)},
      {"before 1970", "1969-12-31T23:59:59Z", at(-1)},
      {"29 February of a leap year", "2028-02-29T00:00:00Z", at(1835395200)},
      {"beyond the clock: for ever", "9999-12-31T23:59:59Z", system_clock::time_point::max()},
      {"before the clock", "0000-01-01T00:00:00Z", system_clock::time_point::min()},
  };
  for (const GoodRow& row : rows) EXPECT_EQ(parse_time(row.text), row.time) << row.desc;
}

struct BadRow {
  const char* desc;
  std::string text;
};

TEST(Rfc3339, RefusesEverythingElse) {
  const BadRow rows[] = {
      {"empty", ""},
      {"a date alone", "2027-01-31"},
      {"no offset", "2027-01-31T00:00:00"},
      {"a blank for the T", "2027-01-31 00:00:00Z"},
      {"a leap second", "2016-12-31T23:59:60Z"},
      {"30 February", "2027-02-30T00:00:00Z"},
      {"29 February of a common year", "2027-02-29T00:00:00Z"},
      {"month 13", "2027-13-01T00:00:00Z"},
      {"day 0", "2027-01-00T00:00:00Z"},
      {"hour 24", "2027-01-31T24:00:00Z"},
      {"minute 60", "2027-01-31T00:60:00Z"},
      {"a two-digit year", "27-01-31T00:00:00Z"},
      {"a five-digit year", "12027-01-31T00:00:00Z"},
      {"a sign", "+2027-01-31T00:00:00Z"},
      {"a one-digit hour", "2027-01-31T0:00:00Z"},
      {"a dot without digits", "2027-01-31T00:00:00.Z"},
      {"a comma", "2027-01-31T00:00:00,5Z"},
      {"an offset without colon", "2027-01-31T00:00:00+0100"},
      {"an offset of 24 hours", "2027-01-31T00:00:00+24:00"},
      {"an offset of 60 minutes", "2027-01-31T00:00:00+01:60"},
      {"something behind", "2027-01-31T00:00:00Zx"},
      {"a blank before", " 2027-01-31T00:00:00Z"},
      {"a NUL inside", std::string("2027-01-31T00:00:00\0Z", 21)},
  };
  for (const BadRow& row : rows) EXPECT_FALSE(parse_time(row.text).has_value()) << row.desc;
}

TEST(Rfc3339, WritesUtcWithAsManyDigitsAsNeeded) {
  const GoodRow rows[] = {
      {"whole seconds", "2027-01-31T00:00:00Z", at(1801353600)},
      {"milliseconds", "1970-01-01T00:00:01.500Z", at(1, 500'000'000)},
      {"microseconds", "1970-01-01T00:00:01.000250Z", at(1, 250'000)},
      {"nanoseconds", "1970-01-01T00:00:01.000000001Z", at(1, 1)},
      {"before 1970", "1969-12-31T23:59:59Z", at(-1)},
  };
  for (const GoodRow& row : rows) {
    EXPECT_EQ(time_text(row.time), row.text) << row.desc;
    EXPECT_EQ(parse_time(time_text(row.time)), row.time) << row.desc;
  }
  // The two ends are texts that can be read again.
  EXPECT_EQ(parse_time(time_text(system_clock::time_point::max())),
            system_clock::time_point::max());
}

}  // namespace
}  // namespace corsac
