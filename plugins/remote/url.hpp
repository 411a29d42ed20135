#pragma once

// The addresses that a store reads from: http and https, as far as a server may be given one.

#include <optional>
#include <string>
#include <string_view>

namespace corsac::remote_store {

struct Url {
  bool is_tls = false;
  std::string host = {};  // lower case; an IPv6 address without its brackets
  int port = 0;
  std::string target = "/";  // path and query, as they stand; begins with `/`
};

// Nothing for what is no address of a server: another scheme, user info, a fragment, no host, a
// port out of range, a byte that must be percent-encoded (blanks, controls, non-ASCII,
// `"<>\^`{|}`).
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

// "https://policy.example", "http://[::1]:8080": the default port is left out.
[[nodiscard]] std::string origin_text(const Url& url);
// "policy.example:8443": what the Host header says.
[[nodiscard]] std::string host_text(const Url& url);
// Origin and path. A query may hold secrets and is left out.
[[nodiscard]] std::string public_text(const Url& url);
[[nodiscard]] bool has_same_origin(const Url& a, const Url& b) noexcept;

// "localhost" and the addresses of this machine: what is sent there does not leave it.
[[nodiscard]] bool is_loopback(std::string_view host) noexcept;
[[nodiscard]] bool is_address(std::string_view host) noexcept;  // an IPv4 or IPv6 literal

// The absolute form of a reference that `base` answered with (RFC 3986, 5.2, without dot segments);
// nothing when that is none of a server.
[[nodiscard]] std::optional<Url> resolve(const Url& base, std::string_view reference);

// The part of a target behind its first `?`.
[[nodiscard]] std::string_view query_of(std::string_view target) noexcept;
// The value of the first parameter of that name, as it stands.
[[nodiscard]] std::optional<std::string_view> find_parameter(std::string_view query,
                                                             std::string_view name) noexcept;
// The target without the parameters of that name.
[[nodiscard]] std::string without_parameter(std::string_view target, std::string_view name);
// The target with one parameter more; the value is percent-encoded.
[[nodiscard]] std::string with_parameter(std::string target, std::string_view name,
                                         std::string_view value);
// Percent-encoded bytes as themselves; what is no encoding stays.
[[nodiscard]] std::string percent_decoded(std::string_view text);

}  // namespace corsac::remote_store
