#include "corsac/runtime/refusal_summary.hpp"

#include <map>
#include <memory>
#include <numeric>
#include <string>

#include <gtest/gtest.h>

#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using Time = std::chrono::system_clock::time_point;

constexpr Time kStart = Time(std::chrono::hours(500'000));  // on a full minute
constexpr auto kNotAllowed = Reason::OriginNotAllowed;

std::size_t at(Reason reason) { return static_cast<std::size_t>(reason); }

TEST(RefusedOrigins, AreExactWhileThereIsRoom) {
  const auto refused = std::make_unique<RefusedOrigins>();
  EXPECT_TRUE(refused->most(10).empty());
  refused->count("https://a.example", kNotAllowed, "", kStart);
  refused->count("https://b.example", kNotAllowed, "", kStart + 1s);
  refused->count("https://b.example", Reason::RequestedMethodNotAllowed, "", kStart + 2s);
  refused->count("", Reason::HostNotAllowed, "", kStart + 3s);
  EXPECT_EQ(refused->total(), 4U);
  const auto most = refused->most(10);
  ASSERT_EQ(most.size(), 3U);
  EXPECT_EQ(most[0].origin, "https://b.example");
  EXPECT_EQ(most[0].count, 2U);
  EXPECT_EQ(most[0].error, 0U);
  EXPECT_EQ(most[0].last, kStart + 2s);
  EXPECT_EQ(most[0].reasons[at(kNotAllowed)], 1U);
  EXPECT_EQ(most[0].reasons[at(Reason::RequestedMethodNotAllowed)], 1U);
  EXPECT_EQ(most[1].origin, "") << "of equal ones the one refused last";
  EXPECT_EQ(most[2].origin, "https://a.example");
  EXPECT_EQ(refused->most(1).size(), 1U);
}

TEST(RefusedOrigins, KeepTheNearMissOfTheLastRefusalThatHadOne) {
  constexpr auto kMethod = Reason::RequestedMethodNotAllowed;
  const std::string at_limit(RefusedOrigins::kNearMissBytes, 'm');
  const struct {
    const char* desc;
    Reason reason;
    std::string near_miss;
    std::string kept;
  } kRows[] = {
      {"none yet", kNotAllowed, "", ""},
      {"the first", kNotAllowed, "is past", "is past"},
      {"another reason without one", kMethod, "", "is past"},
      {"another reason with one", kMethod, "write PATCH", "write PATCH"},
      {"the reason before, without one", kNotAllowed, "", "write PATCH"},
      {"the same reason without one", kMethod, "", ""},
      {"as long as may be", kNotAllowed, at_limit, at_limit},
      {"a longer one", kNotAllowed, at_limit + "n", std::string(at_limit.size() - 3, 'm') + "..."},
  };
  const auto refused = std::make_unique<RefusedOrigins>();
  for (const auto& row : kRows) {
    refused->count("https://a.example", row.reason, row.near_miss, kStart);
    EXPECT_EQ(refused->most(1)[0].near_miss, row.kept) << row.desc;
  }
}

TEST(RefusedOrigins, ANewcomerTakesNoNearMissOver) {
  const auto refused = std::make_unique<RefusedOrigins>();
  for (std::size_t i = 0; i < RefusedOrigins::kOrigins; ++i) {
    refused->count(std::to_string(i), kNotAllowed, "is past", kStart);
  }
  refused->count("https://new.example", kNotAllowed, "", kStart + 1s);
  EXPECT_EQ(refused->most(1)[0].origin, "https://new.example");
  EXPECT_EQ(refused->most(1)[0].near_miss, "");
}

TEST(RefusedOrigins, CutALongOneAndKeepTheOthersApart) {
  const auto refused = std::make_unique<RefusedOrigins>();
  const std::string at_limit(RefusedOrigins::kOriginBytes, 'a');
  refused->count(at_limit, kNotAllowed, "", kStart);
  refused->count(at_limit + "b", kNotAllowed, "", kStart);
  refused->count(at_limit.substr(1), kNotAllowed, "", kStart);
  const auto most = refused->most(10);
  ASSERT_EQ(most.size(), 2U);
  EXPECT_EQ(most[0].origin, at_limit);
  EXPECT_EQ(most[0].count, 2U);
}

// Heavy origins in a stream of a million others: within the bounds that the header names.
TEST(RefusedOrigins, KeepTheirBoundsAmongAMillionOthers) {
  const auto refused = std::make_unique<RefusedOrigins>();
  constexpr std::uint64_t kMany = 1'000'000;
  std::map<std::string, std::uint64_t> truth;
  const std::string heavy[] = {"https://heavy0.example", "https://heavy1.example",
                               "https://heavy2.example"};
  std::string random = "https://0000000.random.example";
  std::size_t allocations = 0;
  for (std::uint64_t i = 0; i < kMany; ++i) {
    std::uint64_t rest = i * 7'919 % 10'000'000;
    for (std::size_t digit = 0; digit < 7; ++digit, rest /= 10) {
      random[8 + digit] = static_cast<char>('0' + rest % 10);
    }
    const std::size_t which = i % 100;
    const bool is_heavy = which < 3;
    const std::string& origin = is_heavy ? heavy[which] : random;
    if (is_heavy) ++truth[origin];
    const testing::AllocationCounter counter;
    refused->count(origin, kNotAllowed, "", kStart);
    allocations += counter.count();
  }
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(refused->total(), kMany);
  const auto most = refused->most(RefusedOrigins::kOrigins);
  EXPECT_EQ(most.size(), RefusedOrigins::kOrigins);
  const std::uint64_t bound = kMany / RefusedOrigins::kOrigins;
  for (std::size_t i = 0; i < 3; ++i) {
    SCOPED_TRACE(most[i].origin);
    ASSERT_TRUE(truth.contains(most[i].origin));
    EXPECT_GE(most[i].count, truth[most[i].origin]);
    EXPECT_LE(most[i].count - most[i].error, truth[most[i].origin]);
  }
  for (const auto& entry : most) {
    EXPECT_LE(entry.error, bound) << entry.origin;
    const auto sum = std::accumulate(entry.reasons.begin(), entry.reasons.end(), std::uint64_t{0});
    EXPECT_EQ(sum, entry.count - entry.error) << entry.origin;
  }
}

TEST(RefusalHistory, CountsEachMinuteOfTheLastHour) {
  RefusalHistory history;
  history.count(kNotAllowed, kStart);
  history.count(kNotAllowed, kStart + 59s);
  history.count(Reason::OriginNull, kStart + 60s);
  auto minutes = history.read(kStart + 1min + 30s);
  ASSERT_EQ(minutes.size(), RefusalHistory::kMinutes);
  EXPECT_EQ(minutes.back().start, kStart + 1min);
  EXPECT_EQ(minutes.back().reasons[at(Reason::OriginNull)], 1U);
  EXPECT_EQ(minutes[58].start, kStart);
  EXPECT_EQ(minutes[58].reasons[at(kNotAllowed)], 2U);
  EXPECT_EQ(minutes[57].reasons, ReasonCounts{});
  EXPECT_EQ(minutes.front().start, kStart - 58min);
  minutes = history.read(kStart + 59min);
  EXPECT_EQ(minutes.front().reasons[at(kNotAllowed)], 2U) << "its last minute";
  minutes = history.read(kStart + 60min);
  EXPECT_EQ(minutes.front().reasons[at(Reason::OriginNull)], 1U);
  for (const auto& minute : history.read(kStart + 600min)) {
    EXPECT_EQ(minute.reasons, ReasonCounts{}) << "an hour without one, and no count is an old one";
  }
}

TEST(RefusalHistory, TakesAClockThatIsSetBack) {
  RefusalHistory history;
  history.count(kNotAllowed, kStart);
  history.count(kNotAllowed, kStart - 60min);  // the same place
  EXPECT_EQ(history.read(kStart).back().reasons, ReasonCounts{});
  EXPECT_EQ(history.read(kStart - 60min).back().reasons[at(kNotAllowed)], 1U);
  history.count(kNotAllowed, Time(-5min));
  EXPECT_EQ(history.read(Time(-5min)).back().reasons[at(kNotAllowed)], 1U);
}

}  // namespace
}  // namespace corsac
