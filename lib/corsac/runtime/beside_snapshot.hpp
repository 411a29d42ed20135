#pragma once

// What stands beside the snapshot in force and is no part of it, for it counts: its decisions by
// rule, and how a candidate differs. Not installed.

#include <cstdint>
#include <memory>
#include <mutex>

#include "corsac/policy/snapshot.hpp"
#include "corsac/runtime/metrics.hpp"
#include "corsac/runtime/shadow_comparison.hpp"
#include "corsac/runtime/snapshot_slot.hpp"

namespace corsac {

struct BesideSnapshot {
  std::uint64_t publication = 0;                  // of `snapshot` in its slot; 0 = of none yet
  SnapshotPtr snapshot = {};                      // null with it
  std::shared_ptr<RuleCounts> counts = {};        // null with it
  std::shared_ptr<ShadowComparison> shadow = {};  // null = no candidate
};

// Published a moment after the snapshot, and not at all where memory ends: then a request is
// counted without its rule, and nobody waits for what is only looked at. Safe from any thread.
class BesideSnapshots {
 public:
  explicit BesideSnapshots(Counters& counters);

  // Now in force; never null. `publication` is what its slot answered.
  void set_snapshot(const SnapshotPtr& snapshot, std::uint64_t publication) noexcept;
  void set_candidate(SnapshotPtr candidate) noexcept;  // null = none
  // Never null. Belongs to a decision only where its snapshot is that of the decision; the number
  // tells it before a snapshot is taken.
  [[nodiscard]] std::shared_ptr<const BesideSnapshot> read() const noexcept { return slot_.read(); }

 private:
  // What `change` makes of `published_`. What fails leaves the old one: behind a new snapshot that
  // belongs to none in force, and behind a new candidate the old one goes on being compared.
  template <class Change>
  void publish(Change change) noexcept;
  void compare();

  Counters& counters_;
  SlotOf<BesideSnapshot> slot_;
  std::mutex mutex_ = {};          // guards the rest, and publications into slot_
  BesideSnapshot published_ = {};  // its last
  SnapshotPtr candidate_ = {};     // null = none
};

}  // namespace corsac
