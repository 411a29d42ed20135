#pragma once

// Internal to origin/ and stage/host_guard: IP addresses as browsers write them (URL standard, 3.5
// to 3.7). Not installed.

#include <string>
#include <string_view>

namespace corsac {

// True for dotted-decimal IPv4 with four parts and no leading zero: the one spelling that a browser
// serialises.
[[nodiscard]] bool is_serialised_ipv4(std::string_view host) noexcept;

// True when browsers read a host that ends in this label as an IPv4 address or not at all: only
// digits, or "0x" and only hex digits (URL standard, "ends in a number checker"). One final dot of
// `host` is ignored.
[[nodiscard]] bool ends_in_number(std::string_view host) noexcept;

// True for the text between the brackets of an IPv6 host in the one spelling that a browser
// serialises (RFC 5952, but mapped addresses in hex: "::ffff:7f00:1").
[[nodiscard]] bool is_serialised_ipv6(std::string_view inner) noexcept;

// True for an IPv6 address in any spelling of RFC 4291, 2.2, without brackets and zone.
[[nodiscard]] bool is_ipv6(std::string_view inner) noexcept;

// What a browser makes of an IPv4 address in any spelling that it takes (hex, octal, fewer than
// four parts): dotted decimal. Empty when it takes it for none.
[[nodiscard]] std::string to_serialised_ipv4(std::string_view host);

// The same for IPv6, without brackets.
[[nodiscard]] std::string to_serialised_ipv6(std::string_view inner);

}  // namespace corsac
