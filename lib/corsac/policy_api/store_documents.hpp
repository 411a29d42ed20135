#pragma once

// The document of a store plugin: what [store] of a configuration names.

#include <memory>
#include <string_view>

#include "corsac/base/result.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy_api/document_store.hpp"
#include "corsac/runtime/log_sink.hpp"
#include "corsac/runtime/store_caller.hpp"
#include "corsac/runtime/store_config.hpp"

namespace corsac {

// It has a store of its own, beside that of a gate. A call that the plugin does not return from is
// Unreachable, or perhaps written.
class StoreDocuments final : public DocumentStore {
 public:
  // As StoreCaller::open.
  [[nodiscard]] static Result<std::unique_ptr<StoreDocuments>, Report> open(StoreConfig config,
                                                                            LogSink log = {});
  // The same with a plugin that is loaded already.
  [[nodiscard]] static Result<std::unique_ptr<StoreDocuments>, Report> open(
      const LoadedPlugin& plugin, StoreConfig config, LogSink log = {});

  [[nodiscard]] bool can_write() const override { return can_write_; }
  [[nodiscard]] ReadResult read() override;
  [[nodiscard]] WriteResult write(std::string_view json, std::string_view expected) override;

 private:
  StoreDocuments(std::unique_ptr<StoreCaller> store, bool can_write);
  [[nodiscard]] static Result<std::unique_ptr<StoreDocuments>, Report> made_of(
      Result<std::unique_ptr<StoreCaller>, Report> store);

  const std::unique_ptr<StoreCaller> store_;
  const bool can_write_;
};

}  // namespace corsac
