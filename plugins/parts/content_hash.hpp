#pragma once

// A mark for the content of a document: tells whether it changed, and names the state of a
// document.
//
// FNV-1a with 128 bits. Not a cryptographic hash, on purpose: whoever can write the policy needs no
// collision to change it, and whoever cannot gets no say in its bytes. Every step is a bijection of
// the state, so two contents of one length that differ in one byte never share a hash; otherwise it
// is chance, one in 2^128. It needs no library (a plugin has none of the core's), and reads 64 MiB
// in a tenth of a second.

#include <cstdint>
#include <string>
#include <string_view>

namespace corsac::store_parts {

class ContentHash {
 public:
  void add(std::string_view bytes) noexcept {
    Word state = state_;
    for (const char byte : bytes) state = (state ^ static_cast<unsigned char>(byte)) * kPrime;
    state_ = state;
  }
  // 32 hexadecimal digits.
  [[nodiscard]] std::string text() const {
    std::string digits(32, '0');
    Word rest = state_;
    for (std::size_t i = digits.size(); i-- > 0; rest >>= 4) {
      digits[i] = "0123456789abcdef"[static_cast<unsigned>(rest & 15)];
    }
    return digits;
  }
  friend bool operator==(const ContentHash& a, const ContentHash& b) noexcept {
    return a.state_ == b.state_;
  }

 private:
  __extension__ using Word = unsigned __int128;
  // The published offset basis and prime (draft-eastlake-fnv, 5).
  static constexpr Word kOffset = static_cast<Word>(0x6c62272e07bb0142) << 64 | 0x62b821756295c58d;
  static constexpr Word kPrime = static_cast<Word>(0x0000000001000000) << 64 | 0x000000000000013b;

  Word state_ = kOffset;
};

}  // namespace corsac::store_parts
