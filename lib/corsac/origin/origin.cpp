// The bounded parser for `Origin` values: RFC 6454, 7 with the URL standard's host rules.
// Entry: parse_origin. Test: tests/origin/origin_test.cpp.
//
// It runs on each denied request, so: length first, the two common schemes as one comparison, then
// one pass over the host by a table of byte classes. IP addresses, which are rare, go out of line.

#include "corsac/origin/origin.hpp"

#include <array>

#include "corsac/base/ascii.hpp"
#include "corsac/origin/ip_text.hpp"

namespace corsac {
namespace {

constexpr std::array<bool, 256> make_label_bytes() noexcept {
  std::array<bool, 256> table = {};
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  table['-'] = true;
  table['_'] = true;  // not in the ABNF of RFC 6454, but browsers take and send it
  return table;
}

constexpr std::array<bool, 256> kLabelBytes = make_label_bytes();

struct HostScan {
  const char* end;  // the first byte after the host; null when it is malformed
  bool may_be_number;
};

constexpr HostScan kMalformed = {nullptr, false};

HostScan scan_domain(const char* begin, const char* end) noexcept {
  const char* p = begin;
  const char* label = begin;
  for (; p != end; ++p) {
    if (kLabelBytes[static_cast<unsigned char>(*p)]) continue;
    if (*p != '.') break;
    // Empty wraps round to the largest value.
    if (static_cast<std::size_t>(p - label) - 1 >= kLabelLimitBytes) return kMalformed;
    label = p + 1;
  }
  if (p == begin || static_cast<std::size_t>(p - label) > kLabelLimitBytes ||
      static_cast<std::size_t>(p - begin) > kHostLimitBytes) {
    return kMalformed;
  }
  // After a final dot the last label is the one before it; rare, so judged out of line.
  return {p, label == p || is_ascii_digit(*label)};
}

HostScan scan_ipv6(const char* begin, const char* end) noexcept {
  const std::string_view text(begin, static_cast<std::size_t>(end - begin));
  const std::size_t close = text.find(']');
  if (close == std::string_view::npos || !is_serialised_ipv6(text.substr(1, close - 1))) {
    return kMalformed;
  }
  return {begin + close + 1, false};
}

// False when the host is an IPv4 address in a spelling that no browser sends.
bool judge_number(ParsedOrigin& origin) noexcept {
  if (!ends_in_number(origin.host)) return true;
  origin.is_ip = is_serialised_ipv4(origin.host);
  return origin.is_ip;
}

// 0 = not a port that a browser writes.
std::int32_t parse_port(const char* p, const char* end) noexcept {
  if (end - p < 1 || end - p > 5 || *p == '0') return 0;
  std::int32_t port = 0;
  for (; p != end; ++p) {
    if (!is_ascii_digit(*p)) return 0;
    port = port * 10 + (*p - '0');
  }
  return port <= 65535 ? port : 0;
}

// RFC 3986, 3.1, lower case only. The length of the scheme; 0 = none.
std::size_t scheme_length(std::string_view text) noexcept {
  if (text.starts_with("https://")) return 5;
  if (text.starts_with("http://")) return 4;
  if (text.empty() || !is_ascii_lower(text.front())) return 0;
  for (std::size_t i = 1; i < text.size() && i <= kSchemeLimitBytes; ++i) {
    const char c = text[i];
    if (c == ':') return text.substr(i).starts_with("://") ? i : 0;
    if (!is_ascii_lower(c) && !is_ascii_digit(c) && c != '+' && c != '-' && c != '.') return 0;
  }
  return 0;
}

}  // namespace

std::optional<ParsedOrigin> parse_origin(std::string_view text) noexcept {
  if (text.size() > kOriginLimitBytes) return std::nullopt;
  const std::size_t scheme = scheme_length(text);
  if (scheme == 0) return std::nullopt;
  const char* const begin = text.data() + scheme + 3;
  const char* const end = text.data() + text.size();
  if (begin == end) return std::nullopt;

  const bool is_ipv6 = *begin == '[';
  const HostScan host = is_ipv6 ? scan_ipv6(begin, end) : scan_domain(begin, end);
  if (host.end == nullptr) return std::nullopt;
  std::optional<ParsedOrigin> origin(std::in_place);
  origin->scheme = text.substr(0, scheme);
  origin->host = {begin, static_cast<std::size_t>(host.end - begin)};
  origin->is_ip = is_ipv6;

  if (host.end != end) {
    if (*host.end != ':') return std::nullopt;
    origin->port = parse_port(host.end + 1, end);
    if (origin->port == 0 || origin->port == default_port(origin->scheme)) return std::nullopt;
  }
  if (host.may_be_number && !judge_number(*origin)) return std::nullopt;
  return origin;
}

bool is_loopback_host(std::string_view host) noexcept {
  if (host == "[::1]") return true;
  if (host.starts_with("127.") && is_serialised_ipv4(host)) return true;
  if (host.ends_with('.')) host.remove_suffix(1);
  return host == "localhost" || host.ends_with(".localhost");
}

std::int32_t default_port(std::string_view scheme) noexcept {
  if (scheme == "https" || scheme == "wss") return 443;
  if (scheme == "http" || scheme == "ws") return 80;
  if (scheme == "ftp") return 21;
  return -1;
}

}  // namespace corsac
