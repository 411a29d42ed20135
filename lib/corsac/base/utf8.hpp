#pragma once

#include <string_view>

namespace corsac {

// True for well-formed UTF-8 (Unicode, table 3-7): no surrogates, no over-long forms, nothing above
// U+10FFFF. Control bytes and NUL are well-formed.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace corsac
