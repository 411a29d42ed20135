// Decides CORS for one request: excluded rules, WebSocket upgrades, preflights, actual requests.
// Entry: evaluate. Spec: Fetch, 3.3 and 4.8 to 4.10; policy document, 3 and 4.
// What decides nothing costs nothing: the usual outcomes come first, text is never copied, and own
// origins are asked for only when a refusal is near.
// Test: tests/stage/evaluate_*_test.cpp; instructions: bench/callgrind.

#include "corsac/stage/cors/evaluate.hpp"

#include "corsac/base/ascii.hpp"
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
constexpr std::string_view kFileOrigin = "file://";
constexpr std::string_view kTrue = "true";

// Most rules have no knob turned, and then none is looked at: each function that a knob changes
// exists twice, and which one runs is asked once for each request.
template <bool kHasKnobs>
constexpr const CorsBehaviour& knobs(const CompiledCors& cors) noexcept {
  if constexpr (kHasKnobs) return cors.behaviour;
  return kFetchBehaviour;
}

// `*` goes out whatever the Origin is, so that no Origin is looked at and nothing varies by it.
bool sends_constant(const CompiledCors& cors) noexcept {
  return cors.allows_any_origin && cors.denies_all == Reason::None;
}

HandlerHeaders handler_headers_of(const CompiledCors& cors) noexcept {
  return cors.behaviour.handler_headers == HandlerWins::Keep ? HandlerHeaders::Keep
                                                             : HandlerHeaders::Replace;
}

// The stored bytes of the origin that is listed exactly; without data when there is none, whatever
// the reason. One comparison of lengths, one hash, and one of bytes.
[[gnu::always_inline]] inline std::string_view find_listed(const CompiledCors& cors,
                                                           const RequestView& request) noexcept {
  const std::string_view origin = request.origin.value;
  const bool may_be_listed = cors.denies_all == Reason::None && request.origin.lines == 1 &&
                             origin.size() <= cors.origins->longest_match_bytes();
  return may_be_listed ? cors.origins->find_exact(origin) : std::string_view();
}

// What is no origin as pages have it. None = it is granted.
[[gnu::noinline]] Reason judge_opaque(const CompiledCors& cors, std::string_view origin) noexcept {
  if (origin == kNullOrigin) return cors.allows_null ? Reason::None : Reason::OriginNull;
  return Reason::OriginMalformed;
}

// What few rules have. None = it is granted.
[[gnu::noinline]] Reason judge_further(const CompiledCors& cors,
                                       const RequestView& request) noexcept {
  const std::string_view origin = request.origin.value;
  if (cors.takes_file_origins && origin.starts_with(kFileOrigin)) return Reason::OriginNotAllowed;
  if (!is_origin(origin)) return judge_opaque(cors, origin);
  const bool is_granted =
      request.is_allowed_by_application || cors.echoes_any_origin ||
      (cors.origin_regexes && cors.origin_regexes->match(origin) == RegexSet::Match::Yes);
  return is_granted ? Reason::None : Reason::OriginNotAllowed;
}

// For a request of which find_listed found nothing: None = the origin is granted all the same, as
// the request has it.
[[gnu::noinline]] Reason judge_unlisted(const CompiledCors& cors,
                                        const RequestView& request) noexcept {
  if (cors.denies_all != Reason::None) return cors.denies_all;
  if (request.origin.is_repeated()) return Reason::OriginRepeated;
  const std::string_view origin = request.origin.value;
  if (cors.origins->has_patterns() && cors.origins->has_pattern_for(origin)) return Reason::None;
  // It is parsed only here: a listed one was proved when it was loaded.
  if (cors.asks_further) return judge_further(cors, request);
  if (!is_origin(origin)) return judge_opaque(cors, origin);
  return request.is_allowed_by_application ? Reason::None : Reason::OriginNotAllowed;
}

// None = granted; `match` is then how, and its bytes the value of Access-Control-Allow-Origin.
[[gnu::always_inline]] inline Reason judge_origin(const CompiledCors& cors,
                                                  const RequestView& request,
                                                  OriginMatch& match) noexcept {
  const std::string_view listed = find_listed(cors, request);
  if (listed.data() != nullptr) {
    match = {OriginMatchKind::Exact, listed};
    return Reason::None;
  }
  match = {OriginMatchKind::Pattern, request.origin.value};
  return judge_unlisted(cors, request);
}

Reason judge_origin(const CompiledCors& cors, const RequestView& request) noexcept {
  OriginMatch match;
  return judge_origin(cors, request, match);
}

// malformed_origin = "ignore": such a request is as one without Origin.
template <bool kHasKnobs>
bool is_ignored(const CompiledCors& cors, Reason reason) noexcept {
  return knobs<kHasKnobs>(cors).malformed_origin == MalformedOrigin::Ignore &&
         (reason == Reason::OriginMalformed || reason == Reason::OriginRepeated);
}

// GET, HEAD and POST pass whatever the list says (Fetch, 4.8, "CORS-preflight fetch", step 7): an
// upload with a progress listener asks for them. Not where a system demands that they are listed.
template <bool kHasKnobs>
bool is_always_listed(const CompiledCors& cors, std::string_view method) noexcept {
  return !knobs<kHasKnobs>(cors).has_exact_methods && is_safelisted_method(method);
}

// Under requested_method_case = "fold": the method as it is listed; empty when it is not.
std::string_view find_folded(const CompiledCors& cors, std::string_view method) noexcept {
  if (!cors.behaviour.has_exact_methods) {
    for (const std::string_view safelisted : {"GET", "HEAD", "POST"}) {
      if (equals_ignoring_case(method, safelisted)) return safelisted;
    }
  }
  return cors.methods.find_ignoring_case(method);
}

// None, or why the requested method is refused. `answer` becomes what the grant names.
template <bool kHasKnobs>
Reason judge_requested_method(const CompiledCors& cors, const HeaderField& requested,
                              std::string_view& answer) noexcept {
  if (requested.is_repeated()) return Reason::RequestedMethodMalformed;
  answer = requested.value;
  if (cors.methods.contains(answer) || is_always_listed<kHasKnobs>(cors, answer)) {
    return Reason::None;
  }
  if (!is_method(answer)) return Reason::RequestedMethodMalformed;
  if (knobs<kHasKnobs>(cors).requested_method_case == MethodCase::Fold) {
    const std::string_view listed = find_folded(cors, answer);
    if (!listed.empty()) {
      answer = listed;
      return Reason::None;
    }
  }
  if (cors.allows_any_method && !is_forbidden_method(answer)) return Reason::None;
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
  const CorsBehaviour& behaviour = cors.behaviour;
  if (request.is_websocket_upgrade && behaviour.websocket == WebSocketMode::Block) return true;
  return behaviour.on_denied == OnDenied::Block;
}

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

bool is_own(const CompiledCors& cors, const RequestView& request) noexcept {
  return cors.is_own_by_host ? request.own->is_same_origin(request)
                             : request.own->is_same_origin_whatever_host(request);
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

// Refuses, unless the page is our own (then it passes without a reason) or the rule only counts or
// marks (then it passes with one). A Pass keeps the handler headers and Vary that are set already.
// Out of line, as is what it calls: a grant would save registers for it.
[[gnu::noinline]] void refuse(const CompiledCors& cors, const RequestView& request, Reason reason,
                              std::string_view offending, Decision& decision) noexcept {
  if (request.own != nullptr) return refuse_unless_own(cors, request, reason, offending, decision);
  refuse_other(cors, request, reason, offending, decision);
}

// vary = "specific_only": only a grant to one origin varies by it.
void vary_by_granted_origin(Decision& decision) noexcept {
  decision.vary =
      decision.vary == VaryOn::Nothing ? VaryOn::Origin : VaryOn::OriginRequestedMethodAndHeaders;
}

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
void add_methods(const CompiledCors& cors, std::string_view requested,
                 Decision& decision) noexcept {
  if (knobs<kHasKnobs>(cors).methods_answer == AnswerList::List) {
    if (!cors.methods_list.empty())
      decision.add_grant(GrantHeader::AllowMethods, cors.methods_list);
  } else if (!is_always_listed<kHasKnobs>(cors, requested)) {
    decision.add_grant(GrantHeader::AllowMethods, requested);
  }
}

template <bool kHasKnobs>
void add_headers(const CompiledCors& cors, Decision& decision) noexcept {
  if (knobs<kHasKnobs>(cors).headers_answer == AnswerList::List) {
    if (!cors.headers_list.empty())
      decision.add_grant(GrantHeader::AllowHeaders, cors.headers_list);
  } else if (decision.requested.verdict == HeaderListVerdict::Allowed) {
    decision.add_grant(GrantHeader::AllowHeaders, decision.requested.whole);
  }
}

// The preflight succeeds; whether the browser reads a grant in it is another matter.
void answer_preflight(const CompiledCors& cors, Decision& decision) noexcept {
  decision.outcome = Outcome::Answer;
  decision.status = cors.behaviour.preflight_status;
  decision.handler_headers = HandlerHeaders::Replace;
}

template <bool kHasKnobs>
void grant_preflight(const CompiledCors& cors, const RequestView& request,
                     const OriginMatch& origin, std::string_view method,
                     Decision& decision) noexcept {
  answer_preflight(cors, decision);
  decision.add_grant(GrantHeader::AllowOrigin, origin.bytes);
  if (cors.allows_credentials) decision.add_grant(GrantHeader::AllowCredentials, kTrue);
  add_methods<kHasKnobs>(cors, method, decision);
  add_headers<kHasKnobs>(cors, decision);
  // Only beside an exact origin: a pattern would let every page under it into the network behind
  // the user's router.
  if (cors.allows_private_network && origin.kind == OriginMatchKind::Exact &&
      request.requested_private_network.lines == 1 &&
      request.requested_private_network.value == kTrue) {
    decision.add_grant(GrantHeader::AllowPrivateNetwork, kTrue);
  }
  if (knobs<kHasKnobs>(cors).exposes_on_preflight && !cors.exposed_headers.empty()) {
    decision.add_grant(GrantHeader::ExposeHeaders, cors.exposed_headers);
  }
  if (!cors.max_age.empty()) decision.add_grant(GrantHeader::MaxAge, cors.max_age);
  if (kHasKnobs && cors.adds_vary_to_grants) vary_by_granted_origin(decision);
}

struct Refusal {
  Reason reason = Reason::None;
  std::string_view offending = {};
};

// Method, then headers; the first that fails decides. Where an answer prints whole lists, a system
// may leave the comparison to the browser.
template <bool kHasKnobs>
Refusal judge_requested(const CompiledCors& cors, const RequestView& request,
                        std::string_view& method, RequestedHeaders& headers) noexcept {
  const CorsBehaviour& behaviour = knobs<kHasKnobs>(cors);
  if (behaviour.checks_requested || behaviour.methods_answer == AnswerList::Requested) {
    const Reason reason = judge_requested_method<kHasKnobs>(cors, request.requested_method, method);
    if (reason != Reason::None) return {reason, request.requested_method.value};
  }
  if (request.requested_headers.empty()) return {};
  if (!behaviour.checks_requested && behaviour.headers_answer == AnswerList::List) return {};
  const AllowedHeaders allowed = {.names = &cors.headers, .allow_any = cors.allows_any_header};
  judge_requested_headers(request.requested_headers, allowed, headers);
  return {reason_of(headers.verdict), headers.offending};
}

// Origin, then method, then headers; the first that fails decides.
template <bool kHasKnobs>
[[gnu::noinline]] void evaluate_preflight(const CompiledCors& cors, const RequestView& request,
                                          Decision& decision) noexcept {
  const PreflightMode mode = cors.behaviour.preflight;
  if (mode == PreflightMode::PassThrough) return;
  decision.handler_headers = handler_headers_of(cors);
  decision.vary = cors.vary_of_preflight;
  if (mode == PreflightMode::Reject) {
    return refuse(cors, request, Reason::PreflightRejected, request.requested_method.value,
                  decision);
  }
  // No preflight by its own form; whose it is does not matter.
  if (request.requested_method.value.empty() &&
      knobs<kHasKnobs>(cors).empty_requested_method == EmptyRequestedMethod::Refuse) {
    return refuse(cors, request, Reason::RequestedMethodMalformed, {}, decision);
  }
  OriginMatch match = {OriginMatchKind::Pattern, kAnyOrigin};
  if (!sends_constant(cors)) {
    if (kHasKnobs && !request.origin.is_present()) return answer_preflight(cors, decision);
    const Reason reason = judge_origin(cors, request, match);
    if (is_ignored<kHasKnobs>(cors, reason)) return answer_preflight(cors, decision);
    if (reason != Reason::None) {
      return refuse(cors, request, reason, request.origin.value, decision);
    }
  }
  std::string_view method;
  const Refusal refusal = judge_requested<kHasKnobs>(cors, request, method, decision.requested);
  if (refusal.reason != Reason::None) {
    return refuse(cors, request, refusal.reason, refusal.offending, decision);
  }
  grant_preflight<kHasKnobs>(cors, request, match, method, decision);
}

// preflight_headers_on_options: what a preflight would have been told, on the application's own
// answer to OPTIONS.
[[gnu::noinline]] void add_preflight_headers(const CompiledCors& cors,
                                             Decision& decision) noexcept {
  const CorsBehaviour& behaviour = cors.behaviour;
  if (behaviour.methods_answer == AnswerList::List) add_methods<true>(cors, {}, decision);
  if (behaviour.headers_answer == AnswerList::List) add_headers<true>(cors, decision);
  if (!cors.max_age.empty()) decision.add_grant(GrantHeader::MaxAge, cors.max_age);
}

template <bool kHasKnobs>
void grant_actual(const CompiledCors& cors, const RequestView& request, std::string_view origin,
                  Decision& decision) noexcept {
  decision.add_grant(GrantHeader::AllowOrigin, origin);
  if (cors.allows_credentials) decision.add_grant(GrantHeader::AllowCredentials, kTrue);
  if (!cors.exposed_headers.empty()) {
    decision.add_grant(GrantHeader::ExposeHeaders, cors.exposed_headers);
  }
  if (cors.sends_timing_allow_origin) decision.add_grant(GrantHeader::TimingAllowOrigin, origin);
  if (!kHasKnobs) return;
  if (cors.adds_vary_to_grants) vary_by_granted_origin(decision);
  if (cors.behaviour.has_preflight_headers_on_options && request.method == "OPTIONS") {
    add_preflight_headers(cors, decision);
  }
}

// actual_answers = "leave": nothing is granted, so nothing can be denied a grant; under `block` a
// request of a strange origin still goes no further.
[[gnu::noinline]] void evaluate_left(const CompiledCors& cors, const RequestView& request,
                                     Decision& decision) noexcept {
  if (!is_blocked(cors, request) || !request.origin.is_present() || sends_constant(cors)) return;
  const Reason reason = judge_origin(cors, request);
  if (reason == Reason::None || is_ignored<true>(cors, reason)) return;
  refuse(cors, request, reason, request.origin.value, decision);
  if (decision.outcome == Outcome::Refuse) decision.vary = cors.vary_of_actual;
}

bool is_known_method(std::string_view method) noexcept {
  for (const std::string_view known :
       {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"}) {
    if (method == known) return true;
  }
  return false;
}

// enforce_methods: HEAD is not GET, and both must be listed where the system says so.
[[gnu::noinline]] bool is_listed_method(const CompiledCors& cors,
                                        std::string_view method) noexcept {
  return is_always_listed<true>(cors, method) || cors.methods.contains(method) ||
         (cors.allows_any_method && !is_forbidden_method(method));
}

// None, or why FusionAuth calls a cross-origin request with such a method, or such a POST, no CORS
// request that it knows.
[[gnu::noinline]] Reason judge_form(const CompiledCors& cors, const RequestView& request) noexcept {
  if (cors.behaviour.enforces_methods && !is_known_method(request.method) &&
      !is_listed_method(cors, request.method)) {
    return Reason::MethodUnknown;
  }
  const bool is_untyped_post = request.method == "POST" && request.content_type.value.empty();
  return is_untyped_post &&
                 cors.behaviour.post_without_content_type == PostWithoutContentType::Refuse
             ? Reason::ContentTypeMissing
             : Reason::None;
}

// The origin may; the method must as well, where methods are enforced.
template <bool kHasKnobs>
void grant_allowed(const CompiledCors& cors, const RequestView& request, std::string_view origin,
                   Decision& decision) noexcept {
  if (knobs<kHasKnobs>(cors).enforces_methods && !is_listed_method(cors, request.method)) {
    return refuse(cors, request, Reason::MethodNotAllowed, request.method, decision);
  }
  grant_actual<kHasKnobs>(cors, request, origin, decision);
}

// Its origin is on no list: refused, unless something else grants it.
template <bool kHasKnobs>
[[gnu::noinline]] void evaluate_unlisted(const CompiledCors& cors, const RequestView& request,
                                         Decision& decision) noexcept {
  const Reason reason = judge_unlisted(cors, request);
  if (is_ignored<kHasKnobs>(cors, reason)) return;
  const std::string_view origin = request.origin.value;
  if (reason != Reason::None) return refuse(cors, request, reason, origin, decision);
  grant_allowed<kHasKnobs>(cors, request, origin, decision);
}

// By the origins that are listed. Of its own, so that whoever sends `*` saves no registers for it.
template <bool kHasKnobs>
[[gnu::noinline]] void evaluate_by_list(const CompiledCors& cors, const RequestView& request,
                                        Decision& decision) noexcept {
  const std::string_view listed = find_listed(cors, request);
  if (listed.data() == nullptr) return evaluate_unlisted<kHasKnobs>(cors, request, decision);
  grant_allowed<kHasKnobs>(cors, request, listed, decision);
}

// An actual request with an Origin.
template <bool kHasKnobs>
[[gnu::noinline]] void evaluate_cross_origin(const CompiledCors& cors, const RequestView& request,
                                             Decision& decision) noexcept {
  if (kHasKnobs && cors.judges_actual) {
    const Reason reason = judge_form(cors, request);
    const std::string_view offending =
        reason == Reason::MethodUnknown ? request.method : std::string_view();
    if (reason != Reason::None) {
      if (!sends_constant(cors) && is_ignored<true>(cors, judge_origin(cors, request))) return;
      return refuse(cors, request, reason, offending, decision);
    }
  }
  if (sends_constant(cors)) return grant_allowed<kHasKnobs>(cors, request, kAnyOrigin, decision);
  evaluate_by_list<kHasKnobs>(cors, request, decision);
}

// Neither method nor headers are looked at unless a knob says so: Fetch checks them in the
// preflight alone.
template <bool kHasKnobs>
[[gnu::noinline]] void evaluate_actual(const CompiledCors& cors, const RequestView& request,
                                       Decision& decision) noexcept {
  if (knobs<kHasKnobs>(cors).actual_answers == ActualAnswers::Leave) {
    return evaluate_left(cors, request, decision);
  }
  decision.handler_headers = handler_headers_of(cors);
  // Also without Origin: a cache must not hand that answer, which has no grant, to the page of an
  // allowed one (Fetch, "CORS protocol and HTTP caches").
  decision.vary = cors.vary_of_actual;
  if (!request.origin.is_present()) {
    if (sends_constant(cors)) grant_actual<kHasKnobs>(cors, request, kAnyOrigin, decision);
    return;
  }
  evaluate_cross_origin<kHasKnobs>(cors, request, decision);
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
