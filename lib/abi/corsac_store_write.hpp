#pragma once

// The C++ face of corsac_store_write.h, header-only, C++17. A class derived from Store that can
// write has
//
//   static const void* extension(std::string_view name) noexcept {
//     return name == CORSAC_STORE_WRITE_NAME ? corsac::plugin::write_table<MyStore>() : nullptr;
//   }
//   // Ok or Conflict, and `revision` is the one that the store is in now; or another status.
//   Status put_document(std::string_view document, std::string_view expected,
//                       std::string& revision);
//
// and CORSAC_STORE_PLUGIN(MyStore) finds the first. Exceptions are stopped as everywhere.

#include <cstdint>
#include <string>
#include <string_view>

#include "corsac_store_plugin.hpp"
#include "corsac_store_write.h"

namespace corsac::plugin {
namespace detail {

template <class Class>
std::int32_t put_document(void* store, corsac_text document, corsac_text expected, void* context,
                          void (*on_revision)(void*, corsac_text)) noexcept {
  OpenStore& open = *static_cast<OpenStore*>(store);
  try {
    std::string revision;
    const Status status = static_cast<Class&>(*open.store)
                              .put_document(to_view(document), to_view(expected), revision);
    if (status == Status::Ok || status == Status::Conflict) on_revision(context, to_c(revision));
    return static_cast<std::int32_t>(status);
  } catch (...) {
    return status_of_exception(open.host);
  }
}

template <class Class>
inline constexpr corsac_store_write_v1 kWriteTable = {sizeof(corsac_store_write_v1),
                                                      &put_document<Class>};

}  // namespace detail

// What Class::extension answers to CORSAC_STORE_WRITE_NAME.
template <class Class>
[[nodiscard]] const void* write_table() noexcept {
  return &detail::kWriteTable<Class>;
}

}  // namespace corsac::plugin
