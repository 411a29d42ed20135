// corsac origins: adds single origins to those that a store keeps beside its policy, or takes them
// away. Entry: change_origins. Test: tests/server/origins_test.py.

#include <algorithm>
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

// Why a text is no single origin; nothing when it is one. The rules of the policy's own lists.
std::vector<Problem> problems_of(const std::vector<std::string>& origins) {
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    const std::string path = "origins[" + std::to_string(i) + "]";
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
                                : "origins[" + std::to_string(found - origins.begin()) + "]";
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
  if (together.snapshot != nullptr) found_ones = newly_failed(before, together);
  std::vector<Problem> problems;
  for (const Problem& found : found_ones) {
    if (found.severity != Severity::Error) continue;
    Problem& problem = problems.emplace_back(found);
    const std::string path = path_on_line(options, problem.value);
    if (!path.empty()) problem.path = path;
  }
  return Report(std::move(problems), together.report.sources());
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

std::string counted(const OriginsOptions& options) {
  const std::size_t count = options.origins.size();
  return std::to_string(count) + (count == 1 ? " origin " : " origins ") +
         (options.is_removal ? "removed" : "added");
}

}  // namespace

int change_origins(const OriginsOptions& options) {
  const auto tell = [&options](const WriteEnding& ending, const Report& report) {
    return tell_ending(ending, report, options.if_revision, options.as_json);
  };
  std::vector<Problem> problems = problems_of(options.origins);
  if (!problems.empty()) return tell(nothing_written(), Report(std::move(problems)));
  const WriteWords words = {.to = options.to,
                            .if_revision = options.if_revision,
                            .written = counted(options),
                            .advice = "see what was changed, and give --if-revision ",
                            .advice_without_revision = "leave --if-revision out if that is right",
                            .what_shows = "the same command again does no harm"};
  // A store that holds no policy, or takes no changes, says so itself.
  if (!options.is_removal) {
    const auto reading = open_store_place(options.to, "--to", Beside::LeftOut, {});
    ReadResult read;
    if (reading) read = (*reading)->read();
    if (reading && read.status == ReadStatus::Read) {
      const Report refused = problems_beside_policy(options, std::move(read));
      if (refused.has_errors()) return tell(nothing_written(), refused);
    } else if (reading && !is_missing(read)) {
      return tell(ending_of(not_read(std::move(read)), words), {});
    }
  }
  const auto client = open_store_place(options.to, "--to", Beside::Kept, {});
  if (!client) return tell(nothing_written(), client.error());
  const std::vector<std::string> none;
  const WriteResult result =
      (*client)->change_origins(options.is_removal ? none : options.origins,
                                options.is_removal ? options.origins : none, options.if_revision);
  return tell(ending_of(result, words), {});
}

}  // namespace corsac::server
