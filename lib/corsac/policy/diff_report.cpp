// A difference for people and for programs. Entries: PolicyDiff::text, PolicyDiff::json. Test:
// tests/policy/diff_test.cpp.

#include <algorithm>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "corsac/policy/diff.hpp"

namespace corsac {
namespace {

std::string_view verdict_of(const PolicyDiff& diff) noexcept {
  if (diff.widens) return diff.narrows ? "both" : "wider";
  return diff.narrows ? "narrower" : "same";
}

// Only what a change shows is said as a fact; the rest cannot be told, and `limits` has why.
std::string verdict_sentence(const PolicyDiff& diff) {
  const auto has = [&](DiffEffect effect) {
    return std::any_of(diff.changes.begin(), diff.changes.end(),
                       [&](const PolicyChange& change) { return change.effect == effect; });
  };
  const bool is_wider = has(DiffEffect::Wider);
  const bool is_narrower = has(DiffEffect::Narrower);
  if (is_wider && is_narrower) {
    return "WIDER, AND NARROWER: some is allowed that was refused, and the reverse";
  }
  const std::string more = "whether some is allowed that was refused cannot be told";
  const std::string less = "whether some is refused that was allowed cannot be told";
  if (is_wider) {
    const std::string fact = "WIDER: some is allowed that was refused";
    return diff.narrows ? fact + "; " + less : fact;
  }
  if (is_narrower) {
    const std::string fact = "NARROWER: some is refused that was allowed";
    return diff.widens ? fact + "; " + more : fact;
  }
  if (!diff.widens && !diff.narrows) return "SAME: nobody is allowed more or less";
  return "CANNOT BE TOLD: " + (diff.widens && diff.narrows ? more + ", nor the reverse"
                               : diff.widens               ? more
                                                           : less);
}

std::string_view effect_text(DiffEffect effect) noexcept {
  switch (effect) {
    case DiffEffect::Wider:
      return "wider";
    case DiffEffect::Narrower:
      return "narrower";
    case DiffEffect::Neutral:
      break;
  }
  return "neutral";
}

char effect_mark(DiffEffect effect) noexcept {
  return effect == DiffEffect::Wider ? '+' : effect == DiffEffect::Narrower ? '-' : '~';
}

std::string rules_text(const PolicyChange& change) {
  return change.old_rule == change.new_rule ? change.old_rule
                                            : change.old_rule + " -> " + change.new_rule;
}

std::string change_text(const PolicyChange& change) {
  std::string text = "  ";
  text += effect_mark(change.effect);
  text += ' ' + change.aspect + ": ";
  for (std::size_t i = 0; i < change.examples.size(); ++i) {
    if (i != 0) text += ", ";
    text += change.examples[i];
  }
  if (change.count > change.examples.size()) {
    text += " and " + std::to_string(change.count - change.examples.size()) + " more";
  }
  return text + "; as in " + change.request + '\n';
}

}  // namespace

std::string PolicyDiff::text() const {
  std::string text = verdict_sentence(*this);
  text += '\n';
  std::string_view last;
  std::string rules;
  for (const PolicyChange& change : changes) {
    std::string of_change = rules_text(change);
    if (of_change != last) {
      rules = std::move(of_change);
      last = rules;
      text += rules + '\n';
    }
    text += change_text(change);
  }
  text += "compared " + std::to_string(compared) + " requests";
  text += compared == 0 ? ": the rules say the same\n" : "\n";
  for (const std::string& limit : limits) text += "not proved: " + limit + '\n';
  return text;
}

std::string PolicyDiff::json() const {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const PolicyChange& change : changes) {
    list.push_back({{"old_rule", change.old_rule},
                    {"new_rule", change.new_rule},
                    {"aspect", change.aspect},
                    {"effect", effect_text(change.effect)},
                    {"examples", change.examples},
                    {"count", change.count},
                    {"request", change.request}});
  }
  const Json all = {{"verdict", verdict_of(*this)}, {"widens", widens},     {"narrows", narrows},
                    {"changes", std::move(list)},   {"compared", compared}, {"limits", limits}};
  return all.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace corsac
