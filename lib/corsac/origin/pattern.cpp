// The strict parser for operators' origins: policy document, 2.
// Entries: parse_origin_pattern, parse_record_origin, normal_record_origin. What is wrong is told
// by pattern_fault.cpp.
// Test: tests/origin/pattern_test.cpp, one row for each rule.

#include "corsac/origin/pattern.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "corsac/base/ascii.hpp"
#include "corsac/origin/host_text.hpp"
#include "corsac/origin/origin.hpp"
#include "corsac/origin/pattern_fault.hpp"
#include "corsac/origin/port_text.hpp"

namespace corsac {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view word, const std::string_view (&words)[N]) noexcept {
  return std::any_of(std::begin(words), std::end(words), [word](std::string_view candidate) {
    return equals_ignoring_case(word, candidate);
  });
}

bool has_opaque_scheme(std::string_view text) noexcept {
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos &&
         is_one_of(text.substr(0, colon), {"file", "data", "blob", "about", "javascript"});
}

bool is_web_scheme(std::string_view scheme) noexcept {
  return scheme == "https" || scheme == "http";
}

// What can be told without cutting the text into its parts.
bool find_whole_fault(std::string_view text, PatternFault& fault) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    fault = PatternFault::Empty;
  } else if (text.size() > kPatternLimitBytes) {
    fault = PatternFault::TooLong;
  } else if (equals_ignoring_case(text, "null")) {
    fault = PatternFault::Null;
  } else if (find_authority(text).find('@') != std::string_view::npos) {
    fault = PatternFault::UserInfo;
  } else if (has_opaque_scheme(text)) {
    fault = PatternFault::OpaqueScheme;
  } else if (!split_list(text).empty()) {
    fault = PatternFault::List;
  } else {
    return false;
  }
  return true;
}

bool is_all_wildcard(std::string_view host) noexcept {
  return judge_host(host).fault == HostFault::WildcardAll;
}

bool find_scheme_fault(std::string_view text, std::string_view host, PatternFault& fault) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos || end == 0) {
    // "h*" was meant for everything; "*.example.com" and "localhost:*" only lack their scheme.
    const bool has_wildcard = host.find('*') != std::string_view::npos;
    fault = has_wildcard && host.find('.') == std::string_view::npos ? PatternFault::WildcardAll
                                                                     : PatternFault::NoScheme;
    return true;
  }
  const std::string_view scheme = text.substr(0, end);
  if (scheme.find('*') != std::string_view::npos) {
    fault = is_all_wildcard(host) ? PatternFault::WildcardAll : PatternFault::WildcardPlace;
    return true;
  }
  const bool is_scheme =
      scheme.size() <= kSchemeLimitBytes && is_ascii_alpha(scheme.front()) &&
      std::all_of(scheme.begin(), scheme.end(), [](char c) {
        return is_ascii_alpha(c) || is_ascii_digit(c) || c == '+' || c == '-' || c == '.';
      });
  if (!is_scheme) {
    fault = PatternFault::BadScheme;
  } else if (is_one_of(scheme, {"ftp", "ws", "wss"})) {
    fault = PatternFault::NoPageScheme;
  } else {
    return false;
  }
  return true;
}

bool find_tail_fault(std::string_view tail, PatternFault& fault) noexcept {
  if (tail.empty()) return false;
  if (tail == "/") {
    fault = PatternFault::TrailingSlash;
  } else {
    const bool is_query = tail.front() == '?' || tail.front() == '#';
    fault = is_query ? PatternFault::Query : PatternFault::Path;
  }
  return true;
}

PatternFault to_pattern_fault(HostFault fault) noexcept {
  switch (fault) {
    case HostFault::None:
    case HostFault::BadByte:
      return PatternFault::BadByte;
    case HostFault::Empty:
      return PatternFault::NoHost;
    case HostFault::NonAscii:
      return PatternFault::NonAscii;
    case HostFault::UpperCase:
      return PatternFault::UpperCase;
    case HostFault::Ipv6Zone:
      return PatternFault::Ipv6Zone;
    case HostFault::IpSpelling:
      return PatternFault::IpSpelling;
    case HostFault::EmptyLabel:
      return PatternFault::EmptyLabel;
    case HostFault::LongLabel:
      return PatternFault::LongLabel;
    case HostFault::LongHost:
      return PatternFault::LongHost;
    case HostFault::HyphenLabel:
      return PatternFault::HyphenLabel;
    case HostFault::WildcardAll:
      return PatternFault::WildcardAll;
    case HostFault::WildcardOneLabel:
      return PatternFault::WildcardOneLabel;
    case HostFault::WildcardIp:
      return PatternFault::WildcardIp;
    case HostFault::WildcardPlace:
      return PatternFault::WildcardPlace;
  }
  return PatternFault::BadByte;
}

PatternFault to_pattern_fault(PortFault fault) noexcept {
  switch (fault) {
    case PortFault::None:
    case PortFault::Port:
      break;
    case PortFault::Set:
      return PatternFault::PortSet;
    case PortFault::Wildcard:
      return PatternFault::WildcardPlace;
  }
  return PatternFault::Port;
}

// The host after its "*": ".example.com" of "*.example.com".
std::string stored_host(std::string_view host, HostForm form) {
  return std::string(form == HostForm::Subdomain ? host.substr(1) : host);
}

// Nearly every entry of a long list is what a browser sends, and nothing has to be told about it.
std::optional<OriginPattern> read_plain_origin(std::string_view text) {
  const auto origin = parse_origin(text);
  if (!origin || !is_web_scheme(origin->scheme)) return std::nullopt;
  // Stricter than browsers: hyphens at the edges of labels.
  if (judge_host(origin->host).fault != HostFault::None) return std::nullopt;
  std::optional<OriginPattern> pattern(std::in_place);
  pattern->text = text;
  pattern->scheme = origin->scheme;
  pattern->host = origin->host;
  if (origin->port != -1) {
    const auto port = static_cast<std::uint16_t>(origin->port);
    pattern->ports = {{port, port}};
  }
  pattern->is_ip = origin->is_ip;
  return pattern;
}

}  // namespace

Result<OriginPattern, PatternFault> read_pattern(std::string_view text) {
  if (auto plain = read_plain_origin(text)) return *std::move(plain);
  PatternFault fault = PatternFault::Empty;
  if (find_whole_fault(text, fault)) return fail(fault);
  const std::string_view authority_text = find_authority(text);
  const AuthorityText authority = split_authority(authority_text);
  if (find_scheme_fault(text, authority.host, fault)) return fail(fault);
  const std::string_view scheme = text.substr(0, text.find("://"));
  if (find_tail_fault(text.substr(scheme.size() + 3 + authority_text.size()), fault)) {
    return fail(fault);
  }

  const HostText host = judge_host(authority.host);
  if (host.fault != HostFault::None) return fail(to_pattern_fault(host.fault));
  if (std::any_of(scheme.begin(), scheme.end(), is_ascii_upper)) {
    return fail(PatternFault::UpperCase);
  }
  PortText port = {};
  if (authority.has_port) port = read_ports(authority.port);
  if (port.fault != PortFault::None) return fail(to_pattern_fault(port.fault));
  const bool is_exact = host.form == HostForm::Exact && port.form == PortForm::Exact;
  if (!is_exact && !is_web_scheme(scheme)) return fail(PatternFault::WildcardScheme);
  if (port.form == PortForm::Exact && !port.ports.empty() &&
      port.ports.front().first == default_port(scheme)) {
    return fail(PatternFault::DefaultPort);
  }
  return OriginPattern{
      std::string(text), std::string(scheme),   host.form, stored_host(authority.host, host.form),
      port.form,         std::move(port.ports), host.is_ip};
}

Result<OriginPattern, OriginPatternError> parse_origin_pattern(std::string_view text) {
  auto pattern = read_pattern(text);
  if (!pattern) return fail(describe_fault(pattern.error(), text));
  return *std::move(pattern);
}

Result<OriginPattern, OriginPatternError> parse_record_origin(std::string_view text) {
  std::string normal = to_ascii_lower(text);
  if (normal.ends_with('/')) normal.pop_back();
  const std::string_view scheme = std::string_view(normal).substr(0, normal.find(':'));
  const std::int32_t port = default_port(scheme);
  // The port as a whole: cut off as a mere ending, ":8443:443" would become a port.
  const std::string_view written = split_authority(find_authority(normal)).port;
  if (port != -1 && written == std::to_string(port) && normal.ends_with(written)) {
    normal.resize(normal.size() - written.size() - 1);
  }
  return parse_origin_pattern(normal);
}

std::string normal_record_origin(std::string_view text) {
  auto pattern = parse_record_origin(text);
  return pattern ? std::move(pattern->text) : std::string(text);
}

}  // namespace corsac
