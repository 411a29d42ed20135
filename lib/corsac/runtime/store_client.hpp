#pragma once

// One store for a tool at a terminal: read once, or write once, and gone. No thread, no timer, no
// retry; servers follow a store with a Supervisor.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/base/result.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/runtime/plugin_host.hpp"
#include "corsac/runtime/store_config.hpp"
#include "corsac/runtime/store_worker.hpp"

namespace corsac {

struct LoadedPlugin;  // runtime/store_loader.hpp

enum class WriteStatus : unsigned char {
  Written,     // `revision` is the new one
  Conflict,    // nothing written: the store is in `revision`; empty = it holds no document
  Refused,     // nothing written: the store cannot be written, or not by us, or not with this
  NotReached,  // nothing written: it was not so much as begun
  Failed,      // perhaps written: a read says what is there
};

struct WriteResult {
  WriteStatus status = WriteStatus::Failed;
  std::string revision = {};
  // Why; not empty when Refused, NotReached or Failed. With a path: that setting must be changed.
  std::vector<Problem> problems = {};
};

// All calls on one thread, which counts as the store's thread. A plugin that ignores its deadline
// holds up the caller. Not copied nor moved: the plugin points back to it.
class StoreClient {
 public:
  // Loads the plugin and opens the store; a relative `config.directory` is one of the current
  // folder. `progress` may be empty. The error side: codes of the loader, the store's own problems
  // with its settings, store-not-opened, store-directory.
  [[nodiscard]] static Result<std::unique_ptr<StoreClient>, Report> open(
      StoreConfig config, PluginHost::Progress progress);
  // The same with a plugin that is loaded already.
  [[nodiscard]] static Result<std::unique_ptr<StoreClient>, Report> open(
      const LoadedPlugin& plugin, StoreConfig config, PluginHost::Progress progress);
  ~StoreClient();
  StoreClient(const StoreClient&) = delete;
  StoreClient& operator=(const StoreClient&) = delete;

  // By `config.deadline` from now. Never NotOpened. A store that answers and refuses us is Invalid,
  // with the setting that must be changed as the problem's path; where it is Unreachable the store
  // may have told a problem as well.
  [[nodiscard]] ReadResult read();

  // Replaces the document by `json`, which the caller has checked, when the store is in the
  // revision `expected` (empty = any). Refused when the store cannot be written at all.
  [[nodiscard]] WriteResult put_document(std::string_view json, std::string_view expected);

 private:
  struct State;
  explicit StoreClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace corsac
