#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace corsac {

// What an answer's own headers say about frames, without regard to anything that is added.
enum class FrameLimit : std::uint8_t {
  None,        // nothing, or a Content-Security-Policy with frame-ancestors: two policies hold both
  SameOrigin,  // X-Frame-Options: SAMEORIGIN
  Nobody,      // X-Frame-Options: DENY, or several values that contradict each other
};

// Browsers ignore X-Frame-Options once any enforced policy has frame-ancestors, so whoever adds
// that directive must say what X-Frame-Options said. HTML, 7.7 "The X-Frame-Options header"; CSP 3,
// 6.4.2.2. `policies` are the lines of Content-Security-Policy, `options` those of X-Frame-Options.
[[nodiscard]] FrameLimit frame_limit(std::span<const std::string_view> policies,
                                     std::span<const std::string_view> options) noexcept;

}  // namespace corsac
