// Compares hosts in the respects in which people get them wrong. Entries: host_difference,
// near_host. Spec: policy document, 2 and 5. Test: tests/policy/near_miss_test.cpp.

#include "corsac/policy/near_host.hpp"

#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/origin/ip_text.hpp"
#include "corsac/origin/origin.hpp"
#include "corsac/stage/host_guard.hpp"

namespace corsac {
namespace {

HostDifference glob_difference(std::string_view glob, std::string_view host) noexcept {
  const std::size_t star = glob.find('*');
  if (star == std::string_view::npos) return HostDifference::None;
  const std::string_view before = glob.substr(0, star);
  const std::string_view after = glob.substr(star + 1);
  if (host.size() < before.size() + after.size() || !host.starts_with(before) ||
      !host.ends_with(after)) {
    return HostDifference::None;
  }
  const std::string_view covered =
      host.substr(before.size(), host.size() - before.size() - after.size());
  if (covered.empty()) return HostDifference::GlobEmpty;
  return covered.find('.') == std::string_view::npos ? HostDifference::None
                                                     : HostDifference::GlobTooDeep;
}

bool is_ip(std::string_view host) noexcept {
  return host.starts_with('[') || is_serialised_ipv4(host);
}

std::string port_words(const ParsedHost& host) {
  return host.port < 0 ? "no port" : "port " + std::to_string(host.port);
}

// The port is right; what about the host?
std::string other_host(const HostPattern& pattern, std::string_view host, std::string_view shown) {
  const std::string allowed = to_quoted(pattern.text) + " is allowed";
  const HostDifference difference = host_difference(pattern.host_form, pattern.host, host);
  if (difference == HostDifference::WithoutWww) {
    return allowed + "; the request has " + std::string(shown);
  }
  if (difference != HostDifference::None) {
    return allowed + host_difference_text(difference, shown);
  }
  if (pattern.host_form == HostForm::Exact && is_loopback_host(pattern.host) &&
      is_loopback_host(host)) {
    return allowed + "; the request has " + std::string(shown) + ", another name of this machine";
  }
  return {};
}

}  // namespace

HostDifference host_difference(HostForm form, std::string_view written, std::string_view host) {
  switch (form) {
    case HostForm::Subdomain:
      return written.size() == host.size() + 1 && written.ends_with(host) ? HostDifference::Apex
                                                                          : HostDifference::None;
    case HostForm::Glob:
      return glob_difference(written, host);
    case HostForm::Exact:
      break;
  }
  if (is_ip(written)) return HostDifference::None;
  // One label is no domain: localhost, or a top level.
  const bool has_dot = written.find('.') != std::string_view::npos;
  if (has_dot && host.size() > written.size() && host.ends_with(written) &&
      host[host.size() - written.size() - 1] == '.') {
    return HostDifference::Subdomain;
  }
  constexpr std::string_view kWww = "www.";
  const bool is_without_www = written.starts_with(kWww) && written.substr(kWww.size()) == host;
  return is_without_www ? HostDifference::WithoutWww : HostDifference::None;
}

std::string host_difference_text(HostDifference difference, std::string_view shown) {
  const std::string other(shown);
  switch (difference) {
    case HostDifference::Apex:
      return ", which covers subdomains and not " + other + " itself";
    case HostDifference::GlobTooDeep:
      return "; its * covers one label, and " + other + " has a dot there";
    case HostDifference::GlobEmpty:
      return "; its * covers at least one byte, and " + other + " has none there";
    case HostDifference::Subdomain:
      return ", which covers no subdomain such as " + other;
    case HostDifference::WithoutWww:
    case HostDifference::None:
      break;
  }
  return {};
}

std::string near_host(const Snapshot& snapshot, const RequestView& request) {
  ParsedHost host;
  if (request.host.is_repeated() || !parse_host(request.host.value, request.is_tls, host))
    return {};
  const std::string shown = to_quoted(to_ascii_lower(request.host.value));
  const std::string write = "; write " + shown + " to allow it too";
  for (HostPattern pattern : snapshot.hosts()) {
    pattern.port_form = PortForm::Any;
    if (!matches_host(pattern, host, HostForMatching::WithPort)) continue;
    return to_quoted(pattern.text) + " is allowed; the request has " + port_words(host) + write;
  }
  const std::string name = to_ascii_lower(host.host);
  for (const HostPattern& pattern : snapshot.hosts()) {
    const std::string other = other_host(pattern, name, shown);
    if (!other.empty()) return other + write;
  }
  return {};
}

}  // namespace corsac
