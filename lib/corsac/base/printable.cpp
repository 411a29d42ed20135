// Turns bytes from outside into text that is safe to show.
// Entry: to_printable. Test: tests/base/printable_test.cpp.

#include "corsac/base/printable.hpp"

namespace corsac {

std::string to_printable(std::string_view value, std::size_t limit_bytes) {
  constexpr char kHex[] = "0123456789ABCDEF";
  const bool is_cut = value.size() > limit_bytes;
  std::string text;
  text.reserve(value.size() < limit_bytes ? value.size() : limit_bytes + 3);
  for (const char c : value.substr(0, limit_bytes)) {
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (c >= 0x20 && c < 0x7F) {
      text += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      text += "\\x";
      text += kHex[byte >> 4U];
      text += kHex[byte & 0xFU];
    }
  }
  if (is_cut) text += "...";
  return text;
}

std::string to_quoted(std::string_view value) { return '"' + to_printable(value) + '"'; }

}  // namespace corsac
