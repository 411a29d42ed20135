#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace corsac {

// One address, or a block of them: "127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8". An IPv4 address
// and its IPv4-mapped IPv6 form are the same address, since a dual-stack socket shows the latter.
class IpRange {
 public:
  // Nothing when `text` is not an address or a block in the usual notation, or has bits set beyond
  // the prefix length.
  [[nodiscard]] static std::optional<IpRange> parse(std::string_view text) noexcept;
  // False when `address` is not a numeric address.
  [[nodiscard]] bool contains(std::string_view address) const noexcept;

 private:
  std::array<std::uint8_t, 16> bytes_ = {};  // IPv4 as ::ffff:a.b.c.d
  unsigned prefix_bits_ = 128;
};

}  // namespace corsac
