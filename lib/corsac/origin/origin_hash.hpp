#pragma once

// The seeded hash of the origin set, and of whoever else meets texts that tenants wrote. Not
// installed; the numbers are nobody's contract and are never stored.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace corsac {

// What makes two builds of one set differ. Both words are secret: a tenant who knew them could add
// origins that fall on one slot.
struct HashSeed {
  std::uint64_t state = 0;
  std::uint64_t secret = 0;

  // Any 64 bits; close ones give unlike seeds (splitmix64, Steele et al. 2014).
  [[nodiscard]] static constexpr HashSeed from(std::uint64_t seed) noexcept {
    const auto next = [&seed] {
      seed += 0x9E3779B97F4A7C15U;
      std::uint64_t z = seed;
      z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
      z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
      return z ^ (z >> 31U);
    };
    // The high bit of each byte keeps the secret unlike any ASCII text: text equal to it would
    // multiply by zero and forget what was before it.
    const std::uint64_t state = next();
    return {state, next() | 0x8080808080808080U};
  }
};

namespace origin_hash_detail {

template <class Word>
[[nodiscard]] inline std::uint64_t load(const char* p) noexcept {
  Word word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

// Not zero when the sixteen bytes differ.
[[nodiscard]] inline std::uint64_t differ16(const char* a, const char* b) noexcept {
  return (load<std::uint64_t>(a) ^ load<std::uint64_t>(b)) |
         (load<std::uint64_t>(a + 8) ^ load<std::uint64_t>(b + 8));
}

// Both halves of the product, one over the other: each bit of the result hangs on all of a and b.
[[nodiscard]] inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Product = unsigned __int128;
  const Product product = static_cast<Product>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

}  // namespace origin_hash_detail

// Sixteen bytes a step, as wyhash does; the last ones are read again rather than copied out.
[[nodiscard]] inline std::uint64_t hash_bytes(std::string_view text,
                                              const HashSeed& seed) noexcept {
  using origin_hash_detail::load;
  using origin_hash_detail::mix;
  const char* p = text.data();
  const std::size_t size = text.size();
  std::uint64_t state = seed.state;
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  if (size > 16) {
    const char* const last = p + size - 16;
    do {
      state = mix(load<std::uint64_t>(p) ^ seed.secret, load<std::uint64_t>(p + 8) ^ state);
      p += 16;
    } while (p < last);
    a = load<std::uint64_t>(last);
    b = load<std::uint64_t>(last + 8);
  } else if (size >= 8) {
    a = load<std::uint64_t>(p);
    b = load<std::uint64_t>(p + size - 8);
  } else if (size >= 4) {
    a = load<std::uint32_t>(p);
    b = load<std::uint32_t>(p + size - 4);
  } else if (size > 0) {
    a = load<std::uint8_t>(p) << 8U | load<std::uint8_t>(p + size / 2);
    b = load<std::uint8_t>(p + size - 1);
  }
  return mix(seed.secret ^ size, mix(a ^ seed.secret, b ^ state));
}

// Sixteen bytes at a time, the last ones twice: for the 20 to 60 bytes of an origin a third of what
// calling memcmp takes.
[[nodiscard]] inline bool has_equal_bytes(const char* a, const char* b, std::size_t size) noexcept {
  using origin_hash_detail::load;
  if (size > 16) {
    using origin_hash_detail::differ16;
    const char* const last = a + size - 16;
    std::uint64_t found = differ16(last, b + size - 16);
    for (; a < last; a += 16, b += 16) found |= differ16(a, b);
    return found == 0;
  }
  if (size >= 8) {
    return load<std::uint64_t>(a) == load<std::uint64_t>(b) &&
           load<std::uint64_t>(a + size - 8) == load<std::uint64_t>(b + size - 8);
  }
  for (std::size_t i = 0; i < size; ++i) {  // "file://" is the only one that is so short
    if (a[i] != b[i]) return false;
  }
  return true;
}

}  // namespace corsac
