#pragma once

// One thread for one store: every open, read and close of a plugin happens here, so that a store
// that blocks, hangs or throws away time never holds up anything else.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/runtime/store_config.hpp"

namespace corsac {

struct LoadedPlugin;  // runtime/store_loader.hpp

enum class LogLevel : unsigned char { Info, Warning, Error };
using LogSink = std::function<void(LogLevel, std::string_view line)>;  // any thread; must not throw

enum class ReadStatus : unsigned char {
  Read,         // `policy` is a whole document; `problems` holds what the reader found
  Invalid,      // the store answered, but not with a document; `problems` says why
  Unreachable,  // `detail` says why
  Cancelled,    // interrupted, or out of time
};

struct ReadResult {
  ReadStatus status = ReadStatus::Unreachable;
  Policy policy = {};
  std::vector<Problem> problems = {};
  std::string detail = {};  // one line; no secrets
};

struct WorkerCallbacks {
  std::function<void(ReadResult)> on_read = {};  // on the worker's thread, after each read
  std::function<void()> on_changed = {};         // any thread, also the plugin's own
  LogSink log = {};
};

class StoreWorker {
 public:
  // Starts the thread and opens the store on it. The answer is the store's own problems with its
  // settings (empty = open). Waits at most `config.deadline`.
  [[nodiscard]] static Result<std::unique_ptr<StoreWorker>, Report> start(
      LoadedPlugin plugin, const StoreConfig& config, WorkerCallbacks callbacks);

  // Interrupts the call under way, closes the store and joins. A plugin that ignores interrupt for
  // kAbandonAfter is left behind with its thread, and said so in the log.
  ~StoreWorker();

  // Asks for one read; returns at once. While one is under way, one more is kept, not more.
  void request_read();
  // Interrupts the read under way, if any.
  void interrupt();
  // The name that the plugin gives itself, and its version.
  [[nodiscard]] std::string description() const;

  static constexpr std::chrono::seconds kAbandonAfter{2};

 private:
  struct State;
  explicit StoreWorker(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  // shared with the thread, which may outlive us
};

}  // namespace corsac
