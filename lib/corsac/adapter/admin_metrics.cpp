// What /metrics says. Entry: metrics_text. Spec: Prometheus, "Exposition formats" (text, 0.0.4).
// Test: tests/adapter/admin_metrics_test.cpp.

#include "corsac/adapter/admin_metrics.hpp"

#include <string_view>

#include "corsac/stage/reason.hpp"

namespace corsac {
namespace {

class MetricsWriter {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text.append("# HELP ").append(name).append(" ").append(help).append("\n");
    text.append("# TYPE ").append(name).append(" ").append(type).append("\n");
  }
  // `label` = `outcome="granted"`; values of fixed lists only, so nothing needs escaping.
  void sample(const std::string& label, const std::string& value) {
    text.append(name_);
    if (!label.empty()) text.append("{").append(label).append("}");
    text.append(" ").append(value).append("\n");
  }
  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    family(name, "counter", help);
    sample({}, std::to_string(value));
  }

  std::string text = {};

 private:
  std::string_view name_ = {};
};

std::string label(std::string_view name, std::string_view value) {
  return std::string(name).append("=\"").append(value).append("\"");
}

void write_requests(MetricsWriter& writer, const Counters::Totals& totals) {
  writer.family("corsac_requests_total", "counter", "Decided requests by outcome.");
  writer.sample(label("outcome", "passed"), std::to_string(totals.passed));
  writer.sample(label("outcome", "granted"), std::to_string(totals.granted));
  writer.sample(label("outcome", "preflight"), std::to_string(totals.preflights));
  writer.sample(label("outcome", "refused"), std::to_string(totals.refused));
  writer.sample(label("outcome", "marked"), std::to_string(totals.marked));

  writer.family("corsac_refusals_total", "counter", "Refused grants and requests by reason.");
  for (std::size_t i = 1; i < kReasonCount; ++i) {  // 0 is Reason::None
    writer.sample(label("reason", reason_info(static_cast<Reason>(i)).code),
                  std::to_string(totals.reasons[i]));
  }
  writer.counter("corsac_predicate_failures_total", "Predicates of the application that threw.",
                 totals.predicate_failures);
  writer.counter("corsac_handler_headers_replaced_total",
                 "Answers whose own Access-Control headers gave way to the policy's.",
                 totals.handler_headers_replaced);
  writer.counter("corsac_responses_without_decision_total",
                 "Answers to requests of which nothing was parsed, or whose headers failed.",
                 totals.responses_without_decision);
}

std::string seconds_between(std::chrono::system_clock::time_point from,
                            std::chrono::system_clock::time_point to) {
  if (from == std::chrono::system_clock::time_point()) return "NaN";
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(to - from);
  return std::to_string(std::chrono::duration<double>(age).count());
}

// One sample for each store, by the section of the configuration that describes it.
class StoreWriter {
 public:
  StoreWriter(MetricsWriter& writer, const MetricsInput& input) : writer_(writer), input_(input) {}

  // `value_of` = the sample's value of a status.
  template <class ValueOf>
  void family(std::string_view name, std::string_view type, std::string_view help,
              ValueOf value_of) {
    writer_.family(name, type, help);
    for_each([&](const std::string& section, const StoreStatus& status) {
      writer_.sample(section, value_of(status));
    });
  }

  void states() {
    constexpr StoreState kStates[] = {StoreState::Starting, StoreState::Fresh, StoreState::Degraded,
                                      StoreState::Stale, StoreState::Closed};
    writer_.family("corsac_store_state", "gauge", "1 for the state that the store is in.");
    for_each([&](const std::string& section, const StoreStatus& status) {
      for (const StoreState state : kStates) {
        writer_.sample(section + "," + label("state", to_text(state)),
                       state == status.state ? "1" : "0");
      }
    });
  }

 private:
  template <class Call>
  void for_each(Call call) {
    call(label("section", "store"), input_.status);
    if (input_.records) call(label("section", "records"), *input_.records);
  }

  MetricsWriter& writer_;
  const MetricsInput& input_;
};

void write_stores(MetricsWriter& writer, const MetricsInput& input) {
  const auto one_or_zero = [](bool is_so) { return std::string(is_so ? "1" : "0"); };
  StoreWriter stores(writer, input);
  stores.states();
  stores.family("corsac_policy_age_seconds", "gauge", "Since the policy in force was loaded.",
                [&](const auto& status) { return seconds_between(status.loaded_at, input.now); });
  stores.family(
      "corsac_store_silence_seconds", "gauge", "Since the store last answered.",
      [&](const auto& status) { return seconds_between(status.last_answer_at, input.now); });
  stores.family("corsac_policy_is_cached", "gauge",
                "1 while the policy in force is the cached one.",
                [&](const auto& status) { return one_or_zero(status.is_cached); });
  stores.family("corsac_policy_cache_is_failing", "gauge", "1 while the cache cannot be written.",
                [&](const auto& status) { return one_or_zero(!status.cache_error.empty()); });
  stores.family("corsac_policy_loads_total", "counter", "Documents taken.",
                [](const auto& status) { return std::to_string(status.loads); });
  stores.family("corsac_policy_failures_total", "counter",
                "Documents refused, and reads that failed.",
                [](const auto& status) { return std::to_string(status.failures); });
}

}  // namespace

std::string metrics_text(const MetricsInput& input) {
  MetricsWriter writer;
  write_requests(writer, input.totals);
  write_stores(writer, input);
  writer.counter("corsac_events_total", "Events recorded.", input.events);
  writer.counter("corsac_events_dropped_total", "Events that fell out of the ring.",
                 input.events_dropped);
  writer.counter("corsac_event_failures_total", "Events lost because recording them failed.",
                 input.totals.event_failures);
  if (input.lost_log_lines) {
    writer.counter("corsac_log_lines_lost_total", "Lines that the log could not take.",
                   *input.lost_log_lines);
  }
  return std::move(writer.text);
}

}  // namespace corsac
