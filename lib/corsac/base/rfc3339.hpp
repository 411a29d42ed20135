#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace corsac {

// RFC 3339, 5.6 with an offset ("2027-01-31T00:00:00Z", "2027-01-31t01:00:00.5+01:00"); nothing for
// anything else: a blank for the T, a missing offset, a date that does not exist, a leap second.
// Digits of a second after the ninth are dropped. What the clock cannot represent (it ends in 2262)
// becomes its first or last moment, so that "9999-12-31T23:59:59Z" means for ever.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_time(
    std::string_view text) noexcept;

// In UTC: "2027-01-31T00:00:00Z"; parts of a second follow as three, six or nine digits when there
// are any.
[[nodiscard]] std::string time_text(std::chrono::system_clock::time_point time);

}  // namespace corsac
