#pragma once

// Preflights, and what an answer to one says. Entry of all of it: evaluate.hpp.

#include <string_view>

#include "corsac/http/method.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/cors/judge_origin.hpp"
#include "corsac/stage/decision.hpp"

// As in judge_origin.hpp.
#pragma GCC visibility push(hidden)

namespace corsac {

// GET, HEAD and POST pass whatever the list says (Fetch, 4.8, "CORS-preflight fetch", step 7): an
// upload with a progress listener asks for them. Not where a system demands that they are listed.
template <bool kHasKnobs>
[[nodiscard]] bool is_always_listed(const CompiledCors& cors, std::string_view method) noexcept {
  return !knobs<kHasKnobs>(cors).has_exact_methods && is_safelisted_method(method);
}

// A request that is a preflight by the rule's own measure: origin, then method, then headers; the
// first that fails decides. `kHasKnobs`: CompiledCors::has_knobs.
template <bool kHasKnobs>
[[gnu::noinline]] void evaluate_preflight(const CompiledCors& cors, const RequestView& request,
                                          Decision& decision) noexcept;
extern template void evaluate_preflight<false>(const CompiledCors&, const RequestView&,
                                               Decision&) noexcept;
extern template void evaluate_preflight<true>(const CompiledCors&, const RequestView&,
                                              Decision&) noexcept;

// preflight_headers_on_options: what a preflight would have been told, on the application's own
// answer to OPTIONS.
[[gnu::noinline]] void add_preflight_headers(const CompiledCors& cors, Decision& decision) noexcept;

}  // namespace corsac

#pragma GCC visibility pop
