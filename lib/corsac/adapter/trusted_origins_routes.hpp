#pragma once

// Okta's Trusted Origins API as routes of a cpp-httplib server. Header-only, like
// adapter/httplib.hpp; everything that it says is said by authority/http_api.hpp.

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "corsac/adapter/api_route.hpp"
#include "corsac/authority/http_api.hpp"

namespace corsac {

namespace adapter {

inline constexpr std::string_view kTrustedOriginsPath = "/api/v1/trustedOrigins";

// The API's paths, and what lies below them. Bounded, since std::regex takes stack for every byte
// that it matches (0.53 itself matches no path above 256 bytes): what is longer is unknown to the
// server itself.
inline constexpr const char* kTrustedOriginsPattern = "/api/v1/trustedOrigins(/.{0,200})?";
inline constexpr std::size_t kTrustedOriginsRestLimitBytes = 200;

inline bool is_trusted_origins_path(std::string_view path) noexcept {
  if (!path.starts_with(kTrustedOriginsPath)) return false;
  path.remove_prefix(kTrustedOriginsPath.size());
  return path.empty() || path.front() == '/';
}

// answer_api_early of it; the host would say 404 to a long path.
inline bool answer_trusted_origins_early(TrustedOriginsApi& api, const httplib::Request& request,
                                         const RequestScan& scan, httplib::Response& response) {
  if (!is_trusted_origins_path(request.path)) return false;
  const bool has_route =
      request.path.size() <= kTrustedOriginsPath.size() + 1 + kTrustedOriginsRestLimitBytes;
  return answer_api_early(api, request, scan, has_route, response);
}

}  // namespace adapter

// As below, of an API that was made already (never null), which install_admin wants as well.
inline void mount_trusted_origins(httplib::Server& server, std::shared_ptr<TrustedOriginsApi> api) {
  const auto handler = [api = std::move(api)](const httplib::Request& request,
                                              httplib::Response& response) {
    adapter::answer_api(*api, request, response);
  };
  constexpr const char* kPattern = adapter::kTrustedOriginsPattern;
  server.Get(kPattern, handler).Post(kPattern, handler).Put(kPattern, handler);
  server.Delete(kPattern, handler).Patch(kPattern, handler).Options(kPattern, handler);
}

// Puts the API of `authority` (never null) under /api/v1/trustedOrigins of `server`, as routes like
// the application's own: behind its hooks, before routes of the same path that are set later. Call
// it before `listen`. The error side: what is wrong with the options (TrustedOriginsApi::make);
// then there are no routes.
//
// The tokens are the only guard: whoever has one that manages decides whom browsers trust. Serve it
// where operators are, by TLS. Pages cannot use it, since it grants no CORS and takes no cookie;
// the policy of the server must not grant its paths either. An error handler that replaces bodies
// replaces those of the API's errors as well. For POST and PUT without Content-Length see
// InstallOptions::require_content_length.
[[nodiscard]] inline Result<void, Report> mount_trusted_origins(
    httplib::Server& server, std::shared_ptr<Authority> authority, TrustedOriginsOptions options) {
  auto api = TrustedOriginsApi::make(std::move(authority), std::move(options));
  if (!api) return fail(std::move(api.error()));
  mount_trusted_origins(server, std::move(*api));
  return {};
}

}  // namespace corsac
