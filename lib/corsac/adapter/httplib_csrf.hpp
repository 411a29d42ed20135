#pragma once

// The parts of [csrf] that an application asks for in its handlers, for cpp-httplib. Include
// <corsac/httplib.hpp>. Everything here may be called from any thread.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/adapter/httplib_host.hpp"
#include "corsac/adapter/request_scan.hpp"
#include "corsac/base/ascii.hpp"
#include "corsac/runtime/gate.hpp"

namespace corsac {

// Gate::trusted_cross_site for a request of cpp-httplib.
[[nodiscard]] inline CrossSiteTrust trusted_cross_site(Gate& gate,
                                                       const httplib::Request& request) noexcept {
  const adapter::HttplibHeaders headers(request.headers);
  RequestScan scan;
  adapter::scan_request(request, headers, scan);
  return gate.trusted_cross_site(scan.view());
}

// Gate::check_csrf for a request of cpp-httplib. A token that came in a form the handler reads
// itself (`request.get_param_value("csrfmiddlewaretoken")`).
[[nodiscard]] inline CsrfVerdict check_csrf(Gate& gate, const httplib::Request& request,
                                            const CsrfSubmission& submission = {}) noexcept {
  const adapter::HttplibHeaders headers(request.headers);
  RequestScan scan;
  adapter::scan_request(request, headers, scan);
  return gate.check_csrf(scan.view(), submission);
}

// Adds the cookie of [csrf.cookie] with `token` to an answer that sets the application's own CSRF
// cookie, when the request comes from a trusted page; what came of it is told. Call it in the
// handlers whose pages of other origins need the token, behind the line that sets the own cookie,
// and once for each answer.
inline CookieOutcome add_cross_domain_cookie(Gate& gate, const httplib::Request& request,
                                             httplib::Response& response, std::string_view token) {
  std::vector<std::string_view> lines;
  for (const auto& [name, value] : response.headers) {
    if (equals_ignoring_case(name, "Set-Cookie")) lines.emplace_back(value);
  }
  const adapter::HttplibHeaders headers(request.headers);
  RequestScan scan;
  adapter::scan_request(request, headers, scan);
  CrossDomainCookie cookie = gate.cross_domain_cookie(
      scan.view(), {.is_asked_for = true, .token = token, .set_cookie_lines = lines});
  if (cookie.outcome == CookieOutcome::Set) {
    response.headers.emplace("Set-Cookie", std::move(cookie.set_cookie));
  }
  return cookie.outcome;
}

}  // namespace corsac
