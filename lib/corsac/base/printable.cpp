// Turns bytes from outside into text that is safe to show.
// Entries: to_printable, to_one_line, to_quoted. Test: tests/base/printable_test.cpp.

#include "corsac/base/printable.hpp"

#include <algorithm>

namespace corsac {
namespace {

// True for what may stand in a line as it is, quotes and backslashes too.
bool is_visible(char c) noexcept { return c >= 0x20 && c < 0x7F; }

void append_hex(char c, std::string& text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  text += "\\x";
  text += kHex[byte >> 4U];
  text += kHex[byte & 0xFU];
}

enum class Escapes : unsigned char { No, Yes };  // of quotes and backslashes

std::string to_visible(std::string_view bytes, std::size_t limit_bytes, Escapes escapes) {
  const bool is_cut = bytes.size() > limit_bytes;
  const auto is_escaped = [escapes](char c) {
    return escapes == Escapes::Yes && (c == '"' || c == '\\');
  };
  bytes = bytes.substr(0, limit_bytes);
  // Most texts need nothing but a copy.
  const auto first = std::find_if(bytes.begin(), bytes.end(),
                                  [is_escaped](char c) { return !is_visible(c) || is_escaped(c); });
  std::string text;
  text.reserve(bytes.size() + (is_cut ? 3 : 0));
  text.assign(bytes.begin(), first);
  bytes.remove_prefix(text.size());
  for (const char c : bytes) {
    if (is_escaped(c)) text += '\\';
    if (is_visible(c)) {
      text += c;
    } else {
      append_hex(c, text);
    }
  }
  if (is_cut) text += "...";
  return text;
}

}  // namespace

std::string to_printable(std::string_view value, std::size_t limit_bytes) {
  return to_visible(value, limit_bytes, Escapes::Yes);
}

std::string to_one_line(std::string_view sentence, std::size_t limit_bytes) {
  return to_visible(sentence, limit_bytes, Escapes::No);
}

std::string to_quoted(std::string_view value) { return '"' + to_printable(value) + '"'; }

std::string without_userinfo(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return std::string(text);
  // Slashes elsewhere are no end of a scheme, and what stands before them may be a password.
  const std::size_t slashes = text.find("//");
  const bool ends_scheme = slashes == 0 || text.find(':') + 1 == slashes;
  const std::size_t begin = ends_scheme && slashes < at ? slashes + 2 : 0;
  return std::string(text.substr(0, begin)) + "***" + std::string(text.substr(at));
}

}  // namespace corsac
