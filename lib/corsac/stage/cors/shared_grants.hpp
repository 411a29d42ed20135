#pragma once

// What the answers to preflights and to actual requests have in common.

#include <string_view>

#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/decision.hpp"

// As in judge_origin.hpp.
#pragma GCC visibility push(hidden)

namespace corsac {

inline constexpr std::string_view kTrue = "true";

[[nodiscard]] inline HandlerHeaders handler_headers_of(const CompiledCors& cors) noexcept {
  return cors.behaviour.handler_headers == HandlerWins::Keep ? HandlerHeaders::Keep
                                                             : HandlerHeaders::Replace;
}

// vary = "specific_only": only a grant to one origin varies by it.
inline void vary_by_granted_origin(Decision& decision) noexcept {
  decision.vary =
      decision.vary == VaryOn::Nothing ? VaryOn::Origin : VaryOn::OriginRequestedMethodAndHeaders;
}

}  // namespace corsac

#pragma GCC visibility pop
