#pragma once

// The DNS-rebinding guard: policy document, 4 "hosts". A page of an attacker's domain that resolves
// to our address is same-origin for the browser; only Host gives it away.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/base/result.hpp"
#include "corsac/origin/pattern.hpp"
#include "corsac/stage/stage.hpp"

namespace corsac {

// A host with an optional port, as `hosts.allowed` and a rule's `hosts` have it:
// "api.example.com", "localhost:*", "127.0.0.1:8080", "[::1]:*", "*.example.com",
// "localhost:[3000-3999]".
struct HostPattern {
  std::string text = {};
  HostForm host_form = HostForm::Exact;
  std::string host = {};  // as in OriginPattern
  PortForm port_form = PortForm::Exact;
  std::vector<PortRange> ports = {};  // empty with PortForm::Exact = no port written
};

// Codes: host-empty, host-scheme ("an entry here has no scheme"), host-path, host-upper-case,
// host-non-ascii, host-bad-byte, host-port, host-port-set, host-empty-label, host-hyphen-label,
// host-long, host-wildcard, host-ip-spelling. What has no scheme has no default port either, so one
// may be written.
[[nodiscard]] Result<HostPattern, OriginPatternError> parse_host_pattern(std::string_view text);

// `Host` as the wire has it: one trailing dot dropped, `:80` dropped on plain and `:443` on TLS
// connections.
struct ParsedHost {
  std::string_view host = {};      // any case; compare without case
  std::int32_t port = -1;          // -1 = none, or the dropped default
  std::int32_t default_port = 80;  // of the connection: what -1 stands for
};

enum class HostForMatching : unsigned char {
  WithPort,       // hosts.allowed: no port in the pattern = the default port
  PortIfWritten,  // a rule's hosts: no port in the pattern = any port
};

// False when `host` is not host[:port] (RFC 9110, 7.2; RFC 3986, 3.2.2), empty included: no http
// URL has an empty host (RFC 9110, 4.2.1).
[[nodiscard]] bool parse_host(std::string_view host, bool is_tls, ParsedHost& parsed) noexcept;

// A wildcard covers well-formed domain names only; a default port in the pattern covers none
// written.
[[nodiscard]] bool matches_host(const HostPattern& pattern, const ParsedHost& host,
                                HostForMatching how) noexcept;

// Outcomes: a Host that is missing under HTTP/1.1, repeated or malformed: Refuse 400
// host_not_allowed. Missing under HTTP/1.0, or none of `allowed`: Refuse 421 host_not_allowed.
// Else Continue. Forwarded headers are never looked at. A request of which nothing was parsed
// (target empty) continues.
class HostGuard final : public Stage {
 public:
  explicit HostGuard(std::vector<HostPattern> allowed);
  [[nodiscard]] std::string_view name() const noexcept override { return "hosts"; }
  [[nodiscard]] StageResult on_request(const RequestView& request,
                                       Decision& decision) const noexcept override;

 private:
  std::vector<HostPattern> allowed_;
};

}  // namespace corsac
