// The lists of header names that Fetch treats specially.
// Entry: the functions of header_name.hpp. Follows Fetch, 2.2.2 and RFC 9110, 5.1.
// Test: tests/http/header_name_test.cpp.

#include "corsac/http/header_name.hpp"

#include <algorithm>
#include <cstddef>

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

// Fetch, 2.2.2: the value of a safelisted request header is no longer.
constexpr std::size_t kSafelistedValueLimitBytes = 128;

constexpr std::string_view kSafelistedContentTypes[] = {
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "text/plain",
};

// Fetch, 2.2.2 "CORS-unsafe request-header byte".
bool is_unsafe_byte(char c) noexcept {
  constexpr std::string_view kUnsafe = "\"():<>?@[\\]{}\x7F";
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') ||
         kUnsafe.find(c) != std::string_view::npos;
}

bool is_language_byte(char c) noexcept {
  constexpr std::string_view kAllowed = " *,-.;=";
  return is_ascii_alpha(c) || is_ascii_digit(c) || kAllowed.find(c) != std::string_view::npos;
}

bool has_unsafe_byte(std::string_view value) noexcept {
  return std::any_of(value.begin(), value.end(), is_unsafe_byte);
}

// Fetch, 2.2.4 "parse a single range header value", without blanks, and with a start.
bool is_simple_range(std::string_view value) noexcept {
  constexpr std::string_view kUnit = "bytes=";
  if (!value.starts_with(kUnit)) return false;
  value.remove_prefix(kUnit.size());
  const std::size_t dash = value.find('-');
  if (dash == std::string_view::npos) return false;
  const auto is_number = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), is_ascii_digit);
  };
  std::string_view first = value.substr(0, dash);
  std::string_view last = value.substr(dash + 1);
  if (first.empty() || !is_number(first) || !is_number(last)) return false;
  if (last.empty()) return true;
  const auto without_zeros = [](std::string_view text) {
    return text.substr(std::min(text.find_first_not_of('0'), text.size()));
  };
  first = without_zeros(first);
  last = without_zeros(last);
  return first.size() != last.size() ? first.size() < last.size() : first <= last;
}

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

bool is_safelisted_request_header(std::string_view name, std::string_view value) noexcept {
  if (value.size() > kSafelistedValueLimitBytes) return false;
  if (equals_ignoring_case(name, "Accept")) return !has_unsafe_byte(value);
  if (equals_ignoring_case(name, "Accept-Language") ||
      equals_ignoring_case(name, "Content-Language")) {
    return std::all_of(value.begin(), value.end(), is_language_byte);
  }
  if (equals_ignoring_case(name, "Content-Type")) {
    // MIME Sniffing, 4.4: what stands before the first ";" is the essence.
    const std::string_view essence = trim_ows(value.substr(0, value.find(';')));
    return !has_unsafe_byte(value) && is_among(essence, kSafelistedContentTypes);
  }
  return equals_ignoring_case(name, "Range") && is_simple_range(value);
}

bool is_no_cors_safelisted_request_header(std::string_view name, std::string_view value) noexcept {
  return !equals_ignoring_case(name, "Range") && is_safelisted_request_header(name, value);
}

std::string to_requested_headers(std::vector<std::string> names) {
  for (std::string& name : names) name = to_ascii_lower(name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
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
