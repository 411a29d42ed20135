#pragma once

// A mark for the content of a document: tells whether it changed, and names the state of a
// document.
//
// Not a cryptographic hash, on purpose: whoever can write the policy needs no collision to change
// it, and whoever cannot gets no say in its bytes. Two lanes see each eight bytes; a step is a
// bijection of a lane, so two contents of one length that differ in eight bytes alone never share a
// hash; otherwise it is chance, one in 2^128. It needs no library (a plugin has none of the
// core's), and reads 64 MiB in 30 ms. The same on machines of one byte order.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace corsac::store_parts {

class ContentHash {
 public:
  // In pieces of any length: only all of the bytes together count.
  void add(std::string_view bytes) noexcept {
    const std::size_t waiting = size_ % sizeof(Word);
    size_ += bytes.size();
    if (waiting != 0) {
      const std::size_t taken = std::min(sizeof(Word) - waiting, bytes.size());
      std::copy_n(bytes.data(), taken, rest_.data() + waiting);
      bytes.remove_prefix(taken);
      if (waiting + taken < sizeof(Word)) return;
      lanes_.take(word_at(rest_.data()));
    }
    Lanes lanes = lanes_;
    for (; bytes.size() >= sizeof(Word); bytes.remove_prefix(sizeof(Word))) {
      lanes.take(word_at(bytes.data()));
    }
    lanes_ = lanes;
    rest_ = {};
    std::copy(bytes.begin(), bytes.end(), rest_.begin());
  }
  // 32 hexadecimal digits.
  [[nodiscard]] std::string text() const {
    const Lanes ended = end();
    std::string digits;
    for (const Word lane : {ended.first, ended.second}) {
      for (int shift = 60; shift >= 0; shift -= 4) {
        digits += "0123456789abcdef"[lane >> static_cast<unsigned>(shift) & 15U];
      }
    }
    return digits;
  }
  friend bool operator==(const ContentHash& a, const ContentHash& b) noexcept {
    const Lanes of_a = a.end();
    const Lanes of_b = b.end();
    return of_a.first == of_b.first && of_a.second == of_b.second;
  }

 private:
  using Word = std::uint64_t;

  // Odd factors without a pattern (the fractions of the square roots of 2 and 3); the turn brings
  // the high bits, which a product fills, to where the next factor spreads them.
  struct Lanes {
    Word first = 0x6A09E667F3BCC909;
    Word second = 0xBB67AE8584CAA73B;

    void take(Word word) noexcept {
      first = turned((first ^ word) * 0x6A09E667F3BCC909, 29);
      second = turned((second ^ word) * 0xBB67AE8584CAA73B, 37);
    }
  };

  static Word turned(Word word, unsigned bits) noexcept {
    return word << bits | word >> (64 - bits);
  }
  static Word word_at(const char* bytes) noexcept {
    Word word = 0;
    std::memcpy(&word, bytes, sizeof word);
    return word;
  }
  // The bytes that are left over with zeros behind them, the length, which tells those from zeros
  // of the content, and two words more, so that the last bytes reach every bit.
  [[nodiscard]] Lanes end() const noexcept {
    Lanes lanes = lanes_;
    for (const Word word : {word_at(rest_.data()), static_cast<Word>(size_), Word{0}, Word{0}}) {
      lanes.take(word);
    }
    return lanes;
  }

  Lanes lanes_ = {};
  std::size_t size_ = 0;
  std::array<char, sizeof(Word)> rest_ = {};  // size_ % sizeof(Word) of them, and zeros
};

}  // namespace corsac::store_parts
