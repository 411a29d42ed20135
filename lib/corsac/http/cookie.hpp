#pragma once

// Cookies as far as a CSRF token needs them: RFC 6265.

#include <chrono>
#include <string_view>

#include "corsac/http/request_view.hpp"

namespace corsac {

// The request's cookies of one name, over all Cookie lines.
struct FoundCookie {
  std::string_view value = {};  // the first one's, as it came: quotation marks are part of it
  int count = 0;
};

// Names compare with their case. Where the host has decoded the header (cpp-httplib 0.11.4 does), a
// `%3B` in a value has become what ends it, and cannot be told from that. Nothing when the view has
// no headers.
[[nodiscard]] FoundCookie find_cookie(const RequestView& request, std::string_view name) noexcept;

// A Set-Cookie line as far as its first `;`.
struct SetCookiePair {
  std::string_view name = {};
  std::string_view value = {};
};
[[nodiscard]] SetCookiePair parse_set_cookie(std::string_view line) noexcept;

// The line takes the cookie away (RFC 6265, 5.2 and 5.3): its last Max-Age is zero or less, or
// without one its last Expires is not behind `now`. What browsers cannot read they ignore, and so
// does this.
[[nodiscard]] bool is_expired_set_cookie(std::string_view line,
                                         std::chrono::system_clock::time_point now) noexcept;

// RFC 6265, 4.1.1: a value, of which no byte ends it or changes the line. Not the empty one.
[[nodiscard]] bool is_cookie_value(std::string_view text) noexcept;

}  // namespace corsac
