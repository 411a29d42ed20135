#pragma once

#include <string_view>

#include "corsac/policy/policy.hpp"
#include "corsac/policy/problem_list.hpp"

namespace corsac {

// What is right and works, and is most likely not what was meant, or will be regretted: `corsac
// check` says it, a load does not. All are warnings, and [[lint.allow]] silences each.
//
// Codes: port-suspicious (the other scheme's default port), port-blocked (pages of it do not load
// in any browser), extension-id (differs in each installation), app-scheme (any app on a device may
// claim it), punycode-unknown, trailing-dot (another origin than the one without), origin-redundant
// (a wildcard of the same list covers it), loopback-origin (any program of that machine may claim
// it), method-case ("patch" is not PATCH), options-needless, verb-unsendable (no page can send
// CONNECT or TRACE), method-override (goes round the list of methods), max-age-long,
// exposed-needless (pages can read it anyway).
void lint_policy(const Policy& policy, ProblemList& problems);

// One of the codes above.
[[nodiscard]] bool is_lint_code(std::string_view code) noexcept;

}  // namespace corsac
