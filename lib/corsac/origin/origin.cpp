// The bounded parser for `Origin` values: RFC 6454, 7 with the URL standard's host rules.
// Entry: parse_origin. Test: tests/origin/origin_test.cpp.
//
// It runs on each denied request, so: length first, the two common schemes as one comparison, and
// sixteen bytes of the host at a time. What is rare (long hosts, addresses) goes out of line.

#include "corsac/origin/origin.hpp"

#include <array>
#include <bit>
#include <cstring>

#include "corsac/base/ascii.hpp"
#include "corsac/origin/ip_text.hpp"

namespace corsac {
namespace {

// Sixteen bytes as one value: SSE2, NEON or what the compiler makes of it. A comparison gives 0xFF
// or 0 in each byte.
using Bytes16 = unsigned char __attribute__((vector_size(16)));
using Halves = std::array<std::uint64_t, 2>;

constexpr unsigned char byte(char c) noexcept { return static_cast<unsigned char>(c); }

template <class Word>
Word load(const char* p) noexcept {
  Word word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

// Not zero in each byte that has no place in a domain name or, being a dot after the dot in
// `before`, ends an empty label.
Bytes16 faults(Bytes16 bytes, Bytes16 before) noexcept {
  const auto is_letter = bytes - byte('a') <= byte('z' - 'a');
  const auto is_digit_hyphen_dot = (bytes - byte('-') <= byte('9' - '-')) & (bytes != byte('/'));
  // Not in the ABNF of RFC 6454, but browsers take and send it.
  const auto is_underscore = bytes == byte('_');
  const auto ends_empty_label = (bytes == byte('.')) & (before == byte('.'));
  return Bytes16(~(is_letter | is_digit_hyphen_dot | is_underscore) | ends_empty_label);
}

// The 8 to 15 bytes at `p`, some of them twice: cheaper than copying the odd ones.
Bytes16 load_twice(const char* p, std::size_t size) noexcept {
  return std::bit_cast<Bytes16>(Halves{load<std::uint64_t>(p), load<std::uint64_t>(p + size - 8)});
}

[[gnu::noinline]] bool has_only_domain_bytes(std::string_view text) noexcept {
  for (const char c : text) {
    if (!is_ascii_lower(c) && !is_ascii_digit(c) && c != '-' && c != '_' && c != '.') return false;
  }
  return text.find("..") == std::string_view::npos;
}

// From each dot to the last one that may end the next label: a few steps for any host.
[[gnu::noinline]] bool labels_fit(std::string_view host) noexcept {
  while (host.size() > kLabelLimitBytes) {
    const std::size_t dot = host.rfind('.', kLabelLimitBytes);
    if (dot == std::string_view::npos) return false;
    host.remove_prefix(dot + 1);
  }
  return true;
}

// For at least 8 bytes: none of them is a fault. The byte before `host` belongs to the same text.
[[gnu::always_inline]] inline bool has_no_faults(const char* begin, std::size_t size) noexcept {
  Bytes16 found = {};
  if (size < 16) {
    found = faults(load_twice(begin, size), load_twice(begin - 1, size));
  } else {
    for (std::size_t i = 0; i + 16 < size; i += 16) {
      found |= faults(load<Bytes16>(begin + i), load<Bytes16>(begin + i - 1));
    }
    const char* const last = begin + size - 16;
    found |= faults(load<Bytes16>(last), load<Bytes16>(last - 1));
  }
  const Halves halves = std::bit_cast<Halves>(found);
  return (halves[0] | halves[1]) == 0;
}

// Letters, digits, "-" and "_" in labels of 1 to 63 bytes; one final dot. The byte before `host`
// belongs to the same text.
inline bool is_domain(std::string_view host) noexcept {
  const std::size_t size = host.size();
  if (host.front() == '.') return false;
  if (size < 8) return has_only_domain_bytes(host);
  if (!has_no_faults(host.data(), size)) return false;
  return size <= kLabelLimitBytes || (size <= kHostLimitBytes && labels_fit(host));
}

// False only when the last label is certainly no number: a look at the last few bytes.
inline bool may_end_in_number(std::string_view host) noexcept {
  const char* p = host.data() + host.size();
  while (is_ascii_digit(p[-1]) || (p[-1] >= 'a' && p[-1] <= 'f')) --p;  // the "/" before it stops
  return p[-1] == '.' || p[-1] == 'x' || p == host.data();
}

// 0 = not a port that a browser writes.
std::int32_t read_port(const char* p, const char* end) noexcept {
  if (end - p > 5 || *p == '0') return 0;
  std::int32_t port = 0;
  for (; p != end; ++p) port = port * 10 + (*p - '0');
  return port <= 65535 ? port : 0;
}

// RFC 3986, 3.1, lower case only. The length of the scheme before "://"; 0 = none.
[[gnu::noinline]] std::size_t custom_scheme_length(std::string_view text) noexcept {
  if (text.empty() || !is_ascii_lower(text.front())) return 0;
  for (std::size_t i = 1; i < text.size() && i <= kSchemeLimitBytes; ++i) {
    const char c = text[i];
    if (c == ':') return text.substr(i).starts_with("://") ? i : 0;
    if (!is_ascii_lower(c) && !is_ascii_digit(c) && c != '+' && c != '-' && c != '.') return 0;
  }
  return 0;
}

std::size_t scheme_length(std::string_view text) noexcept {
  if (text.starts_with("https://")) return 5;
  if (text.starts_with("http://")) return 4;
  return custom_scheme_length(text);
}

// No number has it: neither a digit, nor a hex digit, nor the "x" before one.
bool is_plain_letter(char c) noexcept { return c > 'f' && c <= 'z' && c != 'x'; }

}  // namespace

bool is_origin(std::string_view text) noexcept {
  constexpr std::string_view kHttps = "https://";
  // What nearly every page has: https, a name of one label's length at most, no port. What ends in
  // such a letter, or in a byte of the same label after one, is no IPv4 address.
  const std::size_t size = text.size() - kHttps.size();
  if (size - 8 <= kLabelLimitBytes - 8 && text.starts_with(kHttps)) {
    const char* const host = text.data() + kHttps.size();
    const char last = host[size - 1];
    const bool ends_in_letter =
        is_plain_letter(last) || (last != '.' && is_plain_letter(host[size - 2]));
    if (ends_in_letter && *host != '.' && has_no_faults(host, size)) return true;
  }
  return parse_origin(text).has_value();
}

std::optional<ParsedOrigin> parse_origin(std::string_view text) noexcept {
  if (text.size() > kOriginLimitBytes) return std::nullopt;
  const std::size_t scheme = scheme_length(text);
  if (scheme == 0) return std::nullopt;
  const char* const begin = text.data() + scheme + 3;
  const char* const end = text.data() + text.size();
  if (begin == end) return std::nullopt;

  const char* host_end = end;
  std::int32_t port = -1;
  const char* digits = end;
  while (is_ascii_digit(digits[-1])) --digits;  // the "/" before the host stops it
  if (digits != end && digits[-1] == ':') {
    host_end = digits - 1;
    port = read_port(digits, end);
    if (port == 0 || port == default_port(text.substr(0, scheme)) || host_end == begin) {
      return std::nullopt;
    }
  }

  const std::string_view host(begin, static_cast<std::size_t>(host_end - begin));
  bool is_ip = false;
  if (*begin == '[') {
    if (!host.ends_with(']') || !is_serialised_ipv6(host.substr(1, host.size() - 2))) {
      return std::nullopt;
    }
    is_ip = true;
  } else {
    if (!is_domain(host)) return std::nullopt;
    if (may_end_in_number(host) && ends_in_number(host)) {
      if (!is_serialised_ipv4(host)) return std::nullopt;
      is_ip = true;
    }
  }
  return ParsedOrigin{text.substr(0, scheme), host, port, is_ip};
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
