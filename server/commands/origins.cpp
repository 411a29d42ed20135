// corsac origins: adds single origins to those that a store keeps beside its policy, or takes them
// away. Entry: change_origins. Test: tests/server/origins_test.py.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <corsac/origin/pattern.hpp>
#include <corsac/policy/self_test.hpp>

#include "commands.hpp"
#include "load_policy.hpp"
#include "store_place.hpp"
#include "write_ending.hpp"

namespace corsac::server {
namespace {

std::string path_of(std::size_t index) { return "origins[" + std::to_string(index) + "]"; }

// Why a text is no single origin; nothing when it is one. The rules of the policy's own lists.
std::vector<Problem> problems_of(const std::vector<std::string>& origins) {
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    const std::string path = path_of(i);
    const auto pattern = parse_origin_pattern(origins[i]);
    if (!pattern) {
      const OriginPatternError& error = pattern.error();
      problems.push_back({.code = error.code,
                          .path = path,
                          .value = error.may_show_value ? origins[i] : std::string(),
                          .what = error.what,
                          .fix = error.fix});
    } else if (!pattern->is_exact()) {
      problems.push_back({.code = "origin-not-single",
                          .path = path,
                          .value = origins[i],
                          .what = "this is a pattern of many origins, and here each is one",
                          .fix = "write every origin, or change the pattern in the policy's "
                                 "cors.allowed_origins and push it"});
    }
  }
  return problems;
}

// Where the command line has an origin of this text: "origins[1]"; empty = nowhere.
std::string path_on_line(const OriginsOptions& options, const std::string& origin) {
  const auto& origins = options.origins;
  const auto found = std::find(origins.begin(), origins.end(), origin);
  return found == origins.end() ? std::string()
                                : path_of(static_cast<std::size_t>(found - origins.begin()));
}

// Cases of [[test]] that fail now and did not before. Others may be about what stands beside the
// policy and was not read.
std::vector<Problem> newly_failed(const LoadedPolicy& before, const LoadedPolicy& now) {
  const auto passed = run_policy_tests(before.policy, before.snapshot.get());
  auto outcomes = run_policy_tests(now.policy, now.snapshot.get());
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!passed[i].has_passed) outcomes[i].has_passed = true;
  }
  return failed_tests(outcomes);
}

// What the added origins make wrong with the policy that the store holds, so that every server
// would refuse the two together, keep what it has, and take no change any more, not even one that
// withdraws trust: plain http beside allow_credentials, anything beside "*", a test that expects a
// refusal. Nothing where the policy is refused as it is: then it holds nothing up.
Report problems_beside_policy(const OriginsOptions& options, ReadResult read) {
  const LoadedPolicy before = compile_read(read);
  if (before.report.has_errors()) return {};
  for (const std::string& origin : options.origins) {
    read.policy.cors.allowed_origins.add(origin, {});
  }
  const LoadedPolicy together = compile_read(std::move(read));
  std::vector<Problem> found_ones = together.report.problems();
  if (together.snapshot != nullptr) {
    for (Problem& failed : newly_failed(before, together)) found_ones.push_back(std::move(failed));
  }
  std::vector<Problem> problems;
  for (const Problem& found : found_ones) {
    const std::string path = path_on_line(options, found.value);
    if (found.severity != Severity::Error && path.empty()) continue;  // of the policy itself
    Problem& problem = problems.emplace_back(found);
    if (!path.empty()) problem.path = path;
  }
  return Report(std::move(problems), together.report.sources());
}

bool is_granted(const Snapshot& snapshot, const std::string& origin) {
  for (std::uint32_t i = 0; i < snapshot.rule_count(); ++i) {
    const auto& cors = snapshot.rule(i).cors;
    if (cors && (cors->allows_any_origin || cors->echoes_any_origin ||
                 cors->origins->find(origin).kind != OriginMatchKind::None)) {
      return true;
    }
  }
  return false;
}

// Warnings of origins that are allowed without standing beside the policy, so that whoever takes
// them away there has done nothing. Nothing where the policy cannot be read.
Report still_allowed(const OriginsOptions& options, ReadResult read) {
  const LoadedPolicy policy = compile_read(std::move(read));
  if (policy.snapshot == nullptr) return {};
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < options.origins.size(); ++i) {
    if (!is_granted(*policy.snapshot, options.origins[i])) continue;
    problems.push_back({.severity = Severity::Warning,
                        .code = "origin-still-allowed",
                        .path = path_of(i),
                        .value = options.origins[i],
                        .what = "the policy itself allows it",
                        .fix = "take it out of the policy as well, and push that"});
  }
  return Report(std::move(problems));
}

bool is_missing(const ReadResult& read) {
  return std::any_of(read.problems.begin(), read.problems.end(),
                     [](const Problem& problem) { return problem.code == "redis-key-missing"; });
}

// Without the policy nobody can tell what the origins make of it, so nothing is written then.
WriteResult not_read(ReadResult read) {
  const bool is_reached = read.status != ReadStatus::Unreachable;
  if (read.problems.empty()) {
    read.problems.push_back({.code = "policy-not-read", .what = std::move(read.detail)});
  }
  return {.status = is_reached ? WriteStatus::Refused : WriteStatus::NotReached,
          .problems = std::move(read.problems)};
}

// What is so now, whether or not it was before: the store does not say what it changed.
std::string counted(const OriginsOptions& options) {
  const std::size_t count = options.origins.size();
  return std::to_string(count) + (count == 1 ? " origin stands" : " origins stand") +
         " beside the policy" + (options.is_removal ? " no longer" : "");
}

}  // namespace

int change_origins(const OriginsOptions& options) {
  const auto tell = [&options](const WriteEnding& ending, const Report& report) {
    return tell_ending(ending, report, options.if_revision, options.as_json);
  };
  // Whatever stands there may be taken away: what is wrong, or was put there by hand, above all.
  std::vector<Problem> problems;
  if (!options.is_removal) problems = problems_of(options.origins);
  if (!problems.empty()) return tell(nothing_written(), Report(std::move(problems)));
  const WriteWords words = {.to = options.to,
                            .if_revision = options.if_revision,
                            .written = counted(options),
                            .advice = "see what was changed, and give --if-revision ",
                            .advice_without_revision = "leave --if-revision out if that is right",
                            .what_shows = "the same command again does no harm"};
  // A store that holds no policy, or takes no changes, says so itself.
  Report told;
  if (const auto reading = open_store_place(options.to, "--to", Beside::LeftOut, {})) {
    ReadResult read = (*reading)->read();
    const bool is_read = read.status == ReadStatus::Read;
    if (options.is_removal) {
      told = is_read ? still_allowed(options, std::move(read)) : Report();
    } else if (is_read) {
      told = problems_beside_policy(options, std::move(read));
      if (told.has_errors()) return tell(nothing_written(), told);
    } else if (!is_missing(read)) {
      return tell(ending_of(not_read(std::move(read)), words), {});
    }
  }
  const auto client = open_store_place(options.to, "--to", Beside::Kept, {});
  if (!client) return tell(nothing_written(), client.error());
  const std::vector<std::string> none;
  const WriteResult result =
      (*client)->change_origins(options.is_removal ? none : options.origins,
                                options.is_removal ? options.origins : none, options.if_revision);
  return tell(ending_of(result, words), result.status == WriteStatus::Written ? told : Report());
}

}  // namespace corsac::server
