// Publishes objects to threads that keep the last one they saw. Entry: PublicationSlot. Spec:
// design, 4 "Publication". Test: tests/runtime/snapshot_slot_test.cpp; bench/snapshot.cpp.
//
// The counter and the threads' caches are the only globals of the library. Rather than
// std::atomic<std::shared_ptr>, which is a spin lock in GCC 12 (20 to 200 ns a read, and a writer
// that starves): one load tells that nothing changed.

#include "corsac/runtime/snapshot_slot.hpp"

#include <array>
#include <cassert>
#include <utility>

#include "corsac/runtime/thread_policies.hpp"

namespace corsac {
namespace {

std::uint64_t next_number() noexcept {
  static constinit std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

struct CachedPublication {
  std::uint64_t generation = 0;  // 0 = free
  std::uint64_t slot_id = 0;
  PublicationSlot::Published object = {};
  std::weak_ptr<const char> is_slot_alive = {};
};

class ThreadCache;
// Apart from the cache itself, because a thread_local with a destructor is guarded at each access.
constinit thread_local ThreadCache* this_threads_cache = nullptr;
constinit thread_local bool is_thread_ending = false;

class ThreadCache {
 public:
  ThreadCache() noexcept { this_threads_cache = this; }
  ~ThreadCache() {
    this_threads_cache = nullptr;
    is_thread_ending = true;
  }

  [[nodiscard]] const PublicationSlot::Published* find(std::uint64_t generation) const noexcept {
    for (const CachedPublication& entry : entries_) {
      if (entry.generation == generation) return &entry.object;
    }
    return nullptr;
  }

  // Takes the entry of the same slot, else a free one, else the one that was taken longest ago.
  void store(CachedPublication fresh) noexcept {
    CachedPublication* target = nullptr;
    for (CachedPublication& entry : entries_) {
      if (entry.generation != 0 && entry.is_slot_alive.expired()) entry = {};
      if (entry.slot_id == fresh.slot_id) target = &entry;
    }
    for (CachedPublication& entry : entries_) {
      if (target == nullptr && entry.generation == 0) target = &entry;
    }
    if (target == nullptr) target = &entries_[next_victim_++ % entries_.size()];
    *target = std::move(fresh);
  }

  void forget(std::uint64_t slot_id) noexcept {
    for (CachedPublication& entry : entries_) {
      if (entry.slot_id == slot_id) entry = {};
    }
  }

  void forget_all() noexcept { entries_ = {}; }

 private:
  std::array<CachedPublication, kCachedPublications> entries_ = {};
  std::size_t next_victim_ = 0;
};

}  // namespace

PublicationSlot::PublicationSlot(Published first)
    : generation_(next_number()),
      current_(std::move(first)),
      id_(next_number()),
      is_alive_(std::make_shared<const char>('\0')) {
  assert(current_ != nullptr && "a slot always holds something");
}

PublicationSlot::~PublicationSlot() {
  if (this_threads_cache != nullptr) this_threads_cache->forget(id_);
}

void PublicationSlot::publish(Published next) {
  assert(next != nullptr && "a slot always holds something");
  {
    const std::lock_guard lock(mutex_);
    current_.swap(next);
    generation_.store(next_number(), std::memory_order_release);
  }
  // `next`, the old one, goes here: freeing a large policy must not hold up readers.
}

PublicationSlot::Published PublicationSlot::read() const noexcept {
  const std::uint64_t generation = generation_.load(std::memory_order_acquire);
  if (this_threads_cache != nullptr) {
    if (const Published* found = this_threads_cache->find(generation)) return *found;
  }
  return read_changed();
}

PublicationSlot::Published PublicationSlot::read_changed() const noexcept {
  CachedPublication fresh;
  fresh.slot_id = id_;
  Published shared;
  {
    const std::lock_guard lock(mutex_);
    shared = current_;
    fresh.generation = generation_.load(std::memory_order_relaxed);
  }
  if (is_thread_ending) return shared;
  try {
    // A reference count of this thread's own: threads that share one wait for its cache line.
    fresh.object = Published(std::make_shared<const Published>(shared), shared.get());
    fresh.is_slot_alive = is_alive_;
    static thread_local ThreadCache cache;
    cache.store(std::move(fresh));
  } catch (...) {
    // No memory to remember it: this request is served, the next one asks again.
  }
  return shared;
}

void forget_policies_of_this_thread() noexcept {
  if (this_threads_cache != nullptr) this_threads_cache->forget_all();
}

}  // namespace corsac
