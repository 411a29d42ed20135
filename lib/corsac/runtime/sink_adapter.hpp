#pragma once

#include "corsac_store_plugin.h"

namespace corsac {

class PolicyReader;

// What a plugin sees of a PolicyReader. One adapter for one read, on the store's thread.
//
// The plugin counts as hostile: a null text is an empty one, a call after the reader said stop does
// nothing and answers stop, and an exception (no memory) stops here and is remembered.
class SinkAdapter {
 public:
  // `reader` must outlive the adapter.
  explicit SinkAdapter(PolicyReader& reader) noexcept;
  SinkAdapter(const SinkAdapter&) = delete;  // the table points back to this object
  SinkAdapter& operator=(const SinkAdapter&) = delete;

  // The table for `read`; valid as long as the adapter.
  [[nodiscard]] const corsac_sink& table() const noexcept { return table_; }
  // The reader, or an exception, said stop.
  [[nodiscard]] bool is_stopped() const noexcept { return is_stopped_; }
  // An exception was met: what was read is not the plugin's document.
  [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }

 private:
  struct Calls;  // the C functions
  PolicyReader& reader_;
  corsac_sink table_ = {};
  bool is_stopped_ = false;
  bool has_failed_ = false;
};

}  // namespace corsac
