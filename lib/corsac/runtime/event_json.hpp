#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "corsac/policy/origin_changes.hpp"
#include "corsac/runtime/event_line_limits.hpp"
#include "corsac/runtime/event_log.hpp"

namespace corsac {

// The lines of the log besides events, each a JSON object without a line break.

// A document was judged: log_sink.hpp, "load".
struct LoadRecord {
  std::string_view section = {};  // "store" or "records"
  std::string_view source = {};
  std::string_view revision = {};  // of the document
  bool is_taken = false;
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::optional<OriginChangeCounts> changes = {};  // nothing = the document was read
};
[[nodiscard]] std::string load_line(const LoadRecord& record,
                                    std::chrono::system_clock::time_point time);

// The state of a store changed: log_sink.hpp, "store".
struct StoreRecord {
  std::string_view section = {};  // as above
  std::string_view source = {};
  std::string_view from = {};
  std::string_view to = {};
  std::string_view last_error = {};  // empty = none
};
[[nodiscard]] std::string store_line(const StoreRecord& record,
                                     std::chrono::system_clock::time_point time);

// The line that tells how many events were no lines; see EventLog.
[[nodiscard]] std::string suppressed_line(const EventLineLimits::Suppressed& suppressed,
                                          std::chrono::system_clock::time_point time);

}  // namespace corsac
