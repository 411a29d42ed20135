// Decides CORS for one request: excluded rules, WebSocket upgrades, preflights, actual requests.
// Entry: evaluate. Spec: Fetch, 3.3 and 4.8 to 4.10; policy document, 3 (column "fetch") and 4.
// What decides nothing costs nothing: the usual outcomes come first, text is never copied, and own
// origins are asked for only when a refusal is near.
// Test: tests/stage/evaluate_*_test.cpp; instructions: bench/callgrind.

#include "corsac/stage/cors/evaluate.hpp"

#include "corsac/http/header_list.hpp"
#include "corsac/http/method.hpp"
#include "corsac/http/own_origin.hpp"
#include "corsac/origin/origin.hpp"
#include "corsac/origin/origin_set.hpp"

namespace corsac {
namespace {

constexpr std::uint16_t kForbiddenStatus = 403;
constexpr std::string_view kAnyOrigin = "*";
constexpr std::string_view kNullOrigin = "null";
constexpr std::string_view kTrue = "true";

// `*` goes out whatever the Origin is, so that no Origin is looked at and nothing varies by it.
bool sends_constant(const CompiledCors& cors) noexcept {
  return cors.allows_any_origin && cors.denies_all == Reason::None;
}

HandlerHeaders handler_headers_of(const CompiledCors& cors) noexcept {
  return cors.handler_headers == HandlerWins::Keep ? HandlerHeaders::Keep : HandlerHeaders::Replace;
}

// The value is on no list; None = it is granted as it is. It is parsed only here: a listed one was
// proved when it was loaded.
Reason judge_unlisted(const CompiledCors& cors, const RequestView& request) noexcept {
  const std::string_view origin = request.origin.value;
  if (origin == kNullOrigin) return cors.allows_null ? Reason::None : Reason::OriginNull;
  if (origin.size() > kOriginLimitBytes || !parse_origin(origin)) return Reason::OriginMalformed;
  return request.is_allowed_by_application ? Reason::None : Reason::OriginNotAllowed;
}

struct OriginVerdict {
  Reason reason = Reason::None;  // None = granted, by `match`
  OriginMatch match = {};        // its bytes are the value of Access-Control-Allow-Origin
};

// Inlined by force: as a call it would cost a tenth of a decision.
[[gnu::always_inline]] inline OriginVerdict judge_origin(const CompiledCors& cors,
                                                         const RequestView& request) noexcept {
  if (cors.denies_all != Reason::None) return {.reason = cors.denies_all};
  if (request.origin.is_repeated()) return {.reason = Reason::OriginRepeated};
  const OriginMatch match = cors.origins->find(request.origin.value);
  if (match.kind != OriginMatchKind::None) return {.match = match};
  return {.reason = judge_unlisted(cors, request),
          .match = {OriginMatchKind::Pattern, request.origin.value}};
}

// None, or why the requested method is refused. GET, HEAD and POST pass whatever the list says
// (Fetch, 4.8, "CORS-preflight fetch", step 7): an upload with a progress listener asks for them.
Reason judge_requested_method(const CompiledCors& cors, const HeaderField& requested) noexcept {
  if (requested.is_repeated()) return Reason::RequestedMethodMalformed;
  if (is_safelisted_method(requested.value) || cors.methods.contains(requested.value)) {
    return Reason::None;
  }
  if (!is_method(requested.value)) return Reason::RequestedMethodMalformed;
  if (cors.allows_any_method && !is_forbidden_method(requested.value)) return Reason::None;
  return Reason::RequestedMethodNotAllowed;
}

Reason reason_of(HeaderListVerdict verdict) noexcept {
  switch (verdict) {
    case HeaderListVerdict::Empty:
    case HeaderListVerdict::Allowed:
      break;
    case HeaderListVerdict::NotAllowed:
      return Reason::RequestedHeaderNotAllowed;
    case HeaderListVerdict::Malformed:
      return Reason::RequestedHeadersMalformed;
    case HeaderListVerdict::OverBudget:
      return Reason::RequestedHeadersOverBudget;
  }
  return Reason::None;
}

bool is_blocked(const CompiledCors& cors, const RequestView& request) noexcept {
  if (request.is_websocket_upgrade && cors.websocket == WebSocketMode::Block) return true;
  return cors.on_denied == OnDenied::Block;
}

void refuse_other(const CompiledCors& cors, const RequestView& request, Reason reason,
                  std::string_view offending, Decision& decision) noexcept {
  decision.reason = reason;
  decision.offending = offending;
  if (cors.is_report_only) return;
  if (decision.is_preflight) {
    decision.status = cors.refused_preflight_status;  // there is no handler to let through
  } else {
    if (!is_blocked(cors, request)) return;
    decision.status = kForbiddenStatus;
  }
  decision.outcome = Outcome::Refuse;
  decision.handler_headers = HandlerHeaders::Replace;
}

[[gnu::noinline]] void refuse_unless_own(const CompiledCors& cors, const RequestView& request,
                                         Reason reason, std::string_view offending,
                                         Decision& decision) noexcept {
  decision.is_own_origin = request.own->is_same_origin(request);
  if (!decision.is_own_origin) refuse_other(cors, request, reason, offending, decision);
}

// Refuses, unless the page is our own (then it passes without a reason) or the rule only counts or
// marks (then it passes with one). A Pass keeps the handler headers and Vary that are set already.
// Out of line, as is what it calls: a grant would save registers for it.
[[gnu::noinline]] void refuse(const CompiledCors& cors, const RequestView& request, Reason reason,
                              std::string_view offending, Decision& decision) noexcept {
  if (request.own != nullptr) return refuse_unless_own(cors, request, reason, offending, decision);
  refuse_other(cors, request, reason, offending, decision);
}

// The four kinds of request are out of line: inlined into evaluate, each would pay for the
// registers of all.

// No grants here and nothing varies: a preflight is refused, unless the application answers it.
[[gnu::noinline]] void evaluate_excluded(const CompiledCors& cors, const RequestView& request,
                                         Decision& decision) noexcept {
  if (!decision.is_preflight || cors.preflight == PreflightMode::PassThrough) return;
  refuse(cors, request, Reason::PreflightOnExcludedPath, request.path, decision);
}

// Browsers send cookies with every upgrade and read the answer without any CORS check (WebSockets
// standard, "establish a WebSocket connection"; cross-site WebSocket hijacking), so that an origin
// needs a grant with credentials as soon as there are any. An accepted upgrade gets no headers.
[[gnu::noinline]] void evaluate_upgrade(const CompiledCors& cors, const RequestView& request,
                                        Decision& decision) noexcept {
  if (!request.origin.is_present()) return;  // not a browser
  const bool is_constant = sends_constant(cors);
  Reason reason = is_constant ? Reason::None : judge_origin(cors, request).reason;
  if (reason == Reason::None) {
    const bool has_credentials = request.has_cookie || request.has_authorization;
    if (cors.allows_credentials || !has_credentials) return;
    reason = Reason::UpgradeNotAllowed;
  }
  refuse(cors, request, reason, request.origin.value, decision);
  if (decision.outcome == Outcome::Refuse && !is_constant) decision.vary = VaryOn::Origin;
}

void grant_preflight(const CompiledCors& cors, const RequestView& request,
                     const OriginMatch& origin, Decision& decision) noexcept {
  decision.outcome = Outcome::Answer;
  decision.status = cors.preflight_status;
  decision.handler_headers = HandlerHeaders::Replace;
  decision.add_grant(GrantHeader::AllowOrigin, origin.bytes);
  if (cors.allows_credentials) decision.add_grant(GrantHeader::AllowCredentials, kTrue);
  if (!is_safelisted_method(request.requested_method.value)) {
    decision.add_grant(GrantHeader::AllowMethods, request.requested_method.value);
  }
  if (decision.requested.verdict == HeaderListVerdict::Allowed) {
    decision.add_grant(GrantHeader::AllowHeaders, decision.requested.whole);
  }
  // Only beside an exact origin: a pattern would let every page under it into the network behind
  // the user's router.
  if (cors.allows_private_network && origin.kind == OriginMatchKind::Exact &&
      request.requested_private_network.lines == 1 &&
      request.requested_private_network.value == kTrue) {
    decision.add_grant(GrantHeader::AllowPrivateNetwork, kTrue);
  }
  if (!cors.max_age.empty()) decision.add_grant(GrantHeader::MaxAge, cors.max_age);
}

// Origin, then method, then headers; the first that fails decides.
[[gnu::noinline]] void evaluate_preflight(const CompiledCors& cors, const RequestView& request,
                                          Decision& decision) noexcept {
  if (cors.preflight == PreflightMode::PassThrough) return;
  const bool is_constant = sends_constant(cors);
  decision.handler_headers = handler_headers_of(cors);
  decision.vary =
      is_constant ? VaryOn::RequestedMethodAndHeaders : VaryOn::OriginRequestedMethodAndHeaders;
  if (cors.preflight == PreflightMode::Reject) {
    return refuse(cors, request, Reason::PreflightRejected, request.requested_method.value,
                  decision);
  }
  const OriginVerdict origin = is_constant
                                   ? OriginVerdict{.match = {OriginMatchKind::Pattern, kAnyOrigin}}
                                   : judge_origin(cors, request);
  if (origin.reason != Reason::None) {
    return refuse(cors, request, origin.reason, request.origin.value, decision);
  }
  const Reason method = judge_requested_method(cors, request.requested_method);
  if (method != Reason::None) {
    return refuse(cors, request, method, request.requested_method.value, decision);
  }
  if (!request.requested_headers.empty()) {
    const AllowedHeaders allowed = {.names = &cors.headers, .allow_any = cors.allows_any_header};
    judge_requested_headers(request.requested_headers, allowed, decision.requested);
    const Reason headers = reason_of(decision.requested.verdict);
    if (headers != Reason::None) {
      return refuse(cors, request, headers, decision.requested.offending, decision);
    }
  }
  grant_preflight(cors, request, origin.match, decision);
}

void grant_actual(const CompiledCors& cors, std::string_view origin, Decision& decision) noexcept {
  decision.add_grant(GrantHeader::AllowOrigin, origin);
  if (cors.allows_credentials) decision.add_grant(GrantHeader::AllowCredentials, kTrue);
  if (!cors.exposed_headers.empty()) {
    decision.add_grant(GrantHeader::ExposeHeaders, cors.exposed_headers);
  }
  if (cors.sends_timing_allow_origin) decision.add_grant(GrantHeader::TimingAllowOrigin, origin);
}

// Neither method nor headers are judged: Fetch checks them in the preflight alone.
[[gnu::noinline]] void evaluate_actual(const CompiledCors& cors, const RequestView& request,
                                       Decision& decision) noexcept {
  decision.handler_headers = handler_headers_of(cors);
  if (sends_constant(cors)) return grant_actual(cors, kAnyOrigin, decision);
  // Also without Origin: a cache must not hand that answer, which has no grant, to the page of an
  // allowed one (Fetch, "CORS protocol and HTTP caches").
  decision.vary = VaryOn::Origin;
  if (!request.origin.is_present()) return;
  const OriginVerdict origin = judge_origin(cors, request);
  if (origin.reason == Reason::None) return grant_actual(cors, origin.match.bytes, decision);
  refuse(cors, request, origin.reason, request.origin.value, decision);
}

}  // namespace

void evaluate(const CompiledCors& cors, const RequestView& request, Decision& decision) noexcept {
  decision.is_preflight = is_preflight(request);
  if (cors.is_excluded) return evaluate_excluded(cors, request, decision);
  if (request.is_websocket_upgrade) return evaluate_upgrade(cors, request, decision);
  if (decision.is_preflight) return evaluate_preflight(cors, request, decision);
  evaluate_actual(cors, request, decision);
}

}  // namespace corsac
