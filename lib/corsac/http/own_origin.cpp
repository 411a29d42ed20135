// Which requests come from a page of our own, and from which client.
// Entry: OwnOrigin. Follows the policy document, 4 "Same origin"; Fetch Metadata, 2.1
// (Sec-Fetch-Site); RFC 6454, 4 and 5 (what makes origins equal).
// Test: tests/http/own_origin_test.cpp, tests/http/client_address_test.cpp.

#include "corsac/http/own_origin.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

// A chain of proxies has a few hops; a longer list is a client's invention.
constexpr int kForwardedForLimitEntries = 64;

constexpr std::int32_t kNoPort = -1;

// "https://", the longest host and ":65535".
constexpr std::size_t kTupleLimitBytes = 8 + 253 + 6;

// host[:port], or with a scheme an http or https origin.
struct Authority {
  std::string_view host = {};  // any case; with brackets for IPv6
  std::int32_t port = kNoPort;
};

// 1 to 65535 in decimal without leading zeros.
std::optional<std::int32_t> parse_port(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5 || text.front() == '0') return {};
  std::int32_t port = 0;
  for (const char c : text) {
    if (!is_ascii_digit(c)) return {};
    port = port * 10 + (c - '0');
  }
  if (port > 65535) return {};
  return port;
}

bool is_host_name(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_ascii_alpha(c) || is_ascii_digit(c) || c == '-' || c == '.' || c == '_';
  });
}

// An IPv6 address in brackets.
bool is_ip_literal(std::string_view text) noexcept {
  return text.size() > 2 && text.front() == '[' && text.back() == ']' &&
         text.find(':') != std::string_view::npos && parse_ip(text.substr(1, text.size() - 2));
}

// RFC 3986, 3.2, of what browsers serialise: a name or an address, and a port that is not empty.
std::optional<Authority> parse_authority(std::string_view text) noexcept {
  Authority authority;
  const std::size_t bracket = text.find(']');
  const std::size_t host_end = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  authority.host = text.substr(0, host_end);
  if (!is_host_name(authority.host) && !is_ip_literal(authority.host)) return {};
  if (host_end != std::string_view::npos) {
    const auto port = parse_port(text.substr(host_end + 1));
    if (!port) return {};
    authority.port = *port;
  }
  return authority;
}

// 80 or 443; kNoPort for anything but http and https.
std::int32_t port_of_scheme(std::string_view scheme) noexcept {
  if (equals_ignoring_case(scheme, "https")) return 443;
  return equals_ignoring_case(scheme, "http") ? 80 : kNoPort;
}

// Scheme, host and port with nothing left out: the tuple that same-origin compares.
struct OriginTuple {
  std::int32_t scheme_port = kNoPort;  // 80 or 443: stands for the scheme
  std::string_view host = {};
  std::int32_t port = kNoPort;

  friend bool operator==(const OriginTuple& a, const OriginTuple& b) noexcept {
    return a.scheme_port == b.scheme_port && a.port == b.port &&
           equals_ignoring_case(a.host, b.host);
  }
};

std::optional<OriginTuple> make_tuple(std::string_view scheme,
                                      const Authority& authority) noexcept {
  const std::int32_t scheme_port = port_of_scheme(scheme);
  if (scheme_port == kNoPort) return {};
  const std::int32_t port = authority.port == kNoPort ? scheme_port : authority.port;
  return OriginTuple{scheme_port, authority.host, port};
}

std::optional<OriginTuple> parse_origin_tuple(std::string_view origin) noexcept {
  if (origin.size() > kTupleLimitBytes) return {};
  const std::size_t scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos) return {};
  const auto authority = parse_authority(origin.substr(scheme_end + 3));
  if (!authority) return {};
  return make_tuple(origin.substr(0, scheme_end), *authority);
}

// What the proxy says about the request that it got. The caller has checked that it is trusted.
std::optional<OriginTuple> forwarded_tuple(const RequestView& request) noexcept {
  if (request.forwarded_proto.lines != 1 || request.forwarded_host.lines != 1) return {};
  if (request.forwarded_port.is_repeated()) return {};
  std::optional<Authority> authority = parse_authority(request.forwarded_host.value);
  if (!authority) return {};
  if (request.forwarded_port.is_present()) {
    const auto port = parse_port(request.forwarded_port.value);
    if (!port) return {};
    if (authority->port != kNoPort && authority->port != *port) return {};
    authority->port = *port;
  }
  return make_tuple(request.forwarded_proto.value, *authority);
}

// The two name different hosts for certain, which nearly every refusal ends with: found before
// either is parsed. Up to the first ":" stands a whole name, or the same part of an address.
bool name_other_hosts(std::string_view origin, std::string_view host) noexcept {
  const std::size_t scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos) return true;
  const std::string_view authority = origin.substr(scheme_end + 3);
  return !equals_ignoring_case(authority.substr(0, authority.find(':')),
                               host.substr(0, host.find(':')));
}

// The host and port of `origin` are those of the request's one Host.
bool is_of_host(const OriginTuple& origin, const RequestView& request) noexcept {
  if (request.host.lines != 1) return false;
  const auto host = parse_authority(request.host.value);
  if (!host || !equals_ignoring_case(host->host, origin.host)) return false;
  if (host->port != kNoPort) return host->port == origin.port;
  return origin.port == (request.is_tls ? 443 : origin.scheme_port);
}

// The address of one X-Forwarded-For entry; nothing when it is not an address.
std::optional<std::string_view> address_of_entry(std::string_view entry) noexcept {
  if (parse_ip(entry)) return entry;
  const auto authority = parse_authority(entry);
  if (!authority) return {};
  if (is_ip_literal(authority->host)) {
    return authority->host.substr(1, authority->host.size() - 2);
  }
  if (!parse_ip(authority->host)) return {};
  return authority->host;
}

std::vector<std::string_view> forwarded_for_lines(const RequestView& request) {
  std::vector<std::string_view> lines;
  if (request.headers == nullptr) return lines;
  const auto visit = [](void* context, std::string_view name, std::string_view value) {
    if (!equals_ignoring_case(name, "X-Forwarded-For")) return;
    static_cast<std::vector<std::string_view>*>(context)->push_back(value);
  };
  request.headers->visit(visit, &lines);
  return lines;
}

// Takes the last entry off `line`.
std::string_view take_last_entry(std::string_view& line) noexcept {
  const std::size_t comma = line.rfind(',');
  const std::size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
  const std::string_view entry = trim_ows(line.substr(begin));
  line = line.substr(0, begin == 0 ? 0 : comma);
  return entry;
}

std::string to_text(const OriginTuple& origin) {
  std::string text = origin.scheme_port == 443 ? "https://" : "http://";
  text += origin.host;
  if (origin.port != origin.scheme_port) text += ":" + std::to_string(origin.port);
  return text;
}

// A trusted proxy says how the request reached it, however badly.
bool is_told_by_proxy(const RequestView& request) noexcept {
  return request.forwarded_proto.is_present() && request.own != nullptr &&
         request.own->is_trusted_proxy(request.peer_address);
}

}  // namespace

OwnOrigin::OwnOrigin(Config config) : config_(std::move(config)) {}

bool OwnOrigin::is_same_origin_whatever_host(const RequestView& request) const noexcept {
  if (request.origin.is_repeated()) return false;
  const HeaderField& site = request.sec_fetch_site;
  if (site.lines == 1 && site.value == "same-origin") return true;
  return request.origin.is_present() && is_public_origin(request.origin.value);
}

bool OwnOrigin::is_public_origin(std::string_view origin) const noexcept {
  return std::any_of(
      config_.public_origins.begin(), config_.public_origins.end(),
      [origin](const std::string& own) { return equals_ignoring_case(own, origin); });
}

bool OwnOrigin::is_https_page(const RequestView& request) const noexcept {
  if (request.forwarded_proto.lines == 1 && is_trusted_proxy(request.peer_address)) {
    return equals_ignoring_case(request.forwarded_proto.value, "https");
  }
  return request.is_tls || has_only_https_origins();
}

bool OwnOrigin::has_only_https_origins() const noexcept {
  const auto& own = config_.public_origins;
  return !own.empty() && std::all_of(own.begin(), own.end(), [](const std::string& origin) {
    return origin.starts_with("https://");
  });
}

bool OwnOrigin::is_same_origin(const RequestView& request) const noexcept {
  if (is_same_origin_whatever_host(request)) return true;
  if (request.origin.lines != 1 || !config_.public_origins.empty()) return false;
  if (is_trusted_proxy(request.peer_address)) {
    const std::optional<OriginTuple> origin = parse_origin_tuple(request.origin.value);
    if (origin && forwarded_tuple(request) == origin) return true;
  }
  return is_origin_of_host(request);
}

bool OwnOrigin::is_origin_of_host(const RequestView& request) const noexcept {
  if (request.origin.lines != 1 || !config_.public_origins.empty()) return false;
  if (request.sec_fetch_site.is_present()) return false;
  if (name_other_hosts(request.origin.value, request.host.value)) return false;
  const std::optional<OriginTuple> origin = parse_origin_tuple(request.origin.value);
  if (!origin) return false;
  // On TLS the page is one of https, or somebody on the network wrote it.
  if (request.is_tls && origin->scheme_port != 443) return false;
  return is_of_host(*origin, request);
}

bool OwnOrigin::is_trusted_proxy(std::string_view peer_address) const noexcept {
  return std::any_of(config_.trusted_proxies.begin(), config_.trusted_proxies.end(),
                     [peer_address](const IpRange& range) { return range.contains(peer_address); });
}

std::string_view OwnOrigin::client_address(const RequestView& request) const {
  if (!is_trusted_proxy(request.peer_address)) return request.peer_address;
  std::vector<std::string_view> lines = forwarded_for_lines(request);
  int entries = 0;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    while (!line->empty()) {
      if (++entries > kForwardedForLimitEntries) return request.peer_address;
      const std::string_view entry = take_last_entry(*line);
      if (entry.empty()) continue;
      const std::optional<std::string_view> address = address_of_entry(entry);
      if (!address) return request.peer_address;
      if (!is_trusted_proxy(*address)) return *address;
    }
  }
  return request.peer_address;
}

std::string OwnOrigin::describe(const RequestView& request) const {
  for (const std::string& own : config_.public_origins) {
    const std::optional<OriginTuple> origin = parse_origin_tuple(own);
    if (origin && is_of_host(*origin, request)) return own;
  }
  if (!config_.public_origins.empty()) return config_.public_origins.front();
  if (is_trusted_proxy(request.peer_address)) {
    if (const auto forwarded = forwarded_tuple(request)) return to_text(*forwarded);
  }
  if (request.host.value.empty()) return {};
  return (request.is_tls ? "https://" : "http://") + std::string(request.host.value);
}

bool came_by_tls(const RequestView& request) noexcept {
  if (!is_told_by_proxy(request)) return request.is_tls;
  const HeaderField& proto = request.forwarded_proto;
  return proto.lines == 1 && equals_ignoring_case(proto.value, "https");
}

bool came_by_plain_http(const RequestView& request) noexcept {
  const HeaderField& proto = request.forwarded_proto;
  if (is_told_by_proxy(request)) {
    return proto.lines == 1 && equals_ignoring_case(proto.value, "http");
  }
  return !request.is_tls && !(request.own != nullptr && request.own->has_only_https_origins());
}

}  // namespace corsac
