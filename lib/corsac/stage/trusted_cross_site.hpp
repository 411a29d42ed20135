#pragma once

// Open edX's question about a request: does it come, by TLS, from a page that the policy trusts?
// The Referer tells, which Django's CSRF check looks at where there is no Origin.

#include <string_view>

namespace corsac {

struct CsrfTrust;     // stage/csrf_trust.hpp, not public
struct RefererRules;  // the same
struct RequestView;   // http/request_view.hpp

// What came of the question, in the order in which it is asked.
enum class CrossSiteTrust : unsigned char {
  Trusted,
  SwitchedOff,      // csrf.referer.enabled is not true
  NotTls,           // the request came by plain http, as far as is known
  NoReferer,        // none, or an empty one
  RefererNotHttps,  // of a page of another scheme
  // Not of a listed origin; also several lines, `null`, `about:`, userinfo, and what is no URL.
  NotListed,
};

// "trusted", "switched_off", "not_tls", "no_referer", "referer_not_https", "not_listed": stable,
// for logs. A literal.
[[nodiscard]] std::string_view to_text(CrossSiteTrust trust) noexcept;

// Who is listed is `trust`'s business: csrf.trusted_origins, or else whom CORS grants with
// credentials. Path and query of the Referer do not matter, and nothing else of the request does:
// not its Origin, which the CSRF check looks at by itself. No I/O, lock or allocation.
[[nodiscard]] CrossSiteTrust trusted_cross_site(const RefererRules& rules, const CsrfTrust& trust,
                                                const RequestView& request) noexcept;

}  // namespace corsac
