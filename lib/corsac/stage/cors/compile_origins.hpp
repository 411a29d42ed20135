#pragma once

// The part of compile_cors that reads origins: the lists, the origins file and the records.

#include <cstddef>
#include <string_view>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/cors/rules.hpp"

namespace corsac {

// Problems of one rule's origins that are kept; a list of a million slips must not fill the memory
// with sentences. What is beyond it is counted and said in one more problem.
inline constexpr std::size_t kOriginProblemLimit = 1000;

// An exact origin that is taken as it stands: a parser of requests takes it, and that of operators
// has nothing to say. With credentials only an https one draws no error.
[[nodiscard]] bool is_plain_origin(std::string_view text) noexcept;

// Sets `origins` (never null), `allows_any_origin` and nothing else. Appends every problem up to
// kOriginProblemLimit.
void compile_origins(const CorsRules& rules, CompiledCors& compiled,
                     std::vector<Problem>& problems);

}  // namespace corsac
