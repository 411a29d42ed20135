#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "corsac/policy/origin_changes.hpp"
#include "corsac_store_changes.h"

namespace corsac {

// What a plugin tells of a store's changes. One for one store, as long as its thread lives, for the
// reasons of SinkAdapter: the plugin counts as hostile, and no exception leaves. Anything that the
// contract does not have makes all of it void, and then the document is read: a second source, an
// origin before a source, a text without bytes or that is too long, a call from another thread,
// after the end or after stop, more changes than kMostChanges.
class ChangesSink {
 public:
  static constexpr std::size_t kMostChanges = 100'000;

  ChangesSink() noexcept;
  ChangesSink(const ChangesSink&) = delete;  // the table points back to this object
  ChangesSink& operator=(const ChangesSink&) = delete;

  // A call of read_changes() begins, on this thread. [store-thread]
  void begin() noexcept;
  struct Told {
    OriginChanges changes = {};
    std::string revision = {};  // never empty
  };
  // It ended: what was told, once; nothing when that is not whole. [store-thread]
  [[nodiscard]] std::optional<Told> end() noexcept;

  // Every call until the next begin() is answered with stop. [any-thread]
  void stop() noexcept { is_stop_asked_.store(true, std::memory_order_relaxed); }

  // The table for read_changes(); valid as long as this, always at the same place.
  [[nodiscard]] const corsac_changes_sink& table() const noexcept { return table_; }

 private:
  struct Calls;  // the C functions

  corsac_changes_sink table_;
  std::atomic<std::thread::id> thread_{};  // of the call under way; none outside of one
  Told told_ = {};
  bool has_source_ = false;
  bool is_finished_ = false;
  bool is_void_ = false;

  std::atomic<bool> is_stop_asked_{false};
  std::atomic<bool> has_stranger_{false};  // another thread called during this call
};

}  // namespace corsac
