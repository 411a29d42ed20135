#pragma once

// One store for whoever waits for each call: a tool at a terminal, which reads once or writes once,
// and the authority, which keeps records. No thread, no timer, no retry; servers follow a store
// with a Supervisor.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/base/result.hpp"
#include "corsac/policy/reader.hpp"
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

// One record that is put under its id, as a JSON object like an element of trusted_origins, or that
// goes: an empty text.
struct RecordText {
  std::string id = {};
  std::string json = {};
};

// What a store wants to be handed besides the changes: all records, as a document.
enum class RecordsForm : unsigned char { Changes, Json, Toml };

// All calls but interrupt on one thread, which counts as the store's thread. A plugin that ignores
// its deadline holds up the caller. Not copied nor moved: the plugin points back to it.
class StoreClient {
 public:
  // Loads the plugin and opens the store; a relative `config.directory` is one of the current
  // folder. `progress` may be empty; of `callbacks` on_changed and log are called. The error side:
  // codes of the loader, the store's own problems with its settings, store-not-opened,
  // store-directory.
  [[nodiscard]] static Result<std::unique_ptr<StoreClient>, Report> open(
      StoreConfig config, PluginHost::Progress progress, WorkerCallbacks callbacks = {});
  // The same with a plugin that is loaded already.
  [[nodiscard]] static Result<std::unique_ptr<StoreClient>, Report> open(
      const LoadedPlugin& plugin, StoreConfig config, PluginHost::Progress progress,
      WorkerCallbacks callbacks = {});
  ~StoreClient();
  StoreClient(const StoreClient&) = delete;
  StoreClient& operator=(const StoreClient&) = delete;

  // By `config.deadline` from now. Never NotOpened. A store that answers and refuses us is Invalid,
  // with the setting that must be changed as the problem's path; where it is Unreachable the store
  // may have told a problem as well. `keeps` says what of it the caller has use for.
  [[nodiscard]] ReadResult read(ReaderKeeps keeps = ReaderKeeps::Everything);

  // Whether the plugin can write documents; what the store or its rights say to it, a write tells.
  [[nodiscard]] bool can_write() const noexcept;
  // Replaces the document by `json`, which the caller has checked, when the store is in the
  // revision `expected` (empty = any). Refused when the store cannot be written at all.
  [[nodiscard]] WriteResult put_document(std::string_view json, std::string_view expected);

  // How the store keeps records beside its document; nothing when it has no such extension.
  [[nodiscard]] std::optional<RecordsForm> records_form() const noexcept;
  // The kept records alone, as a document with trusted_origins and nothing else; nothing when the
  // store keeps none (corsac_store_records.h): `why_none`, when given, says why.
  [[nodiscard]] std::optional<ReadResult> read_records(Problem* why_none = nullptr);
  // Makes all changes, or none, when the kept records are in the revision `expected`. `all` is the
  // document that the form asks for. A Conflict tells no revision.
  [[nodiscard]] WriteResult put_records(std::span<const RecordText> changes, std::string_view all,
                                        std::string_view expected);

  // Puts origins beside the document and takes others away, all in one step or none, when the store
  // is in the revision `expected` (empty = any); they are checked. One that comes and is there, or
  // goes and is not, is no error; none stands in both. Refused when the store has no such extension
  // (corsac_store_changes.h). At least one.
  [[nodiscard]] WriteResult change_origins(std::span<const std::string> added,
                                           std::span<const std::string> removed,
                                           std::string_view expected);

  // Which call is under way, or was the last one.
  [[nodiscard]] std::uint64_t call_number() const noexcept;
  // That call, if it is still under way, returns soon, with what the store makes of it. From any
  // thread.
  void interrupt(std::uint64_t call);

 private:
  struct State;
  explicit StoreClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace corsac
