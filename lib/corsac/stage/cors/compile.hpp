#pragma once

#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/cors/rules.hpp"

namespace corsac {

// Checks and compiles one rule. Every problem is appended to `problems`, errors and warnings alike;
// when an error was among them the answer must not be used. Never throws but for memory.
//
// Errors, besides those of parse_origin_pattern: origin-any-not-alone, origin-any-credentials,
// origin-public-suffix (with credentials), origin-insecure-credentials, origin-too-many,
// null-credentials, method-malformed, method-forbidden, method-any-not-alone, header-malformed,
// header-forbidden, header-any-not-alone (beside "*" only "authorization" may stand),
// exposed-malformed, exposed-forbidden, exposed-any-credentials, max-age-range, problems-left-out
// (the origins have more than a thousand problems; the rest is counted).
// Warnings: origin-public-suffix (without credentials, suffixes of several labels),
// record-not-granted, record-beside-any, private-network-any (it is never answered beside "*"),
// dangerous-switch (at every load).
//
// Where an error comes from a rule that sets allow_credentials over an inherited value, its path is
// that allow_credentials.
[[nodiscard]] CompiledCors compile_cors(const CorsRules& rules, std::vector<Problem>& problems);

// The same rule with every origin refused for `reason` (PolicyUnavailable, PathAmbiguous).
[[nodiscard]] CompiledCors with_all_denied(const CompiledCors& cors, Reason reason);

}  // namespace corsac
