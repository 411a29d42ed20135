#pragma once

// Internal to the library: what the parts of a pattern cover. Not installed.

#include <string_view>

#include "corsac/origin/origin.hpp"
#include "corsac/origin/pattern.hpp"

namespace corsac {

// True when `host`, which is well-formed and in lower case, is covered by `pattern_host` (as in
// OriginPattern). A host of more than kWalkedLabels labels is covered by no wildcard.
[[nodiscard]] bool covers_host(HostForm form, std::string_view pattern_host,
                               std::string_view host) noexcept;

// True when the one `*` of `glob` stands for one or more of [a-z0-9-] in `host`.
[[nodiscard]] bool covers_glob(std::string_view glob, std::string_view host) noexcept;

// True when a well-formed `host` has more labels than a wildcard covers. (A label counts even when
// it is the empty one behind a final dot.)
[[nodiscard]] bool has_too_many_labels(std::string_view host) noexcept;

// True when the pattern takes the origin's port; of schemes that differ it says nothing.
[[nodiscard]] bool matches_port(const OriginPattern& pattern, const ParsedOrigin& origin) noexcept;

}  // namespace corsac
