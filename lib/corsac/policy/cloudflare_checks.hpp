#pragma once

#include "corsac/policy/policy.hpp"
#include "corsac/policy/problem_list.hpp"

namespace corsac {

// A section that says anything about what preflights are answered: one of Cloudflare Access' CORS
// settings.
[[nodiscard]] bool has_cloudflare_settings(const CorsPolicy& cors) noexcept;
[[nodiscard]] bool has_cloudflare_settings(const CorsRule& rule) noexcept;

// What Cloudflare Access demands of its settings, under the profile "cloudflare": exactly one of
// "all" and a list for origins (cloudflare-origins-missing) and for methods
// (cloudflare-methods-missing), and no setting beside pass_through (pass-through-exclusive). That
// "*" stands alone is everybody's rule. Nothing under any other profile.
void check_cloudflare(const CorsPolicy& cors, ProblemList& problems);

}  // namespace corsac
