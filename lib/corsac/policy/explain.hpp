#pragma once

#include <string>
#include <utility>
#include <vector>

#include "corsac/policy/snapshot.hpp"

namespace corsac {

// A decision taken apart. The decision itself comes from Snapshot::decide, like every other.
struct Explanation {
  struct Step {
    std::string name = {};  // "hosts", "path", "origin", "method", "headers", "upgrade", "decision"
    bool has_passed = true;
    std::string outcome = {};  // "allowed: matches https://*.example.com"
  };
  Decision decision = {};
  std::string rule = {};
  std::string rule_place = {};
  std::vector<Step> steps = {};
  // What Corsac writes, Vary included.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string near_miss = {};  // empty = none
  std::string hint = {};       // empty = nothing was refused
  std::string place = {};      // of the refusal
  // A grant is given, or nothing was refused.
  bool is_allowed = true;

  // Lines for a terminal; no colour.
  [[nodiscard]] std::string text() const;
  // One JSON object with the same fields.
  [[nodiscard]] std::string json() const;
};

// `snapshot` and `request` must outlive the answer: its decision holds views into both.
[[nodiscard]] Explanation explain(const Snapshot& snapshot, const RequestView& request);

}  // namespace corsac
