// Judges hosts that operators write: policy document, 2, and the URL standard's host rules.
// Entries: judge_host, to_browser_host, split_authority.
// Tests: tests/origin/pattern_test.cpp and tests/stage/host_guard_test.cpp, one row for each fault.

#include "corsac/origin/host_text.hpp"

#include <algorithm>

#include "corsac/base/ascii.hpp"
#include "corsac/origin/idna.hpp"
#include "corsac/origin/ip_text.hpp"
#include "corsac/origin/origin.hpp"

namespace corsac {
namespace {

constexpr bool is_label_byte(char c) noexcept {
  return is_ascii_lower(c) || is_ascii_digit(c) || c == '-' || c == '_';
}

std::string_view without_final_dot(std::string_view host) noexcept {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

// The brackets are missing.
bool is_bare_ipv6(std::string_view host) noexcept {
  return host.find(':') != std::string_view::npos && is_ipv6(host);
}

HostText judge_ipv6(std::string_view host) noexcept {
  if (host.find('*') != std::string_view::npos) return {HostFault::WildcardIp};
  if (host.find('%') != std::string_view::npos) return {HostFault::Ipv6Zone};
  if (!host.ends_with(']') || !is_serialised_ipv6(host.substr(1, host.size() - 2))) {
    return {HostFault::IpSpelling};
  }
  return {HostFault::None, HostForm::Exact, true};
}

HostFault judge_bytes(std::string_view host) noexcept {
  HostFault fault = HostFault::None;
  for (const char c : host) {
    if (static_cast<unsigned char>(c) >= 0x80) return HostFault::NonAscii;
    if (is_label_byte(c) || c == '.' || c == '*') continue;
    if (!is_ascii_upper(c)) {
      fault = HostFault::BadByte;
    } else if (fault == HostFault::None) {
      fault = HostFault::UpperCase;
    }
  }
  return fault;
}

// True when every label that the wildcard leaves is a number: "192.168.*.1".
bool is_wildcard_on_ip(std::string_view host) noexcept {
  if (ends_in_number(host)) return true;
  bool has_number = false;
  while (!host.empty()) {
    const std::string_view label = host.substr(0, host.find('.'));
    host.remove_prefix(std::min(host.size(), label.size() + 1));
    if (label.find('*') != std::string_view::npos) continue;
    if (!ends_in_number(label)) return false;
    has_number = true;
  }
  return has_number;
}

// What is fixed on the right decides whose names a wildcard covers: nothing would be everybody's, a
// single label a whole top level. "localhost" is this machine.
HostFault judge_wildcard(std::string_view host) noexcept {
  if (host.find_first_not_of("*.") == std::string_view::npos) return HostFault::WildcardAll;
  if (std::count(host.begin(), host.end(), '*') > 1) return HostFault::WildcardPlace;
  if (is_wildcard_on_ip(host)) return HostFault::WildcardIp;
  const std::size_t dot = host.find('.', host.find('*'));
  if (dot == std::string_view::npos) return HostFault::WildcardPlace;
  const std::string_view fixed = without_final_dot(host.substr(dot + 1));
  if (fixed.empty()) return HostFault::WildcardPlace;
  if (fixed.find('.') == std::string_view::npos && fixed != "localhost") {
    return HostFault::WildcardOneLabel;
  }
  return HostFault::None;
}

HostFault judge_labels(std::string_view host) noexcept {
  if (host.size() > kHostLimitBytes) return HostFault::LongHost;
  host = without_final_dot(host);
  while (true) {
    const std::size_t dot = host.find('.');
    const std::string_view label = host.substr(0, dot);
    if (label.empty()) return HostFault::EmptyLabel;
    if (label.size() > kLabelLimitBytes) return HostFault::LongLabel;
    if (label.front() == '-' || label.back() == '-') return HostFault::HyphenLabel;
    if (dot == std::string_view::npos) return HostFault::None;
    host.remove_prefix(dot + 1);
  }
}

}  // namespace

HostText judge_host(std::string_view host) noexcept {
  if (host.empty()) return {HostFault::Empty};
  if (host.front() == '[') return judge_ipv6(host);
  if (is_bare_ipv6(host)) return {HostFault::IpSpelling};
  HostFault fault = judge_bytes(host);
  const bool has_wildcard = host.find('*') != std::string_view::npos;
  if (fault == HostFault::None && has_wildcard) fault = judge_wildcard(host);
  if (fault == HostFault::None) fault = judge_labels(host);
  if (fault != HostFault::None) return {fault};
  if (has_wildcard) {
    return {HostFault::None, host.starts_with("*.") ? HostForm::Subdomain : HostForm::Glob};
  }
  if (!ends_in_number(host)) return {};
  if (!is_serialised_ipv4(host)) return {HostFault::IpSpelling};
  return {HostFault::None, HostForm::Exact, true};
}

std::string to_browser_host(std::string_view host) {
  std::string text = to_ascii_lower(host);
  const bool has_brackets = text.starts_with('[') && text.ends_with(']');
  const std::string_view inner =
      has_brackets ? std::string_view(text).substr(1, text.size() - 2) : std::string_view(text);
  // Browsers know no zones, so what is left of an address with one is the address.
  const std::string ipv6 = to_serialised_ipv6(inner.substr(0, inner.find('%')));
  if (!ipv6.empty()) return '[' + ipv6 + ']';
  const std::string ascii = to_punycode(text);
  if (!ascii.empty()) text = ascii;
  const std::string ipv4 = ends_in_number(text) ? to_serialised_ipv4(text) : std::string();
  return ipv4.empty() ? text : ipv4;
}

AuthorityText split_authority(std::string_view authority) noexcept {
  if (is_bare_ipv6(authority)) return {authority};
  std::size_t from = 0;
  if (authority.starts_with('[')) from = std::min(authority.find(']'), authority.size());
  const std::size_t colon = authority.find(':', from);
  if (colon == std::string_view::npos) return {authority};
  return {authority.substr(0, colon), authority.substr(colon + 1), true};
}

}  // namespace corsac
