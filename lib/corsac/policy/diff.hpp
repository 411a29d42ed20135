#pragma once

// What another policy would decide differently: which requests become allowed and which refused.
//
// Requests that stand for all others are made from both policies (listed origins and one beside
// them, an origin of each pattern and near ones, a path for each set of path patterns that some
// path meets, methods, header names, hosts, what proves a request own) and decided by both, with
// Snapshot::decide as everywhere. Where requests prove nothing (a pattern that no pattern of the
// other side covers, regular expressions, too many rules), the verdict is the wider one and
// `limits` says so: a policy that allows more is never called the same.
//
// Not compared: what the application says (predicates, public origins, trusted proxies), mount
// points, and the cookie of [csrf.cookie].

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "corsac/policy/policy.hpp"
#include "corsac/policy/snapshot.hpp"

namespace corsac {

// So many requests are decided at most, some seconds.
inline constexpr std::size_t kDiffRequestLimit = 6'000'000;
// So many examples of one change are kept.
inline constexpr std::size_t kDiffExampleLimit = 4;

// One of the two policies. Both must outlive the call.
struct DiffSide {
  const Policy& policy;
  const Snapshot& snapshot;  // compiled from it
};

enum class DiffEffect : unsigned char {
  Wider,     // the new policy allows it, the old one does not
  Narrower,  // the other way round
  Neutral,   // something in the answers differs, and nobody is allowed more or less
};

// What one pair of rules decides differently of one kind.
struct PolicyChange {
  std::string old_rule = {};  // name and place: `cors (old.toml:3:1)`
  std::string new_rule = {};
  // "origins", "methods", "request headers", "credentials", "exposed headers", "max-age", ...
  std::string aspect = {};
  DiffEffect effect = DiffEffect::Neutral;
  // Different ones: origins, methods, header names, or `600 -> 60`; the first kDiffExampleLimit.
  // Can be printed as they are.
  std::vector<std::string> examples = {};
  std::size_t count = 0;     // how many there are, shown or not
  std::string request = {};  // one of them: "GET /api", "preflight for PUT /api"
};

struct PolicyDiff {
  bool widens = false;   // somebody is allowed more, or it cannot be told
  bool narrows = false;  // somebody is allowed less, or it cannot be told
  std::vector<PolicyChange> changes = {};
  std::size_t compared = 0;              // requests
  std::vector<std::string> limits = {};  // what could not be told, as sentences

  // Lines for a terminal, without colour: the verdict, the changes grouped by rule, then what was
  // compared. Ends in a line break.
  [[nodiscard]] std::string text() const;
  // One JSON object: verdict ("same", "narrower", "wider", "both"), widens, narrows, changes
  // (old_rule, new_rule, aspect, effect, examples, count, request), compared, limits.
  [[nodiscard]] std::string json() const;
};

// `now` is the moment for which both were compiled. Where trust of a record ends later, both are
// compiled and compared once more as of the last end.
[[nodiscard]] PolicyDiff diff_policies(const DiffSide& old_side, const DiffSide& new_side,
                                       std::chrono::system_clock::time_point now);

}  // namespace corsac
