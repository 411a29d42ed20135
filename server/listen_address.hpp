#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace corsac::server {

// A listening address; port 0 = any free one.
struct ListenAddress {
  std::string host = "127.0.0.1";  // numeric or a name; IPv6 without brackets
  std::uint16_t port = 0;
  bool operator==(const ListenAddress&) const = default;
};

// "127.0.0.1:8080", "localhost:0", "[::1]:8080"; nothing for anything else.
[[nodiscard]] std::optional<ListenAddress> parse_listen_address(const std::string& text);

// "127.0.0.1:8080", with brackets for IPv6: what goes into a URL.
[[nodiscard]] std::string to_text(const ListenAddress& address);

// True for 127.0.0.0/8, ::1 and localhost.
[[nodiscard]] bool is_loopback(const ListenAddress& address);

}  // namespace corsac::server
