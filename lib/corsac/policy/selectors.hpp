#pragma once

// What rules, excluded and included paths select, checked and ready for the path table.

#include <memory>
#include <string>
#include <vector>

#include "corsac/origin/regex_set.hpp"
#include "corsac/policy/application_facts.hpp"
#include "corsac/policy/path_table.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/problem_list.hpp"
#include "corsac/stage/host_guard.hpp"

namespace corsac {

// The rules of a snapshot with CORS: [cors] itself, the paths without CORS, then [[cors.rules]] in
// their order.
inline constexpr std::uint32_t kCorsRule = 0;
inline constexpr std::uint32_t kExcludedRule = 1;
inline constexpr std::uint32_t kFirstRule = 2;

struct Selectors {
  std::vector<PathSelector> rules = {};  // [[cors.rules]] and excluded_paths
  std::vector<PathSelector> included =
      {};  // empty = CORS everywhere; each leads to `included_rule`
};

// A list of paths, whatever the methods and hosts; `field` ends in "_paths", or the problems of a
// list elsewhere have ".paths" behind it.
[[nodiscard]] PathSelector path_selector(const Names& paths, std::uint32_t rule, std::string field);

// Adds rule-selects-nothing, rule-unreachable (warning),
// method-malformed, method-forbidden and the codes of parse_host_pattern to `problems`. Paths are
// checked by PathTable::build.
[[nodiscard]] Selectors make_selectors(const CorsPolicy& cors, std::uint32_t included_rule,
                                       ProblemList& problems);

// path-selectors-exclusive: included and excluded paths, their regexes and the application's
// predicate are five ways to say where CORS is; a document has one of them. What a profile excludes
// counts as none.
void check_path_selectors(const CorsPolicy& cors, const ApplicationFacts& application,
                          ProblemList& problems);

// The regexes of a list; null for one that is not set, and with errors: regex-malformed,
// regex-too-many, rule-selects-nothing (an empty list).
[[nodiscard]] std::shared_ptr<const RegexSet> path_regexes(const Names& patterns,
                                                           const std::string& field,
                                                           ProblemList& problems);

// `field` is the path of the list: "hosts.allowed".
[[nodiscard]] std::vector<HostPattern> parse_hosts(const Names& hosts, const std::string& field,
                                                   ProblemList& problems);

}  // namespace corsac
