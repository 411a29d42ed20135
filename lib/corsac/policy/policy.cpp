// Which parts of a policy stand there at all. Entries: is_present of each section,
// Policy::is_empty. Test: tests/policy/setting_test.cpp.

#include "corsac/policy/policy.hpp"

namespace corsac {
namespace {

template <class... Fields>
[[nodiscard]] bool is_any_set(const Fields&... fields) noexcept {
  return (fields.is_set() || ...);
}

}  // namespace

bool CorsKnobs::is_any_set() const noexcept {
  return corsac::is_any_set(actual_answers, enforce_methods, preflight_status,
                            refused_preflight_status, check_requested, requested_method_case,
                            methods_answer, headers_answer, list_separator, methods_are_exact) ||
         corsac::is_any_set(expose_on_preflight, preflight_headers_on_options, vary, preflight_vary,
                            same_origin, malformed_origin, post_without_content_type,
                            empty_requested_method, preflight_needs_origin, preflight_outside_paths,
                            zero_max_age);
}

bool CorsPolicy::is_present() const noexcept {
  return !rules.empty() || knobs.is_any_set() ||
         is_any_set(enabled, profile, allowed_origins, allowed_origins_file,
                    allowed_origins_from_file, allowed_methods, allowed_headers, exposed_headers,
                    allow_credentials, max_age_seconds, excluded_paths, included_paths) ||
         is_any_set(allowed_origin_regexes, excluded_path_regexes, included_path_regexes) ||
         is_any_set(preflight, on_denied, handler_headers, websocket, allow_null_origin,
                    allow_private_network, timing_allow_origin, debug, debug_headers, report_only,
                    dangerously_allow_insecure_origins, dangerously_allow_public_suffixes,
                    dangerously_echo_any_origin);
}

bool CsrfReferer::is_present() const noexcept {
  return is_any_set(enabled, dangerously_allow_insecure);
}

bool CsrfCookie::is_present() const noexcept {
  return is_any_set(name, domain, path, max_age_seconds, app_cookie_name);
}

bool CsrfPolicy::is_present() const noexcept {
  return is_any_set(enabled, trusted_origins, exempt_paths) || referer.is_present() ||
         cookie.is_present();
}

bool FramesPolicy::is_present() const noexcept {
  return is_any_set(paths, enduser_paths, report_only);
}

bool RedirectsPolicy::is_present() const noexcept {
  return is_any_set(enabled, allowed_origins, parameters);
}

bool ShadowSection::is_present() const noexcept { return file.is_set(); }

bool Policy::is_empty() const noexcept {
  // Tests, allowed warnings and a candidate speak about a policy; they are none.
  return !cors.is_present() && trusted_origins.empty() && !hosts.allowed.is_set() &&
         !csrf.is_present() && !frames.is_present() && !redirects.is_present();
}

}  // namespace corsac
