#pragma once

#include <string>
#include <string_view>

namespace corsac {

// True when `domain` (lower case, one trailing dot allowed) is a public suffix in the list that
// libpsl brings, private section included: "com", "co.uk", "github.io", "vercel.app". An unlisted
// top level counts as one ("*" rule), but "localhost" and names below it do not. IP addresses:
// false.
[[nodiscard]] bool is_public_suffix(std::string_view domain);

// The registrable domain of `host` ("app.example.co.uk" -> "example.co.uk"); empty when there is
// none.
[[nodiscard]] std::string registrable_domain(std::string_view host);

// The date of the list as libpsl tells it, for lint; empty when unknown.
[[nodiscard]] std::string public_suffix_list_version();

}  // namespace corsac
