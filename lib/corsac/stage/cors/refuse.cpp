// Refusals. Entry: refuse. Spec: policy document, 3 and 4. Test:
// tests/stage/evaluate_actual_test.cpp.

#include "corsac/stage/cors/refuse.hpp"

#include "corsac/http/own_origin.hpp"

namespace corsac {
namespace {

constexpr std::uint16_t kForbiddenStatus = 403;

void refuse_other(const CompiledCors& cors, const RequestView& request, Reason reason,
                  std::string_view offending, Decision& decision) noexcept {
  decision.reason = reason;
  decision.offending = offending;
  if (cors.is_report_only) return;
  if (decision.is_preflight && reason != Reason::PreflightRejected) {
    decision.status = cors.behaviour.refused_preflight_status;  // no handler to let through
  } else if (decision.is_preflight || is_blocked(cors, request)) {
    decision.status = kForbiddenStatus;
  } else {
    return;
  }
  decision.outcome = Outcome::Refuse;
  decision.handler_headers = HandlerHeaders::Replace;
}

[[gnu::noinline]] void refuse_unless_own(const CompiledCors& cors, const RequestView& request,
                                         Reason reason, std::string_view offending,
                                         Decision& decision) noexcept {
  // A page may always talk to its own server over a WebSocket (policy document, 4).
  const bool is_judged =
      cors.behaviour.same_origin == SameOrigin::Judge && !request.is_websocket_upgrade;
  decision.is_own_origin = !is_judged && is_own(cors, request);
  if (!decision.is_own_origin) refuse_other(cors, request, reason, offending, decision);
}

}  // namespace

bool is_blocked(const CompiledCors& cors, const RequestView& request) noexcept {
  const CorsBehaviour& behaviour = cors.behaviour;
  if (request.is_websocket_upgrade && behaviour.websocket == WebSocketMode::Block) return true;
  return behaviour.on_denied == OnDenied::Block;
}

bool is_own(const CompiledCors& cors, const RequestView& request) noexcept {
  return cors.is_own_by_host ? request.own->is_same_origin(request)
                             : request.own->is_same_origin_whatever_host(request);
}

void refuse(const CompiledCors& cors, const RequestView& request, Reason reason,
            std::string_view offending, Decision& decision) noexcept {
  if (request.own != nullptr) return refuse_unless_own(cors, request, reason, offending, decision);
  refuse_other(cors, request, reason, offending, decision);
}

}  // namespace corsac
