#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "corsac/runtime/gate.hpp"

namespace corsac {

struct MetricsInput {
  Counters::Totals totals = {};
  std::map<CountedRule, OutcomeCounts> rules = {};
  DecisionTimes times = {};
  StoreStatus status = {};
  std::optional<StoreStatus> records = {};           // of the second store; absent = no series
  std::optional<ShadowStatus> shadow = {};           // absent = no series
  std::uint64_t events = 0;                          // recorded since the start
  std::uint64_t events_dropped = 0;                  // of these, fell out of the ring
  std::optional<std::uint64_t> lost_log_lines = {};  // nothing = not known, no series
  std::chrono::system_clock::time_point now = {};
};

// Prometheus' text format, version 0.0.4. Every series is there from the first scrape on, zeros
// included, so that a rate over it has a beginning; but of the reasons of a rule, and of a shadow's
// differences, only those that came. Labels come from fixed lists and the policy only.
[[nodiscard]] std::string metrics_text(const MetricsInput& input);

}  // namespace corsac
