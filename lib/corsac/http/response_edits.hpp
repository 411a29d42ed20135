#pragma once

#include <span>
#include <string>
#include <string_view>

namespace corsac {

// RFC 9110, 12.5.5: one Vary value made of the lines that are there and the names to add. Order is
// kept, repeats are dropped without regard to case, and when `*` is among them the answer is "*":
// it says more than any list. Elements that are not field names are dropped.
//
// `lines` are the response's own Vary lines; never pass a request's (GHSA-q7jf-gf43-6x6p).
// `added` is a comma list such as "Origin". The answer is empty when nothing remains.
[[nodiscard]] std::string merge_vary(std::span<const std::string_view> lines,
                                     std::string_view added);

// True for `Access-Control-*` response headers and Timing-Allow-Origin, in any case: what the
// response pass erases before it writes its own.
[[nodiscard]] bool is_cors_response_header(std::string_view name) noexcept;

}  // namespace corsac
