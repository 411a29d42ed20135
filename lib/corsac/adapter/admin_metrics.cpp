// What /metrics says. Entry: metrics_text. Spec: Prometheus, "Exposition formats" (text, 0.0.4).
// Test: tests/adapter/admin_metrics_test.cpp.

#include "corsac/adapter/admin_metrics.hpp"

#include <array>
#include <charconv>
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
  // `label` = `outcome="granted"`, escaped already.
  void sample(const std::string& label, const std::string& value) { sample({}, label, value); }
  // `suffix` = of the family's name, as histograms have them.
  void sample(std::string_view suffix, const std::string& label, const std::string& value) {
    text.append(name_).append(suffix);
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

// Of the policy: what the format escapes, and no other control byte.
std::string label_of_policy(std::string_view name, std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += static_cast<unsigned char>(c) < ' ' ? '?' : c;
  }
  return label(name, escaped);
}

// Of one name, whatever it said of report_only at one time and another.
struct NamedRule {
  OutcomeCounts counts = {};
  std::array<std::uint64_t, kReasonCount> report_only = {};  // of what was marked
};

std::map<std::string_view, NamedRule> by_name(const std::map<CountedRule, OutcomeCounts>& rules) {
  std::map<std::string_view, NamedRule> named;
  for (const auto& [rule, counts] : rules) {
    NamedRule& sum = named[rule.name];
    sum.counts.passed += counts.passed;
    sum.counts.granted += counts.granted;
    sum.counts.preflights += counts.preflights;
    auto& marked = rule.is_report_only ? sum.report_only : sum.counts.marked;
    for (std::size_t i = 0; i < kReasonCount; ++i) {
      sum.counts.refused[i] += counts.refused[i];
      marked[i] += counts.marked[i];
    }
  }
  return named;
}

void write_rules(MetricsWriter& writer, const std::map<CountedRule, OutcomeCounts>& rules) {
  writer.family("corsac_decisions_total", "counter",
                "Decided requests by rule of the policy, outcome and reason.");
  for (const auto& [name, rule] : by_name(rules)) {
    const std::string labels = label_of_policy("rule", name);
    const auto sample = [&](std::string_view outcome, std::size_t reason, std::uint64_t count) {
      const std::string_view code = reason_info(static_cast<Reason>(reason)).code;
      writer.sample(labels + "," + label("outcome", outcome) + "," + label("reason", code),
                    std::to_string(count));
    };
    sample("passed", 0, rule.counts.passed);
    sample("granted", 0, rule.counts.granted);
    sample("preflight", 0, rule.counts.preflights);
    for (std::size_t i = 1; i < kReasonCount; ++i) {
      if (rule.counts.refused[i] != 0) sample("refused", i, rule.counts.refused[i]);
      if (rule.counts.marked[i] != 0) sample("marked", i, rule.counts.marked[i]);
      if (rule.report_only[i] != 0) sample("report_only", i, rule.report_only[i]);
    }
  }
}

void write_times(MetricsWriter& writer, const DecisionTimes& times) {
  const auto seconds = [](std::chrono::nanoseconds time) {
    std::array<char, 32> text{};
    const auto [end, error] =
        std::to_chars(text.begin(), text.end(), std::chrono::duration<double>(time).count());
    return std::string(text.begin(), end);
  };
  writer.family("corsac_decision_seconds", "histogram",
                "Time to decide a request, under a policy with debug = true only.");
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < times.counts.size(); ++i) {
    count += times.counts[i];
    const auto& bounds = DecisionTimes::kBounds;
    writer.sample("_bucket", label("le", i < bounds.size() ? seconds(bounds[i]) : "+Inf"),
                  std::to_string(count));
  }
  writer.sample("_sum", {}, seconds(times.sum));
  writer.sample("_count", {}, std::to_string(count));
}

std::string seconds_between(std::chrono::system_clock::time_point from,
                            std::chrono::system_clock::time_point to) {
  if (from == std::chrono::system_clock::time_point()) return "NaN";
  const auto age = std::chrono::duration_cast<std::chrono::microseconds>(to - from);
  return std::to_string(std::chrono::duration<double>(age).count());
}

void write_shadow(MetricsWriter& writer, const ShadowStatus& shadow,
                  std::chrono::system_clock::time_point now) {
  const bool is_usable =
      shadow.store.state != StoreState::Starting && shadow.store.state != StoreState::Closed;
  writer.family("corsac_shadow_is_usable", "gauge",
                "1 while a candidate is judged: the newest, or the last good one.");
  writer.sample({}, is_usable ? "1" : "0");
  const bool is_failing = shadow.store.failing_since != std::chrono::system_clock::time_point();
  writer.family("corsac_shadow_failing_seconds", "gauge",
                "Since the candidate's file is missing or wrong; 0 while it is right.");
  writer.sample({}, is_failing ? seconds_between(shadow.store.failing_since, now) : "0");
  writer.counter("corsac_shadow_compared_total", "Decisions that a candidate was asked about.",
                 shadow.counts.compared);
  writer.family("corsac_shadow_differences_total", "counter",
                "Decisions that a candidate would have made otherwise.");
  for (const ShadowDifference& difference : shadow.counts.differences) {
    writer.sample(label("change", to_text(difference.change)) + "," +
                      label_of_policy("rule", difference.rule) + "," +
                      label("reason", reason_info(difference.reason).code),
                  std::to_string(difference.count));
  }
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
  write_rules(writer, input.rules);
  write_times(writer, input.times);
  write_stores(writer, input);
  if (input.shadow) write_shadow(writer, *input.shadow, input.now);
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
