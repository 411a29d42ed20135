// Publishes objects to threads that remember the last one they saw. Entry: PublicationSlot. Spec:
// design, 4 "Publication". Test: tests/runtime/snapshot_slot_test.cpp; bench/snapshot.cpp.
//
// The counter and the threads' caches are the only globals of the library. Rather than
// std::atomic<std::shared_ptr>, which is a spin lock in GCC 12 (20 to 200 ns a read, and a writer
// that starves): one load tells that nothing changed.

#include "corsac/runtime/snapshot_slot.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace corsac {
namespace {

std::uint64_t next_number() noexcept {
  static constinit std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

struct CachedPublication {
  std::uint64_t generation = 0;  // 0 = none
  std::uint64_t slot_id = 0;
  std::weak_ptr<const void> object = {};  // expired = free
};

class ThreadCache;
// Apart from the cache itself, because a thread_local with a destructor is guarded at each access.
constinit thread_local ThreadCache* this_threads_cache = nullptr;
constinit thread_local bool is_thread_ending = false;

class ThreadCache {
 public:
  ThreadCache() : is_alive_(std::make_shared<const char>('\0')) { this_threads_cache = this; }
  ~ThreadCache() {
    this_threads_cache = nullptr;
    is_thread_ending = true;
  }

  [[nodiscard]] const std::weak_ptr<const void>* find(std::uint64_t generation) const noexcept {
    for (const CachedPublication& entry : entries_) {
      if (entry.generation == generation) return &entry.object;
    }
    return nullptr;
  }

  // Takes the entry of the same slot, else a free one, else the one that was taken longest ago.
  void store(CachedPublication fresh) noexcept {
    const auto same = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) {
      return entry.slot_id == fresh.slot_id;
    });
    const auto free = std::find_if(entries_.begin(), entries_.end(),
                                   [](const auto& entry) { return entry.object.expired(); });
    CachedPublication& target = same != entries_.end() ? *same
                                : free != entries_.end()
                                    ? *free
                                    : entries_[next_victim_++ % entries_.size()];
    target = std::move(fresh);
  }

  [[nodiscard]] std::weak_ptr<const void> is_alive() const noexcept { return is_alive_; }

 private:
  std::array<CachedPublication, kCachedPublications> entries_ = {};
  std::size_t next_victim_ = 0;
  std::shared_ptr<const void> is_alive_;
};

ThreadCache& make_this_threads_cache() {
  static thread_local ThreadCache cache;
  return cache;
}

bool is_same_owner(const std::weak_ptr<const void>& a,
                   const std::weak_ptr<const void>& b) noexcept {
  return !a.owner_before(b) && !b.owner_before(a);
}

}  // namespace

PublicationSlot::PublicationSlot(Published first)
    : generation_(next_number()), current_(std::move(first)), id_(next_number()) {
  assert(current_ != nullptr && "a slot always holds something");
}

std::uint64_t PublicationSlot::publish(Published next) {
  assert(next != nullptr && "a slot always holds something");
  const std::uint64_t number = next_number();
  std::vector<Lent> old;
  {
    const std::lock_guard lock(mutex_);
    current_.swap(next);
    lent_.swap(old);
    generation_.store(number, std::memory_order_release);
  }
  return number;  // what was published before goes here: freeing it must not hold up readers
}

PublicationSlot::Published PublicationSlot::read() const noexcept {
  const std::uint64_t generation = publication();
  if (this_threads_cache != nullptr) {
    if (const std::weak_ptr<const void>* found = this_threads_cache->find(generation)) {
      if (Published object = found->lock()) return object;  // else published just now
    }
  }
  return read_changed();
}

PublicationSlot::Published PublicationSlot::read_changed() const noexcept {
  Published shared;
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    shared = current_;
    generation = generation_.load(std::memory_order_relaxed);
  }
  if (is_thread_ending) return shared;
  try {
    ThreadCache& cache = make_this_threads_cache();
    // A reference count of this thread's own: threads that share one wait for its cache line.
    const Published own(std::make_shared<const Published>(shared), shared.get());
    const std::lock_guard lock(mutex_);
    if (generation != generation_.load(std::memory_order_relaxed)) return shared;
    lend({.thread = cache.is_alive(), .object = own});
    cache.store({.generation = generation, .slot_id = id_, .object = own});
  } catch (...) {
    // No memory to remember it: this request is served, the next one asks again.
  }
  return shared;
}

void PublicationSlot::lend(Lent lent) const {
  std::erase_if(lent_, [&lent](const Lent& other) {
    return other.thread.expired() || is_same_owner(other.thread, lent.thread);
  });
  lent_.push_back(std::move(lent));
}

}  // namespace corsac
