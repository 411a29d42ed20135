#pragma once

#include <chrono>
#include <string_view>

#include "corsac/policy/policy.hpp"
#include "corsac/policy/problem_list.hpp"

namespace corsac {

// What is right and works, and is most likely not what was meant, or will be regretted: `corsac
// check` says it, a load does not. All are warnings, and [[lint.allow]] silences each. Their codes
// are those of warning_codes.hpp with `is_lint`.
//
// `now` is for what grows old: the list of public suffixes.
void lint_policy(const Policy& policy, std::chrono::system_clock::time_point now,
                 ProblemList& problems);

// A list of this date ("2023-02-09") is more than a year old; false when the date is not known.
[[nodiscard]] bool is_suffix_list_old(std::string_view date,
                                      std::chrono::system_clock::time_point now) noexcept;

}  // namespace corsac
