// What a request pays to learn which policy is in force, beside the ways that were not taken: each
// row with one thread and two, while nothing is published and while a writer publishes.
//
//   meson setup build-bench -Dbuildtype=release && ninja -C build-bench bench/bench_snapshot
//   build-bench/bench/bench_snapshot

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include <benchmark/benchmark.h>

#include "corsac/policy/snapshot.hpp"
#include "corsac/runtime/snapshot_slot.hpp"

namespace corsac {
namespace {

SnapshotPtr a_snapshot() { return std::make_shared<const Snapshot>(); }

// The four ways: each publishes and reads.
using ThreadCached = SnapshotSlot;

class WithMutex {
 public:
  explicit WithMutex(SnapshotPtr first) : current_(std::move(first)) {}
  void publish(SnapshotPtr next) {
    const std::lock_guard lock(mutex_);
    current_.swap(next);
  }
  SnapshotPtr read() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }

 private:
  mutable std::mutex mutex_;
  SnapshotPtr current_;
};

class WithAtomicPointer {
 public:
  explicit WithAtomicPointer(SnapshotPtr first) : current_(std::move(first)) {}
  void publish(SnapshotPtr next) { current_.store(std::move(next)); }
  SnapshotPtr read() const { return current_.load(); }

 private:
  std::atomic<SnapshotPtr> current_;
};

// No publication is possible: the least that a copy of the pointer costs.
class Constant {
 public:
  explicit Constant(SnapshotPtr first) : current_(std::move(first)) {}
  void publish(const SnapshotPtr&) {}
  SnapshotPtr read() const { return current_; }

 private:
  SnapshotPtr current_;
};

// Publishes `per_second` times until it ends.
template <class Slot>
class Writer {
 public:
  Writer(Slot& slot, int per_second) {
    if (per_second == 0) return;
    thread_ = std::thread([this, &slot, per_second] {
      std::unique_lock lock(mutex_);
      while (!over_.wait_for(lock, std::chrono::microseconds(1'000'000 / per_second),
                             [this] { return is_over_; })) {
        slot.publish(a_snapshot());
      }
    });
  }
  ~Writer() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
      over_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable over_;
  bool is_over_ = false;
  std::thread thread_;
};

template <class Slot>
void read_snapshot(benchmark::State& state) {
  static std::unique_ptr<Slot> slot;
  static std::unique_ptr<Writer<Slot>> writer;
  if (state.thread_index() == 0) {
    slot = std::make_unique<Slot>(a_snapshot());
    writer = std::make_unique<Writer<Slot>>(*slot, static_cast<int>(state.range(0)));
  }
  for (auto _ : state) {
    const SnapshotPtr snapshot = slot->read();
    benchmark::DoNotOptimize(snapshot.get());
  }
  if (state.thread_index() == 0) {
    writer.reset();
    slot.reset();
  }
}

void arguments(benchmark::internal::Benchmark* bench) {
  bench->ArgName("publications_per_second")->Arg(0)->Arg(10)->Arg(1000)->Threads(1)->Threads(2);
}

BENCHMARK_TEMPLATE(read_snapshot, ThreadCached)->Apply(arguments);
BENCHMARK_TEMPLATE(read_snapshot, Constant)
    ->ArgName("publications_per_second")
    ->Arg(0)
    ->Threads(1)
    ->Threads(2);
BENCHMARK_TEMPLATE(read_snapshot, WithMutex)->Apply(arguments);
BENCHMARK_TEMPLATE(read_snapshot, WithAtomicPointer)->Apply(arguments);

}  // namespace
}  // namespace corsac

BENCHMARK_MAIN();
