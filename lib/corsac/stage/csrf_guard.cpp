// The guard against cross-site writes. Entry: CsrfGuard::on_request. Spec: policy document, 4
// "csrf"; Fetch Metadata, 2.1; Fetch, 3.1 (which requests have an Origin).
// Test: tests/stage/csrf_guard_test.cpp.

#include "corsac/stage/csrf_guard.hpp"

namespace corsac {

StageResult CsrfGuard::on_request(const RequestView& request, Decision& decision) const noexcept {
  // An empty method: nothing was parsed.
  if (request.method.empty() || is_read(request.method)) return StageResult::Continue;
  const bool is_of_browser = request.origin.is_present() || request.sec_fetch_site.is_present();
  if (!is_of_browser || is_from_trusted(trust_, request)) return StageResult::Continue;
  decision.outcome = Outcome::Refuse;
  decision.status = 403;
  decision.reason = Reason::CrossSiteWrite;
  decision.offending =
      request.origin.is_present() ? request.origin.value : request.sec_fetch_site.value;
  return StageResult::Stop;
}

}  // namespace corsac
