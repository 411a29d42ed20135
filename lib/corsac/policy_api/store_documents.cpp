// Entry: StoreDocuments. Test: tests/policy_api/store_documents_test.cpp.

#include "corsac/policy_api/store_documents.hpp"

#include <optional>
#include <string>
#include <utility>

namespace corsac {
namespace {

constexpr const char* kHangs = "the store plugin does not return from its last call";

}  // namespace

Result<std::unique_ptr<StoreDocuments>, Report> StoreDocuments::made_of(
    Result<std::unique_ptr<StoreCaller>, Report> store) {
  if (!store) return fail(std::move(store.error()));
  const std::optional<bool> can_write =
      (*store)->call<bool>([](StoreClient& client) { return client.can_write(); });
  return std::unique_ptr<StoreDocuments>(
      new StoreDocuments(*std::move(store), can_write.value_or(false)));
}

Result<std::unique_ptr<StoreDocuments>, Report> StoreDocuments::open(StoreConfig config,
                                                                     LogSink log) {
  return made_of(StoreCaller::open(std::move(config), {}, std::move(log)));
}

Result<std::unique_ptr<StoreDocuments>, Report> StoreDocuments::open(const LoadedPlugin& plugin,
                                                                     StoreConfig config,
                                                                     LogSink log) {
  return made_of(StoreCaller::open(plugin, std::move(config), {}, std::move(log)));
}

StoreDocuments::StoreDocuments(std::unique_ptr<StoreCaller> store, bool can_write)
    : store_(std::move(store)), can_write_(can_write) {}

ReadResult StoreDocuments::read() {
  auto read = store_->call<ReadResult>([](StoreClient& client) { return client.read(); });
  return read ? *std::move(read) : ReadResult{.detail = kHangs};
}

WriteResult StoreDocuments::write(std::string_view json, std::string_view expected) {
  auto written = store_->call<WriteResult>(
      [json = std::string(json), expected = std::string(expected)](StoreClient& client) {
        return client.put_document(json, expected);
      });
  if (written) return *std::move(written);
  return {.problems = {{.code = "store-not-written", .what = kHangs}}};
}

}  // namespace corsac
