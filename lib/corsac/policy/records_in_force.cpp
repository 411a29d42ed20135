// Which records give something now. Entry: RecordsInForce. Spec: policy document, 1
// "[[trusted_origins]]". Test: tests/policy/compile_test.cpp, tests/policy/guards_test.cpp.

#include "corsac/policy/records_in_force.hpp"

#include <algorithm>
#include <string>

namespace corsac {
namespace {

bool has_scope(const TrustedOrigin& record, TrustedOrigin::ScopeType type, std::string_view app) {
  return std::any_of(record.scopes.begin(), record.scopes.end(), [&](const auto& scope) {
    if (scope.type != type) return false;
    if (app.empty()) return true;
    const auto& apps = scope.allowed_okta_apps;
    return apps && std::find(apps->begin(), apps->end(), app) != apps->end();
  });
}

}  // namespace

std::optional<IdleRecord::Cause> RecordsInForce::why_idle(const TrustedOrigin& record,
                                                          TrustedOrigin::ScopeType scope,
                                                          std::string_view app) const {
  if (!has_scope(record, scope, app)) return IdleRecord::Cause::OtherScope;
  if (record.status != TrustedOrigin::Status::Active) return IdleRecord::Cause::Inactive;
  if (record.valid_until && now_ && *record.valid_until <= *now_) return IdleRecord::Cause::Over;
  return std::nullopt;
}

std::vector<CorsRules::RecordOrigin> RecordsInForce::with_scope(TrustedOrigin::ScopeType scope,
                                                                std::string_view app) {
  std::vector<CorsRules::RecordOrigin> found;
  for (std::size_t i = 0; i < policy_.trusted_origins.size(); ++i) {
    const TrustedOrigin& record = policy_.trusted_origins[i];
    if (why_idle(record, scope, app)) continue;
    if (record.valid_until && now_) {
      next_expiry_ =
          next_expiry_ ? std::min(*next_expiry_, *record.valid_until) : *record.valid_until;
    }
    found.push_back({.origin = record.origin,
                     .field = "trusted_origins[" + std::to_string(i) + "].origin",
                     .place = record.place});
  }
  return found;
}

}  // namespace corsac
