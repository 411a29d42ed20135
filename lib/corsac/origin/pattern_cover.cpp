// Whether one origin pattern includes another. Entry: covers. Spec: policy document, 2.
// Test: tests/origin/pattern_cover_test.cpp.

#include "corsac/origin/pattern_cover.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace corsac {
namespace {

// "None written" is the scheme's default port.
std::vector<PortRange> ports_of(const OriginPattern& pattern) {
  if (!pattern.ports.empty()) return pattern.ports;
  const std::uint16_t port = pattern.scheme == "https" ? 443 : 80;
  return {{port, port}};
}

bool covers_ports(const OriginPattern& wide, const OriginPattern& narrow) {
  if (wide.port_form == PortForm::Any) return true;
  if (narrow.port_form == PortForm::Any) return false;
  const std::vector<PortRange> allowed = ports_of(wide);
  const std::vector<PortRange> asked = ports_of(narrow);
  return std::all_of(asked.begin(), asked.end(), [&](const PortRange& range) {
    return std::any_of(allowed.begin(), allowed.end(), [&](const PortRange& one) {
      return one.first <= range.first && range.last <= one.last;
    });
  });
}

bool covers_host(const OriginPattern& wide, const OriginPattern& narrow) {
  if (wide.host_form == narrow.host_form && wide.host == narrow.host) return true;
  if (wide.host_form != HostForm::Subdomain || narrow.is_ip) return false;
  // ".example.com" holds ".a.example.com", "pr-*.example.com" and "a.example.com", not itself.
  return narrow.host.size() > wide.host.size() && narrow.host.ends_with(wide.host);
}

}  // namespace

bool covers(const OriginPattern& wide, const OriginPattern& narrow) {
  return wide.scheme == narrow.scheme && covers_host(wide, narrow) && covers_ports(wide, narrow);
}

}  // namespace corsac
