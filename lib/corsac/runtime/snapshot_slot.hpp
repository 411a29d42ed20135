#pragma once

// The place where a gate's snapshot is published and read: design, 4 "Publication".

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "corsac/policy/snapshot.hpp"

namespace corsac {

// Publications that one thread remembers, each of another slot. A gate has two, of which a decision
// reads one, or both beside a candidate. A thread that goes round more slots than these pays the
// mutex at each turn.
inline constexpr std::size_t kCachedPublications = 8;

// One writer at a time, any number of readers. All calls are safe from any thread. Knows no type:
// SlotOf does.
//
// What stays in memory is the object published last, and whatever else a caller of read() still
// holds: a thread that sleeps over any number of publications keeps none of them.
class PublicationSlot {
 public:
  using Published = std::shared_ptr<const void>;

  explicit PublicationSlot(Published first);  // never null
  PublicationSlot(const PublicationSlot&) = delete;
  PublicationSlot& operator=(const PublicationSlot&) = delete;

  // `next` is never null. The number of this publication: never used again, never 0.
  std::uint64_t publish(Published next);
  // The number of the last one: what read() answers until it changes.
  [[nodiscard]] std::uint64_t publication() const noexcept {
    return generation_.load(std::memory_order_acquire);
  }

  // The one published last, never null. Without a publication since this thread's last call: one
  // atomic load and a reference count that only this thread touches. The mutex is taken twice for
  // each change and thread.
  [[nodiscard]] Published read() const noexcept;

 private:
  // A reference count of the current object that one thread has for itself. The slot owns it and
  // the thread finds it weakly, so that a publication takes it from a thread that sleeps, too.
  struct Lent {
    std::weak_ptr<const void> thread;  // expires when the thread ends
    Published object;
  };

  [[nodiscard]] Published read_changed() const noexcept;
  void lend(Lent lent) const;  // under mutex_

  // Of current_. Numbers come from one counter of the process and are never used again, so that one
  // names one object of one slot. Alone on its cache line: every request loads it.
  alignas(64) std::atomic<std::uint64_t> generation_{0};
  alignas(64) mutable std::mutex mutex_;
  Published current_;               // under mutex_
  mutable std::vector<Lent> lent_;  // under mutex_; of current_, one for each thread at most
  const std::uint64_t id_;          // from the same counter
};

template <class T>
class SlotOf {
 public:
  explicit SlotOf(std::shared_ptr<const T> first) : slot_(std::move(first)) {}
  std::uint64_t publish(std::shared_ptr<const T> next) { return slot_.publish(std::move(next)); }
  [[nodiscard]] std::uint64_t publication() const noexcept { return slot_.publication(); }
  [[nodiscard]] std::shared_ptr<const T> read() const noexcept {
    return std::static_pointer_cast<const T>(slot_.read());
  }

 private:
  PublicationSlot slot_;
};

using SnapshotSlot = SlotOf<Snapshot>;

}  // namespace corsac
