#pragma once

// Why a grant or a request was refused: policy document, 5. The codes are stable; operators alert
// on them, and each has a page in lib/docs/reasons.

#include <cstdint>
#include <optional>
#include <string_view>

namespace corsac {

enum class Reason : std::uint8_t {
  None,
  OriginNotAllowed,
  OriginMalformed,
  OriginNull,
  OriginRepeated,
  MethodNotAllowed,
  RequestedMethodNotAllowed,
  RequestedMethodMalformed,
  RequestedHeaderNotAllowed,
  RequestedHeadersMalformed,
  RequestedHeadersOverBudget,
  PreflightOnExcludedPath,
  PreflightRejected,
  ContentTypeMissing,
  MethodUnknown,
  PathAmbiguous,
  CrossSiteWrite,
  RedirectNotAllowed,
  HostNotAllowed,
  UpgradeNotAllowed,
  PolicyUnavailable,
  RedirectToOtherOrigin,   // diagnostic
  HandlerHeadersReplaced,  // diagnostic
  ForwardNotAllowed,       // of the forwarder
};

inline constexpr std::size_t kReasonCount = 24;  // None included

struct ReasonInfo {
  Reason reason = Reason::None;
  std::string_view code = {};  // "origin_not_allowed"
  std::string_view text = {};  // one sentence: what happened
  std::string_view hint = {};  // one sentence: what the operator or the author of the page can do
};

// The row of `reason`; None has the code "none".
[[nodiscard]] const ReasonInfo& reason_info(Reason reason) noexcept;

[[nodiscard]] std::optional<Reason> parse_reason(std::string_view code) noexcept;

}  // namespace corsac
