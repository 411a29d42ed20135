// Whose pages are trusted to write. Entry: is_from_trusted. Spec: policy document, 4 "csrf"; Fetch
// Metadata, 2.1. Test: tests/stage/csrf_guard_test.cpp.

#include "corsac/stage/csrf_trust.hpp"

#include "corsac/http/own_origin.hpp"
#include "corsac/stage/cors/evaluate.hpp"

namespace corsac {

bool is_read(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

bool says_not_cross_site(const RequestView& request) noexcept {
  const HeaderField& site = request.sec_fetch_site;
  return site.lines == 1 && (site.value == "same-origin" || site.value == "none");
}

bool is_own_page(const CsrfTrust& trust, const RequestView& request) noexcept {
  if (request.own == nullptr || request.origin.lines != 1) return false;
  return trust.is_own_by_host ? request.own->is_same_origin(request)
                              : request.own->is_same_origin_whatever_host(request);
}

bool is_listed_page(const CsrfTrust& trust, const RequestView& request) noexcept {
  if (request.origin.lines != 1) return false;
  if (trust.origins) {
    return trust.origins->find(request.origin.value).kind != OriginMatchKind::None;
  }
  return trust.cors && may_send_credentials(*trust.cors, request);
}

bool is_from_trusted(const CsrfTrust& trust, const RequestView& request) noexcept {
  if (request.origin.is_repeated()) return false;
  return says_not_cross_site(request) || is_own_page(trust, request) ||
         is_listed_page(trust, request);
}

}  // namespace corsac
