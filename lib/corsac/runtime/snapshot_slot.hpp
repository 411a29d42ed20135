#pragma once

// The place where a gate's snapshot is published and read: design, 4 "Publication".

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "corsac/policy/snapshot.hpp"

namespace corsac {

// Snapshots that one thread keeps, each of another slot. A thread that serves more gates than this
// pays the mutex whenever it goes from one to another.
inline constexpr std::size_t kCachedSnapshots = 4;

// One writer at a time, any number of readers. All calls are safe from any thread.
//
// What stays in memory: the published snapshot, and one for each (thread, slot) pair that read(),
// of at most kCachedSnapshots slots a thread. A thread that sleeps over any number of publications
// keeps one old snapshot, not all of them. That of a slot that is gone goes when its thread next
// finds any slot changed, or ends.
class SnapshotSlot {
 public:
  explicit SnapshotSlot(SnapshotPtr first);  // never null
  ~SnapshotSlot();
  SnapshotSlot(const SnapshotSlot&) = delete;
  SnapshotSlot& operator=(const SnapshotSlot&) = delete;

  void publish(SnapshotPtr next);  // never null

  // The one published last, never null. Without a publication since this thread's last call: one
  // atomic load and a reference count that only this thread touches. The mutex is taken once for
  // each change and thread.
  [[nodiscard]] SnapshotPtr read() const noexcept;

 private:
  [[nodiscard]] SnapshotPtr read_changed() const noexcept;

  // Of current_. Numbers come from one counter of the process and are never used again, so that one
  // names one snapshot of one slot. Alone on its cache line: every request loads it.
  alignas(64) std::atomic<std::uint64_t> generation_{0};
  alignas(64) mutable std::mutex mutex_;
  SnapshotPtr current_;                         // under mutex_
  const std::uint64_t id_;                      // from the same counter
  const std::shared_ptr<const char> is_alive_;  // threads hold it weakly
};

}  // namespace corsac
