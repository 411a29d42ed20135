#pragma once

// What /api/events/top and /api/events/history say: admin_api.hpp lists their fields.

#include <string>

#include "corsac/runtime/event_log.hpp"

namespace corsac {

inline constexpr std::size_t kMostRefusedShown = 50;

[[nodiscard]] std::string most_refused_json(const EventLog& events);
[[nodiscard]] std::string history_json(const EventLog& events);

}  // namespace corsac
