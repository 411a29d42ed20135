// What is wrong with a pattern, in words, and the form that is right. Entries: describe_fault,
// fixed_origin.
// A suggestion is made by repairing everything at once and reading the outcome strictly, so that it
// is never wrong in a second way. Test: tests/origin/pattern_test.cpp, each code with its texts.

#include "corsac/origin/pattern_fault.hpp"

#include <algorithm>
#include <array>

#include "corsac/base/ascii.hpp"
#include "corsac/origin/fixed_origin.hpp"
#include "corsac/origin/host_text.hpp"
#include "corsac/origin/origin.hpp"
#include "corsac/origin/port_text.hpp"

namespace corsac {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
// Entries of a list that a message spells out.
constexpr std::size_t kShownEntries = 4;

enum class Repair : std::uint8_t { Possible, None };

struct FaultRow {
  PatternFault fault;
  std::string_view code;
  std::string_view what;
  std::string_view fix;  // when there is no fixed form
  Repair repair = Repair::Possible;
};

constexpr std::string_view kSwitchForNull =
    "set allow_null_origin = true, which is for policies without credentials";
constexpr std::string_view kExample = "write it like \"https://app.example.com\"";

constexpr FaultRow kFaults[] = {
    {PatternFault::Empty, "origin-empty", "the entry is empty", "remove it", Repair::None},
    {PatternFault::TooLong, "origin-too-long", "this is longer than any origin (4096 bytes)",
     kExample, Repair::None},
    {PatternFault::NoScheme, "origin-no-scheme", "an origin begins with its scheme", kExample},
    {PatternFault::TrailingSlash, "origin-trailing-slash", "an origin has no path", kExample},
    {PatternFault::Path, "origin-path", "an origin has no path", kExample},
    {PatternFault::Query, "origin-query", "an origin has no query and no fragment", kExample},
    {PatternFault::UserInfo, "origin-userinfo", "an origin has no user name and no password",
     "write scheme, host and port only"},
    {PatternFault::UpperCase, "origin-upper-case", "browsers send scheme and host in lower case",
     kExample},
    {PatternFault::DefaultPort, "origin-default-port",
     "browsers leave the default port of a scheme out", kExample},
    {PatternFault::List, "origin-list", "one entry is one origin", "write one entry for each"},
    {PatternFault::Null, "origin-null",
     "\"null\" is no origin: sandboxed frames and local files send it, so anyone can",
     kSwitchForNull, Repair::None},
    {PatternFault::OpaqueScheme, "origin-opaque-scheme",
     "pages of this scheme have no origin of their own and send \"null\"", kSwitchForNull,
     Repair::None},
    {PatternFault::BadScheme, "origin-bad-scheme",
     "a scheme is a letter and then letters, digits, \"+\", \"-\" and \".\", 64 bytes at most",
     kExample},
    {PatternFault::NoPageScheme, "origin-bad-scheme",
     "no page is loaded over this scheme, so no browser sends such an origin", kExample},
    {PatternFault::NoHost, "origin-empty-label", "an origin has a host", kExample},
    {PatternFault::NonAscii, "origin-non-ascii", "browsers send international names in punycode",
     "write the host in punycode, as it stands in the address bar's copy"},
    {PatternFault::BadByte, "origin-bad-byte",
     "a host has letters, digits, \"-\", \"_\" and \".\" only", kExample},
    {PatternFault::IpSpelling, "origin-ip-spelling",
     "no browser sends an IP address in this spelling",
     "write IPv4 as four decimal numbers, IPv6 in brackets, lower case and compressed"},
    {PatternFault::Ipv6Zone, "origin-ipv6-zone", "browsers have no zones in IPv6 addresses",
     "leave the zone out"},
    {PatternFault::EmptyLabel, "origin-empty-label",
     "a host has no empty label, but for one dot at its end", kExample},
    {PatternFault::LongLabel,
     "origin-long-label",
     "a label of a host has 63 bytes at most (RFC 1035)",
     {}},
    {PatternFault::LongHost, "origin-long-host", "a host has 253 bytes at most (RFC 1035)", {}},
    {PatternFault::HyphenLabel,
     "origin-hyphen-label",
     "a label of a host neither begins nor ends with \"-\"",
     {}},
    {PatternFault::Port, "origin-port", "a port is a number from 1 to 65535 without leading zeros",
     "write a port, or \":*\" for any"},
    {PatternFault::PortSet, "origin-port-set",
     "a set of ports has ports and ranges between brackets, without blanks",
     "write it like \":[3000,8000-8099]\""},
    {PatternFault::WildcardAll, "origin-wildcard-all", "this wildcard covers everybody",
     "name a domain, as in \"https://*.example.com\", or write \"*\" alone, which is for policies "
     "without credentials",
     Repair::None},
    {PatternFault::WildcardOneLabel, "origin-wildcard-one-label",
     "this wildcard covers a whole top-level domain",
     "keep at least two labels to the right of the wildcard, as in \"https://*.example.com\""},
    {PatternFault::WildcardIp, "origin-wildcard-ip",
     "an IP address has no subdomains, so it takes no wildcard", "write each address as an entry"},
    {PatternFault::WildcardPlace, "origin-wildcard-place",
     "one \"*\" may stand in one label that is not the last, and one for the whole port",
     "write it like \"https://*.example.com:*\""},
    {PatternFault::WildcardScheme, "origin-wildcard-scheme",
     "wildcards and sets of ports are for http and https only", "write each origin as an entry",
     Repair::None},
};

const FaultRow& row_of(PatternFault fault) noexcept {
  return kFaults[static_cast<std::size_t>(fault)];
}

constexpr bool is_table_in_order() noexcept {
  for (std::size_t i = 0; i < std::size(kFaults); ++i) {
    if (kFaults[i].fault != static_cast<PatternFault>(i)) return false;
  }
  return std::size(kFaults) == static_cast<std::size_t>(PatternFault::WildcardScheme) + 1;
}
static_assert(is_table_in_order(), "a row for each PatternFault, in its order");

std::string_view trim(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n,;") + 1 - first);
}

// The scheme that was written, in lower case and with what belongs to a WebSocket mapped to what
// its page has; empty when there is none or only a wildcard.
std::string repaired_scheme(std::string_view text) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos) {
    for (const std::string_view scheme : {"https", "http"}) {
      // "https:example.com" and "https:/example.com", which browsers' address bars take, and
      // "https//example.com".
      const std::string_view rest = text.substr(std::min(scheme.size(), text.size()));
      if (equals_ignoring_case(text.substr(0, scheme.size()), scheme) &&
          (rest.starts_with(':') || rest.starts_with("//"))) {
        return std::string(scheme);
      }
    }
    return {};
  }
  const std::string scheme = to_ascii_lower(text.substr(0, end));
  if (scheme == "ws") return "http";
  if (scheme == "wss") return "https";
  return scheme == "*" ? std::string() : scheme;
}

std::string_view repaired_authority(std::string_view text, std::string_view scheme) noexcept {
  if (text.find("://") == std::string_view::npos) {
    if (!scheme.empty()) text.remove_prefix(scheme.size() + 1);
    text.remove_prefix(std::min(text.find_first_not_of('/'), text.size()));
  }
  const std::string_view authority = find_authority(text);
  return authority.substr(authority.rfind('@') + 1);  // npos + 1 is 0
}

}  // namespace

std::string fixed_origin(std::string_view text) {
  const std::string_view trimmed = trim(text);
  std::string scheme = repaired_scheme(trimmed);
  const AuthorityText authority = split_authority(repaired_authority(trimmed, scheme));
  const std::string host = to_browser_host(authority.host);
  if (scheme.empty()) {
    scheme = is_loopback_host(host) || authority.port == "80" ? "http" : "https";
  }
  const std::string port = to_shortest_port(authority.port, default_port(scheme));
  std::string fixed = scheme + "://" + host;
  if (!port.empty()) fixed += ':' + port;
  return fixed != text && read_pattern(fixed) ? fixed : std::string();
}

namespace {

std::string quoted_fixes(const std::vector<std::string_view>& entries) {
  if (entries.size() > kShownEntries) return {};
  std::string text;
  for (const std::string_view entry : entries) {
    const std::string fixed = read_pattern(entry) ? std::string(entry) : fixed_origin(entry);
    if (fixed.empty()) return {};
    text += (text.empty() ? "\"" : ", \"") + fixed + '"';
  }
  return text;
}

std::string fix_text(const FaultRow& row, std::string_view text) {
  if (row.repair == Repair::None) return std::string(row.fix);
  if (row.fault == PatternFault::List) {
    const std::string fixes = quoted_fixes(split_list(text));
    return fixes.empty() ? std::string(row.fix) : "write " + fixes;
  }
  const std::string fixed = fixed_origin(text);
  return fixed.empty() ? std::string(row.fix) : "write \"" + fixed + '"';
}

// What stands where a scheme belongs may be no attempt at one.
void say_what_it_is(std::string_view text, OriginPatternError& error) {
  if (text.find_first_of("^\\") != std::string_view::npos) {
    error.what = "this is a regular expression, and an entry is an origin or has one \"*\"";
    error.fix = "write it like \"https://*.example.com\", or into allowed_origin_regexes";
  } else if (kBlanks.find(text.front()) != std::string_view::npos) {
    error.what = "an entry has no blanks around it";
  } else if (text.front() == '"' || text.front() == '\'') {
    error.what = "an entry has no quotation marks of its own";
  }
}

}  // namespace

OriginPatternError describe_fault(PatternFault fault, std::string_view text) {
  const FaultRow& row = row_of(fault);
  // Wherever an "@" stands, what is before it may be a password with a "/" in it: it is neither
  // shown nor made part of a suggestion.
  const std::size_t last_at = text.rfind('@');
  const bool may_show_value = last_at == std::string_view::npos;
  const std::string_view authority = find_authority(text);
  const bool may_repair =
      may_show_value || text.data() + last_at < authority.data() + authority.size();
  OriginPatternError error = {row.code, std::string(row.what),
                              may_repair ? fix_text(row, text) : std::string(row.fix),
                              may_show_value};
  if (fault == PatternFault::BadScheme && may_show_value) say_what_it_is(text, error);
  return error;
}

std::string_view find_authority(std::string_view text) noexcept {
  const std::size_t end_of_scheme = text.find("://");
  if (end_of_scheme != std::string_view::npos) text.remove_prefix(end_of_scheme + 3);
  return text.substr(0, text.find_first_of("/?#\\"));
}

std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> entries;
  const std::string_view authority = find_authority(text);
  const std::size_t set = authority.find('[');
  bool is_list = authority.substr(0, set).find_first_of(",;") != std::string_view::npos;
  std::size_t from = 0;
  while (from < text.size()) {
    // A port set keeps its commas.
    std::size_t look_from = from;
    const std::size_t stop = text.find_first_of(" \t\r\n,;[", from);
    if (stop != std::string_view::npos && text[stop] == '[') {
      look_from = std::min(text.find(']', stop), text.size());
    }
    const std::size_t end = std::min(text.find_first_of(" \t\r\n,;", look_from), text.size());
    const std::string_view entry = text.substr(from, end - from);
    if (!entry.empty()) {
      if (!entries.empty() && entry.find("://") != std::string_view::npos) is_list = true;
      entries.push_back(entry);
    }
    from = end + 1;
  }
  if (!is_list) entries.clear();
  return entries;
}

}  // namespace corsac
