// International names to punycode with libidn2; the only file that includes it.
// Entry: to_punycode. Test: tests/origin/pattern_test.cpp.

#include "corsac/origin/idna.hpp"

#include <idn2.h>

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

bool is_ascii(std::string_view text) noexcept {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

}  // namespace

std::string to_punycode(std::string_view host) {
  if (is_ascii(host)) return to_ascii_lower(host);
  if (host.find('\0') != std::string_view::npos) return {};
  char* converted = nullptr;
  const std::string text(host);
  // The flags of the URL standard's "domain to ASCII"; it does not ask for STD3 rules, so that "_"
  // and a wildcard pass.
  const int status =
      idn2_to_ascii_8z(text.c_str(), &converted, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (status != IDN2_OK) return {};
  std::string ascii(converted);
  idn2_free(converted);
  return ascii;
}

bool has_unicode_form(std::string_view host) {
  char* converted = nullptr;
  const int status = idn2_to_unicode_8z8z(std::string(host).c_str(), &converted, 0);
  if (status != IDN2_OK) return false;
  idn2_free(converted);
  return true;
}

}  // namespace corsac
