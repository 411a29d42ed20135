#pragma once

// What an operator may write as an origin: policy document, 2, row by row.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/origin/pattern.hpp"
#include "corsac/origin/pattern_fault.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/reference_origin.hpp"

namespace corsac::fuzz {

struct PatternReading {
  std::string scheme = {};
  HostForm host_form = HostForm::Exact;
  std::string host = {};
  PortForm port_form = PortForm::Exact;
  std::vector<PortRange> ports = {};
  bool is_ip = false;
  std::string fixed_right_part = {};
};

// Pages come over http and https, or from an app shell or an extension; nothing is loaded over the
// rest, or it has the origin `null`.
inline bool is_scheme_of_pages(std::string_view scheme) {
  for (const char* other : {"file", "data", "blob", "about", "javascript", "ftp", "ws", "wss"}) {
    if (scheme == other) return false;
  }
  return is_reference_scheme(scheme);
}

// One port after the other, so that ranges that overlap or touch need no thought.
inline std::vector<PortRange> merged(const std::vector<PortRange>& ranges) {
  std::vector<bool> is_in(65537, false);
  for (const PortRange& range : ranges) {
    for (unsigned port = range.first; port <= range.last; ++port) is_in[port] = true;
  }
  std::vector<PortRange> result;
  for (unsigned port = 1; port <= 65535; ++port) {
    if (!is_in[port]) continue;
    const auto first = static_cast<std::uint16_t>(port);
    while (is_in[port + 1]) ++port;
    result.push_back({first, static_cast<std::uint16_t>(port)});
  }
  return result;
}

inline std::optional<PortRange> read_range(const std::string& text) {
  const std::size_t hyphen = text.find('-');
  const auto first = reference_port(std::string_view(text).substr(0, hyphen));
  const auto last = hyphen == std::string::npos
                        ? first
                        : reference_port(std::string_view(text).substr(hyphen + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return PortRange{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
}

inline bool read_ports_plainly(std::string_view text, PatternReading& pattern) {
  if (text == "*") {
    pattern.port_form = PortForm::Any;
    return true;
  }
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    pattern.port_form = PortForm::Set;
    for (const std::string& element : elements_of(text.substr(1, text.size() - 2))) {
      const auto range = read_range(element);
      if (!range) return false;
      pattern.ports.push_back(*range);
    }
    pattern.ports = merged(pattern.ports);
    return true;
  }
  const auto port = reference_port(text);
  if (!port || *port == reference_default_port(pattern.scheme)) return false;
  pattern.ports = {{static_cast<std::uint16_t>(*port), static_cast<std::uint16_t>(*port)}};
  return true;
}

inline bool has_hyphen_at_an_edge(const std::string& host) {
  for (const std::string& label : url::split(host, '.')) {
    if (!label.empty() && (label.front() == '-' || label.back() == '-')) return true;
  }
  return false;
}

// One `*`, which stands for a label and all before it, or for a part of one label; what is right of
// that label is fixed: two labels at least, or "localhost".
inline bool read_wildcard_host(const std::string& host, PatternReading& pattern) {
  const std::size_t star = host.find('*');
  if (host.find('*', star + 1) != std::string::npos) return false;
  std::string example = host;
  example[star] = 'a';
  bool is_ip = false;
  if (!is_reference_host(example, is_ip) || is_ip) return false;
  const std::size_t dot = host.find('.', star);
  if (dot == std::string::npos) return false;
  std::string fixed = host.substr(dot + 1);
  pattern.fixed_right_part = fixed;
  if (!fixed.empty() && fixed.back() == '.') fixed.pop_back();
  if (fixed.empty() || (fixed.find('.') == std::string::npos && fixed != "localhost")) return false;
  pattern.host_form = host.starts_with("*.") ? HostForm::Subdomain : HostForm::Glob;
  pattern.host = pattern.host_form == HostForm::Subdomain ? host.substr(1) : host;
  return true;
}

inline bool read_host_plainly(const std::string& host, PatternReading& pattern) {
  if (has_hyphen_at_an_edge(host)) return false;
  if (host.find('*') != std::string::npos) return read_wildcard_host(host, pattern);
  pattern.host = host;
  pattern.fixed_right_part = host;
  return is_reference_host(host, pattern.is_ip);
}

inline std::optional<PatternReading> read_pattern_plainly(std::string_view text) {
  if (text.size() > kPatternLimitBytes) return std::nullopt;
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  PatternReading pattern;
  pattern.scheme = text.substr(0, scheme_end);
  if (!is_scheme_of_pages(pattern.scheme)) return std::nullopt;
  const std::string_view authority = text.substr(scheme_end + 3);
  std::size_t from = 0;
  if (authority.starts_with('[')) from = std::min(authority.find(']'), authority.size());
  const std::size_t colon = authority.find(':', from);
  if (!read_host_plainly(std::string(authority.substr(0, colon)), pattern)) return std::nullopt;
  if (colon != std::string_view::npos &&
      !read_ports_plainly(authority.substr(colon + 1), pattern)) {
    return std::nullopt;
  }
  const bool is_web = pattern.scheme == "http" || pattern.scheme == "https";
  const bool is_exact =
      pattern.host_form == HostForm::Exact && pattern.port_form == PortForm::Exact;
  if (!is_web && !is_exact) return std::nullopt;
  return pattern;
}

inline bool covers_label(const std::string& label_pattern, const std::string& label) {
  const std::size_t star = label_pattern.find('*');
  if (star == std::string::npos) return label == label_pattern;
  const std::string before = label_pattern.substr(0, star);
  const std::string behind = label_pattern.substr(star + 1);
  if (label.size() <= before.size() + behind.size()) return false;
  const std::size_t covered = label.size() - before.size() - behind.size();
  return label.starts_with(before) && label.ends_with(behind) &&
         has_only(label.substr(before.size(), covered), "abcdefghijklmnopqrstuvwxyz0123456789-");
}

inline bool covers_host_plainly(const PatternReading& pattern, const OriginReading& origin) {
  if (pattern.host_form == HostForm::Exact) return origin.host == pattern.host;
  const std::vector<std::string> labels = url::split(origin.host, '.');
  if (origin.is_ip || labels.size() > 32) return false;
  if (pattern.host_form == HostForm::Subdomain) {
    return origin.host.ends_with(pattern.host) && origin.host.size() > pattern.host.size();
  }
  const std::vector<std::string> wanted = url::split(pattern.host, '.');
  return std::equal(wanted.begin(), wanted.end(), labels.begin(), labels.end(), covers_label);
}

inline bool covers_port_plainly(const PatternReading& pattern, const OriginReading& origin) {
  if (pattern.port_form == PortForm::Any) return true;
  const std::int32_t port = origin.port < 0 ? reference_default_port(origin.scheme) : origin.port;
  if (pattern.ports.empty()) return origin.port < 0;
  return std::any_of(pattern.ports.begin(), pattern.ports.end(), [port](const PortRange& range) {
    return range.first <= port && port <= range.last;
  });
}

// Policy document, 2: what each form covers; more than 32 labels match no wildcard.
inline bool covers_plainly(const PatternReading& pattern, std::string_view text) {
  const auto origin = read_origin_plainly(text);
  return origin && origin->scheme == pattern.scheme && covers_host_plainly(pattern, *origin) &&
         covers_port_plainly(pattern, *origin);
}

// A record's origin in its normal form, before it is judged.
inline std::string record_in_normal_form(std::string_view text) {
  std::string normal;
  for (const char c : text) normal += url::lower(c);
  if (normal.ends_with('/')) normal.pop_back();
  for (const auto& [scheme, port] : {std::pair{"http://", ":80"}, std::pair{"https://", ":443"}}) {
    if (!normal.starts_with(scheme) || !normal.ends_with(port)) continue;
    const std::string rest = normal.substr(0, normal.size() - std::string_view(port).size());
    // Not the end of an IPv6 address, and the only port.
    const std::size_t from =
        rest.rfind(']') == std::string::npos ? std::string_view(scheme).size() : rest.rfind(']');
    if (rest.find(':', from) == std::string::npos) return rest;
  }
  return normal;
}

}  // namespace corsac::fuzz
