#pragma once

// The C++ face of corsac_store_changes.h, header-only, C++17. A class derived from Store that can
// tell what became of its origins has
//
//   static const void* extension(std::string_view name) noexcept {
//     return name == CORSAC_STORE_CHANGES_NAME ? corsac::plugin::changes_table<MyStore>() :
//     nullptr;
//   }
//   Status read_changes(std::string_view since, ChangesSink& sink);
//   // Ok or Conflict, and `revision` is the one that the store is in now; or another status. A
//   // store that tells changes and makes none leaves it out.
//   Status change_origins(const OriginChanges& changes, std::string_view expected,
//                         std::string& revision);
//
// and CORSAC_STORE_PLUGIN(MyStore) finds the first. Exceptions are stopped as everywhere.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "corsac_store_changes.h"
#include "corsac_store_plugin.hpp"

namespace corsac::plugin {

// One origin that came or went.
struct OriginChange {
  std::string_view origin;
  bool is_added;
};

// Borrowed for the call.
class OriginChanges {
 public:
  OriginChanges(const corsac_origin_change* changes, std::size_t count) noexcept
      : changes_(changes), count_(count) {}
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  // `index` < size().
  [[nodiscard]] OriginChange operator[](std::size_t index) const noexcept {
    return {detail::to_view(changes_[index].origin), changes_[index].is_added != 0};
  }

 private:
  const corsac_origin_change* changes_;
  std::size_t count_;
};

// Where changes go. Only during read_changes(). [store-thread]
//
// As Sink: each call answers true = go on, false = stop and return Status::Cancelled; after a stop
// every call does nothing and answers false.
class ChangesSink {
 public:
  explicit ChangesSink(const corsac_changes_sink& sink) noexcept : sink_(&sink) {}
  ChangesSink(const ChangesSink&) = delete;  // a copy would not know of a stop
  ChangesSink& operator=(const ChangesSink&) = delete;

  // Changes from here on are of elements that read() hands over in this source. Call it first.
  bool source(std::string_view name) noexcept {
    return keep(is_stopped_ ? 0 : sink_->source(sink_->context, detail::to_c(name)));
  }
  // In the order in which they were made.
  bool origin(OriginChange change) noexcept {
    if (is_stopped_) return false;
    const corsac_origin_change told = {detail::to_c(change.origin), change.is_added ? 1 : 0};
    return keep(sink_->origin(sink_->context, &told));
  }
  // All changes were told; the store was in this revision.
  bool finish(std::string_view revision) noexcept {
    return keep(is_stopped_ ? 0 : sink_->finish(sink_->context, detail::to_c(revision)));
  }

  [[nodiscard]] bool is_stopped() const noexcept { return is_stopped_; }

 private:
  bool keep(int goes_on) noexcept {
    is_stopped_ = goes_on == 0;
    return !is_stopped_;
  }

  const corsac_changes_sink* sink_;
  bool is_stopped_ = false;
};

namespace detail {

template <class Class, class = void>
inline constexpr bool kMakesChanges = false;
template <class Class>
inline constexpr bool kMakesChanges<
    Class,
    std::void_t<decltype(std::declval<Class&>().change_origins(
        std::declval<const OriginChanges&>(), std::string_view{}, std::declval<std::string&>()))>> =
    true;

template <class Class>
std::int32_t read_changes(void* store, corsac_text since,
                          const corsac_changes_sink* sink) noexcept {
  OpenStore& open = *static_cast<OpenStore*>(store);
  try {
    ChangesSink target(*sink);
    const Status status = static_cast<Class&>(*open.store).read_changes(to_view(since), target);
    // As in read(): a store that did not look must not claim that all was taken.
    return status == Status::Ok && target.is_stopped() ? static_cast<std::int32_t>(CORSAC_CANCELLED)
                                                       : static_cast<std::int32_t>(status);
  } catch (...) {
    return status_of_exception(open.host);
  }
}

template <class Class>
std::int32_t change_origins(void* store, const corsac_origin_change* changes, std::size_t count,
                            corsac_text expected, void* context,
                            void (*on_revision)(void*, corsac_text)) noexcept {
  OpenStore& open = *static_cast<OpenStore*>(store);
  try {
    std::string revision;
    const Status status =
        static_cast<Class&>(*open.store)
            .change_origins(OriginChanges(changes, count), to_view(expected), revision);
    if (status == Status::Ok || status == Status::Conflict) on_revision(context, to_c(revision));
    return static_cast<std::int32_t>(status);
  } catch (...) {
    return status_of_exception(open.host);
  }
}

template <class Class>
constexpr corsac_store_changes_v1 make_changes_table() noexcept {
  corsac_store_changes_v1 table = {sizeof(corsac_store_changes_v1), &read_changes<Class>, nullptr};
  if constexpr (kMakesChanges<Class>) table.change_origins = &change_origins<Class>;
  return table;
}

template <class Class>
inline constexpr corsac_store_changes_v1 kChangesTable = make_changes_table<Class>();

}  // namespace detail

// What Class::extension answers to CORSAC_STORE_CHANGES_NAME.
template <class Class>
[[nodiscard]] const void* changes_table() noexcept {
  return &detail::kChangesTable<Class>;
}

}  // namespace corsac::plugin
