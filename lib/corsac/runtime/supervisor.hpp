#pragma once

// Keeps one policy fresh: decides when to read, compiles what came, publishes it, and says what is
// the matter. Owns timers and publication; never calls a plugin itself.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "corsac/base/clock.hpp"
#include "corsac/base/result.hpp"
#include "corsac/policy/compile.hpp"
#include "corsac/policy/record_withdrawal.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy/snapshot.hpp"
#include "corsac/runtime/judgement.hpp"
#include "corsac/runtime/kept_policy.hpp"
#include "corsac/runtime/log_sink.hpp"
#include "corsac/runtime/store_config.hpp"
#include "corsac/runtime/store_status.hpp"

namespace corsac {

struct LoadedPlugin;  // runtime/store_loader.hpp

// What the owner of a supervisor tells it, and is told.
struct SupervisorOwner {
  ApplicationFacts application = {};
  // On the supervisor's thread, one after the other; never null. Must not destroy the supervisor.
  std::function<void(SnapshotPtr)> publish = {};
  LogSink log = {};
};

// A second store, which delivers trusted origins and nothing else. They are merged into the
// document of the first store (records_merge.hpp), and judged with it.
struct RecordsStore {
  const LoadedPlugin& plugin;  // borrowed for the call
  StoreConfig config = {};
};

// Owns one thread for its waits, one for judging documents, and one worker for each store. All
// calls are safe from any thread.
class Supervisor {
 public:
  // Loads the plugin, opens the store, reads and compiles once. Relative folders of `config` are
  // those of this moment. The error side: what was wrong.
  // `records` may be absent. Each store has its own state. One that may start without records
  // (on_start_failure) publishes the document alone until they come; records that cannot be
  // confirmed for their max_stale are withdrawn.
  // Plugins that cannot be loaded and wrong settings fail always; a store that cannot be opened or
  // reached, and a document that is invalid, only when on_start_failure is Fail. Otherwise a
  // policy, that of the cache, or the closed one has been published. Waits for one read:
  // the longer deadline and StoreWorker::kAbandonAfter at most. When `stop` is requested it waits
  // no longer: the stores are interrupted and left, and the error is start-stopped; a policy may
  // have been published before.
  //
  // Codes, besides those of the loader, the store and the document: store-not-opened,
  // store-unreachable, store-deadline, document-empty (from a store that had a document with
  // sections, without accept_empty), store-failed (no memory), store-directory (a folder is
  // relative and the current one cannot be told), cache-file-missing (OnStartFailure::Cached
  // without cache_file), cache-file-repeated (both stores have one); the last three always;
  // start-stopped.
  [[nodiscard]] static Result<std::unique_ptr<Supervisor>, Report> start(
      StoreConfig config, std::shared_ptr<const Clock> clock, SupervisorOwner owner,
      std::optional<StoreConfig> records = {}, const std::stop_token& stop = {});
  // The same with plugins that are loaded already; `records` may be null.
  [[nodiscard]] static Result<std::unique_ptr<Supervisor>, Report> start(
      const LoadedPlugin& plugin, StoreConfig config, std::shared_ptr<const Clock> clock,
      SupervisorOwner owner, const RecordsStore* records = nullptr,
      const std::stop_token& stop = {});
  // Stops and joins; nothing is published after it. Waits for one compilation at most, and for the
  // store as StoreWorker's destructor does.
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // Asks for a read now; returns at once.
  void request_reload();
  // The same, and returns when a read of each store that began after this call has been judged, or
  // `deadline` is over (store-deadline). The answer is the report of these documents; with an error
  // one was not taken (store-failed: for want of memory, it is tried again).
  [[nodiscard]] Report reload_and_wait(std::chrono::milliseconds deadline);

  // From now on the policy in force trusts no more what these records do not, until another
  // document is taken; published when it returns. Not from inside of a callback.
  void withdraw(std::vector<RecordWithdrawal> withdrawn);

  // What a document that the store delivered now would be judged against. Not from inside of a
  // callback.
  [[nodiscard]] JudgementBasis basis();

  [[nodiscard]] StoreStatus status() const;  // of the document's store
  [[nodiscard]] std::optional<StoreStatus> records_status() const;
  // Of the document's store, newest first.
  [[nodiscard]] std::vector<KeptPolicy> last_policies() const;
  // Of the plugins and the first documents.
  [[nodiscard]] const Report& warnings_at_start() const noexcept;

 private:
  struct State;
  explicit Supervisor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace corsac
