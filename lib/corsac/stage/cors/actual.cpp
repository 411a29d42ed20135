// Decides an actual request. Entry: evaluate_actual. Spec: Fetch, 3.3 and 4.9; policy document, 3
// and 4. Test: tests/stage/evaluate_actual_test.cpp; instructions: bench/callgrind.

#include "corsac/stage/cors/actual.hpp"

#include "corsac/http/method.hpp"
#include "corsac/stage/cors/judge_origin.hpp"
#include "corsac/stage/cors/preflight.hpp"
#include "corsac/stage/cors/refuse.hpp"
#include "corsac/stage/cors/shared_grants.hpp"

namespace corsac {
namespace {

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

}  // namespace

template <bool kHasKnobs>
void evaluate_actual(const CompiledCors& cors, const RequestView& request,
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

template void evaluate_actual<false>(const CompiledCors&, const RequestView&, Decision&) noexcept;
template void evaluate_actual<true>(const CompiledCors&, const RequestView&, Decision&) noexcept;

}  // namespace corsac
