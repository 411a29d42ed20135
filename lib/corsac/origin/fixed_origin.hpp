#pragma once

// What was meant by an origin that is written wrong. Not installed.

#include <string>
#include <string_view>

namespace corsac {

// `text` with everything repaired that can be: blanks at its ends, a missing scheme (http for
// loopback and port 80, else https), upper case, a path, international letters, a default port.
// Empty when that gives no pattern, or `text` itself.
[[nodiscard]] std::string fixed_origin(std::string_view text);

}  // namespace corsac
