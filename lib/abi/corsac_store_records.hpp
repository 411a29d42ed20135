#pragma once

// The C++ face of corsac_store_records.h, header-only, C++17. A class derived from Store that keeps
// records has
//
//   static constexpr std::int32_t kRecordsForm = CORSAC_RECORDS_CHANGES;
//   static const void* extension(std::string_view name) noexcept {
//     return name == CORSAC_STORE_RECORDS_NAME ? corsac::plugin::records_table<MyStore>() :
//     nullptr;
//   }
//   Status read_records(Sink& sink);
//   // Ok, and `revision` is the one that the store is in now; or another status.
//   Status put_records(const RecordChanges& changes, std::string_view all,
//                      std::string_view expected, std::string& revision);
//
// and CORSAC_STORE_PLUGIN(MyStore) finds the first. Exceptions are stopped as everywhere.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "corsac_store_plugin.hpp"
#include "corsac_store_records.h"

namespace corsac::plugin {

// Borrowed for the call.
class RecordChanges {
 public:
  RecordChanges(const corsac_record_change* changes, std::size_t count) noexcept
      : changes_(changes), count_(count) {}
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] std::string_view id(std::size_t index) const noexcept {
    return detail::to_view(changes_[index].id);
  }
  // A JSON object; empty = the record goes.
  [[nodiscard]] std::string_view record(std::size_t index) const noexcept {
    return detail::to_view(changes_[index].record);
  }

 private:
  const corsac_record_change* changes_;
  std::size_t count_;
};

namespace detail {

template <class Class>
std::int32_t read_records(void* store, const corsac_sink* sink) noexcept {
  OpenStore& open = *static_cast<OpenStore*>(store);
  try {
    Sink target(*sink);
    return static_cast<std::int32_t>(static_cast<Class&>(*open.store).read_records(target));
  } catch (...) {
    return status_of_exception(open.host);
  }
}

template <class Class>
std::int32_t put_records(void* store, const corsac_record_change* changes, std::size_t count,
                         corsac_text all, corsac_text expected, void* context,
                         void (*on_revision)(void*, corsac_text)) noexcept {
  OpenStore& open = *static_cast<OpenStore*>(store);
  try {
    std::string revision;
    const Status status =
        static_cast<Class&>(*open.store)
            .put_records({changes, count}, to_view(all), to_view(expected), revision);
    if (status == Status::Ok) on_revision(context, to_c(revision));
    return static_cast<std::int32_t>(status);
  } catch (...) {
    return status_of_exception(open.host);
  }
}

template <class Class>
inline constexpr corsac_store_records_v1 kRecordsTable = {sizeof(corsac_store_records_v1),
                                                          Class::kRecordsForm, &read_records<Class>,
                                                          &put_records<Class>};

}  // namespace detail

// What Class::extension answers to CORSAC_STORE_RECORDS_NAME.
template <class Class>
[[nodiscard]] const void* records_table() noexcept {
  return &detail::kRecordsTable<Class>;
}

}  // namespace corsac::plugin
