#pragma once

// The guard against cross-site writes: policy document, 4 "csrf". CORS keeps pages from reading;
// a form, or a fetch without preflight, still reaches the handler, with the user's cookies.
//
// It does not protect from: writes by GET (a handler that changes something on GET, HEAD or
// OPTIONS); clients that are no browsers, which send neither header and whatever they like; scripts
// in pages that are own or trusted; and, where nothing guards the Host, DNS rebinding over plain
// http.

#include <string_view>
#include <utility>

#include "corsac/stage/csrf_trust.hpp"
#include "corsac/stage/stage.hpp"

namespace corsac {

// Outcomes: GET, HEAD and OPTIONS continue. Any other method continues with one `Sec-Fetch-Site`
// that is same-origin or none, with an Origin that is own or trusted, and with neither of the two
// headers (no browser of these years; old ones sent Origin with every such request). Everything
// else, `same-site`, `null`, malformed and repeated included: Refuse 403 cross_site_write.
class CsrfGuard final : public Stage {
 public:
  explicit CsrfGuard(CsrfTrust trust) : trust_(std::move(trust)) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "csrf"; }
  [[nodiscard]] StageResult on_request(const RequestView& request,
                                       Decision& decision) const noexcept override;

 private:
  CsrfTrust trust_;
};

}  // namespace corsac
