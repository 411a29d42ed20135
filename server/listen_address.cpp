// Where a listener listens, as text. Entry: parse_listen_address. Test:
// tests/server/listen_address_test.cpp.

#include "listen_address.hpp"

#include <charconv>
#include <system_error>
#include <utility>

#include <corsac/http/ip_range.hpp>

namespace corsac::server {

std::optional<ListenAddress> parse_listen_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  std::string host = text.substr(0, colon);
  if (host.front() == '[') {
    if (host.back() != ']' || host.size() < 4) return std::nullopt;
    host = host.substr(1, host.size() - 2);
    if (!IpRange::parse(host)) return std::nullopt;
  } else if (host.find_first_of(":/ ") != std::string::npos) {
    return std::nullopt;
  }
  const char* first = text.data() + colon + 1;
  const char* last = text.data() + text.size();
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(first, last, port);
  if (first == last || error != std::errc{} || end != last) return std::nullopt;
  return ListenAddress{.host = std::move(host), .port = port};
}

std::string to_text(const ListenAddress& address) {
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

bool is_loopback(const ListenAddress& address) {
  if (address.host == "localhost") return true;
  return IpRange::parse("127.0.0.0/8")->contains(address.host) ||
         IpRange::parse("::1")->contains(address.host);
}

}  // namespace corsac::server
