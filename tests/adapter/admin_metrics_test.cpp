// The whole of /metrics, and that every reason has a series.

#include "corsac/adapter/admin_metrics.hpp"

#include <gtest/gtest.h>

#include "corsac/stage/reason.hpp"

namespace corsac {
namespace {

using std::chrono::seconds;
using Time = std::chrono::system_clock::time_point;

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(AdminMetrics, ShowsCountersAndTheStore) {
  MetricsInput input;
  input.totals = {.passed = 1, .granted = 2, .preflights = 3, .refused = 4, .marked = 5};
  input.totals.reasons[static_cast<std::size_t>(Reason::OriginNotAllowed)] = 6;
  input.totals.predicate_failures = 7;
  input.totals.handler_headers_replaced = 8;
  input.totals.responses_without_decision = 9;
  input.totals.event_failures = 10;
  input.status.state = StoreState::Degraded;
  input.status.loaded_at = Time(seconds(1000));
  input.status.loads = 11;
  input.status.failures = 12;
  input.records = StoreStatus{.state = StoreState::Closed, .loads = 15, .failures = 16};
  input.events = 13;
  input.events_dropped = 14;
  input.lost_log_lines = 15;
  input.now = Time(seconds(1090));
  const std::string text = metrics_text(input);
  const char* lines[] = {
      "# TYPE corsac_requests_total counter",
      "corsac_requests_total{outcome=\"passed\"} 1",
      "corsac_requests_total{outcome=\"granted\"} 2",
      "corsac_requests_total{outcome=\"preflight\"} 3",
      "corsac_requests_total{outcome=\"refused\"} 4",
      "corsac_requests_total{outcome=\"marked\"} 5",
      "corsac_refusals_total{reason=\"origin_not_allowed\"} 6",
      "corsac_refusals_total{reason=\"host_not_allowed\"} 0",
      "corsac_predicate_failures_total 7",
      "corsac_handler_headers_replaced_total 8",
      "corsac_responses_without_decision_total 9",
      "corsac_event_failures_total 10",
      "corsac_log_lines_lost_total 15",
      "# TYPE corsac_store_state gauge",
      "corsac_store_state{section=\"store\",state=\"degraded\"} 1",
      "corsac_store_state{section=\"store\",state=\"fresh\"} 0",
      "corsac_store_state{section=\"records\",state=\"closed\"} 1",
      "corsac_policy_age_seconds{section=\"store\"} 90.000000",
      "corsac_store_silence_seconds{section=\"store\"} NaN",
      "corsac_policy_loads_total{section=\"store\"} 11",
      "corsac_policy_failures_total{section=\"store\"} 12",
      "corsac_policy_loads_total{section=\"records\"} 15",
      "corsac_policy_failures_total{section=\"records\"} 16",
      "corsac_events_total 13",
      "corsac_events_dropped_total 14",
  };
  for (const char* line : lines) EXPECT_TRUE(has_line(text, line)) << line << "\nin\n" << text;
}

TEST(AdminMetrics, HasASeriesForEveryReason) {
  const std::string text = metrics_text({});
  for (std::size_t i = 1; i < kReasonCount; ++i) {
    const std::string code(reason_info(static_cast<Reason>(i)).code);
    EXPECT_TRUE(has_line(text, "corsac_refusals_total{reason=\"" + code + "\"} 0")) << code;
  }
  EXPECT_EQ(text.find("reason=\"none\""), std::string::npos);
}

TEST(AdminMetrics, NamesEachFamilyOnceBeforeItsSamples) {
  const std::string text = metrics_text({});
  std::string family;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = text.find('\n', start);
    ASSERT_NE(end, std::string::npos) << "the last line ends as well";
    const std::string line = text.substr(start, end - start);
    start = end + 1;
    if (line.rfind("# TYPE ", 0) == 0) {
      family = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_EQ(text.find("# TYPE " + family + " ", start), std::string::npos) << family;
    } else if (line.rfind("# HELP ", 0) != 0) {
      EXPECT_EQ(line.rfind(family, 0), 0U) << line;
    }
  }
}

}  // namespace
}  // namespace corsac
