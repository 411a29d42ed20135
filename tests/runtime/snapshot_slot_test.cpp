#include "corsac/runtime/snapshot_slot.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

SnapshotPtr a_snapshot() { return std::make_shared<const Snapshot>(); }

// A thread that does one thing after the other when told to.
class Worker {
 public:
  ~Worker() {
    post({});
    thread_.join();
  }
  // Runs `step` on the thread and waits for it.
  void run(std::function<void()> step) {
    post(std::move(step));
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !step_.has_value(); });
  }

 private:
  void post(std::function<void()> step) {
    const std::lock_guard lock(mutex_);
    step_ = std::move(step);
    changed_.notify_all();
  }
  void loop() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return step_.has_value(); });
      if (!*step_) return;
      (*step_)();
      step_.reset();
      changed_.notify_all();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::function<void()>> step_;
  std::thread thread_{[this] { loop(); }};
};

TEST(SnapshotSlot, GivesWhatWasPublishedLast) {
  const SnapshotPtr first = a_snapshot();
  const SnapshotPtr second = a_snapshot();
  SnapshotSlot slot(first);
  EXPECT_EQ(slot.read().get(), first.get());
  EXPECT_EQ(slot.read().get(), first.get()) << "from the thread's own entry";
  slot.publish(second);
  EXPECT_EQ(slot.read().get(), second.get());
  slot.publish(first);
  EXPECT_EQ(slot.read().get(), first.get()) << "the same snapshot again is another publication";
}

TEST(SnapshotSlot, NumbersEachPublicationOnce) {
  SnapshotSlot slot(a_snapshot());
  SnapshotSlot other(a_snapshot());
  std::vector<std::uint64_t> numbers = {slot.publication(), other.publication()};
  for (SnapshotSlot* const published : {&slot, &slot, &other}) {
    numbers.push_back(published->publish(a_snapshot()));
    EXPECT_EQ(published->publication(), numbers.back());
  }
  std::sort(numbers.begin(), numbers.end());
  EXPECT_NE(numbers.front(), 0U);
  EXPECT_EQ(std::adjacent_find(numbers.begin(), numbers.end()), numbers.end());
}

TEST(SnapshotSlot, KeepsSlotsApart) {
  // More slots than a thread has entries: each read must still be right.
  std::vector<std::unique_ptr<SnapshotSlot>> slots;
  std::vector<SnapshotPtr> snapshots;
  for (std::size_t i = 0; i < kCachedPublications + 3; ++i) {
    snapshots.push_back(a_snapshot());
    slots.push_back(std::make_unique<SnapshotSlot>(snapshots.back()));
  }
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      EXPECT_EQ(slots[i]->read().get(), snapshots[i].get()) << "slot " << i;
    }
  }
}

TEST(SnapshotSlot, NeverMistakesANewSlotForOneThatIsGone) {
  // Slots of the same place in memory, one after the other: only numbers tell them apart.
  std::optional<SnapshotSlot> slot;
  for (int i = 0; i < 20; ++i) {
    const SnapshotPtr snapshot = a_snapshot();
    slot.emplace(snapshot);
    EXPECT_EQ(slot->read().get(), snapshot.get());
  }
}

// A pool whose threads fall asleep one after the other while a thousand policies come and go.
TEST(SnapshotSlot, ThreadsAsleepOverAThousandReloadsKeepNone) {
  SnapshotSlot slot(a_snapshot());
  std::vector<Worker> pool(8);
  std::vector<std::weak_ptr<const Snapshot>> published;
  for (std::size_t reload = 0; reload < 1000; ++reload) {
    const SnapshotPtr next = a_snapshot();
    published.emplace_back(next);
    slot.publish(next);
    // Each was asked last at a moment of its own.
    for (std::size_t i = 0; i < pool.size(); ++i) {
      if (reload <= 100 * i) pool[i].run([&] { EXPECT_EQ(slot.read().get(), next.get()); });
    }
  }
  const auto kept = std::count_if(published.begin(), published.end(),
                                  [](const auto& snapshot) { return !snapshot.expired(); });
  EXPECT_EQ(kept, 1) << "the one in force";
  const SnapshotPtr current = slot.read();
  for (Worker& worker : pool) worker.run([&] { EXPECT_EQ(slot.read().get(), current.get()); });
}

TEST(SnapshotSlot, OnePolicyStaysWhileItIsDecidedWith) {
  SnapshotSlot slot(a_snapshot());
  const std::weak_ptr<const Snapshot> first = slot.read();
  Worker worker;
  SnapshotPtr held;
  worker.run([&] { held = slot.read(); });
  slot.publish(a_snapshot());
  EXPECT_FALSE(first.expired()) << "somebody still decides with it";
  held.reset();
  EXPECT_TRUE(first.expired());
}

TEST(SnapshotSlot, SnapshotOfASlotThatIsGoneIsLetGo) {
  std::weak_ptr<const Snapshot> old;
  Worker reader;
  {
    SnapshotPtr snapshot = a_snapshot();
    old = snapshot;
    SnapshotSlot slot(std::move(snapshot));
    EXPECT_NE(slot.read(), nullptr);
    reader.run([&slot] { EXPECT_NE(slot.read(), nullptr); });
  }
  EXPECT_TRUE(old.expired());
}

// A host that makes a thread for each connection: what was lent to those that ended does not grow.
TEST(SnapshotSlot, ReadsRightForThreadsThatComeAndGo) {
  SnapshotSlot slot(a_snapshot());
  SnapshotPtr first_of_hundred;  // shares its count with the slot
  for (int i = 0; i < 300; ++i) {
    if (i % 100 == 0) slot.publish(a_snapshot());
    const SnapshotPtr current = slot.read();
    std::thread([&] {
      EXPECT_EQ(slot.read().get(), current.get());
      EXPECT_EQ(slot.read().get(), current.get()) << "from its own entry";
    }).join();
    if (i % 100 == 0) {
      // Of the slot, of `current`, of this thread and of the one that ended last.
      EXPECT_LE(current.use_count(), 4);
      first_of_hundred = current;
    }
    EXPECT_LE(first_of_hundred.use_count(), 5);
  }
}

TEST(SnapshotSlot, SnapshotIsLetGoWhenTheThreadEnds) {
  SnapshotPtr snapshot = a_snapshot();
  const std::weak_ptr<const Snapshot> old = snapshot;
  SnapshotSlot slot(std::move(snapshot));
  std::thread([&slot] { EXPECT_NE(slot.read(), nullptr); }).join();
  slot.publish(a_snapshot());
  EXPECT_TRUE(old.expired());
}

struct ReadsWhenItsThreadEnds {
  const SnapshotSlot* slot = nullptr;
  SnapshotPtr* result = nullptr;
  ~ReadsWhenItsThreadEnds() {
    if (slot != nullptr) *result = slot->read();
  }
};

TEST(SnapshotSlot, CanBeReadWhileTheThreadEnds) {
  SnapshotSlot slot(a_snapshot());
  SnapshotPtr result;
  std::thread([&] {
    // Made before the thread's cache, so destroyed after it.
    static thread_local ReadsWhenItsThreadEnds late;
    late = {&slot, &result};
    EXPECT_NE(slot.read(), nullptr);
  }).join();
  EXPECT_EQ(result, slot.read());
}

TEST(SnapshotSlot, ReadersSeeEveryPublicationWhole) {
  SnapshotSlot slot(a_snapshot());
  std::atomic<bool> is_over{false};
  std::atomic<int> started{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      ++started;
      while (!is_over.load(std::memory_order_relaxed)) {
        const SnapshotPtr snapshot = slot.read();
        ASSERT_NE(snapshot, nullptr);
        ASSERT_EQ(snapshot->revision(), "");
      }
    });
  }
  while (started != 3) std::this_thread::yield();
  for (int i = 0; i < 2000; ++i) slot.publish(a_snapshot());
  is_over = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace corsac
