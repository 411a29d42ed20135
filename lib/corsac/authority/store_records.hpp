#pragma once

// The record store of a store plugin: what [store] or [records] of a configuration names.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "corsac/authority/record_store.hpp"
#include "corsac/base/result.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/runtime/log_sink.hpp"
#include "corsac/runtime/store_caller.hpp"
#include "corsac/runtime/store_config.hpp"

namespace corsac {

struct LoadedPlugin;  // runtime/store_loader.hpp

// Where the plugin keeps records (corsac_store_records.h), those are read and written. Where it
// keeps none, all records of its document are read, and a write is ReadOnly and says why.
//
// It has a store of its own, beside that of a gate, on a thread of its own (StoreCaller); calls
// that the plugin does not return from are Unreachable.
class StoreRecords final : public RecordStore {
 public:
  // As StoreCaller::open.
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
  explicit StoreRecords(std::unique_ptr<StoreCaller> store);

  const std::unique_ptr<StoreCaller> store_;
  // Of the last load that succeeded; empty = the store keeps records.
  std::string why_read_only_ = {};
};

}  // namespace corsac
