// Reads and writes IP addresses as the URL standard does: 3.5 (IPv4 and IPv6 parsers, where
// inet_pton does the latter) and 3.6 (serialisers). Test: tests/origin/ip_text_test.cpp.

#include "corsac/origin/ip_text.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

constexpr std::size_t kPieces = 8;
using Ipv6Pieces = std::array<std::uint16_t, kPieces>;
// "ffff:" eight times without the last colon.
constexpr std::size_t kSerialisedIpv6Limit = 39;

bool read_ipv6(std::string_view inner, Ipv6Pieces& pieces) noexcept {
  char text[INET6_ADDRSTRLEN] = {};
  if (inner.size() >= sizeof text || inner.find('\0') != std::string_view::npos) return false;
  inner.copy(text, inner.size());
  std::array<std::uint8_t, 2 * kPieces> bytes = {};
  if (inet_pton(AF_INET6, text, bytes.data()) != 1) return false;
  for (std::size_t i = 0; i < kPieces; ++i) {
    pieces[i] = static_cast<std::uint16_t>(bytes[2 * i] << 8U | bytes[2 * i + 1]);
  }
  return true;
}

struct ZeroRun {
  std::size_t first = kPieces;
  std::size_t length = 0;
};

// The run that "::" stands for: the longest, the first of equals, never a single piece.
ZeroRun longest_zero_run(const Ipv6Pieces& pieces) noexcept {
  ZeroRun best = {};
  std::size_t i = 0;
  while (i < kPieces) {
    const std::size_t first = i;
    while (i < kPieces && pieces[i] == 0) ++i;
    const std::size_t length = i - first;
    if (length > 1 && length > best.length) best = {first, length};
    if (length == 0) ++i;
  }
  return best;
}

struct Ipv6Text {
  std::array<char, kSerialisedIpv6Limit> bytes = {};
  std::size_t size = 0;

  void add(char c) noexcept { bytes[size++] = c; }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes.data(), size}; }
};

void add_piece(Ipv6Text& text, std::uint16_t piece) noexcept {
  bool is_leading = true;
  for (int shift = 12; shift >= 0; shift -= 4) {
    const unsigned digit = (piece >> shift) & 0xFU;
    if (is_leading && digit == 0 && shift != 0) continue;
    is_leading = false;
    text.add("0123456789abcdef"[digit]);
  }
}

// URL standard, 3.6, "IPv6 serializer". Not inet_ntop: that writes mapped addresses with dots.
Ipv6Text write_ipv6(const Ipv6Pieces& pieces) noexcept {
  const ZeroRun run = longest_zero_run(pieces);
  Ipv6Text text = {};
  std::size_t i = 0;
  while (i < kPieces) {
    if (i == run.first) {
      text.add(':');
      if (i == 0) text.add(':');
      i += run.length;
      continue;
    }
    add_piece(text, pieces[i]);
    if (++i < kPieces) text.add(':');
  }
  return text;
}

// URL standard, 3.5, "IPv4 number parser". Nothing for what is no number or above 32 bits.
std::optional<std::uint64_t> read_ipv4_number(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  unsigned base = 10;
  if (text.size() >= 2 && text[0] == '0' && ascii_lower(text[1]) == 'x') {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() >= 2 && text[0] == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  std::uint64_t number = 0;
  for (const char c : text) {
    const int digit = hex_value(c);
    if (digit < 0 || static_cast<unsigned>(digit) >= base) return std::nullopt;
    number = number * base + static_cast<unsigned>(digit);
    if (number > 0xFFFFFFFFU) return std::nullopt;
  }
  return number;
}

// URL standard, 3.5, "IPv4 parser".
std::optional<std::uint32_t> read_ipv4(std::string_view host) noexcept {
  if (host.ends_with('.')) host.remove_suffix(1);
  std::uint64_t address = 0;
  for (unsigned part = 0;; ++part) {
    if (part == 4) return std::nullopt;
    const std::size_t dot = host.find('.');
    const auto number = read_ipv4_number(host.substr(0, dot));
    if (!number) return std::nullopt;
    if (dot == std::string_view::npos) {
      // The last part fills all bytes that are left.
      const std::uint64_t limit = std::uint64_t{1} << (8U * (4U - part));
      if (*number >= limit) return std::nullopt;
      return static_cast<std::uint32_t>(address * limit + *number);
    }
    if (*number > 255) return std::nullopt;
    address = address * 256U + *number;
    host.remove_prefix(dot + 1);
  }
}

}  // namespace

bool is_serialised_ipv4(std::string_view host) noexcept {
  unsigned parts = 0;
  std::size_t i = 0;
  while (true) {
    unsigned value = 0;
    const std::size_t first = i;
    while (i < host.size() && is_ascii_digit(host[i]) && i - first < 3) {
      value = value * 10U + static_cast<unsigned>(host[i++] - '0');
    }
    const std::size_t digits = i - first;
    if (digits == 0 || value > 255 || (digits > 1 && host[first] == '0')) return false;
    ++parts;
    if (i == host.size()) return parts == 4;
    if (host[i++] != '.' || parts == 4) return false;
  }
}

bool ends_in_number(std::string_view host) noexcept {
  if (host.ends_with('.')) host.remove_suffix(1);
  std::string_view label = host.substr(host.rfind('.') + 1);  // npos + 1 is 0
  if (label.empty()) return false;
  if (label.size() >= 2 && label[0] == '0' && ascii_lower(label[1]) == 'x') {
    for (const char c : label.substr(2)) {
      if (hex_value(c) < 0) return false;
    }
    return true;
  }
  for (const char c : label) {
    if (!is_ascii_digit(c)) return false;
  }
  return true;
}

bool is_serialised_ipv6(std::string_view inner) noexcept {
  Ipv6Pieces pieces = {};
  return inner.size() <= kSerialisedIpv6Limit && read_ipv6(inner, pieces) &&
         write_ipv6(pieces).view() == inner;
}

bool is_ipv6(std::string_view inner) noexcept {
  Ipv6Pieces pieces = {};
  return read_ipv6(inner, pieces);
}

std::string to_serialised_ipv4(std::string_view host) {
  const auto address = read_ipv4(host);
  if (!address) return {};
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    if (!text.empty()) text += '.';
    text += std::to_string((*address >> shift) & 0xFFU);
  }
  return text;
}

std::string to_serialised_ipv6(std::string_view inner) {
  Ipv6Pieces pieces = {};
  if (!read_ipv6(inner, pieces)) return {};
  return std::string(write_ipv6(pieces).view());
}

}  // namespace corsac
