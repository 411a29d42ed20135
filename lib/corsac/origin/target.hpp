#pragma once

// A URL that a response or a parameter names as a target (`Location`, `redirect_uri`), read as
// browsers read it: URL standard, 4.4 "basic URL parser", as far as it decides the origin. Where
// browsers, or they and what stands before them, could differ, the target is refused.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "corsac/origin/origin.hpp"

namespace corsac {

// A longer target is refused unread. Real ones stay below the 8 KiB that servers take in a line.
inline constexpr std::size_t kTargetLimitBytes = 65'536;

enum class TargetKind : std::uint8_t {
  Relative,  // stays at the origin of the page or response that it stands in
  Origin,    // names an http or https origin; which may be that of the page as well
  Refused,   // does not parse, or leads to no http or https origin
};

// Why a target is refused.
enum class TargetFault : std::uint8_t {
  None,
  TooLong,      // over kTargetLimitBytes
  ControlByte,  // in the middle; a browser encodes it, what stands before one may do anything
  FirstByte,    // begins beyond ASCII: some decoders drop a byte order mark or a blank there
  Scheme,       // javascript:, data:, blob:, file:, ftp:, ws:, a custom one
  NoHost,
  NonAsciiHost,  // percent-encoded too; browsers map it to another text, this parser does not
  Host,          // no host that an Origin header could show
  Port,          // no number, 0 or above 65535
};

// The scheme of the page or response that the target stands in, as browsers reached it.
enum class PageScheme : std::uint8_t { Http, Https };

struct Target {
  TargetKind kind = TargetKind::Refused;
  TargetFault fault = TargetFault::None;  // None <=> not Refused
  std::uint16_t origin_bytes = 0;         // 0 <=> not Origin
  std::array<char, kOriginLimitBytes> origin_text = {};

  // As an Origin header would show it: "https://a.example:8443"; parse_origin takes it and gives
  // scheme, host and port. Empty when the kind is not Origin. The bytes are this object's.
  [[nodiscard]] std::string_view origin() const noexcept {
    return {origin_text.data(), origin_bytes};
  }
};

// Never Relative for what a browser takes to another origin. Never another origin than the one that
// a browser goes to, but for `https:path` on an https page (and http alike): that stays at the
// page, and is read as `https://path` all the same, since it does not on a page of the other
// scheme.
//
// Origin hosts are in normal form: percent-decoded, lower case, IPv4 in any spelling as dotted
// decimal. User info is dropped. Refused although browsers take them: IPv6 in other spellings than
// the serialised one (any case), port 0, labels and hosts over the limits of origin.hpp, domain
// bytes other than letters, digits, "-", "_" and ".", and a punycode label that may stand for plain
// ASCII ("xn--abc-").
//
// Linear in the size of `text`; no allocation.
[[nodiscard]] Target parse_target(std::string_view text, PageScheme page) noexcept;

}  // namespace corsac
