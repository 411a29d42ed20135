#pragma once

#include <chrono>
#include <string>

#include "corsac/runtime/event_line_limits.hpp"
#include "corsac/runtime/event_log.hpp"

namespace corsac {

// The line that tells how many events were no lines; see EventLog.
[[nodiscard]] std::string suppressed_line(const EventLineLimits::Suppressed& suppressed,
                                          std::chrono::system_clock::time_point time);

}  // namespace corsac
