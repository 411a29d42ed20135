#pragma once

#include "corsac/policy/policy.hpp"
#include "corsac/policy/problem_list.hpp"

namespace corsac {

// What belongs to no single rule: the schema's version, the profile, the reasons that [[test]]
// cases name, rule names that stand twice, and [[lint.allow]] without a path or a reason. Adds
// version-unknown, profile-unknown, profile-not-available, value-unknown, rule-name-repeated,
// lint-allow-code, lint-allow-path, lint-allow-reason and, as a warning, setting-has-no-effect.
void check_document(const Policy& policy, ProblemList& problems);

}  // namespace corsac
