#pragma once

// Short names as integers: comparing and hashing a header name of up to 16 bytes takes two loads
// instead of a call. Private to http/.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace corsac::short_bytes {

[[nodiscard]] inline std::uint64_t load8(const char* data) noexcept {
  std::uint64_t word;
  std::memcpy(&word, data, 8);
  return word;
}

// The `size` bytes at `data`, zero-padded; `size` is 0 to 8. Reads nothing beyond them. Two texts
// without a trailing NUL are equal exactly when their words are.
[[nodiscard]] inline std::uint64_t load_padded(const char* data, std::size_t size) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    // Loads that overlap: the bytes that both hold are the same, so `|` keeps them.
    if (size >= 4) {
      std::uint32_t low;
      std::uint32_t high;
      std::memcpy(&low, data, 4);
      std::memcpy(&high, data + (size - 4), 4);
      return low | (static_cast<std::uint64_t>(high) << ((size - 4) * 8));
    }
    if (size == 0) return 0;
    const auto byte = [data](std::size_t i) {
      return static_cast<std::uint64_t>(static_cast<unsigned char>(data[i])) << (i * 8);
    };
    return byte(0) | byte(size / 2) | byte(size - 1);
  } else {
    std::uint64_t word = 0;
    std::memcpy(&word, data, size);
    return word;
  }
}

}  // namespace corsac::short_bytes
