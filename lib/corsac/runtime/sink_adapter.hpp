#pragma once

#include <atomic>
#include <cstddef>
#include <thread>

#include "corsac_store_plugin.h"

namespace corsac {

class PolicyReader;

// How much one read may hand over: every call counts its bytes and kSinkCallBytes. Far above what
// the longest allowed lists need (10,000,000 origins of 60 bytes), and an end for a store that
// never comes to one.
inline constexpr std::size_t kSinkLimitBytes = std::size_t{1024} * 1024 * 1024;
inline constexpr std::size_t kSinkCallBytes = 16;

// What a plugin sees of a PolicyReader. One adapter for one store, as long as its thread lives: a
// plugin that keeps the sink of an earlier read must not reach freed memory.
//
// The plugin counts as hostile. A call outside of begin() and end(), from another thread than that
// of begin(), or after the reader said stop, does nothing and answers stop; an exception (no
// memory) stops here and is remembered. What is wrong with the calls themselves becomes a problem
// of the reader: store-call (a text without bytes), store-limit (more than kSinkLimitBytes),
// store-thread (a call from another thread).
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
  std::size_t bytes_ = 0;           // handed over since begin()
  bool is_stopped_ = false;
  bool has_failed_ = false;  // => is_stopped_

  std::atomic<bool> is_stop_asked_{false};
  std::atomic<bool> has_stranger_{false};  // another thread called during this read
};

}  // namespace corsac
