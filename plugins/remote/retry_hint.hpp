#pragma once

// How long a server asks to be left alone.

#include <chrono>
#include <optional>
#include <string_view>

#include "http_answer.hpp"

namespace corsac::remote_store {

// HTTP-date in each of its three forms: RFC 9110, 5.6.7. `now` tells the century of one with two
// digits.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text,
                                                                      std::chrono::sys_seconds now);

// The longer of Retry-After (seconds or a date; RFC 9110, 10.2.3) and Okta's X-Rate-Limit-Reset
// (seconds since 1970, one more is waited as Okta's own clients do). Times of the server are held
// against its own Date, whatever our clock says, and against `now` without one. Nothing when
// neither says anything, or says a time that is over.
[[nodiscard]] std::optional<std::chrono::seconds> retry_hint(const HttpAnswer& answer,
                                                             std::chrono::sys_seconds now);

}  // namespace corsac::remote_store
