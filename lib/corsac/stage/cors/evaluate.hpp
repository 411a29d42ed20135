#pragma once

#include "corsac/http/request_view.hpp"
#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/decision.hpp"

namespace corsac {

// What a rule judges as a preflight. Fetch, 4.8: `OPTIONS` with Origin and
// Access-Control-Request-Method; two knobs widen or narrow it. Any other OPTIONS belongs to the
// application.
[[nodiscard]] constexpr bool is_preflight(const CorsBehaviour& behaviour,
                                          const RequestView& request) noexcept {
  if (!request.requested_method.is_present() || request.method != "OPTIONS") return false;
  if (!request.origin.is_present() && behaviour.preflight_needs_origin) return false;
  return !request.requested_method.value.empty() ||
         behaviour.empty_requested_method != EmptyRequestedMethod::Actual;
}

// The decision about one request: the only place where CORS is decided. The same function serves
// requests, explain, [[test]] and the fuzzers.
//
// `decision` must be fresh (default constructed, or what an earlier stage left with Continue). No
// I/O, clock, lock or allocation; constant memory; safe from any thread. The views in the decision
// point into `cors` and `request`.
void evaluate(const CompiledCors& cors, const RequestView& request, Decision& decision) noexcept;

// Whether pages of the request's origin get grants with credentials under this rule, whatever the
// request is; what other guards take for trust. Never where any origin is echoed: that is nobody's
// trust.
[[nodiscard]] bool may_send_credentials(const CompiledCors& cors,
                                        const RequestView& request) noexcept;

[[nodiscard]] inline Decision evaluate(const CompiledCors& cors,
                                       const RequestView& request) noexcept {
  Decision decision;
  evaluate(cors, request, decision);
  return decision;
}

}  // namespace corsac
