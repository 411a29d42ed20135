#pragma once

#include "corsac/policy/policy.hpp"
#include "corsac/policy/problem_list.hpp"
#include "corsac/stage/cors/rules.hpp"

namespace corsac {

// Fills `rules.behaviour`, which holds the profile's values already, with what [cors] and the rule
// say: the rule's own field, else [cors]'s, else the profile's. For [cors] itself both are the same
// object. `rules.field` and `rules.inherited_field` must be set.
//
// Errors: value-unknown (a text that is none of a field's values), status-range.
void take_behaviour(const CorsPolicy& own, const CorsPolicy& cors, CorsRules& rules,
                    ProblemList& problems);
void take_behaviour(const CorsRule& own, const CorsPolicy& cors, CorsRules& rules,
                    ProblemList& problems);

}  // namespace corsac
