#pragma once

// [csrf.referer] and [csrf.cookie], checked and compiled.

#include <memory>
#include <vector>

#include "corsac/policy/policy.hpp"
#include "corsac/policy/problem_list.hpp"
#include "corsac/stage/csrf_trust.hpp"
#include "corsac/stage/host_guard.hpp"

namespace corsac {

// Chrome, Firefox and Safari keep no cookie longer: 400 days (draft-ietf-httpbis-rfc6265bis, 5.5).
inline constexpr std::int64_t kCookieMaxAgeLimitSeconds = 34'560'000;

// Warnings: dangerous-switch, and setting-has-no-effect where `enabled` is off.
[[nodiscard]] RefererRules compile_csrf_referer(const CsrfReferer& referer, ProblemList& problems);

// Null = there is none. Codes: field-missing, cookie-name-malformed, cookie-name-prefix,
// cookie-names-equal, cookie-domain-malformed, cookie-domain-not-shared, cookie-path-malformed,
// cookie-max-age-range. Warnings: setting-has-no-effect, where csrf.referer is off;
// cookie-domain-other, where none of `hosts`, those of hosts.allowed, lies in the domain (empty =
// they are not known).
[[nodiscard]] std::shared_ptr<const CsrfCookieRules> compile_csrf_cookie(
    const CsrfPolicy& csrf, const std::vector<HostPattern>& hosts, ProblemList& problems);

}  // namespace corsac
