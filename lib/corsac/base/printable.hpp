#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace corsac {

// An offending value is shown up to this many bytes; the rest becomes "...". Long enough for any
// real origin, short enough that a log line stays a line.
inline constexpr std::size_t kPrintableLimitBytes = 120;

// `value` as it may stand in a message, a log or a terminal: printable ASCII stays, `\` and `"`
// are escaped, every other byte becomes \xHH, and what is longer than `limit_bytes` of input is cut
// and ends in "...". The answer never holds a control byte, so it can neither break a line nor
// reach a terminal as an escape sequence (CVE-2024-1681 is that mistake).
[[nodiscard]] std::string to_printable(std::string_view value,
                                       std::size_t limit_bytes = kPrintableLimitBytes);

// A sentence as it may stand there: like to_printable, but `\` and `"` stay. What to_printable, or
// this, has answered comes out as it is.
[[nodiscard]] std::string to_one_line(std::string_view sentence,
                                      std::size_t limit_bytes = std::string_view::npos);

// to_printable between quotation marks, as values stand in sentences.
[[nodiscard]] std::string to_quoted(std::string_view value);

// `text`, an origin or an authority, with what stands before its last "@" as "***": a password may
// be in there. "https://***@host"; text without "@" as it is.
[[nodiscard]] std::string without_userinfo(std::string_view text);

}  // namespace corsac
