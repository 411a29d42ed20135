#pragma once

// The origins that a guard trusts, checked and compiled: csrf.trusted_origins,
// redirects.allowed_origins, and records beside them.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/origin/origin_set.hpp"
#include "corsac/stage/cors/rules.hpp"
#include "corsac/stage/record_origin.hpp"

namespace corsac {

struct GuardOriginRules {
  std::string field = {};  // of the list: "csrf.trusted_origins"
  std::vector<PlacedText> origins = {};
  std::vector<CorsRules::RecordOrigin> records = {};
  // For the list and for the records. A record that does not meet them draws record-not-granted;
  // an entry of the list is an error.
  RecordDemands demands = {};
};

struct GuardOrigins {
  std::shared_ptr<const OriginSet> set = {};  // never null
  std::vector<OriginPattern> patterns = {};   // what it was made of
};

// Codes: those of parse_origin_pattern, origin-any-guard (`*` would switch the guard
// off), origin-insecure-credentials, origin-public-suffix, origin-not-web; at most
// kOriginProblemLimit of them, and problems-left-out. Warning: record-not-granted.
[[nodiscard]] GuardOrigins compile_guard_origins(const GuardOriginRules& rules,
                                                 std::vector<Problem>& problems);

// The record as it may be granted; nothing, and the warning record-not-granted, for one that may
// not.
[[nodiscard]] std::optional<OriginPattern> take_record(const CorsRules::RecordOrigin& record,
                                                       RecordDemands demands,
                                                       std::vector<Problem>& problems);

}  // namespace corsac
