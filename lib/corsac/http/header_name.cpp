// The lists of header names that Fetch treats specially.
// Entry: the functions of header_name.hpp. Follows Fetch, 2.2.2 and RFC 9110, 5.1.
// Test: tests/http/header_name_test.cpp.

#include "corsac/http/header_name.hpp"

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept {
  return text.size() >= prefix.size() &&
         equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

template <std::size_t N>
bool is_among(std::string_view name, const std::string_view (&names)[N]) noexcept {
  for (const std::string_view candidate : names) {
    if (equals_ignoring_case(name, candidate)) return true;
  }
  return false;
}

// X-HTTP-Method-Override and its kin are missing on purpose: they are forbidden for some values
// only, so allowing the name has an effect.
constexpr std::string_view kForbiddenRequestHeaders[] = {
    "Accept-Charset",
    "Accept-Encoding",
    "Connection",
    "Content-Length",
    "Cookie",
    "Cookie2",
    "Date",
    "DNT",
    "Expect",
    "Host",
    "Keep-Alive",
    "Origin",
    "Referer",
    "Set-Cookie",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Via",
};
// "Access-Control-Request-" stands for -Headers and -Method of Fetch and -Private-Network of the
// Private Network Access draft, 3.1.
constexpr std::string_view kForbiddenRequestPrefixes[] = {"Proxy-", "Sec-",
                                                          "Access-Control-Request-"};

constexpr std::string_view kResponseOnlyHeaders[] = {
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Timing-Allow-Origin",
};

constexpr std::string_view kSafelistedResponseHeaders[] = {
    "Cache-Control", "Content-Language", "Content-Length", "Content-Type",
    "Expires",       "Last-Modified",    "Pragma",
};

}  // namespace

bool is_header_name(std::string_view text) noexcept { return is_token(text); }

bool is_forbidden_request_header(std::string_view name) noexcept {
  for (const std::string_view prefix : kForbiddenRequestPrefixes) {
    if (starts_with_ignoring_case(name, prefix)) return true;
  }
  return is_among(name, kForbiddenRequestHeaders);
}

bool is_response_only_header(std::string_view name) noexcept {
  return starts_with_ignoring_case(name, "Access-Control-Allow-") ||
         is_among(name, kResponseOnlyHeaders);
}

bool is_forbidden_response_header(std::string_view name) noexcept {
  return equals_ignoring_case(name, "Set-Cookie") || equals_ignoring_case(name, "Set-Cookie2");
}

bool is_safelisted_response_header(std::string_view name) noexcept {
  return is_among(name, kSafelistedResponseHeaders);
}

}  // namespace corsac
