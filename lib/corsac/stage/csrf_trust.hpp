#pragma once

// Whom the guard against cross-site writes, and everything beside it that is about CSRF, trusts.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "corsac/http/request_view.hpp"
#include "corsac/origin/origin_set.hpp"
#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/csrf_check.hpp"

namespace corsac {

struct CsrfTrust {
  // Who is trusted; null = whom `cors` grants with credentials.
  std::shared_ptr<const OriginSet> origins = {};
  std::shared_ptr<const CompiledCors> cors = {};  // null, too = only own pages
  // As in CompiledCors: false = what the request says about its Host proves nothing.
  bool is_own_by_host = true;
};

// [csrf.referer], compiled.
struct RefererRules {
  bool is_on = false;
  bool allows_insecure = false;  // neither TLS nor an https Referer is asked for; the list still is
};

// [csrf.cookie], checked.
struct CsrfCookieRules {
  std::string name = {};
  std::string domain = {};
  std::string path = "/";
  std::int64_t max_age_seconds = 31'449'600;
  std::string app_cookie_name = std::string(kAppCookieName);
};

// RFC 9110, 9.2.1, without TRACE, which no page can send: GET, HEAD and OPTIONS.
[[nodiscard]] bool is_read(std::string_view method) noexcept;

// One `Sec-Fetch-Site` that is same-origin or none: the browser's own word, which no page can set.
[[nodiscard]] bool says_not_cross_site(const RequestView& request) noexcept;

// The request's one Origin is own, or is trusted.
[[nodiscard]] bool is_own_page(const CsrfTrust& trust, const RequestView& request) noexcept;
[[nodiscard]] bool is_listed_page(const CsrfTrust& trust, const RequestView& request) noexcept;

// The browser says that it is not cross-site, or its Origin is own or trusted. Never with several
// Origin lines: no browser sends them, so none of them is believed, whatever else it says.
[[nodiscard]] bool is_from_trusted(const CsrfTrust& trust, const RequestView& request) noexcept;

// The Referer's scheme, host and port as it writes them ("https://app.example.com"), a view into
// it; empty when it is none, repeated, or has no such part (`null`, `about:blank`, userinfo). It is
// not proved to be an origin: it is compared whole with those that are.
[[nodiscard]] std::string_view origin_of_referer(const RequestView& request) noexcept;

// There is none, or an empty one.
[[nodiscard]] bool has_no_referer(const RequestView& request) noexcept;

// The request as if it had come from a page of `origin`, with nothing else said about that page.
[[nodiscard]] RequestView as_from(const RequestView& request, std::string_view origin) noexcept;

}  // namespace corsac
