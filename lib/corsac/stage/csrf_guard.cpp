// The guard against cross-site writes. Entry: CsrfGuard::on_request. Spec: policy document, 4
// "csrf"; Fetch Metadata, 2.1; Fetch, 3.1 (which requests have an Origin).
// Test: tests/stage/csrf_guard_test.cpp.

#include "corsac/stage/csrf_guard.hpp"

#include "corsac/http/own_origin.hpp"
#include "corsac/stage/cors/evaluate.hpp"

namespace corsac {
namespace {

// RFC 9110, 9.2.1, without TRACE, which no page can send. Empty: nothing was parsed.
bool is_read(std::string_view method) noexcept {
  return method.empty() || method == "GET" || method == "HEAD" || method == "OPTIONS";
}

// The browser's own word, which no page can set.
bool says_not_cross_site(const RequestView& request) noexcept {
  const HeaderField& site = request.sec_fetch_site;
  return site.lines == 1 && (site.value == "same-origin" || site.value == "none");
}

}  // namespace

bool CsrfGuard::is_from_trusted(const RequestView& request) const noexcept {
  // No browser sends several, so none of them is believed, whatever else the request says.
  if (request.origin.is_repeated()) return false;
  if (says_not_cross_site(request)) return true;
  if (!request.origin.is_present()) return false;
  if (request.own != nullptr &&
      (trust_.is_own_by_host ? request.own->is_same_origin(request)
                             : request.own->is_same_origin_whatever_host(request))) {
    return true;
  }
  if (trust_.origins) {
    return trust_.origins->find(request.origin.value).kind != OriginMatchKind::None;
  }
  return trust_.cors && may_send_credentials(*trust_.cors, request);
}

StageResult CsrfGuard::on_request(const RequestView& request, Decision& decision) const noexcept {
  if (is_read(request.method)) return StageResult::Continue;
  const bool is_of_browser = request.origin.is_present() || request.sec_fetch_site.is_present();
  if (!is_of_browser || is_from_trusted(request)) return StageResult::Continue;
  decision.outcome = Outcome::Refuse;
  decision.status = 403;
  decision.reason = Reason::CrossSiteWrite;
  decision.offending =
      request.origin.is_present() ? request.origin.value : request.sec_fetch_site.value;
  return StageResult::Stop;
}

}  // namespace corsac
