#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace corsac {

// An address as 16 bytes; IPv4 as ::ffff:a.b.c.d, because a dual-stack socket shows it so.
using IpBytes = std::array<std::uint8_t, 16>;

// An IPv4 address in four decimal parts without leading zeros, or an IPv6 address in any form of
// RFC 4291, 2.2. Nothing for everything else: brackets, ports, zones ("%eth0"), blanks, names.
[[nodiscard]] std::optional<IpBytes> parse_ip(std::string_view text) noexcept;

// One address, or a block of them: "127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8". An IPv4 address
// and its IPv4-mapped IPv6 form are the same address. A block of IPv6 holds IPv4 addresses only
// when it is written below ::ffff:0:0/96: "::/0" means every IPv6 address, and no other.
class IpRange {
 public:
  // Nothing when `text` is not an address or a block in the usual notation, or has bits set beyond
  // the prefix length.
  [[nodiscard]] static std::optional<IpRange> parse(std::string_view text) noexcept;
  [[nodiscard]] bool contains(const IpBytes& address) const noexcept;
  // The same for text. A zone, as a peer of a link-local network has it ("fe80::1%eth0"), does not
  // matter. False when `address` is not a numeric address.
  [[nodiscard]] bool contains(std::string_view address) const noexcept;

 private:
  IpBytes bytes_ = {};
  unsigned prefix_bits_ = 128;
};

}  // namespace corsac
