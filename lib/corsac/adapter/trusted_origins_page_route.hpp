#pragma once

// The page for the Trusted Origins API on a cpp-httplib server. Header-only, like
// adapter/httplib.hpp.

#include <string>
#include <string_view>

#include "corsac/adapter/page_route.hpp"
#include "corsac/pages/trusted_origins_page.hpp"

namespace corsac {

namespace adapter {

inline constexpr const char* kTrustedOriginsPagePath = "/trusted-origins/";
// Bounded, as kTrustedOriginsPattern is.
inline constexpr const char* kTrustedOriginsPagePattern = "/trusted-origins(/[a-z_.]{0,40})?";

inline void answer_trusted_origins_page(const httplib::Request& request,
                                        httplib::Response& response) {
  const std::string rest = request.matches[1].str();
  if (!rest.empty()) {
    return answer_page_file(trusted_origins_page(), std::string_view(rest).substr(1), request,
                            response);
  }
  response.set_redirect(kTrustedOriginsPagePath, 308);  // browsers keep the fragment
  finish_page_answer(request, response);
}

}  // namespace adapter

// Puts the page under /trusted-origins/ of `server`, as a route like the application's own. It
// works with the API that mount_trusted_origins puts on the same server. Call it before `listen`.
//
// The page is for everybody: it holds no data, and asks for a token, or takes that of an address
// that ends in "#token=TOKEN". What may be done with that the API decides.
inline void mount_trusted_origins_page(httplib::Server& server) {
  server.Get(adapter::kTrustedOriginsPagePattern, adapter::answer_trusted_origins_page);
}

}  // namespace corsac
