#pragma once

#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/cors/rules.hpp"

namespace corsac {

// Checks and compiles one rule. Every problem is appended to `problems`, errors and warnings alike;
// when an error was among them the answer must not be used. Never throws but for memory.
//
// Besides those of parse_origin_pattern, the codes are: origin-any-not-alone,
// origin-any-credentials, origin-public-suffix (error with credentials, warning without),
// origin-insecure-credentials, null-credentials, method-malformed, method-forbidden,
// method-any-not-alone, header-malformed, header-forbidden, header-any-not-alone (beside "*" only
// "authorization" may stand), exposed-malformed, exposed-forbidden, exposed-any-credentials,
// max-age-range, record-not-granted, record-beside-any, private-network-any, dangerous-switch (a
// warning at every load).
[[nodiscard]] CompiledCors compile_cors(const CorsRules& rules, std::vector<Problem>& problems);

// The same rule with every origin refused for `reason` (PolicyUnavailable, PathAmbiguous).
[[nodiscard]] CompiledCors with_all_denied(const CompiledCors& cors, Reason reason);

}  // namespace corsac
