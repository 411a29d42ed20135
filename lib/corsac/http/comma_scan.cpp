// The rare half of the search for commas. Entry: find_from. Test: tests/http/header_list_test.cpp.

#include "corsac/http/comma_scan.hpp"

namespace corsac::comma_scan {

std::size_t find_from(std::string_view text, std::size_t at) noexcept {
  // Three steps more for long names; the library's search has its price and wins beyond them.
  for (int step = 0; step < 3; ++step, at += 16) {
    if (const unsigned bits = bits_at(text, at); bits != 0) {
      return at + static_cast<unsigned>(std::countr_zero(bits));
    }
    if (text.size() - at <= 16) return text.size();
  }
  const void* comma = std::memchr(text.data() + at, ',', text.size() - at);
  if (comma == nullptr) return text.size();
  return static_cast<std::size_t>(static_cast<const char*>(comma) - text.data());
}

}  // namespace corsac::comma_scan
