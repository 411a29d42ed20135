// corsac replay: what another policy would have done with the refusals of a log. Entry:
// replay_log. Spec: README, "Replay". Test: tests/server/replay_test.py.

#include <array>
#include <cerrno>
#include <compare>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

#include <corsac/base/printable.hpp>

#include "commands.hpp"
#include "load_policy.hpp"
#include "replay_events.hpp"
#include "replay_judge.hpp"

namespace corsac::server {
namespace {

using Json = nlohmann::ordered_json;

// Rules and reasons come from the file: whoever wrote it must not make us grow.
constexpr std::size_t kGroupsLimit = 1000;
constexpr std::size_t kExamples = 3;         // of a group
constexpr std::size_t kUnreadableTold = 10;  // lines; the rest is counted

enum class Change : unsigned char { WouldAllow, OtherReason, Same };

std::string_view to_text(Change change) {
  constexpr std::array<std::string_view, 3> kTexts = {"would_allow", "other_reason", "same"};
  return kTexts[static_cast<std::size_t>(change)];
}

struct Group {
  Change change = Change::Same;
  std::string rule = {};  // printable, as the next ones
  std::string outcome = {};
  Reason reason = Reason::None;
  std::string new_rule = {};
  std::string new_outcome = {};
  Reason new_reason = Reason::None;
  [[nodiscard]] friend auto operator<=>(const Group&, const Group&) = default;
};

struct Example {
  std::string time = {};
  std::string method = {};
  std::string path = {};
  std::string origin = {};
};

struct Found {
  std::uint64_t count = 0;
  std::vector<Example> examples = {};
};

struct Replay {
  std::array<std::uint64_t, 3> changes = {};  // by Change
  std::uint64_t partly_known = 0;
  std::uint64_t unknown_targets = 0;
  std::uint64_t other_groups = 0;  // events of groups beyond kGroupsLimit
  std::map<Group, Found> groups = {};
  std::vector<std::string> unreadable = {};  // the first ones
  ReplayCounts counts = {};

  [[nodiscard]] std::uint64_t events() const { return changes[0] + changes[1] + changes[2]; }
};

std::string shown(std::string_view text) { return to_printable(text); }

void add(Replay& replay, const ReplayedEvent& event, const ReplayedDecision& again) {
  Group group{.change = Change::Same,
              .rule = shown(event.rule),
              .outcome = event.outcome,
              .reason = event.reason,
              .new_rule = shown(again.rule),
              .new_outcome = again.outcome,
              .new_reason = again.reason};
  if (again.is_allowed) {
    group.change = Change::WouldAllow;
  } else if (again.reason != event.reason || again.outcome != event.outcome) {
    group.change = Change::OtherReason;
  }
  ++replay.changes[static_cast<std::size_t>(group.change)];
  if (again.is_partly_known) ++replay.partly_known;
  if (again.is_target_unknown) ++replay.unknown_targets;
  if (replay.groups.size() >= kGroupsLimit && !replay.groups.contains(group)) {
    ++replay.other_groups;
    return;
  }
  Found& found = replay.groups[std::move(group)];
  ++found.count;
  if (found.examples.size() >= kExamples) return;
  found.examples.push_back({.time = shown(event.time),
                            .method = shown(event.method),
                            .path = shown(event.path),
                            .origin = event.origin ? shown(*event.origin) : std::string()});
}

Replay replay_events(std::istream& input, const std::string& name, const Snapshot& policy) {
  Replay replay;
  replay.counts = read_events(
      input, {.event = [&](const auto& event) { add(replay, event, judge_again(policy, event)); },
              .unreadable =
                  [&](std::uint64_t line, const std::string& what) {
                    if (replay.unreadable.size() >= kUnreadableTold) return;
                    replay.unreadable.push_back(shown(name) + ":" + std::to_string(line) + ": " +
                                                to_one_line(what));
                  }});
  return replay;
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::string head_of(const Group& group) {
  const auto code = [](Reason reason) { return std::string(reason_info(reason).code); };
  std::string text = (group.rule.empty() ? "(no rule)" : group.rule) + ": " + group.outcome + " " +
                     code(group.reason);
  if (group.change == Change::Same) return text;
  text += " -> " + group.new_outcome;
  if (group.new_reason != Reason::None) text += " " + code(group.new_reason);
  return text + " (" + group.new_rule + ")";
}

void print_text(const Replay& replay) {
  const auto& [would_allow, other_reason, same] = replay.changes;
  std::printf("%s: %llu would be allowed, %llu refused otherwise, %llu as before\n",
              counted(replay.events(), "refusal", "refusals").c_str(),
              static_cast<unsigned long long>(would_allow),
              static_cast<unsigned long long>(other_reason), static_cast<unsigned long long>(same));
  for (const auto& [group, found] : replay.groups) {
    if (group.change == Change::Same) continue;
    std::printf("%8llu  %s\n", static_cast<unsigned long long>(found.count),
                head_of(group).c_str());
    for (const Example& example : found.examples) {
      std::printf("          %s %s %s from %s\n", example.time.c_str(), example.method.c_str(),
                  example.path.c_str(),
                  example.origin.empty() ? "no Origin" : example.origin.c_str());
    }
  }
  const auto tell = [](std::uint64_t count, std::string_view what) {
    if (count == 0) return;
    std::printf("%llu %.*s\n", static_cast<unsigned long long>(count),
                static_cast<int>(what.size()), what.data());
  };
  tell(replay.other_groups, "more of other rules or reasons, not shown apart");
  tell(replay.partly_known,
       "judged by what the event holds, which is not all: it may be refused all the same");
  tell(replay.unknown_targets,
       "judged as ambiguous still: the event does not hold the part of the target that made it so");
  tell(replay.counts.suppressed, "events the log itself left out: ask /api/events for them");
  tell(replay.counts.diagnostics + replay.counts.shadows, "diagnostics and shadows skipped");
}

void print_json(const Replay& replay, const LoadedPolicy& loaded) {
  Json groups = Json::array();
  for (const auto& [group, found] : replay.groups) {
    Json row = {{"change", to_text(group.change)}, {"rule", group.rule},
                {"outcome", group.outcome},        {"reason", reason_info(group.reason).code},
                {"new_rule", group.new_rule},      {"new_outcome", group.new_outcome},
                {"new_reason", nullptr},           {"count", found.count},
                {"examples", Json::array()}};
    if (group.new_reason != Reason::None) row["new_reason"] = reason_info(group.new_reason).code;
    for (const Example& example : found.examples) {
      row["examples"].push_back({{"time", example.time},
                                 {"method", example.method},
                                 {"path", example.path},
                                 {"origin", example.origin}});
    }
    groups.push_back(std::move(row));
  }
  const auto& [would_allow, other_reason, same] = replay.changes;
  const Json told = {{"events", replay.events()},
                     {"would_allow", would_allow},
                     {"other_reason", other_reason},
                     {"same", same},
                     {"partly_known", replay.partly_known},
                     {"unknown_targets", replay.unknown_targets},
                     {"other_groups", replay.other_groups},
                     {"suppressed", replay.counts.suppressed},
                     {"diagnostics", replay.counts.diagnostics},
                     {"shadows", replay.counts.shadows},
                     {"other_lines", replay.counts.other_lines},
                     {"unreadable", replay.counts.unreadable},
                     {"unreadable_lines", replay.unreadable},
                     {"groups", std::move(groups)},
                     {"problems", Json::parse(loaded.report.json())}};
  std::printf("%s\n", told.dump(-1, ' ', true, Json::error_handler_t::replace).c_str());
}

void tell_unreadable(const Replay& replay) {
  for (const std::string& line : replay.unreadable) std::fprintf(stderr, "%s\n", line.c_str());
  if (replay.counts.unreadable == 0) return;
  std::fprintf(
      stderr, "%s not read\n",
      counted(replay.counts.unreadable, "event or line was", "events or lines were").c_str());
}

}  // namespace

int replay_log(const ReplayOptions& options) {
  const LoadedPolicy loaded = load_policy(options.policy);
  if (loaded.snapshot == nullptr) {
    std::fputs(loaded.report.text().c_str(), stderr);
    return 1;
  }
  const bool is_standard_input = options.events == "-";
  std::ifstream file;
  errno = 0;
  if (!is_standard_input) file.open(options.events, std::ios::binary);
  std::istream& input = is_standard_input ? std::cin : file;
  if (input.fail() || (!is_standard_input && file.peek() == EOF && file.bad())) {
    std::fprintf(stderr, "%s: it cannot be read: %s\n", shown(options.events).c_str(),
                 std::generic_category().message(errno).c_str());
    return 1;
  }
  input.clear();
  const std::string name = is_standard_input ? "stdin" : options.events;
  const Replay replay = replay_events(input, name, *loaded.snapshot);
  options.as_json ? print_json(replay, loaded) : print_text(replay);
  tell_unreadable(replay);
  if (replay.events() == 0) {
    std::fprintf(stderr,
                 "%s: there is no refusal in it: it takes lines of a log with debug = true, or the "
                 "answer of /api/events on one line\n",
                 shown(name).c_str());
    return 1;
  }
  if (replay.changes[static_cast<std::size_t>(Change::WouldAllow)] != 0) return 3;
  return replay.changes[static_cast<std::size_t>(Change::OtherReason)] != 0 ? 2 : 0;
}

}  // namespace corsac::server
