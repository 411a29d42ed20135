#pragma once

// A header name as integers: its first bytes, its last bytes, and a hash of all of them. Private to
// http/. Names of up to 16 bytes are equal exactly when size, head and tail are.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "corsac/http/short_bytes.hpp"

namespace corsac {

inline constexpr std::size_t kShortNameBytes = 16;

struct NameKey {
  std::uint64_t head = 0;  // the first eight bytes, zero-padded
  std::uint64_t tail = 0;  // the last eight of a name with at least eight, else 0
  std::uint64_t hash = 0;
};

namespace name_key {

// The halves of the 128-bit product folded together, as in wyhash: three instructions that spread
// every bit of both factors.
[[nodiscard]] inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline constexpr std::uint64_t kHeadSalt = 0xA0761D6478BD642FU;  // wyhash's constants
inline constexpr std::uint64_t kTailSalt = 0xE7037ED1A0B428DBU;

template <bool kFoldCase>
[[nodiscard]] inline std::uint64_t word_at(const char* data) noexcept {
  const std::uint64_t word = short_bytes::load8(data);
  return kFoldCase ? short_bytes::fold_case(word) : word;
}

// Any name; with kFoldCase as if it were written in lower case. `seed` matters where a client
// chooses the names that are compared with each other.
template <bool kFoldCase>
[[nodiscard]] inline NameKey of(std::string_view name, std::uint64_t seed = 0) noexcept {
  const char* const data = name.data();
  const std::size_t size = name.size();
  NameKey key;
  std::uint64_t middle = seed ^ kTailSalt;
  if (size >= 8) {
    key.head = word_at<kFoldCase>(data);
    key.tail = word_at<kFoldCase>(data + (size - 8));
    // What head and tail leave out, 16 bytes a turn; the last turn may read some bytes again.
    for (std::size_t i = 8; i + 8 < size; i += 16) {
      const std::size_t at = i + 16 <= size ? i : size - 16;
      middle = mix(middle ^ word_at<kFoldCase>(data + at),
                   seed ^ kHeadSalt ^ word_at<kFoldCase>(data + at + 8));
    }
  } else {
    key.head = short_bytes::load_padded(data, size);
    if (kFoldCase) key.head = short_bytes::fold_case(key.head);
  }
  key.hash = mix(key.head ^ seed ^ kHeadSalt ^ size, key.tail ^ middle);
  return key;
}

// True when `name`, lower-cased, is `stored`, which has the same size, more than 8 bytes, and the
// same first and last eight of them.
[[nodiscard]] inline bool has_middle_of(std::string_view name, std::string_view stored) noexcept {
  for (std::size_t i = 8; i + 8 < name.size(); i += 8) {
    if (word_at<true>(name.data() + i) != short_bytes::load8(stored.data() + i)) return false;
  }
  return true;
}

// Equal without regard to case, eight bytes at a time.
[[nodiscard]] inline bool are_equal(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  const auto differ = [](std::uint64_t x, std::uint64_t y) {
    return x != y && short_bytes::fold_case(x) != short_bytes::fold_case(y);
  };
  std::size_t i = 0;
  for (; i + 8 <= a.size(); i += 8) {
    if (differ(short_bytes::load8(a.data() + i), short_bytes::load8(b.data() + i))) return false;
  }
  return !differ(short_bytes::load_padded(a.data() + i, a.size() - i),
                 short_bytes::load_padded(b.data() + i, b.size() - i));
}

}  // namespace name_key
}  // namespace corsac
