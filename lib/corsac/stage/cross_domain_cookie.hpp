#pragma once

// Open edX's second CSRF cookie: the token again, in a cookie of a parent domain, so that trusted
// pages below that domain can read it and send it as X-CSRFToken.

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace corsac {

enum class CrossSiteTrust : unsigned char;  // stage/trusted_cross_site.hpp
struct CsrfCookieRules;                     // stage/csrf_trust.hpp, not public

// What the application knows of the answer that it makes.
struct CrossDomainCookieFacts {
  bool is_asked_for = false;  // this view hands tokens to pages of other origins
  std::string_view token = {};
  // The answer's Set-Cookie lines: the application's own cookie is set or renewed by one of them.
  std::span<const std::string_view> set_cookie_lines = {};
  std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
};

// In the order in which it is asked.
enum class CookieOutcome : unsigned char {
  Set,
  NotConfigured,    // there is no [csrf.cookie]
  NotTrusted,       // trusted_cross_site says why
  NotAskedFor,      // is_asked_for is false
  AppCookieNotSet,  // no line sets csrf.cookie.app_cookie_name, or only to nothing, or to what has
                    // expired
  NoToken,
  TokenMalformed,  // it has bytes that may not stand in a cookie (RFC 6265, 4.1.1)
};

// "set", "not_configured", "not_trusted", "not_asked_for", "app_cookie_not_set", "no_token",
// "token_malformed": stable, for logs. A literal.
[[nodiscard]] std::string_view to_text(CookieOutcome outcome) noexcept;

struct CrossDomainCookie {
  CookieOutcome outcome = CookieOutcome::NotConfigured;
  // The value of a Set-Cookie line; empty unless Set. Always Secure. Not HttpOnly, since pages are
  // there to read it, and without SameSite, as edX sends it.
  std::string set_cookie = {};
};

// `rules` null = no [csrf.cookie]. Throws std::bad_alloc alone.
[[nodiscard]] CrossDomainCookie cross_domain_cookie(const CsrfCookieRules* rules,
                                                    CrossSiteTrust trust,
                                                    const CrossDomainCookieFacts& facts);

}  // namespace corsac
