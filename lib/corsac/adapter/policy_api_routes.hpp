#pragma once

// The policy over HTTP as routes of a cpp-httplib server. Header-only, like adapter/httplib.hpp;
// everything that it says is said by policy_api/policy_api.hpp.

#include <algorithm>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>

#include "corsac/adapter/api_route.hpp"
#include "corsac/policy_api/policy_api.hpp"

namespace corsac {

namespace adapter {

inline constexpr const char* kPolicyApiPaths[] = {"/api/policy", "/api/system-configuration"};

inline bool is_policy_api_path(std::string_view path) noexcept {
  return std::find(std::begin(kPolicyApiPaths), std::end(kPolicyApiPaths), path) !=
         std::end(kPolicyApiPaths);
}

}  // namespace adapter

// Puts `api` (never null, shared) under /api/policy and /api/system-configuration of `server`, as
// routes like the application's own: behind its hooks, before routes of the same path that are set
// later. Call it before `listen`.
//
// The tokens are the only guard: whoever has one that manages decides whom browsers trust. Serve it
// where operators are, by TLS. Pages cannot use it, since it grants no CORS and takes no cookie;
// the policy of the server must not grant its paths either. For bodies without Content-Length see
// InstallOptions::require_content_length.
inline void mount_policy_api(httplib::Server& server, std::shared_ptr<PolicyApi> api) {
  const auto handler = [api = std::move(api)](const httplib::Request& request,
                                              httplib::Response& response) {
    adapter::answer_api(*api, request, response);
  };
  for (const char* const path : adapter::kPolicyApiPaths) {
    server.Get(path, handler).Put(path, handler).Patch(path, handler);
    server.Post(path, handler).Delete(path, handler).Options(path, handler);
  }
}

}  // namespace corsac
