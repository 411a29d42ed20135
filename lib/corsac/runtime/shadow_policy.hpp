#pragma once

// Reads the candidate that [shadow] names, and keeps it fresh, apart from the policy in force: by a
// supervisor of its own, on threads of its own.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "corsac/base/clock.hpp"
#include "corsac/policy/application_facts.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy/snapshot.hpp"
#include "corsac/runtime/log_sink.hpp"
#include "corsac/runtime/shadow_status.hpp"
#include "corsac/runtime/store_config.hpp"

namespace corsac {

class Supervisor;

struct ShadowOwner {
  ApplicationFacts application = {};
  // The candidate, or null while there is no usable one. On threads of the shadow, one call at a
  // time; must not throw.
  std::function<void(SnapshotPtr)> publish = {};
  LogSink log = {};
};

// All calls are safe from any thread. Nothing that goes wrong reaches the policy in force: it is a
// warning in the log, with its places, and in status().
class ShadowPolicy {
 public:
  // `store`: that of the policy in force, empty for one made in code. Its plugin reads the
  // candidate, when it has a setting `file`, with that setting replaced and without its cache;
  // another kind of store has no file beside it, and the warning is shadow-without-file. `records`
  // are merged into the candidate as into the policy in force, by a connection of its own.
  ShadowPolicy(std::optional<StoreConfig> store, std::optional<StoreConfig> records,
               std::shared_ptr<const Clock> clock, ShadowOwner owner);
  // Nothing is published after it. Interrupts the stores, also during their first read, and waits
  // for them as StoreWorker's destructor does.
  ~ShadowPolicy();
  ShadowPolicy(const ShadowPolicy&) = delete;
  ShadowPolicy& operator=(const ShadowPolicy&) = delete;

  // From now on the candidate is this one, as [shadow] of the policy in force names it; empty = no
  // candidate. Returns at once; the start of another one is stopped.
  void follow(const std::string& file) noexcept;
  // Reads it again; returns at once.
  void request_reload();
  // Also returns at once for a candidate that is not open. Another one is followed only behind it.
  void reload_and_wait(std::chrono::milliseconds deadline);

  // Without counts; nothing while there is no candidate.
  [[nodiscard]] std::optional<ShadowStatus> status() const;

 private:
  void run();
  void open(const std::string& file, std::uint64_t generation);
  [[nodiscard]] std::optional<StoreConfig> config_of(const std::string& file) const;
  void note_failure(const Report& report);
  void warn(const Report& report) const noexcept;
  void warn(const std::string& line) const noexcept;

  const std::optional<StoreConfig> store_;
  const std::optional<StoreConfig> records_;
  const std::shared_ptr<const Clock> clock_;
  const ShadowOwner owner_;

  mutable std::mutex mutex_ = {};  // guards what follows
  std::condition_variable changed_ = {};
  std::string wanted_ = {};
  // Of wanted_. A file that is left and wanted again is opened anew: its first start was stopped.
  std::uint64_t generation_ = 0;
  std::uint64_t followed_generation_ = 0;
  Report failure_ = {};  // of opening it
  std::chrono::system_clock::time_point failed_at_ = {};
  std::size_t waiting_ = 0;  // threads in reload_and_wait, that use supervisor_
  std::shared_ptr<Supervisor> supervisor_ = {};
  std::stop_source opening_{std::nostopstate};  // of the candidate that is opened
  bool shall_end_ = false;
  std::thread thread_ = {};  // begins with the first candidate
};

}  // namespace corsac
