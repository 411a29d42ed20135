#pragma once

// What many applications have instead of a CORS middleware: one look-up, a few headers. It sends
// the same headers as Corsac under make_bench_hooks, `Vary` included, and checks neither method nor
// names of a preflight. And that Corsac: 1,000 origins with credentials.

#include <set>
#include <string>
#include <utility>
#include <vector>

#include <corsac/httplib.hpp>

namespace corsac::bench {

inline constexpr int kHookOrigins = 1000;

inline std::string hook_origin(int number) {
  return "https://app" + std::to_string(number) + ".example.com";
}

class HandWrittenHook {
 public:
  HandWrittenHook() {
    for (int i = 0; i < kHookOrigins; ++i) origins_.insert(hook_origin(i));
  }
  // True when the response is complete.
  bool before(const httplib::Request& request, httplib::Response& response) const {
    const std::string from = request.get_header_value("Origin");
    const bool is_preflight =
        request.method == "OPTIONS" && request.has_header("Access-Control-Request-Method");
    response.set_header("Vary", is_preflight ? "Origin, Access-Control-Request-Method, "
                                               "Access-Control-Request-Headers"
                                             : "Origin");
    if (from.empty()) return false;
    if (origins_.find(from) == origins_.end()) {
      response.status = 403;
      response.set_header("Content-Type", "text/plain");
      response.set_header("Cache-Control", "no-store");
      return true;
    }
    response.set_header("Access-Control-Allow-Origin", from);
    if (!is_preflight) return false;
    response.set_header("Access-Control-Allow-Methods", "GET,POST,PUT");
    response.set_header("Access-Control-Allow-Headers", "content-type,x-request-id");
    response.set_header("Access-Control-Max-Age", "600");
    response.status = 204;
    return true;
  }

 private:
  std::set<std::string> origins_;
};

inline Hooks make_bench_hooks() {
  Policy policy = {.cors = {.allowed_methods = {"PUT"},
                            .allowed_headers = {"content-type", "x-request-id"},
                            .max_age_seconds = 600}};
  std::vector<std::string> origins;
  for (int i = 0; i < kHookOrigins; ++i) origins.push_back(hook_origin(i));
  policy.cors.allowed_origins = Names(std::move(origins));
  return Hooks(make_gate(std::move(policy)).value());
}

}  // namespace corsac::bench
