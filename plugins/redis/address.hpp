#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace corsac::redis_store {

// Where a Redis or a Sentinel listens: a host and a port, or a unix socket.
struct Address {
  std::string host = {};  // without brackets; empty = `path` it is
  std::uint16_t port = 0;
  std::string path = {};
  // "127.0.0.1:6379", "[::1]:6379", "unix:/run/redis.sock"
  [[nodiscard]] std::string text() const;
};

[[nodiscard]] inline bool operator==(const Address& a, const Address& b) {
  return a.host == b.host && a.port == b.port && a.path == b.path;
}

// "host", "host:port", "[::1]:port"; nothing when it is none of these.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text,
                                                   std::uint16_t default_port);

// A whole number of at most `limit`, in decimal digits.
[[nodiscard]] std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t limit);

}  // namespace corsac::redis_store
