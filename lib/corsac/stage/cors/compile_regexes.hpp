#pragma once

// The part of compile_cors that reads allowed_origin_regexes.

#include <cstddef>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/cors/rules.hpp"

namespace corsac {

// They are for policies that are brought over; a list of this size is no such.
inline constexpr std::size_t kOriginRegexLimit = 1000;

// Sets `origin_regexes`. Errors: regex-malformed, regex-too-many; with credentials regex-open
// (others could have an origin that it matches) and origin-insecure-credentials.
void compile_origin_regexes(const CorsRules& rules, CompiledCors& compiled,
                            std::vector<Problem>& problems);

}  // namespace corsac
