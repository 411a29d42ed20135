#pragma once

// Internal to origin/: international names in the form that browsers send. Only for hints: a name
// that is not ASCII is always an error. Not installed.

#include <string>
#include <string_view>

namespace corsac {

// `host` (UTF-8) in punycode, as browsers convert it (UTS 46, non-transitional). Empty when it has
// no such form. ASCII comes back lower-cased.
[[nodiscard]] std::string to_punycode(std::string_view host);

// False when a label of `host` (ASCII) begins with "xn--" and is no name in punycode.
[[nodiscard]] bool has_unicode_form(std::string_view host);

}  // namespace corsac
