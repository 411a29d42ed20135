// Whoever invents origins makes nothing grow: not the memory, not the number of metric series.

#include <algorithm>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "corsac/adapter/admin_metrics.hpp"
#include "corsac/adapter/event_summary.hpp"
#include "corsac/runtime/gate.hpp"
#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

std::shared_ptr<Gate> gate_with(bool debug) {
  const Policy policy = {.cors = {.allowed_origins = {"https://app.example.com"}, .debug = debug}};
  auto gate = make_gate(policy, {.event_capacity = 100});
  EXPECT_TRUE(gate) << gate.error().text();
  return *gate;
}

std::size_t series_of(const Gate& gate) {
  const EventLog::Counts events = gate.events().counts();
  const std::string text = metrics_text({.totals = gate.counters().totals(),
                                         .status = gate.status(),
                                         .events = events.recorded,
                                         .events_dropped = events.dropped});
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// Refuses `count` origins, each another one. The answer is what deciding allocated.
std::size_t refuse(Gate& gate, std::uint64_t count) {
  std::string origin = "https://00000000.random.example";
  RequestView request{.method = "GET", .target = "/", .path = "/"};
  GateDecision decided;
  std::size_t allocations = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t rest = i;
    for (std::size_t digit = 0; digit < 8; ++digit, rest /= 10) {
      origin[8 + digit] = static_cast<char>('0' + rest % 10);
    }
    request.origin = {.value = origin, .lines = 1};
    const testing::AllocationCounter counter;
    gate.decide(request, decided);
    allocations += counter.count();
  }
  return allocations;
}

TEST(ManyOrigins, AllocateNothingWithoutDebug) {
  const auto gate = gate_with(false);
  static_cast<void>(refuse(*gate, 1));  // fills the thread's cache
  const std::size_t series = series_of(*gate);
  EXPECT_EQ(refuse(*gate, 1'000'000), 0U);
  EXPECT_EQ(gate->counters().totals().refused, 1'000'001U);
  EXPECT_EQ(series_of(*gate), series);
  EXPECT_EQ(gate->events().memory_bytes(), 0U);
  EXPECT_EQ(gate->events().most_refused(10).total, 0U);
}

TEST(ManyOrigins, ChangeNeitherMemoryNorSeriesWithDebug) {
  const auto gate = gate_with(true);
  static_cast<void>(refuse(*gate, 1000));  // the ring is full by now
  const std::size_t series = series_of(*gate);
  const std::size_t ring = gate->events().memory_bytes();
  const std::size_t top = most_refused_json(gate->events()).size();
  static_cast<void>(refuse(*gate, 100'000));
  EXPECT_EQ(series_of(*gate), series);
  EXPECT_NEAR(static_cast<double>(gate->events().memory_bytes()), static_cast<double>(ring),
              static_cast<double>(ring) / 10);
  EXPECT_LE(gate->events().memory_bytes(), 100 * kRingBytesPerEvent);
  EXPECT_NEAR(static_cast<double>(most_refused_json(gate->events()).size()),
              static_cast<double>(top), 500.0)
      << "longer numbers, not more rows";
  const auto most = gate->events().most_refused(1'000'000);
  EXPECT_EQ(most.origins.size(), RefusedOrigins::kOrigins);
  EXPECT_EQ(most.total, 101'000U);
}

TEST(ManyOrigins, AreToldInSum) {
  const auto gate = gate_with(true);
  static_cast<void>(refuse(*gate, 3));
  static_cast<void>(refuse(*gate, 1));
  RequestView request{.method = "GET", .target = "/", .path = "/"};
  request.origin = {.value = "null", .lines = 1};
  GateDecision decided;
  gate->decide(request, decided);
  const auto top = nlohmann::json::parse(most_refused_json(gate->events()));
  EXPECT_EQ(top["total"], 5);
  EXPECT_EQ(top["most_error"], 0);
  ASSERT_EQ(top["origins"].size(), 4U);
  EXPECT_EQ(top["origins"][0]["origin"], "https://00000000.random.example");
  EXPECT_EQ(top["origins"][0]["count"], 2);
  EXPECT_EQ(top["origins"][0]["error"], 0);
  EXPECT_EQ(top["origins"][0]["reasons"], (nlohmann::json{{"origin_not_allowed", 2}}));
  const auto history = nlohmann::json::parse(history_json(gate->events()));
  EXPECT_EQ(history["bucket_seconds"], 60);
  ASSERT_EQ(history["buckets"].size(), 60U);
  std::uint64_t total = 0;
  std::uint64_t nulls = 0;
  for (const auto& bucket : history["buckets"]) {
    total += bucket["total"].get<std::uint64_t>();
    nulls += bucket["reasons"].value("origin_null", std::uint64_t{0});
  }
  EXPECT_EQ(total, 5U);
  EXPECT_EQ(nulls, 1U);
}

}  // namespace
}  // namespace corsac
