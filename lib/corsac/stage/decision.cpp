// What a decision says on the wire: header names, Vary, and the grant as text.
// Entry: vary_value, header_name, allow_headers_value, grant_headers. Spec: Fetch, 3.3.3 (response
// headers) and RFC 9110, 12.5.5 (Vary). Test: tests/stage/decision_test.cpp.

#include "corsac/stage/decision.hpp"

#include <algorithm>

#include "corsac/base/ascii.hpp"

namespace corsac {

std::string_view vary_value(VaryOn vary) noexcept {
  switch (vary) {
    case VaryOn::Nothing:
      break;
    case VaryOn::Origin:
      return "Origin";
    case VaryOn::RequestedMethodAndHeaders:
      return "Access-Control-Request-Method, Access-Control-Request-Headers";
    case VaryOn::OriginRequestedMethodAndHeaders:
      return "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
  }
  return {};
}

std::string_view header_name(GrantHeader header) noexcept {
  switch (header) {
    case GrantHeader::AllowOrigin:
      return "Access-Control-Allow-Origin";
    case GrantHeader::AllowCredentials:
      return "Access-Control-Allow-Credentials";
    case GrantHeader::AllowMethods:
      return "Access-Control-Allow-Methods";
    case GrantHeader::AllowHeaders:
      return "Access-Control-Allow-Headers";
    case GrantHeader::AllowPrivateNetwork:
      return "Access-Control-Allow-Private-Network";
    case GrantHeader::ExposeHeaders:
      return "Access-Control-Expose-Headers";
    case GrantHeader::MaxAge:
      return "Access-Control-Max-Age";
    case GrantHeader::TimingAllowOrigin:
      return "Timing-Allow-Origin";
  }
  return {};
}

Decision& Decision::operator=(const Decision& other) noexcept {
  if (this == &other) return *this;
  outcome = other.outcome;
  handler_headers = other.handler_headers;
  vary = other.vary;
  reason = other.reason;
  status = other.status;
  is_preflight = other.is_preflight;
  is_own_origin = other.is_own_origin;
  grant_count = other.grant_count;
  frames = other.frames;
  judges_location = other.judges_location;
  is_https_page = other.is_https_page;
  rule = other.rule;
  offending = other.offending;
  std::copy_n(other.grants.begin(), other.grant_count, grants.begin());
  requested.verdict = other.requested.verdict;
  requested.offending = other.requested.offending;
  requested.whole = other.requested.whole;
  requested.count = other.requested.count;
  std::copy_n(other.requested.names.begin(), other.requested.count, requested.names.begin());
  return *this;
}

std::string allow_headers_value(const RequestedHeaders& requested) {
  if (!requested.whole.empty()) return std::string(requested.whole);
  std::string value;
  for (std::uint32_t i = 0; i < requested.count; ++i) {
    if (i != 0) value += ',';
    for (const char c : requested.names[i].view()) value += ascii_lower(c);
  }
  return value;
}

std::vector<std::pair<std::string, std::string>> grant_headers(const Decision& decision) {
  std::vector<std::pair<std::string, std::string>> headers;
  headers.reserve(decision.grant_count);
  for (std::uint8_t i = 0; i < decision.grant_count; ++i) {
    const Decision::GrantValue& grant = decision.grants[i];
    const bool is_joined = grant.header == GrantHeader::AllowHeaders && grant.value.data == nullptr;
    headers.emplace_back(header_name(grant.header), is_joined
                                                        ? allow_headers_value(decision.requested)
                                                        : std::string(grant.value.view()));
  }
  return headers;
}

}  // namespace corsac
