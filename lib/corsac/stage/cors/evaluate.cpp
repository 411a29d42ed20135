// Decides CORS for one request: excluded rules and WebSocket upgrades here, preflights and actual
// requests in files of their own. Entry: evaluate. Spec: Fetch, 3.3 and 4.8 to 4.10; policy
// document, 3 and 4.
// What decides nothing costs nothing: the usual outcomes come first, text is never copied, and own
// origins are asked for only when a refusal is near.
// Test: tests/stage/evaluate_*_test.cpp; instructions: bench/callgrind.

#include "corsac/stage/cors/evaluate.hpp"

#include "corsac/stage/cors/actual.hpp"
#include "corsac/stage/cors/judge_origin.hpp"
#include "corsac/stage/cors/preflight.hpp"
#include "corsac/stage/cors/refuse.hpp"

namespace corsac {
namespace {

// The kinds of request are out of line: inlined into evaluate, each would pay for the registers of
// all.

// same_origin = "exempt_first". True when the page is our own: it passes as if there was no policy.
[[gnu::noinline]] bool is_exempt(const CompiledCors& cors, const RequestView& request,
                                 Decision& decision) noexcept {
  if (request.own == nullptr || !request.origin.is_present()) return false;
  decision.is_own_origin = is_own(cors, request);
  return decision.is_own_origin;
}

// An upgrade on an excluded path: nobody is granted anything here, and cookies come all the same,
// so only pages of our own may connect.
[[gnu::noinline]] void evaluate_excluded_upgrade(const CompiledCors& cors,
                                                 const RequestView& request,
                                                 Decision& decision) noexcept {
  if (!request.origin.is_present()) return;  // not a browser
  refuse(cors, request, Reason::OriginNotAllowed, request.origin.value, decision);
  if (decision.outcome == Outcome::Refuse) decision.vary = cors.vary_of_actual;
}

// No grants here and nothing varies: a preflight is refused, unless the application answers it.
[[gnu::noinline]] void evaluate_excluded(const CompiledCors& cors, const RequestView& request,
                                         Decision& decision) noexcept {
  if (request.is_websocket_upgrade) return evaluate_excluded_upgrade(cors, request, decision);
  if (!decision.is_preflight || cors.behaviour.preflight == PreflightMode::PassThrough) return;
  if (cors.behaviour.preflight_outside_paths == OutsidePaths::Pass) return;
  refuse(cors, request, Reason::PreflightOnExcludedPath, request.path, decision);
}

// Browsers send cookies with every upgrade and read the answer without any CORS check (WebSockets
// standard, "establish a WebSocket connection"; cross-site WebSocket hijacking), so that an origin
// needs a grant with credentials as soon as there are any. An accepted upgrade gets no headers.
[[gnu::noinline]] void evaluate_upgrade(const CompiledCors& cors, const RequestView& request,
                                        Decision& decision) noexcept {
  if (!request.origin.is_present()) return;  // not a browser
  const bool is_constant = sends_constant(cors);
  Reason reason = is_constant ? Reason::None : judge_origin(cors, request);
  if (reason == Reason::None) {
    const bool has_credentials = request.has_cookie || request.has_authorization;
    if (cors.allows_credentials || !has_credentials) return;
    reason = Reason::UpgradeNotAllowed;
  }
  refuse(cors, request, reason, request.origin.value, decision);
  if (decision.outcome == Outcome::Refuse) decision.vary = cors.vary_of_actual;
}

template <bool kHasKnobs>
[[gnu::always_inline]] inline void evaluate_with(const CompiledCors& cors,
                                                 const RequestView& request,
                                                 Decision& decision) noexcept {
  decision.is_preflight = is_preflight(knobs<kHasKnobs>(cors), request);
  if (knobs<kHasKnobs>(cors).same_origin == SameOrigin::ExemptFirst &&
      is_exempt(cors, request, decision)) {
    return;
  }
  if (cors.is_excluded) return evaluate_excluded(cors, request, decision);
  if (request.is_websocket_upgrade) return evaluate_upgrade(cors, request, decision);
  if (decision.is_preflight) return evaluate_preflight<kHasKnobs>(cors, request, decision);
  evaluate_actual<kHasKnobs>(cors, request, decision);
}

[[gnu::noinline]] void evaluate_with_knobs(const CompiledCors& cors, const RequestView& request,
                                           Decision& decision) noexcept {
  evaluate_with<true>(cors, request, decision);
}

}  // namespace

bool may_send_credentials(const CompiledCors& cors, const RequestView& request) noexcept {
  if (!cors.allows_credentials || cors.echoes_any_origin || cors.is_excluded) return false;
  return request.origin.is_present() && judge_origin(cors, request) == Reason::None;
}

void evaluate(const CompiledCors& cors, const RequestView& request, Decision& decision) noexcept {
  if (cors.has_knobs) return evaluate_with_knobs(cors, request, decision);
  evaluate_with<false>(cors, request, decision);
}

}  // namespace corsac
