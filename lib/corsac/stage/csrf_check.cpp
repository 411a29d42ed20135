// Django's CSRF check. Entry: check_csrf. Spec: django.middleware.csrf, process_view; policy
// document, 1 and 4 "csrf". Test: tests/stage/csrf_check_test.cpp.

#include "corsac/stage/csrf_check.hpp"

#include "corsac/base/ascii.hpp"
#include "corsac/base/sha256.hpp"
#include "corsac/http/cookie.hpp"
#include "corsac/http/own_origin.hpp"
#include "corsac/stage/csrf_trust.hpp"
#include "corsac/stage/trusted_cross_site.hpp"

namespace corsac {
namespace {

// The Referer of an own page is enough with TLS, and with nothing else: over plain http anybody on
// the network writes it.
CsrfVerdict judge_referer(const RefererRules& rules, const CsrfTrust& trust,
                          const RequestView& request) noexcept {
  const std::string_view origin = origin_of_referer(request);
  const bool is_own = !origin.empty() && is_own_page(trust, as_from(request, origin));
  const bool is_https = equals_ignoring_case(origin.substr(0, 8), "https://");
  if (is_own && is_https) return CsrfVerdict::Passed;
  if (trusted_cross_site(rules, trust, request) == CrossSiteTrust::Trusted) {
    return CsrfVerdict::Passed;
  }
  if (has_no_referer(request)) return CsrfVerdict::NoReferer;
  return origin.empty() || is_https ? CsrfVerdict::RefererNotTrusted : CsrfVerdict::RefererNotHttps;
}

CsrfVerdict judge_page(const RefererRules& rules, const CsrfTrust& trust,
                       const RequestView& request) noexcept {
  if (request.origin.is_present() || says_not_cross_site(request)) {
    return is_from_trusted(trust, request) ? CsrfVerdict::Passed : CsrfVerdict::OriginNotTrusted;
  }
  // The browser says that it is of another site, or something says what no browser does.
  if (request.sec_fetch_site.is_present()) {
    return trusted_cross_site(rules, trust, request) == CrossSiteTrust::Trusted
               ? CsrfVerdict::Passed
               : CsrfVerdict::OriginNotTrusted;
  }
  return came_by_plain_http(request) ? CsrfVerdict::Passed : judge_referer(rules, trust, request);
}

HeaderField token_header(const RequestView& request) noexcept {
  HeaderField token;
  if (request.headers == nullptr) return token;
  const auto visit = [](void* context, std::string_view name, std::string_view value) {
    if (!equals_ignoring_case(name, "X-CSRFToken")) return;
    auto& field = *static_cast<HeaderField*>(context);
    if (field.lines++ == 0) field.value = trim_ows(value);
  };
  request.headers->visit(visit, &token);
  return token;
}

CsrfVerdict judge_token(const RequestView& request, const CsrfSubmission& submission) noexcept {
  const std::string_view name =
      submission.cookie_name.empty() ? kAppCookieName : submission.cookie_name;
  const FoundCookie cookie = find_cookie(request, name);
  if (cookie.count > 1) return CsrfVerdict::CookieRepeated;
  if (cookie.value.empty()) return CsrfVerdict::NoCookie;
  HeaderField token = {.value = submission.form_token, .lines = 1};
  if (submission.form_token.empty()) token = token_header(request);
  if (token.is_repeated()) return CsrfVerdict::TokenWrong;
  if (token.value.empty()) return CsrfVerdict::NoToken;
  return is_equal_in_constant_time(token.value, cookie.value) ? CsrfVerdict::Passed
                                                              : CsrfVerdict::TokenWrong;
}

}  // namespace

std::string_view to_text(CsrfVerdict verdict) noexcept {
  switch (verdict) {
    case CsrfVerdict::Passed:
      return "passed";
    case CsrfVerdict::OriginNotTrusted:
      return "origin_not_trusted";
    case CsrfVerdict::NoReferer:
      return "no_referer";
    case CsrfVerdict::RefererNotHttps:
      return "referer_not_https";
    case CsrfVerdict::RefererNotTrusted:
      return "referer_not_trusted";
    case CsrfVerdict::NoCookie:
      return "no_cookie";
    case CsrfVerdict::CookieRepeated:
      return "cookie_repeated";
    case CsrfVerdict::NoToken:
      return "no_token";
    case CsrfVerdict::TokenWrong:
      return "token_wrong";
  }
  return {};
}

CsrfVerdict check_csrf(const RefererRules& rules, const CsrfTrust& trust,
                       const RequestView& request, const CsrfSubmission& submission) noexcept {
  if (is_read(request.method)) return CsrfVerdict::Passed;
  const CsrfVerdict page = judge_page(rules, trust, request);
  return page == CsrfVerdict::Passed ? judge_token(request, submission) : page;
}

}  // namespace corsac
