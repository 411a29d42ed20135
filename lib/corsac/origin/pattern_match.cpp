// What a pattern covers, the plain way: the oracle for OriginSet, and for near misses.
// Entries: matches_plainly, fixed_right_part. Tests: tests/origin/pattern_test.cpp and
// tests/origin/origin_set_test.cpp, which holds the fast way against this one.

#include <algorithm>

#include "corsac/base/ascii.hpp"
#include "corsac/origin/origin.hpp"
#include "corsac/origin/origin_set.hpp"
#include "corsac/origin/pattern.hpp"
#include "corsac/origin/port_text.hpp"

namespace corsac {
namespace {

bool matches_glob(std::string_view pattern, std::string_view host) noexcept {
  const std::size_t star = pattern.find('*');
  const std::string_view before = pattern.substr(0, star);
  const std::string_view after = pattern.substr(star + 1);
  // Longer than both parts together: they never overlap, and the wildcard is never empty.
  if (host.size() <= before.size() + after.size()) return false;
  if (!host.starts_with(before) || !host.ends_with(after)) return false;
  const std::string_view covered =
      host.substr(before.size(), host.size() - before.size() - after.size());
  return std::all_of(covered.begin(), covered.end(),
                     [](char c) { return is_ascii_lower(c) || is_ascii_digit(c) || c == '-'; });
}

bool matches_host_part(const OriginPattern& pattern, std::string_view host) noexcept {
  if (pattern.host_form == HostForm::Exact) return host == pattern.host;
  const auto dots = static_cast<std::size_t>(std::count(host.begin(), host.end(), '.'));
  if (dots + 1 > kWalkedLabels) return false;
  if (pattern.host_form == HostForm::Glob) return matches_glob(pattern.host, host);
  return host.size() > pattern.host.size() && host.ends_with(pattern.host);
}

bool matches_port_part(const OriginPattern& pattern, const ParsedOrigin& origin) noexcept {
  switch (pattern.port_form) {
    case PortForm::Any:
      return true;
    case PortForm::Set:
      return contains_port(pattern.ports,
                           origin.port == -1 ? default_port(origin.scheme) : origin.port);
    case PortForm::Exact:
      break;
  }
  return pattern.ports.empty() ? origin.port == -1 : contains_port(pattern.ports, origin.port);
}

}  // namespace

std::string_view fixed_right_part(const OriginPattern& pattern) noexcept {
  const std::string_view host = pattern.host;
  switch (pattern.host_form) {
    case HostForm::Exact:
      return host;
    case HostForm::Subdomain:
      return host.substr(1);
    case HostForm::Glob:
      break;
  }
  return host.substr(host.find('.', host.find('*')) + 1);
}

bool matches_plainly(const OriginPattern& pattern, std::string_view origin_text) noexcept {
  if (pattern.is_exact()) return origin_text == pattern.text;
  const auto origin = parse_origin(origin_text);
  return origin && origin->scheme == pattern.scheme && matches_host_part(pattern, origin->host) &&
         matches_port_part(pattern, *origin);
}

}  // namespace corsac
