// Trusts a page by its Referer. Entry: trusted_cross_site. Spec: policy document, 1 "csrf.referer";
// edX's cors_csrf (helpers.py); RFC 9110, 10.1.3. Test: tests/stage/trusted_cross_site_test.cpp.

#include "corsac/stage/trusted_cross_site.hpp"

#include "corsac/base/ascii.hpp"
#include "corsac/http/own_origin.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/stage/csrf_trust.hpp"

namespace corsac {
namespace {

bool is_https(std::string_view origin) noexcept {
  return equals_ignoring_case(origin.substr(0, origin.find(':')), "https");
}

}  // namespace

std::string_view to_text(CrossSiteTrust trust) noexcept {
  switch (trust) {
    case CrossSiteTrust::Trusted:
      return "trusted";
    case CrossSiteTrust::SwitchedOff:
      return "switched_off";
    case CrossSiteTrust::NotTls:
      return "not_tls";
    case CrossSiteTrust::NoReferer:
      return "no_referer";
    case CrossSiteTrust::RefererNotHttps:
      return "referer_not_https";
    case CrossSiteTrust::NotListed:
      return "not_listed";
  }
  return {};
}

CrossSiteTrust trusted_cross_site(const RefererRules& rules, const CsrfTrust& trust,
                                  const RequestView& request) noexcept {
  if (!rules.is_on) return CrossSiteTrust::SwitchedOff;
  if (!rules.allows_insecure && !came_by_tls(request)) return CrossSiteTrust::NotTls;
  if (has_no_referer(request)) return CrossSiteTrust::NoReferer;
  const std::string_view origin = origin_of_referer(request);
  if (origin.empty()) return CrossSiteTrust::NotListed;
  if (!rules.allows_insecure && !is_https(origin)) return CrossSiteTrust::RefererNotHttps;
  return is_listed_page(trust, as_from(request, origin)) ? CrossSiteTrust::Trusted
                                                         : CrossSiteTrust::NotListed;
}

}  // namespace corsac
