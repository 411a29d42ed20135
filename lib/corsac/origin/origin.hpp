#pragma once

// The bounded parser for what arrives in a request: RFC 6454, 7 and the URL standard's serialised
// origin, nothing else. Operators' patterns have a parser of their own (pattern.hpp).

#include <cstdint>
#include <optional>
#include <string_view>

namespace corsac {

// Bytes of a scheme. The longest in use (chrome-extension, safari-web-extension) have under 24.
inline constexpr std::size_t kSchemeLimitBytes = 64;
// RFC 1035, 2.3.4, in presentation form.
inline constexpr std::size_t kHostLimitBytes = 253;
inline constexpr std::size_t kLabelLimitBytes = 63;
// scheme + "://" + host + ":65535". A longer Origin is malformed without being read.
inline constexpr std::size_t kOriginLimitBytes = kSchemeLimitBytes + 3 + kHostLimitBytes + 6;

// A well-formed serialised origin; the views point into the parsed text.
struct ParsedOrigin {
  std::string_view scheme = {};
  std::string_view host = {};  // with brackets for IPv6
  std::int32_t port = -1;      // -1 = none written (the scheme's default)
  bool is_ip = false;
};

// What a browser could have sent as `Origin`, apart from `null`: lower-case scheme, "://",
// lower-case host, and a port that is not the scheme's default. Hosts are domain names (letters,
// digits, "-", "_"; no empty label but a final one; labels and host within the limits),
// dotted-decimal IPv4 or canonical bracketed IPv6; a last label that is all digits, or "0x" and hex
// digits, makes it an IPv4 address or nothing. Schemes other than http and https take any such host
// as well.
//
// Nothing for everything else: upper case, default ports, user info, path, query, blanks, control
// bytes, bytes above 0x7E, "%", lists, port 0 or above 65535, a leading zero in a port. No
// allocation; about 115 instructions for 20 bytes.
[[nodiscard]] std::optional<ParsedOrigin> parse_origin(std::string_view text) noexcept;

// parse_origin(text).has_value(), where nothing else is asked: about 45 instructions for the usual
// origin.
[[nodiscard]] bool is_origin(std::string_view text) noexcept;

// True for loopback: "localhost", names below it, 127.0.0.0/8 and [::1] (RFC 6761, 6.3; W3C Secure
// Contexts, 3.1).
[[nodiscard]] bool is_loopback_host(std::string_view host) noexcept;

// 80 for http and ws, 443 for https and wss, 21 for ftp, else -1.
[[nodiscard]] std::int32_t default_port(std::string_view scheme) noexcept;

}  // namespace corsac
