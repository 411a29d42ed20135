#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string_view>

#include <corsac/base/place.hpp>

namespace corsac::server {

// The bytes of a JSON file one by one, with their place; of a text that is longer than
// `text_limit_bytes` what is behind it is dropped, so that whoever parses them needs memory for one
// short text whatever the file holds. JSON stays JSON: nothing is cut inside of a character or an
// escape. In a dropped part nothing is checked.
class HarText {
 public:
  HarText(std::FILE* file, std::size_t text_limit_bytes, std::uint64_t limit_bytes) noexcept
      : file_(file), text_limit_bytes_(text_limit_bytes), limit_bytes_(limit_bytes) {}

  // The next byte, or EOF.
  [[nodiscard]] int next();
  // Bytes that come next, as they stand in the file; empty at its end. At the begin of a file at
  // least four, when it has them. Valid until the next call of next().
  [[nodiscard]] std::string_view ahead();
  // Of the byte before the one that came last: a parser looks one ahead.
  [[nodiscard]] Place place() const noexcept;
  [[nodiscard]] std::size_t line() const noexcept { return line_; }
  // How many texts were longer than the limit so far.
  [[nodiscard]] std::size_t cut_texts() const noexcept { return cut_texts_; }
  [[nodiscard]] bool is_too_large() const noexcept { return read_bytes_ > limit_bytes_; }
  [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }

 private:
  static constexpr std::size_t kPiece = std::size_t{64} * 1024;

  // False at the end, or when reading has failed.
  bool fill();
  [[nodiscard]] int read();
  void follow(int byte) noexcept;
  [[nodiscard]] bool is_boundary(int byte) const noexcept;

  std::FILE* file_;
  const std::size_t text_limit_bytes_;
  const std::uint64_t limit_bytes_;
  std::unique_ptr<char[]> piece_ = std::make_unique<char[]>(kPiece);
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::uint64_t read_bytes_ = 0;
  bool has_failed_ = false;

  std::size_t line_ = 1;
  std::size_t column_ = 0;
  Place here_ = {.line = 1, .column = 1};    // of the byte that came last
  Place before_ = {.line = 1, .column = 1};  // of the one before

  bool is_in_text_ = false;
  bool is_escaped_ = false;    // the byte before was the backslash of an escape
  unsigned hex_left_ = 0;      // of \uXXXX
  unsigned unit_ = 0;          // what \uXXXX says
  bool is_half_pair_ = false;  // a high surrogate came, its other half did not
  bool is_dropping_ = false;
  std::size_t text_bytes_ = 0;
  std::size_t cut_texts_ = 0;
};

// For parsers that take a pair of iterators.
class HarIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  HarIterator() = default;  // the end
  explicit HarIterator(HarText& text) : text_(&text), byte_(text.next()) {}

  char operator*() const noexcept { return static_cast<char>(byte_); }
  HarIterator& operator++() {
    byte_ = text_->next();
    return *this;
  }
  HarIterator operator++(int) {
    HarIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const HarIterator& a, const HarIterator& b) noexcept {
    return (a.byte_ == EOF) == (b.byte_ == EOF);
  }

 private:
  HarText* text_ = nullptr;
  int byte_ = EOF;
};

}  // namespace corsac::server
