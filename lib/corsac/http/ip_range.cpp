// Addresses and blocks of them, for lists of trusted proxies.
// Entry: IpRange::parse and parse_ip. Follows RFC 4291, 2.2 and 2.5.5.2, and RFC 4632, 3.1.
// Test: tests/http/ip_range_test.cpp.

#include "corsac/http/ip_range.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

constexpr unsigned kMappedPrefixBits = 96;
constexpr IpBytes kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool is_ipv4(const IpBytes& bytes) noexcept {
  return std::equal(bytes.begin(), bytes.begin() + kMappedPrefixBits / 8, kMappedPrefix.begin());
}

// Decimal, without a sign or leading zeros, at most `highest`.
std::optional<unsigned> parse_prefix_bits(std::string_view text, unsigned highest) noexcept {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0')) return {};
  unsigned bits = 0;
  for (const char c : text) {
    if (!is_ascii_digit(c)) return {};
    bits = bits * 10 + static_cast<unsigned>(c - '0');
  }
  if (bits > highest) return {};
  return bits;
}

bool has_same_prefix(const IpBytes& a, const IpBytes& b, unsigned bits) noexcept {
  const std::size_t whole_bytes = bits / 8;
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole_bytes), b.begin())) {
    return false;
  }
  const unsigned rest = bits % 8;
  return rest == 0 || (a[whole_bytes] ^ b[whole_bytes]) >> (8 - rest) == 0;
}

}  // namespace

std::optional<IpBytes> parse_ip(std::string_view text) noexcept {
  // inet_pton wants a terminated string; a NUL inside would end it early.
  char terminated[INET6_ADDRSTRLEN] = {};
  if (text.empty() || text.size() >= sizeof terminated) return {};
  if (text.find('\0') != std::string_view::npos) return {};
  std::copy(text.begin(), text.end(), terminated);

  IpBytes bytes = kMappedPrefix;
  if (inet_pton(AF_INET, terminated, bytes.data() + kMappedPrefixBits / 8) == 1) return bytes;
  if (inet_pton(AF_INET6, terminated, bytes.data()) == 1) return bytes;
  return {};
}

std::optional<IpRange> IpRange::parse(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const std::optional<IpBytes> bytes = parse_ip(address);
  if (!bytes) return {};

  IpRange range;
  range.bytes_ = *bytes;
  if (slash == std::string_view::npos) return range;
  // The notation decides what the length counts, not the address: "::ffff:10.0.0.0/104" is the
  // same block as "10.0.0.0/8".
  const bool is_dotted = address.find(':') == std::string_view::npos;
  const auto bits = parse_prefix_bits(text.substr(slash + 1), is_dotted ? 32 : 128);
  if (!bits) return {};
  range.prefix_bits_ = is_dotted ? kMappedPrefixBits + *bits : *bits;

  IpBytes masked = *bytes;
  for (unsigned bit = range.prefix_bits_; bit < 128; ++bit) {
    masked[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
  }
  if (masked != *bytes) return {};
  return range;
}

bool IpRange::contains(const IpBytes& address) const noexcept {
  if (prefix_bits_ < kMappedPrefixBits && is_ipv4(address)) return false;
  return has_same_prefix(bytes_, address, prefix_bits_);
}

bool IpRange::contains(std::string_view address) const noexcept {
  const std::size_t zone = address.find('%');
  // A zone without a name is no zone, and IPv4 has none.
  const bool has_zone =
      zone != std::string_view::npos && zone + 1 < address.size() && address.find(':') < zone;
  const std::optional<IpBytes> bytes = parse_ip(has_zone ? address.substr(0, zone) : address);
  return bytes && contains(*bytes);
}

}  // namespace corsac
