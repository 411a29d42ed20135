#pragma once

// The record store of a store plugin: what [store] or [records] of a configuration names.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>

#include "corsac/authority/record_store.hpp"
#include "corsac/base/result.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/runtime/log_sink.hpp"
#include "corsac/runtime/store_config.hpp"

namespace corsac {

struct LoadedPlugin;  // runtime/store_loader.hpp
class StoreClient;    // runtime/store_client.hpp

// Where the plugin keeps records (corsac_store_records.h), those are read and written. Where it
// keeps none, all records of its document are read, and a write is ReadOnly and says why.
//
// It has a store of its own, beside that of a gate, on a thread of its own. A plugin that does not
// return StoreConfig::deadline after a call began is interrupted; when it still does not, it is
// left alone with its thread, and calls are Unreachable until it comes back.
class StoreRecords final : public RecordStore {
 public:
  // Opens the store. `changed` is called when somebody may have written, also by ourselves; from
  // any thread, until the destructor has returned; may be empty. `log` gets what the plugin logs as
  // an error: what else it has to say a gate's own store says. The error side: as
  // StoreClient::open.
  [[nodiscard]] static Result<std::unique_ptr<StoreRecords>, Report> open(
      StoreConfig config, std::function<void()> changed, LogSink log = {});
  // The same with a plugin that is loaded already.
  [[nodiscard]] static Result<std::unique_ptr<StoreRecords>, Report> open(
      const LoadedPlugin& plugin, StoreConfig config, std::function<void()> changed,
      LogSink log = {});
  ~StoreRecords() override;
  StoreRecords(const StoreRecords&) = delete;
  StoreRecords& operator=(const StoreRecords&) = delete;

  [[nodiscard]] Result<StoredRecords, std::string> load() override;
  [[nodiscard]] RecordWrite write(std::span<const RecordChange> changes, const AllRecords& all,
                                  std::string_view expected) override;

 private:
  struct State;
  explicit StoreRecords(std::shared_ptr<State> state);
  template <class Answer>
  [[nodiscard]] std::optional<Answer> call(std::function<Answer(StoreClient&)> work);

  const std::shared_ptr<State> state_;
  std::thread thread_ = {};
  // Of the last load that succeeded; empty = the store keeps records.
  std::string why_read_only_ = {};
};

}  // namespace corsac
