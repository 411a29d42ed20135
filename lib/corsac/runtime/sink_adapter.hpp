#pragma once

#include "corsac_store_plugin.h"

namespace corsac {

class PolicyReader;

// What a plugin sees of a PolicyReader. One adapter for one store, as long as its thread lives: a
// plugin that keeps the sink of an earlier read must not reach freed memory.
//
// The plugin counts as hostile: a null text is an empty one, a call outside of begin() and end(),
// or after the reader said stop, does nothing and answers stop, and an exception (no memory) stops
// here and is remembered. All calls on the store's thread.
class SinkAdapter {
 public:
  SinkAdapter() noexcept;
  SinkAdapter(const SinkAdapter&) = delete;  // the table points back to this object
  SinkAdapter& operator=(const SinkAdapter&) = delete;

  // A read begins: what the plugin says goes to `reader`, which must live until end(). Earlier
  // stops and exceptions are forgotten.
  void begin(PolicyReader& reader) noexcept;
  void end() noexcept;

  // The table for `read`; valid as long as the adapter, always at the same place.
  [[nodiscard]] const corsac_sink& table() const noexcept { return table_; }
  // The reader, or an exception, said stop since begin().
  [[nodiscard]] bool is_stopped() const noexcept { return is_stopped_; }
  // An exception was met since begin(): what was read is not the plugin's document.
  [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }

 private:
  struct Calls;                     // the C functions
  PolicyReader* reader_ = nullptr;  // null outside of a read
  corsac_sink table_ = {};
  bool is_stopped_ = false;
  bool has_failed_ = false;
};

}  // namespace corsac
