// Entries: percent_decoded, percent_encoded. Spec: RFC 3986, 2.1 and 2.3. Test:
// tests/http/percent_coding_test.cpp.

#include "corsac/http/percent_coding.hpp"

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, PlusSign plus) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      bytes += static_cast<char>(high * 16 + low);
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
