#pragma once

// Okta's Trusted Origins API as routes of a cpp-httplib server. Header-only, like
// adapter/httplib.hpp; everything that it says is said by authority/http_api.hpp.

#include <memory>
#include <utility>

#include "corsac/adapter/api_route.hpp"
#include "corsac/authority/http_api.hpp"

namespace corsac {

namespace adapter {

// The API's paths, and what lies below them. Bounded, since std::regex takes stack for every byte
// that it matches (0.53 itself matches no path above 256 bytes): what is longer is unknown to the
// server itself.
inline constexpr const char* kTrustedOriginsPattern = "/api/v1/trustedOrigins(/.{0,200})?";

}  // namespace adapter

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
  const auto handler = [api = *api](const httplib::Request& request, httplib::Response& response) {
    adapter::answer_api(*api, request, response);
  };
  constexpr const char* kPattern = adapter::kTrustedOriginsPattern;
  server.Get(kPattern, handler).Post(kPattern, handler).Put(kPattern, handler);
  server.Delete(kPattern, handler).Patch(kPattern, handler).Options(kPattern, handler);
  return {};
}

}  // namespace corsac
