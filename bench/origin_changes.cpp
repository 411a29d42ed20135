// How long a change of one origin in a long set takes to come into force, what it costs, and how
// much memory there is at most meanwhile. Entry: `origin_changes [ORIGINS [SERVERS [CHANGES]]]`,
// 1,000,000, 1 and 200 of them. Prints a line for each of: the first read, single changes, many
// changes that are merged into the list with single ones meanwhile, and a read of the whole
// document. The store is one in this process, so nothing of a network or a database is in it.
//
// Memory is what the process has more than before the first read, with the store's own set left
// out; the bound that is meant is twice the table and 50 MB for each server.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "corsac/base/clock.hpp"
#include "corsac/runtime/supervisor.hpp"
#include "process_memory.hpp"
#include "support/changing_store.hpp"

namespace {

using corsac::SnapshotPtr;
using corsac::test::ChangingStore;
using corsac::test::origin_of_set;
using Steady = std::chrono::steady_clock;

constexpr double kMegabyte = 1e6;

double processor_ms() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double memory_mb(const std::string& name) {
  const auto kilobytes = static_cast<double>(corsac::bench::memory_kilobytes(name).value());
  return kilobytes * 1024 / kMegabyte;
}

void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

double ms_since(Steady::time_point begin) {
  return std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
}

// What is in force on each server.
class Servers {
 public:
  Servers(const ChangingStore& store, std::size_t count) : in_force_(count) {
    for (std::size_t i = 0; i < count; ++i) {
      auto started = corsac::Supervisor::start(
          store.plugin(), store.config(), std::make_shared<corsac::SystemClock>(),
          {.publish = [this, i](SnapshotPtr next) { publish(i, std::move(next)); }});
      if (!started) {
        std::fprintf(stderr, "origin_changes: %s\n", started.error().text().c_str());
        std::exit(1);
      }
      supervisors_.push_back(*std::move(started));
    }
  }

  void wait_for(const std::string& revision) {
    wait([&](const SnapshotPtr& snapshot) { return snapshot->revision() == revision; });
  }
  void wait_for_merge() {
    wait([](const SnapshotPtr& snapshot) { return snapshot->rule(0).cors->origins->may_change(); });
  }
  void read() {
    for (const auto& supervisor : supervisors_) {
      static_cast<void>(supervisor->reload_and_wait(std::chrono::minutes(5)));
    }
  }
  double table_mb() const {
    const std::lock_guard lock(mutex_);
    return static_cast<double>(in_force_[0]->rule(0).cors->origins->memory_bytes()) / kMegabyte;
  }

 private:
  template <class IsThere>
  void wait(IsThere is_there) {
    std::unique_lock lock(mutex_);
    published_.wait(lock,
                    [&] { return std::all_of(in_force_.begin(), in_force_.end(), is_there); });
  }
  void publish(std::size_t server, SnapshotPtr next) {
    SnapshotPtr before;
    const std::lock_guard lock(mutex_);
    before = std::exchange(in_force_[server], std::move(next));
    published_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable published_;
  std::vector<SnapshotPtr> in_force_;
  std::vector<std::unique_ptr<corsac::Supervisor>> supervisors_;
};

class Measured {
 public:
  Measured(std::string what, double before_mb) : what_(std::move(what)), before_mb_(before_mb) {
    forget_peak();
  }
  ~Measured() {
    std::sort(waits_ms_.begin(), waits_ms_.end());
    std::printf("%-28s %8.0f ms %8.0f ms of processor, memory %4.0f MB, at most %4.0f MB",
                what_.c_str(), ms_since(begin_), processor_ms() - processor_begin_,
                memory_mb("VmRSS") - before_mb_, memory_mb("VmHWM") - before_mb_);
    if (!waits_ms_.empty()) {
      std::printf("; one change: %.2f ms (median), %.2f (99 of 100), %.2f (most)", part(0.5),
                  part(0.99), waits_ms_.back());
    }
    std::printf("\n");
  }
  Measured(const Measured&) = delete;
  Measured& operator=(const Measured&) = delete;

  void note_wait(double ms) { waits_ms_.push_back(ms); }

 private:
  double part(double of) const {
    return waits_ms_[static_cast<std::size_t>(of * static_cast<double>(waits_ms_.size() - 1))];
  }

  std::string what_;
  double before_mb_;
  std::vector<double> waits_ms_ = {};
  Steady::time_point begin_ = Steady::now();
  double processor_begin_ = processor_ms();
};

void change_one(ChangingStore& store, Servers& servers, std::size_t i, Measured& measured) {
  const Steady::time_point begin = Steady::now();
  const std::string new_one = "https://new-" + std::to_string(i) + ".example";
  servers.wait_for(store.change({{new_one, true}, {origin_of_set(i), false}}));
  measured.note_wait(ms_since(begin));
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int i, std::size_t otherwise) {
    return argc > i ? std::strtoul(argv[i], nullptr, 10) : otherwise;
  };
  const std::size_t count = argument(1, 1'000'000);
  const std::size_t server_count = argument(2, 1);
  const std::size_t changes = argument(3, 200);
  ChangingStore store(count);
  const double before_mb = memory_mb("VmRSS");
  std::unique_ptr<Servers> servers;
  {
    const Measured measured("the first read", before_mb);
    servers = std::make_unique<Servers>(store, server_count);
  }
  std::printf("%zu origins, %zu servers, table %.0f MB\n", count, server_count,
              servers->table_mb());
  {
    Measured measured(std::to_string(changes) + " single changes", before_mb);
    for (std::size_t i = 0; i < changes; ++i) change_one(store, *servers, i, measured);
  }
  constexpr std::size_t kMany = 10'000;
  std::vector<corsac::OriginChange> many;
  for (std::size_t i = changes; i < changes + kMany; ++i) many.push_back({origin_of_set(i), false});
  {
    Measured measured("many changes and their merge", before_mb);
    servers->wait_for(store.change(std::move(many)));
    servers->wait_for_merge();
  }
  {
    Measured measured("a read of all", before_mb);
    servers->read();
  }
}
