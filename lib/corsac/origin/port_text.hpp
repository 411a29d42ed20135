#pragma once

// Internal to origin/ and stage/host_guard: what an operator may write after the colon. Not
// installed.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/origin/pattern.hpp"

namespace corsac {

enum class PortFault : std::uint8_t {
  None,
  Port,      // not a number from 1 to 65535, or with a leading zero
  Set,       // not a list of ports and ranges
  Wildcard,  // a `*` that is not the whole port
};

struct PortText {
  PortFault fault = PortFault::None;
  PortForm form = PortForm::Exact;
  std::vector<PortRange> ports = {};  // as in OriginPattern
};

// `text` is what follows the colon: "8080", "*", "[3000,8000-8099]".
[[nodiscard]] PortText read_ports(std::string_view text);

// `text` without what is surely too much in it: leading zeros, blanks in a set. Empty when nothing
// but `default_port` (-1 = none) is left.
[[nodiscard]] std::string to_shortest_port(std::string_view text, std::int32_t default_port);

// Sorts `ports` and makes one of ranges that overlap or touch.
void merge_ports(std::vector<PortRange>& ports);

// True when one of the merged `ports` holds `port`.
[[nodiscard]] bool contains_port(std::span<const PortRange> ports, std::int32_t port) noexcept;

}  // namespace corsac
