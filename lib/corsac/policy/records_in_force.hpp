#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "corsac/policy/idle_record.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/stage/cors/rules.hpp"

namespace corsac {

// The records of a document that give something at one moment: ACTIVE and not over. Remembers when
// the next of those that were asked for ends.
class RecordsInForce {
 public:
  // `policy` must outlive this. `now` absent = expiries are ignored.
  RecordsInForce(const Policy& policy, std::optional<std::chrono::system_clock::time_point> now)
      : policy_(policy), now_(now) {}

  // In the order of the document. With `app`, only those whose scope names it in allowed_okta_apps.
  [[nodiscard]] std::vector<CorsRules::RecordOrigin> with_scope(TrustedOrigin::ScopeType scope,
                                                                std::string_view app = {});
  // Why a record gives nothing of this scope; nothing = with_scope gives it.
  [[nodiscard]] std::optional<IdleRecord::Cause> why_idle(const TrustedOrigin& record,
                                                          TrustedOrigin::ScopeType scope,
                                                          std::string_view app = {}) const;
  // Of all records that with_scope gave.
  [[nodiscard]] std::optional<std::chrono::system_clock::time_point> next_expiry() const noexcept {
    return next_expiry_;
  }

 private:
  const Policy& policy_;
  std::optional<std::chrono::system_clock::time_point> now_;
  std::optional<std::chrono::system_clock::time_point> next_expiry_ = {};
};

}  // namespace corsac
