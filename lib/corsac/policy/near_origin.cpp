// Compares a refused origin with a rule's patterns, one after the other, in every respect in which
// people get origins wrong. Entry: near_origin. Spec: policy document, 2 and 5.
// Test: tests/policy/near_miss_test.cpp.

#include "corsac/policy/near_origin.hpp"

#include <algorithm>
#include <optional>

#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/origin/origin.hpp"
#include "corsac/origin/pattern.hpp"

namespace corsac {
namespace {

// In the order of nearness: a smaller one is the better hint.
enum class Difference : unsigned char {
  Port,
  Scheme,
  Apex,         // https://example.com, and https://*.example.com is listed
  GlobTooDeep,  // a dot where `*` stands inside one label
  GlobEmpty,    // nothing where `*` stands
  Subdomain,    // https://www.example.com, and https://example.com is listed
  WithoutWww,   // the other way round
  SchemeAndPort,
  None,
};

std::string origin_text(std::string_view scheme, std::string_view host, std::int32_t port) {
  std::string text(scheme);
  text += "://";
  text += host;
  if (port >= 0 && port != default_port(scheme)) text += ':' + std::to_string(port);
  return text;
}

// A port that the pattern takes; -1 = none written.
std::int32_t taken_port(const OriginPattern& pattern) noexcept {
  return pattern.port_form == PortForm::Any || pattern.ports.empty()
             ? -1
             : std::int32_t{pattern.ports.front().first};
}

bool takes(const OriginPattern& pattern, std::string_view scheme, std::string_view host,
           std::int32_t port) {
  return matches_plainly(pattern, origin_text(scheme, host, port));
}

// A host that the pattern takes, to compare all but the host.
std::string taken_host(const OriginPattern& pattern) {
  if (pattern.host_form == HostForm::Subdomain) return "a" + pattern.host;
  std::string host = pattern.host;
  std::replace(host.begin(), host.end(), '*', 'a');
  return host;
}

Difference glob_difference(std::string_view glob, std::string_view host) noexcept {
  const std::size_t star = glob.find('*');
  if (star == std::string_view::npos) return Difference::None;
  const std::string_view before = glob.substr(0, star);
  const std::string_view after = glob.substr(star + 1);
  if (host.size() < before.size() + after.size() || !host.starts_with(before) ||
      !host.ends_with(after)) {
    return Difference::None;
  }
  const std::string_view covered =
      host.substr(before.size(), host.size() - before.size() - after.size());
  if (covered.empty()) return Difference::GlobEmpty;
  return covered.find('.') == std::string_view::npos ? Difference::None : Difference::GlobTooDeep;
}

// Scheme and port are right; what about the host?
Difference host_difference(const OriginPattern& pattern, std::string_view host) {
  switch (pattern.host_form) {
    case HostForm::Subdomain:
      return pattern.host.size() == host.size() + 1 && pattern.host.ends_with(host)
                 ? Difference::Apex
                 : Difference::None;
    case HostForm::Glob:
      return glob_difference(pattern.host, host);
    case HostForm::Exact:
      break;
  }
  if (pattern.is_ip) return Difference::None;
  // One label is no domain: localhost, or a top level.
  const bool has_dot = pattern.host.find('.') != std::string::npos;
  if (has_dot && host.ends_with('.' + pattern.host)) return Difference::Subdomain;
  return pattern.host == "www." + std::string(host) ? Difference::WithoutWww : Difference::None;
}

Difference compare(const OriginPattern& pattern, const ParsedOrigin& origin) {
  if (takes(pattern, pattern.scheme, origin.host, taken_port(pattern))) {
    const bool has_scheme = pattern.scheme == origin.scheme;
    const bool has_port = takes(pattern, pattern.scheme, origin.host, origin.port);
    if (has_scheme && has_port) return Difference::None;
    if (has_scheme) return Difference::Port;
    return has_port ? Difference::Scheme : Difference::SchemeAndPort;
  }
  if (!takes(pattern, origin.scheme, taken_host(pattern), origin.port)) return Difference::None;
  return host_difference(pattern, origin.host);
}

std::string port_words(const ParsedOrigin& origin) {
  return origin.port < 0 ? "no port" : "port " + std::to_string(origin.port);
}

std::string describe(Difference difference, const OriginPattern& pattern, std::string_view origin,
                     const ParsedOrigin& parsed) {
  const std::string listed = to_quoted(pattern.text) + " is listed";
  const std::string shown = to_quoted(origin);
  const std::string write = "; write " + shown + " to allow it too";
  const std::string scheme = "the scheme " + to_printable(parsed.scheme);
  switch (difference) {
    case Difference::Port:
      return listed + "; the request has " + port_words(parsed) + write;
    case Difference::Scheme:
      return listed + "; the request has " + scheme + "; open the page under " +
             to_printable(pattern.scheme);
    case Difference::SchemeAndPort:
      return listed + "; the request has " + scheme + " and " + port_words(parsed) + write;
    case Difference::Apex:
      return listed + ", which covers subdomains and not " + shown + " itself" + write;
    case Difference::GlobTooDeep:
      return listed + "; its * covers one label, and " + shown + " has a dot there" + write;
    case Difference::GlobEmpty:
      return listed + "; its * covers at least one byte, and " + shown + " has none there" + write;
    case Difference::Subdomain:
      return listed + ", which covers no subdomain such as " + shown + write;
    case Difference::WithoutWww:
      return listed + "; the request comes from " + shown + write;
    case Difference::None:
      break;
  }
  return {};
}

// The origin that a client meant which wrote it as no browser does: without path, in lower case,
// without a default port. Nothing when it is no origin at all.
std::optional<std::string> in_normal_form(std::string_view origin) {
  const std::size_t host = origin.find("://");
  if (host == std::string_view::npos) return std::nullopt;
  const auto pattern = parse_record_origin(origin.substr(0, origin.find_first_of("/?#", host + 3)));
  if (!pattern || !pattern->is_exact()) return std::nullopt;
  return pattern->text;
}

std::string spelling_mistake(std::string_view origin, std::string_view normal) {
  if (to_ascii_lower(origin) == normal) return "in lower case";
  if (origin.find_first_of("/?#", origin.find("://") + 3) != std::string_view::npos) {
    return "without a path or a trailing slash";
  }
  return "without the default port";
}

}  // namespace

std::string near_origin(const RuleInfo& rule, std::string_view origin) {
  if (origin.size() > kOriginLimitBytes) return {};
  if (origin != "null" && equals_ignoring_case(origin, "null")) {
    return "the client sent " + to_quoted(origin) + "; browsers write null in lower case";
  }
  const auto normal = in_normal_form(origin);
  const std::string text = normal.value_or(std::string(origin));
  if (text != origin && rule.cors->origins->find(text).kind != OriginMatchKind::None) {
    return to_quoted(text) + " is listed; the client sent " + to_quoted(origin) +
           ", and browsers write an origin " + spelling_mistake(origin, text);
  }
  const auto parsed = parse_origin(text);
  if (!parsed || !rule.patterns) return {};
  Difference nearest = Difference::None;
  const OriginPattern* nearest_pattern = nullptr;
  for (const OriginPattern& pattern : *rule.patterns) {
    const Difference difference = compare(pattern, *parsed);
    if (difference >= nearest) continue;
    nearest = difference;
    nearest_pattern = &pattern;
  }
  return nearest_pattern ? describe(nearest, *nearest_pattern, text, *parsed) : std::string();
}

}  // namespace corsac
