// Reads what operators write as a host: `hosts.allowed` and a rule's `hosts`. Policy document, 1
// and 4. Entry: parse_host_pattern. Test: tests/stage/host_guard_test.cpp, one row for each code.
//
// The host and the port are judged by origin/, where origins are; only the codes and the words are
// its own.

#include <algorithm>
#include <utility>

#include "corsac/origin/host_text.hpp"
#include "corsac/origin/port_text.hpp"
#include "corsac/stage/host_guard.hpp"

namespace corsac {
namespace {

// Longer than the longest host with a set of several hundred ports.
constexpr std::size_t kTextLimitBytes = 4096;

enum class TextFault : unsigned char {
  None,
  Empty,
  TooLong,
  UserInfo,
  Scheme,
  Path,
  FinalDot,
};

struct Fault {
  TextFault text = TextFault::None;
  HostFault host = HostFault::None;
  PortFault port = PortFault::None;
};

struct FaultText {
  std::string_view code;
  std::string_view what;
  std::string_view fix = "write it like \"api.example.com\" or \"localhost:*\"";
};

FaultText describe(TextFault fault) noexcept {
  switch (fault) {
    case TextFault::None:
    case TextFault::Empty:
      break;
    case TextFault::TooLong:
      return {"host-long", "this is longer than any host with ports (4096 bytes)"};
    case TextFault::UserInfo:
      return {"host-bad-byte", "a host has no user name and no password"};
    case TextFault::Scheme:
      return {"host-scheme", "an entry here has no scheme"};
    case TextFault::Path:
      return {"host-path", "a host has no path and no query"};
    case TextFault::FinalDot:
      return {"host-empty-label", "the final dot of a Host is dropped before it is compared"};
  }
  return {"host-empty", "the entry is empty", "remove it"};
}

FaultText describe(HostFault fault) noexcept {
  switch (fault) {
    case HostFault::None:
    case HostFault::Empty:
      break;
    case HostFault::NonAscii:
      return {"host-non-ascii", "clients send international names in punycode"};
    case HostFault::BadByte:
      return {"host-bad-byte", "a host has letters, digits, \"-\", \"_\" and \".\" only"};
    case HostFault::UpperCase:
      return {"host-upper-case", "hosts are written in lower case here; requests match in any"};
    case HostFault::Ipv6Zone:
      return {"host-ip-spelling", "clients send no zones of IPv6 addresses"};
    case HostFault::IpSpelling:
      return {"host-ip-spelling", "clients send no IP address in this spelling"};
    case HostFault::EmptyLabel:
      return {"host-empty-label", "a host has no empty label"};
    case HostFault::LongLabel:
      return {"host-long", "a label of a host has 63 bytes at most (RFC 1035)"};
    case HostFault::LongHost:
      return {"host-long", "a host has 253 bytes at most (RFC 1035)"};
    case HostFault::HyphenLabel:
      return {"host-hyphen-label", "a label of a host neither begins nor ends with \"-\""};
    case HostFault::WildcardAll:
      return {"host-wildcard", "this wildcard lets every host in",
              "name the hosts that reach this server"};
    case HostFault::WildcardOneLabel:
      return {"host-wildcard", "this wildcard covers a whole top-level domain",
              "keep at least two labels to the right of the wildcard"};
    case HostFault::WildcardIp:
      return {"host-wildcard", "an IP address takes no wildcard", "write each address as an entry"};
    case HostFault::WildcardPlace:
      return {"host-wildcard", "one \"*\" may stand in one label that is not the last",
              "write it like \"*.example.com\""};
  }
  return {"host-empty", "an entry has a host"};
}

FaultText describe(PortFault fault) noexcept {
  switch (fault) {
    case PortFault::None:
    case PortFault::Port:
      break;
    case PortFault::Set:
      return {"host-port-set",
              "a set of ports has ports and ranges between brackets, without blanks",
              "write it like \":[3000,8000-8099]\""};
    case PortFault::Wildcard:
      return {"host-port", "a \"*\" stands for the whole port", "write a port, or \":*\" for any"};
  }
  return {"host-port", "a port is a number from 1 to 65535 without leading zeros",
          "write a port, or \":*\" for any"};
}

TextFault find_text_fault(std::string_view text) noexcept {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return TextFault::Empty;
  if (text.size() > kTextLimitBytes) return TextFault::TooLong;
  if (text.find('@') != std::string_view::npos) return TextFault::UserInfo;
  if (text.find("://") != std::string_view::npos) return TextFault::Scheme;
  if (text.find_first_of("/?#\\") != std::string_view::npos) return TextFault::Path;
  return TextFault::None;
}

Result<HostPattern, Fault> read_host_pattern(std::string_view text) {
  Fault fault = {};
  fault.text = find_text_fault(text);
  if (fault.text != TextFault::None) return fail(fault);
  const AuthorityText authority = split_authority(text);
  const HostText host = judge_host(authority.host);
  fault.host = host.fault;
  if (fault.host != HostFault::None) return fail(fault);
  if (authority.host.ends_with('.')) {
    fault.text = TextFault::FinalDot;
    return fail(fault);
  }
  PortText port = {};
  if (authority.has_port) port = read_ports(authority.port);
  fault.port = port.fault;
  if (fault.port != PortFault::None) return fail(fault);
  const bool is_subdomain = host.form == HostForm::Subdomain;
  return HostPattern{std::string(text), host.form,
                     std::string(is_subdomain ? authority.host.substr(1) : authority.host),
                     port.form, std::move(port.ports)};
}

// `text` with everything repaired that can be; empty when that is no entry.
std::string fixed_form(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme != std::string_view::npos) text.remove_prefix(scheme + 3);
  text = text.substr(0, text.find_first_of("/?#\\"));
  const AuthorityText authority = split_authority(text);
  std::string fixed = to_browser_host(authority.host);
  if (fixed.ends_with('.')) fixed.pop_back();
  const std::string port = to_shortest_port(authority.port, -1);
  if (!port.empty()) fixed += ':' + port;
  return read_host_pattern(fixed) ? fixed : std::string();
}

OriginPatternError to_error(const Fault& fault, std::string_view text) {
  FaultText row = describe(fault.text);
  if (fault.host != HostFault::None) row = describe(fault.host);
  if (fault.port != PortFault::None) row = describe(fault.port);
  // What is before an "@" may be a password: it is neither shown nor made part of a suggestion.
  const bool may_show_value = text.find('@') == std::string_view::npos;
  const std::string fixed = may_show_value ? fixed_form(text) : std::string();
  return {row.code, std::string(row.what),
          fixed.empty() ? std::string(row.fix) : "write \"" + fixed + '"', may_show_value};
}

}  // namespace

Result<HostPattern, OriginPatternError> parse_host_pattern(std::string_view text) {
  auto pattern = read_host_pattern(text);
  if (!pattern) return fail(to_error(pattern.error(), text));
  return *std::move(pattern);
}

}  // namespace corsac
