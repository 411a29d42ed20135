// What a pattern covers, the plain way: the oracle for OriginSet, and for near misses.
// Entries: matches_plainly, covers_host, matches_port, fixed_right_part. Tests:
// tests/origin/pattern_test.cpp and tests/origin/origin_set_test.cpp, which holds the fast way
// against this one.

#include <algorithm>

#include "corsac/base/ascii.hpp"
#include "corsac/origin/host_match.hpp"
#include "corsac/origin/origin.hpp"
#include "corsac/origin/origin_set.hpp"
#include "corsac/origin/pattern.hpp"
#include "corsac/origin/port_text.hpp"

namespace corsac {

bool matches_port(const OriginPattern& pattern, const ParsedOrigin& origin) noexcept {
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

bool covers_glob(std::string_view glob, std::string_view host) noexcept {
  const std::size_t star = glob.find('*');
  const std::string_view before = glob.substr(0, star);
  const std::string_view after = glob.substr(star + 1);
  // Longer than both parts together: they never overlap, and the wildcard is never empty.
  if (host.size() <= before.size() + after.size()) return false;
  if (!host.starts_with(before) || !host.ends_with(after)) return false;
  const std::string_view covered =
      host.substr(before.size(), host.size() - before.size() - after.size());
  return std::all_of(covered.begin(), covered.end(),
                     [](char c) { return is_ascii_lower(c) || is_ascii_digit(c) || c == '-'; });
}

bool has_too_many_labels(std::string_view host) noexcept {
  // Each dot has a byte before it.
  if (host.size() < 2 * kWalkedLabels) return false;
  return static_cast<std::size_t>(std::count(host.begin(), host.end(), '.')) >= kWalkedLabels;
}

bool covers_host(HostForm form, std::string_view pattern_host, std::string_view host) noexcept {
  if (form == HostForm::Exact) return host == pattern_host;
  if (has_too_many_labels(host)) return false;
  if (form == HostForm::Glob) return covers_glob(pattern_host, host);
  return host.size() > pattern_host.size() && host.ends_with(pattern_host);
}

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
  return origin && origin->scheme == pattern.scheme &&
         covers_host(pattern.host_form, pattern.host, origin->host) &&
         matches_port(pattern, *origin);
}

}  // namespace corsac
