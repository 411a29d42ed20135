// Entries: percent_decoded, percent_encoded. Spec: RFC 3986, 2.1 and 2.3. Test:
// tests/http/percent_coding_test.cpp.

#include "corsac/http/percent_coding.hpp"

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

std::size_t digit_of(char c) noexcept { return kDigits.find(ascii_upper(c)); }

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, PlusSign plus) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const std::size_t high = digit_of(text[i + 1]);
      const std::size_t low = digit_of(text[i + 2]);
      if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
      bytes += static_cast<char>(high << 4U | low);
      i += 2;
    } else {
      bytes += text[i] == '+' && plus == PlusSign::Blank ? ' ' : text[i];
    }
  }
  return bytes;
}

std::string percent_encoded(std::string_view bytes) {
  constexpr std::string_view kUnreserved = "-._~";
  std::string text;
  for (const char c : bytes) {
    if (is_ascii_alpha(c) || is_ascii_digit(c) || kUnreserved.find(c) != std::string_view::npos) {
      text += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    text += '%';
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
  return text;
}

}  // namespace corsac
