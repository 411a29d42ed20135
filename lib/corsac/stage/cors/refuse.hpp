#pragma once

// What a refusal does to a decision. Entry of all of it: evaluate.hpp.

#include <string_view>

#include "corsac/http/request_view.hpp"
#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/decision.hpp"

// As in judge_origin.hpp.
#pragma GCC visibility push(hidden)

namespace corsac {

// Whether a refusal of this request ends it, and is not only marked.
[[nodiscard]] bool is_blocked(const CompiledCors& cors, const RequestView& request) noexcept;

// Whether the page is one of this server's. Only with `request.own`.
[[nodiscard]] bool is_own(const CompiledCors& cors, const RequestView& request) noexcept;

// Refuses, unless the page is our own (then it passes without a reason) or the rule only counts or
// marks (then it passes with one). A Pass keeps the handler headers and Vary that are set already.
// Out of line, as is what it calls: a grant would save registers for it.
[[gnu::noinline]] void refuse(const CompiledCors& cors, const RequestView& request, Reason reason,
                              std::string_view offending, Decision& decision) noexcept;

}  // namespace corsac

#pragma GCC visibility pop
