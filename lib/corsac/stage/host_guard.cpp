// The DNS-rebinding guard: what `Host` a request may name. Policy document, 4 "hosts".
// Entry: HostGuard::on_request. How entries are written: host_pattern.cpp.
// Test: tests/stage/host_guard_test.cpp.

#include "corsac/stage/host_guard.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "corsac/base/ascii.hpp"
#include "corsac/origin/host_match.hpp"
#include "corsac/origin/host_text.hpp"
#include "corsac/origin/ip_text.hpp"
#include "corsac/origin/origin.hpp"
#include "corsac/origin/port_text.hpp"

namespace corsac {
namespace {

// RFC 3986, 3.2.2: reg-name. Wider than a domain name; what is in it besides one never matches.
bool is_registered_name(std::string_view name) noexcept {
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == '%') {
      if (i + 2 >= name.size() || !is_hex_digit(name[i + 1]) || !is_hex_digit(name[i + 2])) {
        return false;
      }
    } else if (!is_ascii_alpha(c) && !is_ascii_digit(c) &&
               (c == '\0' ||
                std::string_view("-._~!$&'()*+,;=").find(c) == std::string_view::npos)) {
      return false;
    }
  }
  return true;
}

// RFC 3986, 3.2.3: digits, even none. False for what is no TCP port.
bool read_port(std::string_view digits, std::int32_t& port) noexcept {
  std::int32_t value = 0;
  for (const char c : digits) {
    if (!is_ascii_digit(c)) return false;
    value = value * 10 + (c - '0');
    if (value > 65535) return false;
  }
  port = digits.empty() ? -1 : value;
  return true;
}

bool is_domain_name(std::string_view lower_host) noexcept {
  return !lower_host.starts_with('.') && lower_host.find("..") == std::string_view::npos &&
         std::all_of(lower_host.begin(), lower_host.end(), [](char c) {
           return is_ascii_lower(c) || is_ascii_digit(c) || c == '-' || c == '_' || c == '.';
         });
}

bool is_covered(const HostPattern& pattern, std::string_view host) noexcept {
  if (pattern.host_form == HostForm::Exact) return equals_ignoring_case(pattern.host, host);
  std::array<char, kHostLimitBytes> buffer = {};
  if (host.size() > buffer.size()) return false;
  std::transform(host.begin(), host.end(), buffer.begin(), ascii_lower);
  const std::string_view lower(buffer.data(), host.size());
  return is_domain_name(lower) && covers_host(pattern.host_form, pattern.host, lower);
}

StageResult refuse(Decision& decision, std::uint16_t status, std::string_view host) noexcept {
  decision.outcome = Outcome::Refuse;
  decision.status = status;
  decision.reason = Reason::HostNotAllowed;
  decision.offending = host;
  return StageResult::Stop;
}

}  // namespace

bool parse_host(std::string_view host, bool is_tls, ParsedHost& parsed) noexcept {
  const AuthorityText text = split_authority(host);
  std::string_view name = text.host;
  if (name.starts_with('[')) {
    // IPvFuture of the grammar is refused: no version of it was ever assigned.
    if (!name.ends_with(']') || !is_ipv6(name.substr(1, name.size() - 2))) return false;
  } else {
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || name.size() > kHostLimitBytes || !is_registered_name(name)) return false;
  }
  parsed.host = name;
  parsed.default_port = is_tls ? 443 : 80;
  if (!read_port(text.port, parsed.port)) return false;
  if (parsed.port == parsed.default_port) parsed.port = -1;
  return true;
}

bool matches_host(const HostPattern& pattern, const ParsedHost& host,
                  HostForMatching how) noexcept {
  const bool is_port_written = pattern.port_form != PortForm::Exact || !pattern.ports.empty();
  const bool is_port_right =
      is_port_written
          ? pattern.port_form == PortForm::Any ||
                contains_port(pattern.ports, host.port == -1 ? host.default_port : host.port)
          : how == HostForMatching::PortIfWritten || host.port == -1;
  return is_port_right && is_covered(pattern, host.host);
}

HostGuard::HostGuard(std::vector<HostPattern> allowed) : allowed_(std::move(allowed)) {}

StageResult HostGuard::on_request(const RequestView& request, Decision& decision) const noexcept {
  if (request.target.empty()) return StageResult::Continue;
  const HeaderField& field = request.host;
  if (!field.is_present() && request.is_http_1_0) return refuse(decision, 421, {});
  ParsedHost host = {};
  // RFC 9112, 3.2: these three are 400.
  if (!field.is_present() || field.is_repeated() ||
      !parse_host(field.value, request.is_tls, host)) {
    return refuse(decision, 400, field.value);
  }
  const bool is_allowed =
      std::any_of(allowed_.begin(), allowed_.end(), [&host](const HostPattern& pattern) {
        return matches_host(pattern, host, HostForMatching::WithPort);
      });
  return is_allowed ? StageResult::Continue : refuse(decision, 421, field.value);
}

}  // namespace corsac
