// Decides a preflight. Entry: evaluate_preflight. Spec: Fetch, 4.8 "CORS-preflight fetch"; policy
// document, 3 and 4. Test: tests/stage/evaluate_preflight_test.cpp; instructions: bench/callgrind.

#include "corsac/stage/cors/preflight.hpp"

#include "corsac/base/ascii.hpp"
#include "corsac/http/header_list.hpp"
#include "corsac/stage/cors/refuse.hpp"
#include "corsac/stage/cors/shared_grants.hpp"

namespace corsac {
namespace {

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

}  // namespace

template <bool kHasKnobs>
void evaluate_preflight(const CompiledCors& cors, const RequestView& request,
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

template void evaluate_preflight<false>(const CompiledCors&, const RequestView&,
                                        Decision&) noexcept;
template void evaluate_preflight<true>(const CompiledCors&, const RequestView&, Decision&) noexcept;

void add_preflight_headers(const CompiledCors& cors, Decision& decision) noexcept {
  const CorsBehaviour& behaviour = cors.behaviour;
  if (behaviour.methods_answer == AnswerList::List) add_methods<true>(cors, {}, decision);
  if (behaviour.headers_answer == AnswerList::List) add_headers<true>(cors, decision);
  if (!cors.max_age.empty()) decision.add_grant(GrantHeader::MaxAge, cors.max_age);
}

}  // namespace corsac
