#pragma once

// Finds the elements of a comma list, 16 bytes at a time. Private to http/.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "corsac/http/short_bytes.hpp"

namespace corsac::comma_scan {

// Bit i is set when byte i of the 16 at `data` is a comma.
[[nodiscard]] inline unsigned bits_of_16(const char* data) noexcept {
#if defined(__SSE2__)
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(','))));
#else
  unsigned bits = 0;
  for (unsigned i = 0; i < 16; ++i) bits |= (data[i] == ',' ? 1U : 0U) << i;
  return bits;
#endif
}

// The same for the bytes of `text` from `at` on; bits beyond its end are clear. `at` is at most the
// size. Never reads outside of `text`.
[[nodiscard]] inline unsigned bits_at(std::string_view text, std::size_t at) noexcept {
  const std::size_t left = text.size() - at;
  if (left >= 16) return bits_of_16(text.data() + at);
  if (text.size() >= 16) return bits_of_16(text.data() + (text.size() - 16)) >> (16 - left);
  char padded[16] = {};
  if (left != 0) std::memcpy(padded, text.data() + at, left);
  return bits_of_16(padded);
}

// The first comma of `text` from `at` on, or its size. Out of line: elements of 16 bytes and more
// are rare.
[[nodiscard]] std::size_t find_from(std::string_view text, std::size_t at) noexcept;

// Where the element of `text` that begins at `begin` ends: its comma, or the size of `text`.
[[nodiscard]] inline std::size_t end_of_element(std::string_view text, std::size_t begin) noexcept {
  if (const unsigned bits = bits_at(text, begin); bits != 0) {
    return begin + static_cast<unsigned>(std::countr_zero(bits));
  }
  return text.size() - begin <= 16 ? text.size() : find_from(text, begin + 16);
}

}  // namespace corsac::comma_scan
