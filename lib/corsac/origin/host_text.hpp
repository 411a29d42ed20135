#pragma once

// Internal to origin/ and stage/host_guard: what an operator may write as a host, with or without a
// wildcard. Not installed.

#include <cstdint>
#include <string>
#include <string_view>

#include "corsac/origin/pattern.hpp"

namespace corsac {

enum class HostFault : std::uint8_t {
  None,
  Empty,
  NonAscii,
  BadByte,
  UpperCase,
  Ipv6Zone,
  IpSpelling,
  EmptyLabel,
  LongLabel,
  LongHost,
  HyphenLabel,
  WildcardAll,       // nothing is fixed: "*", "*.*"
  WildcardOneLabel,  // "*.com"
  WildcardIp,
  WildcardPlace,  // several, or nothing fixed to the right of it
};

struct HostText {
  HostFault fault = HostFault::None;
  HostForm form = HostForm::Exact;
  bool is_ip = false;
};

// What `host` is (without a port; IPv6 in brackets). When several things are wrong, the one that an
// operator has to know first.
[[nodiscard]] HostText judge_host(std::string_view host) noexcept;

// `host` as a browser would write it: lower case, punycode, the one spelling of an IP address. What
// has no such form comes back as it is; judge_host tells.
[[nodiscard]] std::string to_browser_host(std::string_view host);

// host[:port], cut where a browser cuts it; nothing is judged.
struct AuthorityText {
  std::string_view host = {};
  std::string_view port = {};  // without the colon
  bool has_port = false;       // true for "host:" too
};

// An IPv6 address without brackets is all host, so that it can be judged as one.
[[nodiscard]] AuthorityText split_authority(std::string_view authority) noexcept;

}  // namespace corsac
