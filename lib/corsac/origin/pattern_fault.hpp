#pragma once

// Internal to origin/: the strict reading of a pattern, apart from the texts about what is wrong.
// Not installed.

#include <cstdint>
#include <string>
#include <string_view>

#include "corsac/base/result.hpp"
#include "corsac/origin/pattern.hpp"

namespace corsac {

// A longer text is not read: the longest origin with a set of several hundred ports is shorter.
inline constexpr std::size_t kPatternLimitBytes = 4096;

enum class PatternFault : std::uint8_t {
  Empty,
  TooLong,
  NoScheme,
  TrailingSlash,
  Path,
  Query,
  UserInfo,
  UpperCase,
  DefaultPort,
  List,
  Null,
  OpaqueScheme,
  BadScheme,
  NoPageScheme,  // well-formed, but pages are not loaded over it: ftp, ws, wss
  NoHost,
  NonAscii,
  BadByte,
  IpSpelling,
  Ipv6Zone,
  EmptyLabel,
  LongLabel,
  LongHost,
  HyphenLabel,
  Port,
  PortSet,
  WildcardAll,
  WildcardOneLabel,
  WildcardIp,
  WildcardPlace,
  WildcardScheme,
};

// parse_origin_pattern without the texts.
[[nodiscard]] Result<OriginPattern, PatternFault> read_pattern(std::string_view text);

// Code, text and the fixed form of `text`, where there is one; only what read_pattern takes is ever
// suggested.
[[nodiscard]] OriginPatternError describe_fault(PatternFault fault, std::string_view text);

// Where user info would stand: what lies between "://", or the beginning, and the first of "/?#\".
[[nodiscard]] std::string_view find_authority(std::string_view text) noexcept;

// The entries of a text that holds several; empty when it is none. Commas and semicolons separate
// before a path and outside of a port set, blanks where an origin follows.
[[nodiscard]] std::vector<std::string_view> split_list(std::string_view text);

}  // namespace corsac
