#pragma once

// Actual requests. Entry of all of it: evaluate.hpp.

#include "corsac/http/request_view.hpp"
#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/decision.hpp"

// As in judge_origin.hpp.
#pragma GCC visibility push(hidden)

namespace corsac {

// A request that is neither a preflight nor an upgrade, with Origin or without. Neither method nor
// headers are looked at unless a knob says so: Fetch checks them in the preflight alone.
// `kHasKnobs`: CompiledCors::has_knobs.
template <bool kHasKnobs>
[[gnu::noinline]] void evaluate_actual(const CompiledCors& cors, const RequestView& request,
                                       Decision& decision) noexcept;
extern template void evaluate_actual<false>(const CompiledCors&, const RequestView&,
                                            Decision&) noexcept;
extern template void evaluate_actual<true>(const CompiledCors&, const RequestView&,
                                           Decision&) noexcept;

}  // namespace corsac

#pragma GCC visibility pop
