#pragma once

// The guard against open redirects: policy document, 4 "redirects". It judges where the answer
// sends the browser: query parameters before the handler, `Location` behind it.
//
// It does not protect from: redirects that are no Location (Refresh, <meta>, script: the
// application asks Gate::may_redirect there); targets in bodies and headers of requests; whatever
// an own or listed origin redirects to in turn; wrong paths on an own or listed origin.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/origin/origin_set.hpp"
#include "corsac/origin/target.hpp"
#include "corsac/stage/stage.hpp"

namespace corsac {

// A longer value of a parameter is refused unread; hosts take no longer target in all.
inline constexpr std::size_t kRedirectParameterLimitBytes = 8192;

class RedirectGuard final : public Stage {
 public:
  struct Rules {
    std::shared_ptr<const OriginSet> origins = {};  // besides own ones; null = none
    std::vector<std::string> parameters = {};       // names, decoded
  };
  RedirectGuard() = default;
  explicit RedirectGuard(Rules rules) : rules_(std::move(rules)) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "redirects"; }

  // Refuse 403 redirect_not_allowed for a parameter of the query whose value, decoded once as forms
  // are, may not be gone to; several of one name are judged each. Else Continue, with
  // judges_location set.
  [[nodiscard]] StageResult on_request(const RequestView& request,
                                       Decision& decision) const noexcept override;

  // Relative targets, public origins of `own` (may be null) and listed ones may be gone to; `page`
  // says what `//host` means. What does not parse as in a browser, or leads to no http or https
  // origin, may not. No allocation.
  [[nodiscard]] bool allows(std::string_view target, PageScheme page,
                            const OwnOrigin* own) const noexcept;

 private:
  Rules rules_ = {};
};

// What may be shown of a target that was refused: without query, fragment and userinfo, which may
// hold secrets; `target` may be percent-encoded. A part of it.
[[nodiscard]] std::string_view shown_target(std::string_view target) noexcept;

}  // namespace corsac
