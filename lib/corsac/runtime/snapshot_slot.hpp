#pragma once

// The place where a gate's snapshot is published and read: design, 4 "Publication".

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "corsac/policy/snapshot.hpp"

namespace corsac {

// Publications that one thread keeps, each of another slot; a gate has two. A thread that serves
// more gates than half of this pays the mutex whenever it goes from one to another.
inline constexpr std::size_t kCachedPublications = 8;

// One writer at a time, any number of readers. All calls are safe from any thread. Knows no type:
// SlotOf does.
//
// What stays in memory: the published object, and one for each (thread, slot) pair that read(), of
// at most kCachedPublications slots a thread. A thread that sleeps over any number of publications
// keeps one old object, not all of them, and none after forget_policies_of_this_thread
// (thread_policies.hpp). That of a slot that is gone goes when its thread next finds any slot
// changed, or ends.
class PublicationSlot {
 public:
  using Published = std::shared_ptr<const void>;

  explicit PublicationSlot(Published first);  // never null
  ~PublicationSlot();
  PublicationSlot(const PublicationSlot&) = delete;
  PublicationSlot& operator=(const PublicationSlot&) = delete;

  void publish(Published next);  // never null

  // The one published last, never null. Without a publication since this thread's last call: one
  // atomic load and a reference count that only this thread touches. The mutex is taken once for
  // each change and thread.
  [[nodiscard]] Published read() const noexcept;

 private:
  [[nodiscard]] Published read_changed() const noexcept;

  // Of current_. Numbers come from one counter of the process and are never used again, so that one
  // names one object of one slot. Alone on its cache line: every request loads it.
  alignas(64) std::atomic<std::uint64_t> generation_{0};
  alignas(64) mutable std::mutex mutex_;
  Published current_;                           // under mutex_
  const std::uint64_t id_;                      // from the same counter
  const std::shared_ptr<const char> is_alive_;  // threads hold it weakly
};

template <class T>
class SlotOf {
 public:
  explicit SlotOf(std::shared_ptr<const T> first) : slot_(std::move(first)) {}
  void publish(std::shared_ptr<const T> next) { slot_.publish(std::move(next)); }
  [[nodiscard]] std::shared_ptr<const T> read() const noexcept {
    return std::static_pointer_cast<const T>(slot_.read());
  }

 private:
  PublicationSlot slot_;
};

using SnapshotSlot = SlotOf<Snapshot>;

}  // namespace corsac
