#pragma once

#include <string>
#include <string_view>

#include "corsac/policy/snapshot.hpp"

namespace corsac {

// How `origin`, which `rule` refused, misses the nearest of its origins: by its spelling, port,
// scheme, by being the apex or a subdomain, or by a label too many for a `*` inside a label. Tells
// what to write. Empty when nothing is near. `rule.cors` must not be null; everything from the
// request is escaped and cut.
[[nodiscard]] std::string near_origin(const RuleInfo& rule, std::string_view origin);

}  // namespace corsac
