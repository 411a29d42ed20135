#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace corsac {

// RFC 9110, 5.1: a field name is a token.
[[nodiscard]] bool is_header_name(std::string_view text) noexcept;

// Fetch, 2.2.2 "forbidden request-header": a script can never send it, so a policy that allows it
// says something that has no effect (Cookie, Host, Sec-*, Proxy-*, Access-Control-Request-*, ...).
// Any case.
[[nodiscard]] bool is_forbidden_request_header(std::string_view name) noexcept;

// Fetch, 2.2.2 "CORS-safelisted request-header": a page may send it without a preflight. The name
// in any case; the value without blanks at its ends. Content-Type and Range are so for few values,
// and nothing is with more than 128 bytes.
[[nodiscard]] bool is_safelisted_request_header(std::string_view name,
                                                std::string_view value) noexcept;

// Fetch, 2.2.2 "no-CORS-safelisted request-header": what is left of the headers that a page sets in
// mode no-cors; others are dropped without a word. As above.
[[nodiscard]] bool is_no_cors_safelisted_request_header(std::string_view name,
                                                        std::string_view value) noexcept;

// Fetch, 4.8 "CORS-preflight fetch": the value of Access-Control-Request-Headers for a request with
// these headers that are not safelisted. Lower case, sorted, each once; empty = no such header.
[[nodiscard]] std::string to_requested_headers(std::vector<std::string> names);

// Names of the CORS protocol that only a server sends: in an allowed_headers list they are a
// misunderstanding. Access-Control-Allow-*, -Expose-Headers, -Max-Age, Timing-Allow-Origin. Any
// case.
[[nodiscard]] bool is_response_only_header(std::string_view name) noexcept;

// Fetch, 2.2.2 "forbidden response-header name": Set-Cookie, Set-Cookie2. Any case.
[[nodiscard]] bool is_forbidden_response_header(std::string_view name) noexcept;

// Fetch, 2.2.2 "CORS-safelisted response-header name": readable without being exposed. Any case.
[[nodiscard]] bool is_safelisted_response_header(std::string_view name) noexcept;

}  // namespace corsac
