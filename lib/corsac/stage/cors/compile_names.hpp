#pragma once

// The parts of compile_cors that read methods and header names. Each appends every problem that it
// finds and fills its own fields of `compiled`.

#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/cors/rules.hpp"

namespace corsac {

// Longer header names are refused; the longest registered one has 44 bytes.
inline constexpr std::size_t kHeaderNameLimitBytes = 255;

void compile_methods(const CorsRules& rules, CompiledCors& compiled,
                     std::vector<Problem>& problems);
void compile_allowed_headers(const CorsRules& rules, CompiledCors& compiled,
                             std::vector<Problem>& problems);
void compile_exposed_headers(const CorsRules& rules, CompiledCors& compiled,
                             std::vector<Problem>& problems);

}  // namespace corsac
