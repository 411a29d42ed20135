#pragma once

#include <string_view>
#include <vector>

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

// The words that a field of this name may have in [cors] and in a rule, in the order of the
// messages; empty for a field that takes no words.
[[nodiscard]] std::vector<std::string_view> behaviour_words(std::string_view field);

}  // namespace corsac
