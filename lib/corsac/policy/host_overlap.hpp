#pragma once

// What PathTable asks about two host patterns.

#include <optional>
#include <string>
#include <string_view>

#include "corsac/stage/host_guard.hpp"

namespace corsac {

// The part of a pattern's host that every matching host ends in, and by which patterns are looked
// up: the host itself for an exact one, ".example.com" for "*.example.com", ".preview.example.com"
// for "pr-*.preview.example.com". A view into `pattern`.
[[nodiscard]] std::string_view host_key(const HostPattern& pattern) noexcept;

// A `Host` value that both patterns match, as a rule's `hosts` are matched; nothing when there is
// none.
[[nodiscard]] std::optional<std::string> host_of_both(const HostPattern& a, const HostPattern& b);

}  // namespace corsac
