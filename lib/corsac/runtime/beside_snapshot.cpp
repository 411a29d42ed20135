// Entry: BesideSnapshots. Test: tests/runtime/gate_test.cpp, tests/runtime/shadow_test.cpp.

#include "corsac/runtime/beside_snapshot.hpp"

#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

namespace corsac {
namespace {

std::vector<CountedRule> counted_rules(const Snapshot& snapshot) {
  std::vector<CountedRule> rules;
  for (std::uint32_t i = 0; i < snapshot.rule_count(); ++i) {
    const RuleInfo& rule = snapshot.rule(i);
    rules.push_back({.name = rule.name, .is_report_only = rule.cors && rule.cors->is_report_only});
  }
  return rules;
}

}  // namespace

BesideSnapshots::BesideSnapshots(Counters& counters)
    : counters_(counters), slot_(std::make_shared<const BesideSnapshot>()) {}

template <class Change>
void BesideSnapshots::publish(Change change) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    change();
    compare();
    slot_.publish(std::make_shared<const BesideSnapshot>(published_));
  } catch (const std::exception&) {
    // No memory.
  }
}

void BesideSnapshots::set_snapshot(const SnapshotPtr& snapshot,
                                   std::uint64_t publication) noexcept {
  publish([&] {
    auto counts = counters_.begin_policy(counted_rules(*snapshot));
    published_ = {.publication = publication, .snapshot = snapshot, .counts = std::move(counts)};
  });
}

void BesideSnapshots::set_candidate(SnapshotPtr candidate) noexcept {
  publish([&] { candidate_ = std::move(candidate); });
}

// With mutex_.
void BesideSnapshots::compare() {
  const bool can_compare = candidate_ && published_.snapshot && !published_.snapshot->is_closed();
  published_.shadow =
      can_compare ? std::make_shared<ShadowComparison>(published_.snapshot, candidate_) : nullptr;
}

}  // namespace corsac
