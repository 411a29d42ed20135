#pragma once

// Short names as integers: comparing or hashing a header name of up to 16 bytes takes two loads
// instead of a call. Not part of the interface. The first byte is the lowest one of a word, on
// every machine.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace corsac::short_bytes {

inline constexpr std::uint64_t kEveryByte = 0x0101010101010101U;

[[nodiscard]] constexpr std::uint64_t swap_bytes(std::uint64_t word) noexcept {
  return __builtin_bswap64(word);
}

// The eight bytes at `data`.
[[nodiscard]] inline std::uint64_t load8(const char* data) noexcept {
  std::uint64_t word;
  std::memcpy(&word, data, 8);
  return std::endian::native == std::endian::little ? word : swap_bytes(word);
}

// The four bytes at `data`.
[[nodiscard]] inline std::uint64_t load4(const char* data) noexcept {
  std::uint32_t word;
  std::memcpy(&word, data, 4);
  return std::endian::native == std::endian::little ? word : __builtin_bswap32(word);
}

// The `size` bytes at `data`, zero-padded; `size` is 0 to 8. Reads nothing beyond them. Two texts
// that do not end in NUL are equal exactly when their words are.
[[nodiscard]] inline std::uint64_t load_padded(const char* data, std::size_t size) noexcept {
  const auto byte = [data](std::size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(data[i])) << (i * 8);
  };
  if (size >= 4) {
    // Two loads that overlap: the bytes that both hold are the same, so `|` keeps them.
    return load4(data) | (load4(data + (size - 4)) << ((size - 4) * 8));
  }
  if (size == 0) return 0;
  return byte(0) | byte(size / 2) | byte(size - 1);
}

// `word` with A to Z lower-cased in each byte, all others as they are.
[[nodiscard]] constexpr std::uint64_t fold_case(std::uint64_t word) noexcept {
  const std::uint64_t low_bits = word & (kEveryByte * 0x7F);
  const std::uint64_t at_least_a = low_bits + kEveryByte * (0x80 - 'A');
  const std::uint64_t beyond_z = low_bits + kEveryByte * (0x7F - 'Z');
  const std::uint64_t is_upper = (at_least_a ^ beyond_z) & ~word & (kEveryByte * 0x80);
  return word | (is_upper >> 2);
}

}  // namespace corsac::short_bytes
