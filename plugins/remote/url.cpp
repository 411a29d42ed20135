// Addresses of servers. Entry: parse_url. Spec: RFC 3986. Test:
// tests/plugins/remote_parts_test.cpp.

#include "url.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace corsac::remote_store {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";
constexpr std::size_t kHostLimitBytes = 253;
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool starts_with_scheme(std::string_view text, std::string_view scheme) noexcept {
  return text.size() >= scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), text.begin(),
                    [](char a, char b) { return a == to_lower(b); });
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) noexcept {
  return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
}

// What may stand in a URL without being encoded: RFC 3986, 2.
bool is_url_byte(char c) noexcept {
  return c > ' ' && c < '\x7f' && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
}

// In the value of a query parameter: RFC 3986, 2.3 "unreserved".
bool is_unreserved(char c) noexcept {
  return is_alphanumeric(c) || std::string_view("-._~").find(c) != std::string_view::npos;
}

bool is_name(std::string_view host) noexcept {
  return std::all_of(host.begin(), host.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; });
}

bool is_ipv6(std::string_view host) noexcept {
  in6_addr ignored;
  return ::inet_pton(AF_INET6, std::string(host).c_str(), &ignored) == 1;
}

std::optional<in_addr> to_ipv4(std::string_view host) noexcept {
  in_addr address;
  if (::inet_pton(AF_INET, std::string(host).c_str(), &address) != 1) return std::nullopt;
  return address;
}

bool read_port(std::string_view text, Url& url) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), url.port);
  return error == std::errc{} && end == text.data() + text.size() && is_digit(text.front()) &&
         url.port >= 1 && url.port <= 65535;
}

// "host", "host:port", "[address]", "[address]:port".
bool read_authority(std::string_view text, Url& url) {
  std::string_view host = text;
  std::string_view rest;
  bool is_bracketed = false;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    is_bracketed = true;
    host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  if (host.empty() || host.size() > kHostLimitBytes) return false;
  if (is_bracketed ? !is_ipv6(host) : !is_name(host)) return false;
  url.host = host;
  std::transform(url.host.begin(), url.host.end(), url.host.begin(), to_lower);
  url.port = url.is_tls ? 443 : 80;
  if (rest.empty()) return true;
  return rest.size() > 1 && rest.front() == ':' && read_port(rest.substr(1), url);
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  Url url;
  url.is_tls = starts_with_scheme(text, kHttps);
  if (!url.is_tls && !starts_with_scheme(text, kHttp)) return std::nullopt;
  text.remove_prefix(url.is_tls ? kHttps.size() : kHttp.size());
  if (!std::all_of(text.begin(), text.end(), is_url_byte)) return std::nullopt;
  const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
  const std::string_view target = text.substr(end);
  // User info ends with an `@`, which is no byte of a host.
  if (target.find('#') != std::string_view::npos) return std::nullopt;
  if (!read_authority(text.substr(0, end), url)) return std::nullopt;
  url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  return url;
}

std::string host_text(const Url& url) {
  const bool is_bracketed = url.host.find(':') != std::string::npos;
  std::string text = is_bracketed ? "[" + url.host + "]" : url.host;
  if (url.port != (url.is_tls ? 443 : 80)) text += ":" + std::to_string(url.port);
  return text;
}

std::string origin_text(const Url& url) {
  return std::string(url.is_tls ? kHttps : kHttp) + host_text(url);
}

std::string public_text(const Url& url) {
  return origin_text(url) + url.target.substr(0, url.target.find('?'));
}

bool has_same_origin(const Url& a, const Url& b) noexcept {
  return a.is_tls == b.is_tls && a.host == b.host && a.port == b.port;
}

bool is_loopback(std::string_view host) noexcept {
  if (host == "localhost" || host == "::1") return true;
  const auto address = to_ipv4(host);
  return address && (ntohl(address->s_addr) >> 24) == 127;
}

bool is_address(std::string_view host) noexcept { return to_ipv4(host) || is_ipv6(host); }

std::optional<Url> resolve(const Url& base, std::string_view reference) {
  if (starts_with_scheme(reference, kHttp) || starts_with_scheme(reference, kHttps)) {
    return parse_url(reference);
  }
  const std::string scheme(base.is_tls ? "https:" : "http:");
  if (reference.starts_with("//")) return parse_url(scheme + std::string(reference));
  const std::string path = base.target.substr(0, base.target.find('?'));
  if (reference.starts_with('/')) return parse_url(origin_text(base) + std::string(reference));
  if (reference.starts_with('?')) {
    return parse_url(origin_text(base) + path + std::string(reference));
  }
  // A path relative to the folder of `base`, or another scheme, which has a colon before any slash.
  if (reference.substr(0, reference.find_first_of("/?#")).find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  return parse_url(origin_text(base) + path.substr(0, path.rfind('/') + 1) +
                   std::string(reference));
}

std::string_view query_of(std::string_view target) noexcept {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

std::optional<std::string_view> find_parameter(std::string_view query,
                                               std::string_view name) noexcept {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    if (pair.substr(0, pair.find('=')) == name) {
      return pair.size() > name.size() ? pair.substr(name.size() + 1) : std::string_view{};
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return std::nullopt;
}

std::string without_parameter(std::string_view target, std::string_view name) {
  std::string result(target.substr(0, target.find('?')));
  std::string_view query = query_of(target);
  char mark = '?';
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    if (pair.substr(0, pair.find('=')) != name) {
      result += mark;
      result += pair;
      mark = '&';
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return result;
}

std::string with_parameter(std::string target, std::string_view name, std::string_view value) {
  target += target.find('?') == std::string::npos ? '?' : '&';
  target += name;
  target += '=';
  for (const char c : value) {
    if (is_unreserved(c)) {
      target += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    target += '%';
    target += kHexDigits[byte >> 4];
    target += kHexDigits[byte & 15];
  }
  return target;
}

std::string percent_decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      const char* begin = text.data() + i + 1;
      const auto [end, error] = std::from_chars(begin, begin + 2, value, 16);
      if (error == std::errc{} && end == begin + 2) {
        result += static_cast<char>(value);
        i += 2;
        continue;
      }
    }
    result += text[i];
  }
  return result;
}

}  // namespace corsac::remote_store
