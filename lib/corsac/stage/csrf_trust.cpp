// Whose pages are trusted to write. Entries: is_from_trusted, as_from. Spec: policy document, 4
// "csrf"; Fetch Metadata, 2.1. Test: tests/stage/csrf_guard_test.cpp.

#include "corsac/stage/csrf_trust.hpp"

#include "corsac/http/own_origin.hpp"
#include "corsac/stage/cors/evaluate.hpp"

namespace corsac {
namespace {

constexpr std::string_view kSchemeEnd = "://";

}  // namespace

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

// Browsers end the authority at one of these (URL standard, 4.4); a backslash is none of an http
// URL that they serialise, so that what has one is compared with it and matches nothing.
std::string_view origin_of_referer(const RequestView& request) noexcept {
  if (request.referer.lines != 1) return {};
  const std::string_view referer = request.referer.value;
  const std::size_t scheme_end = referer.find(kSchemeEnd);
  if (scheme_end == std::string_view::npos || scheme_end == 0) return {};
  const std::size_t host = scheme_end + kSchemeEnd.size();
  const std::string_view origin = referer.substr(0, referer.find_first_of("/?#", host));
  const bool has_userinfo = origin.find('@', host) != std::string_view::npos;
  return origin.size() == host || has_userinfo ? std::string_view() : origin;
}

bool has_no_referer(const RequestView& request) noexcept {
  return request.referer.value.empty() && !request.referer.is_repeated();
}

RequestView as_from(const RequestView& request, std::string_view origin) noexcept {
  RequestView asked = request;
  asked.origin = {.value = origin, .lines = 1};
  asked.sec_fetch_site = {};
  asked.is_allowed_by_application = false;
  return asked;
}

}  // namespace corsac
