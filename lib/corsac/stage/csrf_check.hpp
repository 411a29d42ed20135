#pragma once

// The CSRF check of Django as an application may use it in its handlers: the page, then a token
// that only a page of this site can have (double submit: OWASP, "Cross-Site Request Forgery
// Prevention").

#include <string_view>

namespace corsac {

struct CsrfTrust;     // stage/csrf_trust.hpp, not public
struct RefererRules;  // the same
struct RequestView;   // http/request_view.hpp

inline constexpr std::string_view kAppCookieName = "csrftoken";  // Django's default

// What the application knows of the request besides its headers.
struct CsrfSubmission {
  // The token that came in the form (Django: `csrfmiddlewaretoken`), decoded. When there is none
  // the one X-CSRFToken counts.
  std::string_view form_token = {};
  // The application's own cookie; empty = csrf.cookie.app_cookie_name, or `csrftoken`.
  std::string_view cookie_name = {};
};

// In the order in which it is asked.
enum class CsrfVerdict : unsigned char {
  Passed,
  // Its Origin is neither own nor trusted; also `null`, malformed, repeated. Or without one the
  // browser says that it is of another site, and it is not trusted_cross_site.
  OriginNotTrusted,
  // Without an Origin the Referer counts, but for a request by plain http:
  NoReferer,
  RefererNotHttps,
  RefererNotTrusted,  // neither own, nor trusted_cross_site
  NoCookie,           // the application's, or an empty one
  CookieRepeated,     // another host of this domain may have set the second one
  NoToken,
  TokenWrong,  // not the cookie's, byte for byte; several X-CSRFToken
};

// "passed", "origin_not_trusted", "no_referer", "referer_not_https", "referer_not_trusted",
// "no_cookie", "cookie_repeated", "no_token", "token_wrong": stable, for logs. A literal.
[[nodiscard]] std::string_view to_text(CsrfVerdict verdict) noexcept;

// GET, HEAD and OPTIONS pass. Then the page, as Django asks: an Origin must be own or trusted, as
// for the guard (so must a request without one of which the browser says that it is not
// cross-site); with any other Sec-Fetch-Site, trusted_cross_site must say Trusted; without any of
// that a request must have the https Referer of an own page, or one for
// which trusted_cross_site says Trusted, unless came_by_plain_http. Then the token, for all: it is
// never relaxed.
//
// The token is compared in constant time, byte for byte with the cookie. Tokens that Django masks
// anew for each form are not unmasked: hand in what was unmasked, or send the cookie's value.
// Headers are read through RequestView::headers. A host that decodes them first (cpp-httplib 0.11.4)
// makes one cookie look like two: there no name proves who set it, `__Host-` neither. No lock or allocation.
[[nodiscard]] CsrfVerdict check_csrf(const RefererRules& rules, const CsrfTrust& trust,
                                     const RequestView& request,
                                     const CsrfSubmission& submission) noexcept;

}  // namespace corsac
