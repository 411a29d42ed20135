// Entry: parse_address. Test: tests/plugins/redis_settings_test.cpp.

#include "address.hpp"

#include <algorithm>
#include <charconv>

namespace corsac::redis_store {
namespace {

bool is_host_byte(char byte, bool is_bracketed) {
  const bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
  const bool is_digit = byte >= '0' && byte <= '9';
  return is_letter || is_digit || byte == '.' || byte == '-' || byte == '_' ||
         (is_bracketed && (byte == ':' || byte == '%'));
}

}  // namespace

std::string Address::text() const {
  if (host.empty()) return "unix:" + path;
  const bool has_brackets = host.find(':') != std::string::npos;
  return (has_brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t limit) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > limit) {
    return std::nullopt;
  }
  return number;
}

std::optional<Address> parse_address(std::string_view text, std::uint16_t default_port) {
  constexpr std::size_t kHostLimitBytes = 253;
  Address address;
  const bool is_bracketed = text.substr(0, 1) == "[";
  const std::size_t end = is_bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) return std::nullopt;
  address.host = text.substr(is_bracketed ? 1 : 0, end - (is_bracketed ? 1 : 0));
  text.remove_prefix(is_bracketed ? end + 1 : end);
  if (address.host.empty() || address.host.size() > kHostLimitBytes ||
      !std::all_of(address.host.begin(), address.host.end(),
                   [&](char byte) { return is_host_byte(byte, is_bracketed); })) {
    return std::nullopt;
  }
  address.port = default_port;
  if (text.empty()) return address;
  if (text.front() != ':') return std::nullopt;
  const auto port = parse_number(text.substr(1), 65535);
  if (!port || *port == 0) return std::nullopt;
  address.port = static_cast<std::uint16_t>(*port);
  return address;
}

}  // namespace corsac::redis_store
