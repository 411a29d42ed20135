// Makes the cross-domain CSRF cookie under its conditions. Entry: cross_domain_cookie. Spec: policy
// document, 1 "csrf.cookie"; edX's cors_csrf (middleware.py); RFC 6265, 4.1.
// Test: tests/stage/cross_domain_cookie_test.cpp.

#include "corsac/stage/cross_domain_cookie.hpp"

#include <algorithm>

#include "corsac/http/cookie.hpp"
#include "corsac/stage/csrf_trust.hpp"
#include "corsac/stage/trusted_cross_site.hpp"

namespace corsac {
namespace {

// Django takes a cookie away by setting it to `""`; all do by an age or a date that is over.
bool sets_app_cookie(const CsrfCookieRules& rules, std::string_view line,
                     std::chrono::system_clock::time_point now) noexcept {
  const SetCookiePair pair = parse_set_cookie(line);
  return pair.name == rules.app_cookie_name && !pair.value.empty() && pair.value != "\"\"" &&
         !is_expired_set_cookie(line, now);
}

CookieOutcome judge(const CsrfCookieRules* rules, CrossSiteTrust trust,
                    const CrossDomainCookieFacts& facts) noexcept {
  if (rules == nullptr) return CookieOutcome::NotConfigured;
  if (trust != CrossSiteTrust::Trusted) return CookieOutcome::NotTrusted;
  if (!facts.is_asked_for) return CookieOutcome::NotAskedFor;
  const auto& lines = facts.set_cookie_lines;
  const bool is_set = std::any_of(lines.begin(), lines.end(), [&](std::string_view line) {
    return sets_app_cookie(*rules, line, facts.now);
  });
  if (!is_set) return CookieOutcome::AppCookieNotSet;
  if (facts.token.empty()) return CookieOutcome::NoToken;
  return is_cookie_value(facts.token) ? CookieOutcome::Set : CookieOutcome::TokenMalformed;
}

}  // namespace

std::string_view to_text(CookieOutcome outcome) noexcept {
  switch (outcome) {
    case CookieOutcome::Set:
      return "set";
    case CookieOutcome::NotConfigured:
      return "not_configured";
    case CookieOutcome::NotTrusted:
      return "not_trusted";
    case CookieOutcome::NotAskedFor:
      return "not_asked_for";
    case CookieOutcome::AppCookieNotSet:
      return "app_cookie_not_set";
    case CookieOutcome::NoToken:
      return "no_token";
    case CookieOutcome::TokenMalformed:
      return "token_malformed";
  }
  return {};
}

CrossDomainCookie cross_domain_cookie(const CsrfCookieRules* rules, CrossSiteTrust trust,
                                      const CrossDomainCookieFacts& facts) {
  CrossDomainCookie cookie = {.outcome = judge(rules, trust, facts)};
  if (cookie.outcome != CookieOutcome::Set) return cookie;
  cookie.set_cookie = rules->name + '=' + std::string(facts.token) + "; Domain=" + rules->domain +
                      "; Max-Age=" + std::to_string(rules->max_age_seconds) +
                      "; Path=" + rules->path + "; Secure";
  return cookie;
}

}  // namespace corsac
