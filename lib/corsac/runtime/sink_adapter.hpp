#pragma once

#include <atomic>
#include <thread>

#include "corsac_store_plugin.h"

namespace corsac {

class PolicyReader;

// What a plugin sees of a PolicyReader. One adapter for one store, as long as its thread lives: a
// plugin that keeps the sink of an earlier read must not reach freed memory.
//
// The plugin counts as hostile. A call outside of begin() and end(), from another thread than that
// of begin(), or after the reader said stop, does nothing and answers stop; an exception (no
// memory) stops here and is remembered. A text without bytes and a call from another thread become
// the reader's problem store-misuse; the order of calls, their number and their bytes are its
// business.
class SinkAdapter {
 public:
  SinkAdapter() noexcept;
  SinkAdapter(const SinkAdapter&) = delete;  // the table points back to this object
  SinkAdapter& operator=(const SinkAdapter&) = delete;

  // A read begins: what the plugin says on this thread goes to `reader`, which must live until
  // end(). Earlier stops and exceptions are forgotten. [store-thread]
  void begin(PolicyReader& reader) noexcept;
  void end() noexcept;  // [store-thread]

  // Every call until the next begin() is answered with stop. [any-thread]
  void stop() noexcept { is_stop_asked_.store(true, std::memory_order_relaxed); }

  // The table for `read`; valid as long as the adapter, always at the same place.
  [[nodiscard]] const corsac_sink& table() const noexcept { return table_; }
  // A call was answered with stop since begin(): what was read is not the whole document. Final
  // after end(). [store-thread]
  [[nodiscard]] bool is_stopped() const noexcept { return is_stopped_; }
  // An exception was met since begin(); implies is_stopped(). [store-thread]
  [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }

 private:
  struct Calls;  // the C functions

  corsac_sink table_;
  // The thread of the read under way; none outside of one. Until the blank line: its own fields.
  std::atomic<std::thread::id> thread_{};
  PolicyReader* reader_ = nullptr;  // null outside of a read
  bool is_stopped_ = false;
  bool has_failed_ = false;  // => is_stopped_

  std::atomic<bool> is_stop_asked_{false};
  std::atomic<bool> has_stranger_{false};  // another thread called during this read
};

}  // namespace corsac
