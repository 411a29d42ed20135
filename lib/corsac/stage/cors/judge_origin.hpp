#pragma once

// Whether a rule trusts the origin of a request. Only what decides CORS includes it; entry of all
// of it: evaluate.hpp.

#include <string_view>

#include "corsac/http/request_view.hpp"
#include "corsac/origin/origin_set.hpp"
#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/reason.hpp"

// Nobody outside needs them, and a call through the table of a shared library takes three
// instructions more.
#pragma GCC visibility push(hidden)

namespace corsac {

inline constexpr std::string_view kAnyOrigin = "*";

// Most rules have no knob turned, and then none is looked at: each function that a knob changes
// exists twice, and which one runs is asked once for each request.
template <bool kHasKnobs>
constexpr const CorsBehaviour& knobs(const CompiledCors& cors) noexcept {
  if constexpr (kHasKnobs) return cors.behaviour;
  return kFetchBehaviour;
}

// `*` goes out whatever the Origin is, so that no Origin is looked at and nothing varies by it.
[[nodiscard]] inline bool sends_constant(const CompiledCors& cors) noexcept {
  return cors.allows_any_origin && cors.denies_all == Reason::None;
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

// For a request of which find_listed found nothing: None = the origin is granted all the same, as
// the request has it. Out of line: a grant would save registers for it.
[[nodiscard, gnu::noinline]] Reason judge_unlisted(const CompiledCors& cors,
                                                   const RequestView& request) noexcept;

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

[[nodiscard]] inline Reason judge_origin(const CompiledCors& cors,
                                         const RequestView& request) noexcept {
  OriginMatch match;
  return judge_origin(cors, request, match);
}

// malformed_origin = "ignore": such a request is as one without Origin.
template <bool kHasKnobs>
bool is_ignored(const CompiledCors& cors, Reason reason) noexcept {
  return knobs<kHasKnobs>(cors).malformed_origin == MalformedOrigin::Ignore &&
         (reason == Reason::OriginMalformed || reason == Reason::OriginRepeated);
}

}  // namespace corsac

#pragma GCC visibility pop
