// JSON that is read with long texts cut. Entry: HarText::next. Spec: RFC 8259, 7. Test:
// tests/server/har_test.cpp.

#include "har_text.hpp"

#include <algorithm>
#include <utility>

#include <corsac/base/ascii.hpp>

namespace corsac::server {

bool HarText::fill() {
  if (at_ != end_) return true;
  at_ = 0;
  end_ = is_too_large() ? 0 : std::fread(piece_.get(), 1, kPiece, file_);
  read_bytes_ += end_;
  if (end_ == 0) has_failed_ = std::ferror(file_) != 0;
  return end_ != 0;
}

int HarText::read() { return fill() ? static_cast<unsigned char>(piece_[at_++]) : EOF; }

std::string_view HarText::ahead() {
  return fill() ? std::string_view(piece_.get() + at_, end_ - at_) : std::string_view();
}

Place HarText::place() const noexcept { return before_; }

// What the byte makes of the text that it stands in.
void HarText::follow(int byte) noexcept {
  if (hex_left_ != 0) {
    const int digit = hex_value(static_cast<char>(byte));
    unit_ = unit_ * 16 + static_cast<unsigned>(std::max(digit, 0));
    if (--hex_left_ == 0) is_half_pair_ = unit_ >= 0xD800 && unit_ <= 0xDBFF;
  } else if (is_escaped_) {
    is_escaped_ = false;
    if (byte != 'u') return;
    hex_left_ = 4;
    unit_ = 0;
  } else if (byte == '\\') {
    is_escaped_ = true;
  } else {
    is_half_pair_ = false;
  }
}

// A character may end before this byte.
bool HarText::is_boundary(int byte) const noexcept {
  const bool is_inside = (byte & 0xC0) == 0x80;  // of a character in UTF-8
  return !is_inside && hex_left_ == 0 && !is_escaped_ && !is_half_pair_;
}

int HarText::next() {
  while (true) {
    before_ = here_;
    const int byte = read();
    if (byte == EOF) return EOF;
    ++column_;
    constexpr std::size_t kColumnLimit = (std::size_t{1} << 24U) - 1;
    here_ = {.line = static_cast<std::uint32_t>(line_),
             .column = static_cast<std::uint32_t>(column_ > kColumnLimit ? 0 : column_)};
    if (byte == '\n') {
      ++line_;
      column_ = 0;
    }
    if (!is_in_text_) {
      is_in_text_ = byte == '"';
      text_bytes_ = 0;
      return byte;
    }
    const bool is_end = byte == '"' && !is_escaped_ && hex_left_ == 0;
    if (is_end) {
      is_in_text_ = is_dropping_ = is_half_pair_ = false;
      return byte;
    }
    ++text_bytes_;
    if (text_bytes_ > text_limit_bytes_ && is_boundary(byte) &&
        !std::exchange(is_dropping_, true)) {
      ++cut_texts_;
    }
    follow(byte);
    if (!is_dropping_) return byte;
  }
}

}  // namespace corsac::server
