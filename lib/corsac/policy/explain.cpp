// Takes one decision apart, for people. Entries: explain, Explanation::text, Explanation::json.
// The decision is Snapshot::decide's; explain_steps tells what it met on its way.
// Test: tests/policy/explain_test.cpp.

#include "corsac/policy/explain.hpp"

#include <algorithm>
#include <string_view>

#include <nlohmann/json.hpp>

#include "corsac/base/printable.hpp"
#include "corsac/policy/explain_line.hpp"
#include "corsac/policy/explain_steps.hpp"
#include "corsac/policy/near_miss.hpp"
#include "corsac/policy/snapshot.hpp"

namespace corsac {
namespace {

std::vector<std::pair<std::string, std::string>> written_headers(const Snapshot& snapshot,
                                                                 const Decision& decision) {
  auto headers = grant_headers(decision);
  for (auto& [name, value] : headers) value = to_printable(value, kRequestedHeadersLimitBytes);
  const std::string_view vary = vary_value(decision.vary);
  if (!vary.empty()) headers.emplace_back("Vary", vary);
  const Guards& guards = snapshot.guards();
  const std::string_view frames = guards.directive_of(decision.frames);
  if (!frames.empty() && decision.outcome != Outcome::Refuse) {
    headers.emplace_back(guards.frames_are_report_only ? "Content-Security-Policy-Report-Only"
                                                       : "Content-Security-Policy",
                         frames);
  }
  if (decision.outcome != Outcome::Refuse) return headers;
  if (decision.status >= 400) headers.emplace_back("Cache-Control", "no-store");
  if (snapshot.has_debug_headers()) {
    headers.emplace_back("X-Corsac-Reason", reason_info(decision.reason).code);
  }
  return headers;
}

std::string verdict(const Explanation& explanation) {
  const Decision& decision = explanation.decision;
  if (decision.reason == Reason::None) {
    return decision.has_grant() ? "ALLOWED" : "PASSES without a grant";
  }
  std::string text = decision.outcome == Outcome::Refuse
                         ? "REFUSED with " + std::to_string(decision.status)
                         : "NOT GRANTED, the handler runs";
  const bool is_only_counted = explanation.is_report_only && decision.outcome != Outcome::Refuse;
  if (is_only_counted) text += " (report_only)";
  text += ": ";
  text += reason_info(decision.reason).code;
  return text;
}

nlohmann::ordered_json text_or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
}

}  // namespace

Explanation explain(const Snapshot& snapshot, const RequestView& request) {
  Explanation explanation;
  Decision& decision = explanation.decision;
  snapshot.decide(request, decision);
  const RuleInfo& rule = snapshot.rule(decision.rule);
  explanation.rule = to_printable(rule.name);
  explanation.rule_place = rule.place;
  explanation.is_report_only = rule.cors && rule.cors->is_report_only;
  explanation.steps = explain_steps(snapshot, request, decision);
  explanation.headers = written_headers(snapshot, decision);
  explanation.near_miss = near_miss(snapshot, request, decision);
  explanation.hint = hint(snapshot, request, decision);
  explanation.place = place_of_refusal(snapshot, decision);
  explanation.is_allowed = decision.outcome != Outcome::Refuse &&
                           (decision.has_grant() || decision.reason == Reason::None);
  return explanation;
}

void add_explained_line(std::string& lines, std::string_view name, std::string_view text) {
  constexpr std::size_t kNameColumn = 11;
  if (text.empty()) return;
  std::string line = "  ";
  line += name;
  line.resize(std::max(line.size() + 1, kNameColumn + 2), ' ');
  lines += line;
  lines += text;
  lines += '\n';
}

std::string Explanation::text() const {
  std::string lines = verdict(*this) + '\n';
  if (decision.reason != Reason::None) {
    lines += std::string(reason_info(decision.reason).text) + '\n';
  }
  lines += '\n';
  for (const Step& step : steps) {
    add_explained_line(lines, step.name, (step.has_passed ? "ok  " : "NO  ") + step.outcome);
  }
  if (!headers.empty()) lines += '\n';
  std::string_view title = "sends";
  std::string line;
  for (const auto& [name, value] : headers) {
    line = name;
    line += ": ";
    line += value;
    add_explained_line(lines, title, line);
    title = {};
  }
  if (decision.reason == Reason::None) return lines;
  lines += '\n';
  add_explained_line(lines, "near miss", near_miss);
  add_explained_line(lines, "hint", hint);
  add_explained_line(lines, "place", place);
  return lines;
}

std::string Explanation::json() const {
  static constexpr std::string_view kOutcomes[] = {"pass", "answer", "refuse"};
  nlohmann::ordered_json object;
  object["is_allowed"] = is_allowed;
  object["outcome"] = kOutcomes[static_cast<std::size_t>(decision.outcome)];
  object["status"] = nullptr;
  if (decision.outcome != Outcome::Pass) object["status"] = decision.status;
  object["reason"] = nullptr;
  if (decision.reason != Reason::None) object["reason"] = reason_info(decision.reason).code;
  object["offending"] = text_or_null(to_printable(decision.offending));
  object["is_preflight"] = decision.is_preflight;
  object["is_own_origin"] = decision.is_own_origin;
  object["is_report_only"] = is_report_only;
  object["rule"] = rule;
  object["rule_place"] = text_or_null(rule_place);
  object["steps"] = nlohmann::ordered_json::array();
  for (const Step& step : steps) {
    object["steps"].push_back(
        {{"name", step.name}, {"has_passed", step.has_passed}, {"outcome", step.outcome}});
  }
  object["headers"] = nlohmann::ordered_json::array();
  for (const auto& [name, value] : headers) {
    object["headers"].push_back({{"name", name}, {"value", value}});
  }
  object["near_miss"] = text_or_null(near_miss);
  object["hint"] = text_or_null(hint);
  object["place"] = text_or_null(place);
  return object.dump();
}

}  // namespace corsac
