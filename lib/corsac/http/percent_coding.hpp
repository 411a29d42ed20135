#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace corsac {

enum class PlusSign : unsigned char {
  Plus,   // in a path
  Blank,  // in a query (WHATWG URL, 5.1)
};

// Bytes for %XX (RFC 3986, 2.1); nothing when a % is not followed by two hex digits.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text, PlusSign plus);

// Everything but unreserved characters (RFC 3986, 2.3) as %XX, so that the result may stand in any
// part of a URL.
[[nodiscard]] std::string percent_encoded(std::string_view bytes);

}  // namespace corsac
