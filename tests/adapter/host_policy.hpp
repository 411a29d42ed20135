#pragma once

// The policy of most tests that speak to a host, and what its answers look like.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "adapter/test_host.hpp"
#include "corsac/runtime/gate.hpp"
#include "support/raw_http.hpp"

namespace corsac::testing {

inline constexpr const char* kApp = "https://app.example.com";
inline constexpr const char* kPreview = "https://pr-7.preview.example.com";
inline constexpr const char* kEvil = "https://evil.example";

inline Policy app_policy() {
  return {.cors = {.allowed_origins = {kApp, "https://*.preview.example.com"},
                   .allowed_methods = {"GET", "POST", "PUT", "DELETE"},
                   .allowed_headers = {"Content-Type", "X-A"},
                   .exposed_headers = {"X-Request-Id"},
                   .allow_credentials = true,
                   .max_age_seconds = 600}};
}

inline std::shared_ptr<Gate> make_test_gate(Policy policy = app_policy(),
                                            GateOptions options = {}) {
  auto gate = make_gate(std::move(policy), std::move(options));
  if (!gate) {
    ADD_FAILURE() << gate.error().text();
    return nullptr;
  }
  return *gate;
}

// A whole header set: these lines and those of `more`, sorted.
inline HeaderLines lines(HeaderLines set, const HeaderLines& more = {}) {
  set.insert(set.end(), more.begin(), more.end());
  std::sort(set.begin(), set.end());
  return set;
}

inline HeaderLines granted(const HeaderLines& more = {}, const char* origin = kApp) {
  return lines({{"access-control-allow-origin", origin},
                {"access-control-allow-credentials", "true"},
                {"access-control-expose-headers", "X-Request-Id"},
                {"vary", "Origin"}},
               more);
}

inline HeaderLines only_vary(const HeaderLines& more = {}) {
  return lines({{"vary", "Origin"}}, more);
}

// What the middleware answers itself with 400, 403 or 421.
inline HeaderLines refused(const HeaderLines& more = {}) {
  return lines({{"cache-control", "no-store"}, {"content-type", "text/plain"}, {"vary", "Origin"}},
               more);
}

inline HeaderLines preflight_granted(const std::string& method, const HeaderLines& more = {}) {
  return lines({{"access-control-allow-origin", kApp},
                {"access-control-allow-credentials", "true"},
                {"access-control-allow-methods", method},
                {"access-control-max-age", "600"},
                {"vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"}},
               more);
}

inline const std::pair<std::string, std::string> kHost = {"Host", "api.example.com"};
inline const std::pair<std::string, std::string> kPlain = {"content-type", "text/plain"};

// Request head from an origin; "" = none.
inline std::string head(std::string_view method, std::string_view target, const std::string& origin,
                        HeaderLines more = {}) {
  HeaderLines headers = {kHost};
  if (!origin.empty()) headers.emplace_back("Origin", origin);
  headers.insert(headers.end(), more.begin(), more.end());
  return request_text(method, target, headers);
}

inline std::string preflight(std::string_view target, const std::string& origin,
                             const std::string& method, HeaderLines more = {}) {
  more.emplace_back("Access-Control-Request-Method", method);
  return head("OPTIONS", target, origin, std::move(more));
}

// What a browser sends besides to open a WebSocket.
inline HeaderLines upgrade(const HeaderLines& more = {}) {
  return lines({{"Upgrade", "websocket"},
                {"Connection", "Upgrade"},
                {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                {"Sec-WebSocket-Version", "13"},
                {"Cookie", "session=1"}},
               more);
}

}  // namespace corsac::testing
