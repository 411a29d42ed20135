#pragma once

// The list in Access-Control-Request-Headers, read in two tiers.
//
// Fetch makes browsers send the names lower-cased, sorted, each once, joined with "," and nothing
// else; the first tier takes exactly that in one pass, without copying. Gateways and hand-made
// clients send blanks, other orders, repeats and several lines; the second tier takes those, under
// one budget. Both give the same verdict wherever the first one answers.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "corsac/base/bytes_ref.hpp"

namespace corsac {

class HeaderNameSet;

// Bytes of all Access-Control-Request-Headers lines together, each joined to the next by one comma.
// Real lists stay below 300; the cap bounds the work of a hostile one (GHSA-mh55-gqvf-xfwm).
inline constexpr std::size_t kRequestedHeadersLimitBytes = 4096;
// Names in them, repeats counted.
inline constexpr std::size_t kRequestedHeadersLimitNames = 64;
// RFC 9110, 5.6.1.2: a recipient must take a reasonable number of empty list elements.
inline constexpr std::size_t kRequestedHeadersLimitEmpty = 16;

enum class HeaderListVerdict : std::uint8_t {
  Empty,       // no line, or nothing but empty elements: no name was asked for
  Allowed,     // every name is allowed
  NotAllowed,  // one name is not; `offending` is the first such one
  Malformed,   // an element is not a field name; `offending` is it
  OverBudget,  // more bytes, names or empty elements than the limits above
};

// What was asked for, and how to answer it.
struct RequestedHeaders {
  HeaderListVerdict verdict = HeaderListVerdict::Empty;
  std::string_view offending = {};  // bytes of the request, without blanks at the ends
  // Set when the first tier took the list: the request's own line, to be sent back as it is. Every
  // byte of it is a lower-case token byte or a comma.
  std::string_view whole = {};
  // Else, when Allowed, the distinct names in order of appearance, lower-case: views into the set,
  // or, under `allow_any`, views into the request (which may hold upper case: whoever joins them
  // lower-cases). Only the first `count` are valid; none with any other verdict.
  std::uint32_t count = 0;
  std::array<BytesRef, kRequestedHeadersLimitNames> names;

  RequestedHeaders() noexcept {}  // leaves `names` unfilled on purpose: 1 KiB for nothing
};

struct AllowedHeaders {
  const HeaderNameSet* names = nullptr;  // never null
  // "*": every name but Authorization, which must be in `names` (Fetch, 3.3.4 "CORS
  // non-wildcard request-header name").
  bool allow_any = false;
};

// Judges the lines of Access-Control-Request-Headers as one list: lines in order, each joined to
// the next by a comma. Bytes are counted first (and lines: each is a name or an empty element at
// least), then the first element from the left that is wrong decides; one beyond a limit is
// OverBudget whatever it says. Constant memory; the work is bounded by the limits above however
// long the lines are. Writes into `result`, whose previous content does not matter.
void judge_requested_headers(std::span<const std::string_view> lines, const AllowedHeaders& allowed,
                             RequestedHeaders& result) noexcept;

// The second tier alone, for tests and fuzzers that compare both.
void judge_requested_headers_tolerantly(std::span<const std::string_view> lines,
                                        const AllowedHeaders& allowed,
                                        RequestedHeaders& result) noexcept;

}  // namespace corsac
