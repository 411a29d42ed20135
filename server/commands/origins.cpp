// corsac origins: adds single origins to those that a store keeps beside its policy, or takes them
// away. Entry: change_origins. Test: tests/server/origins_test.py.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <corsac/origin/pattern.hpp>

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

// What the added origins make wrong with the policy that the store holds, so that every server
// would refuse the two together and keep what it has: plain http beside allow_credentials, anything
// beside
// "*". Nothing where there is no such policy, or one that is refused as it is: the write says why,
// or changes nothing about it.
Report problems_beside_policy(const OriginsOptions& options) {
  const auto client = open_store_place(options.to, "--to", Beside::LeftOut, {});
  if (!client) return {};
  ReadResult read = (*client)->read();
  if (read.status != ReadStatus::Read || compile_read(read).report.has_errors()) return {};
  for (const std::string& origin : options.origins) {
    read.policy.cors.allowed_origins.add(origin, {});
  }
  const LoadedPolicy together = compile_read(std::move(read));
  std::vector<Problem> problems;
  for (const Problem& found : together.report.problems()) {
    if (found.severity != Severity::Error) continue;
    Problem& problem = problems.emplace_back(found);
    const std::string path = path_on_line(options, problem.value);
    if (!path.empty()) problem.path = path;
  }
  return Report(std::move(problems), together.report.sources());
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
  if (!options.is_removal) {
    const Report refused = problems_beside_policy(options);
    if (refused.has_errors()) return tell(nothing_written(), refused);
  }
  const auto client = open_store_place(options.to, "--to", Beside::Kept, {});
  if (!client) return tell(nothing_written(), client.error());
  const std::vector<std::string> none;
  const WriteResult result =
      (*client)->change_origins(options.is_removal ? none : options.origins,
                                options.is_removal ? options.origins : none, options.if_revision);
  const WriteWords words = {.to = options.to,
                            .if_revision = options.if_revision,
                            .written = counted(options),
                            .advice = "see what was changed, and give --if-revision ",
                            .advice_without_revision = "leave --if-revision out if that is right",
                            .what_shows = "the same command again does no harm"};
  return tell(ending_of(result, words), {});
}

}  // namespace corsac::server
