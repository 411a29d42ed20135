#pragma once

// One thread for one store: every open, read and close of a plugin happens here, so that a store
// that blocks, hangs or throws away time never holds up anything else.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/base/result.hpp"
#include "corsac/policy/origin_changes.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/runtime/log_sink.hpp"
#include "corsac/runtime/store_config.hpp"
#include "corsac/runtime/store_role.hpp"

namespace corsac {

struct LoadedPlugin;  // runtime/store_loader.hpp

enum class ReadStatus : unsigned char {
  Read,         // `policy` is a whole document; `problems` holds what the reader found
  Changed,      // `changes` led to the revision that `policy` has, and nothing else of it
  Invalid,      // the store answered, but not with a document; `problems` says why
  Unreachable,  // `detail` says why
  Cancelled,    // interrupted, or out of time
  // The store could not be opened, and nothing can be read with this worker. `problems` are those
  // of its settings: no retry cures them. Without one, `detail` says why; a later try may succeed.
  NotOpened,
};

struct ReadResult {
  ReadStatus status = ReadStatus::Unreachable;
  // Unless Read or Changed: only its `sources`, which the places of `problems` count.
  Policy policy = {};
  OriginChanges changes = {};
  std::vector<Problem> problems = {};
  std::string detail = {};  // one line, escaped; no secrets
  // How long the store wishes to be left alone; unless Read or Changed. Zero = no wish.
  std::chrono::nanoseconds retry_after{0};
  // Since the last document the connection was lost, or another server answers: Host::switched.
  bool is_switched = false;
};

// None is called after the worker's destructor has returned. None may destroy the worker.
struct WorkerCallbacks {
  std::function<void(ReadResult)> on_read = {};  // on the worker's thread, after each read
  std::function<void()> on_changed = {};         // any thread, also the plugin's own
  LogSink log = {};
  StoreRole role = StoreRole::Policy;  // in log lines and the paths of problems
  // Held until the thread has ended, also when it was left behind: whoever gave it can count.
  std::shared_ptr<const void> held_while_running = {};
};

// What a plugin does wrong is met here. An exception, a status that there is none of, or an answer
// without a document counts as Unreachable; a sink that says stop is not asked again; a call that
// does not return is interrupted, and then left behind with its thread and all that it can touch.
class StoreWorker {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Starts the thread and opens the store on it; returns at once. `config.directory` is absolute.
  // The plugin is told to be done by `deadline`; nothing is interrupted by itself. A store that
  // cannot be opened is told by on_read with NotOpened, once.
  [[nodiscard]] static std::unique_ptr<StoreWorker> launch(const LoadedPlugin& plugin,
                                                           const StoreConfig& config,
                                                           WorkerCallbacks callbacks,
                                                           Time deadline);

  // The same, and waits for the open, at most `config.deadline` (and kAbandonAfter more for one
  // that hangs). The error side: the store's own problems with its settings, or store-not-opened;
  // on_read is not called then.
  [[nodiscard]] static Result<std::unique_ptr<StoreWorker>, Report> start(
      const LoadedPlugin& plugin, const StoreConfig& config, WorkerCallbacks callbacks);

  // Interrupts the call under way, closes the store and joins. A plugin that ignores interrupt for
  // kAbandonAfter, counted from the first interrupt() of the call, is left behind with its thread,
  // and said so in the log.
  ~StoreWorker();
  StoreWorker(const StoreWorker&) = delete;
  StoreWorker& operator=(const StoreWorker&) = delete;

  // Asks for one read by `deadline`; returns at once. While a call is under way one more is kept,
  // the last one.
  void request_read(Time deadline);
  void request_read();  // by `config.deadline` from now
  // The same, where it will do to be told what changed after the revision `since`, which a read of
  // this store ended with: when that cannot be told, a document is read.
  void request_changes(std::string since, Time deadline);
  // Interrupts the call under way, if any, and the read that is kept; returns at once. A call that
  // has not begun by then answers Cancelled without being made.
  void interrupt();
  // The name that the plugin gives itself, and its version: "toml 1.0".
  [[nodiscard]] std::string description() const;

  static constexpr std::chrono::seconds kAbandonAfter{2};

 private:
  struct State;
  explicit StoreWorker(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  // shared with the thread, which may outlive us
};

}  // namespace corsac
