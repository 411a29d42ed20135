// What stands beside the snapshot in force, and to which publication of that one it belongs.

#include "corsac/runtime/beside_snapshot.hpp"

#include <cstdint>
#include <memory>

#include <gtest/gtest.h>

namespace corsac {
namespace {

TEST(BesideSnapshots, BelongToNoPublicationAtFirst) {
  Counters counters;
  const BesideSnapshots beside(counters);
  const auto known = beside.read();
  EXPECT_EQ(known->publication, 0U) << "which no slot ever has";
  EXPECT_EQ(known->snapshot, nullptr);
  EXPECT_EQ(known->counts, nullptr);
}

TEST(BesideSnapshots, BelongToTheLastPublicationWhateverTheCandidate) {
  Counters counters;
  BesideSnapshots beside(counters);
  const SnapshotPtr candidate = Snapshot::closed_at_start();
  for (const std::uint64_t publication : {3U, 7U}) {
    const SnapshotPtr snapshot = std::make_shared<const Snapshot>();
    beside.set_snapshot(snapshot, publication);
    for (const SnapshotPtr& next : {SnapshotPtr(), candidate}) {
      beside.set_candidate(next);
      const auto known = beside.read();
      EXPECT_EQ(known->publication, publication);
      EXPECT_EQ(known->snapshot, snapshot);
      EXPECT_NE(known->counts, nullptr);
      EXPECT_EQ(known->shadow != nullptr, next != nullptr);
    }
  }
}

}  // namespace
}  // namespace corsac
