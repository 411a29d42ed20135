#pragma once

#include <string>
#include <utility>
#include <vector>

#include "corsac/http/request_view.hpp"
#include "corsac/stage/decision.hpp"

namespace corsac {

class Snapshot;  // policy/snapshot.hpp, not public: the compiled policy

// A decision taken apart. The decision itself comes from Snapshot::decide, like every other; every
// text is escaped and cut, and can be printed as it is.
struct Explanation {
  struct Step {
    // "hosts", "path", "origin", "upgrade", "method", "headers", "referer", "csrf", "redirects",
    // "frames": those that were asked, in this order; the one that refused is the last, but for a
    // CORS that only marks. Then "decision". "referer" is what an application would be told.
    std::string name = {};
    bool has_passed = true;
    std::string outcome = {};  // `"https://a.example" matches "https://a.example"`
  };
  Decision decision = {};
  std::string rule = {};        // the rule's name
  std::string rule_place = {};  // empty when not known
  std::vector<Step> steps = {};
  // What Corsac writes, Vary included.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string near_miss = {};  // empty = none
  std::string hint = {};       // empty = nothing was refused
  std::string place = {};      // of the refusal; empty when not known
  // The rule has report_only: what CORS would refuse is counted, and the handler runs.
  bool is_report_only = false;
  // A grant is given, or nothing was refused.
  bool is_allowed = true;

  // Lines for a terminal, without colour; the verdict first. Ends in a line break.
  [[nodiscard]] std::string text() const;
  // One JSON object: is_allowed, outcome ("pass", "answer", "refuse"), status (null for pass),
  // reason (null for none), offending, is_preflight, is_own_origin, is_report_only, rule,
  // rule_place, steps, headers (objects of name and value), near_miss, hint, place. Unknown texts
  // are null.
  [[nodiscard]] std::string json() const;
};

// `snapshot` and `request` must outlive the answer: its decision holds views into both.
[[nodiscard]] Explanation explain(const Snapshot& snapshot, const RequestView& request);

}  // namespace corsac
