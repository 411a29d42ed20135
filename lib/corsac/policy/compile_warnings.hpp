#pragma once

#include "corsac/policy/effective_rule.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/problem_list.hpp"
#include "corsac/stage/cors/compiled.hpp"

namespace corsac {

// What is right and yet most likely not meant, in [cors] and in a rule: content-type-missing,
// private-network-obsolete, setting-has-no-effect; for [cors] also debug-headers.
void warn_of_cors(const CorsPolicy& cors, const EffectiveRule& effective,
                  const CompiledCors& compiled, ProblemList& problems);
void warn_of_rule(const CorsRule& rule, const EffectiveRule& effective,
                  const CompiledCors& compiled, ProblemList& problems);

}  // namespace corsac
