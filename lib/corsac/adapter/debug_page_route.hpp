#pragma once

// The debug page on a cpp-httplib server. Header-only, like adapter/httplib.hpp.

#include <string>

#include "corsac/adapter/page_route.hpp"
#include "corsac/pages/debug_page.hpp"

namespace corsac {

namespace adapter {

// Bounded, as kTrustedOriginsPattern is.
inline constexpr const char* kDebugPageFilePattern = "/debug/([a-z_.]{1,40})";

inline void answer_debug_page(const httplib::Request& request, httplib::Response& response) {
  answer_page_file(debug_page(), "", request, response);
}

inline void answer_debug_page_file(const httplib::Request& request, httplib::Response& response) {
  answer_page_file(debug_page(), request.matches[1].str(), request, response);
}

}  // namespace adapter

// Puts the page at / of `server`, and its files below /debug/, as routes like the application's
// own. It works with what install_admin, mount_live_events and mount_policy_api put on the same
// server. Call it before `listen`.
//
// It links to `trusted-origins/` and to `self-test`, a page of the application that tests an origin
// in the browser, where the server has these routes; they may redirect.
//
// The page is for everybody: it holds no data, and asks for a token, or takes that of an address
// that ends in "#token=TOKEN". What may be seen with that the API decides.
inline void mount_debug_page(httplib::Server& server) {
  server.Get("/", adapter::answer_debug_page);
  server.Get(adapter::kDebugPageFilePattern, adapter::answer_debug_page_file);
}

}  // namespace corsac
