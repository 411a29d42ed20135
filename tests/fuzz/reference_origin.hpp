#pragma once

// What an `Origin` value may be: RFC 6454, 7 with the URL standard's host rules, as origin.hpp
// promises it. Slow and plain: the value is taken apart, its host goes through the standard's own
// host parser, and must come out as it went in.

#include <optional>
#include <string>
#include <string_view>

#include "fuzz/reference_url.hpp"

namespace corsac::fuzz {

struct OriginReading {
  std::string scheme = {};
  std::string host = {};
  std::int32_t port = -1;
  bool is_ip = false;
};

inline bool has_only(std::string_view text, std::string_view bytes) {
  return text.find_first_not_of(bytes) == std::string_view::npos;
}

// RFC 3986, 3.1, in lower case.
inline bool is_reference_scheme(std::string_view scheme) {
  return !scheme.empty() && scheme.size() <= 64 && scheme[0] >= 'a' && scheme[0] <= 'z' &&
         has_only(scheme, "abcdefghijklmnopqrstuvwxyz0123456789+-.");
}

inline std::int32_t reference_default_port(std::string_view scheme) {
  if (scheme == "ftp") return 21;
  if (scheme == "http" || scheme == "ws") return 80;
  if (scheme == "https" || scheme == "wss") return 443;
  return -1;
}

// 1 to 65535 without a leading zero; nothing for what is none.
inline std::optional<std::int32_t> reference_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || text[0] == '0' || !has_only(text, "0123456789")) {
    return std::nullopt;
  }
  const int port = std::stoi(std::string(text));
  return port <= 65535 ? std::optional<std::int32_t>(port) : std::nullopt;
}

// A host as it is serialised, of bytes and labels that an origin may have.
inline bool is_reference_host(const std::string& host, bool& is_ip) {
  if (host.empty()) return false;
  const bool is_ipv6 = host[0] == '[';
  if (!is_ipv6 && !has_only(host, "abcdefghijklmnopqrstuvwxyz0123456789-_.")) return false;
  const auto parsed = url::parse_host(host);
  if (!parsed || parsed->text != host) return false;
  is_ip = is_ipv6 || url::ends_in_number(host);
  if (is_ip) return true;
  if (host.size() > 253) return false;
  std::vector<std::string> labels = url::split(host, '.');
  if (labels.size() > 1 && labels.back().empty()) labels.pop_back();
  for (const std::string& label : labels) {
    if (label.empty() || label.size() > 63) return false;
  }
  return true;
}

inline std::optional<OriginReading> read_origin_plainly(std::string_view text) {
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  OriginReading origin;
  origin.scheme = text.substr(0, scheme_end);
  if (!is_reference_scheme(origin.scheme)) return std::nullopt;
  const std::string_view authority = text.substr(scheme_end + 3);
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  origin.host = authority.substr(0, colon);
  if (colon != std::string_view::npos) {
    const auto port = reference_port(authority.substr(colon + 1));
    if (!port || *port == reference_default_port(origin.scheme)) return std::nullopt;
    origin.port = *port;
  }
  if (!is_reference_host(origin.host, origin.is_ip)) return std::nullopt;
  return origin;
}

}  // namespace corsac::fuzz
