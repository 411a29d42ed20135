#pragma once

// Where a policy document is kept, for whoever changes it as a whole.

#include <string_view>

#include "corsac/runtime/store_client.hpp"
#include "corsac/runtime/store_worker.hpp"

namespace corsac {

// Called from one thread at a time. Both calls may block; a store has deadlines of its own.
class DocumentStore {
 public:
  virtual ~DocumentStore() = default;
  // Whether documents can be written here at all; the same answer always.
  [[nodiscard]] virtual bool can_write() const = 0;
  // As StoreClient::read: with what the store keeps beside the document.
  [[nodiscard]] virtual ReadResult read() = 0;
  // As StoreClient::put_document.
  [[nodiscard]] virtual WriteResult write(std::string_view json, std::string_view expected) = 0;
};

}  // namespace corsac
