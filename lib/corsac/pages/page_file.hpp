#pragma once

// A page that is part of the library: files that a browser gets as they are.

#include <string_view>
#include <utility>

namespace corsac {

// Views static bytes.
struct PageFile {
  std::string_view name = {};  // below the page's path; empty = the page itself
  std::string_view content_type = {};
  std::string_view body = {};
};

// What every file of a page is sent with. The page loads nothing and asks nothing but its own
// server, cannot be framed, and makes no markup of text, whatever it shows. Nothing of its address
// goes anywhere, and no window that opened it holds on to it.
inline constexpr std::pair<const char*, const char*> kPageHeaders[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
     "require-trusted-types-for 'script'; trusted-types 'none'"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
    {"Cache-Control", "no-store"},
};

}  // namespace corsac
