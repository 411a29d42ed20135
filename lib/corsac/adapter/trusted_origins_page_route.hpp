#pragma once

// The page for the Trusted Origins API on a cpp-httplib server. Header-only, like
// adapter/httplib.hpp.

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "corsac/adapter/decision_slot.hpp"
#include "corsac/adapter/httplib_body.hpp"
#include "corsac/adapter/httplib_host.hpp"
#include "corsac/adapter/request_scan.hpp"
#include "corsac/pages/trusted_origins_page.hpp"

namespace corsac {

namespace adapter {

inline constexpr const char* kTrustedOriginsPagePath = "/trusted-origins/";
// Bounded, as kTrustedOriginsPattern is.
inline constexpr const char* kTrustedOriginsPagePattern = "/trusted-origins(/[a-z_.]{0,40})?";

inline void answer_trusted_origins_page(const httplib::Request& request,
                                        httplib::Response& response) {
  const std::string rest = request.matches[1].str();
  const std::span<const PageFile> files = trusted_origins_page();
  const auto file = std::find_if(files.begin(), files.end(), [&rest](const PageFile& one) {
    return !rest.empty() && one.name == std::string_view(rest).substr(1);
  });
  if (rest.empty()) {
    response.set_redirect(kTrustedOriginsPagePath, 308);  // browsers keep the fragment
  } else if (file == files.end()) {
    response.status = 404;
  } else {
    response.set_content(file->body.data(), file->body.size(),
                         std::string(file->content_type).c_str());
  }
  for (const auto& [name, value] : kPageHeaders) response.set_header(name, value);
  const HttplibHeaders headers(request.headers);
  RequestScan scan;
  scan_request(request, headers, scan);
  DecisionSlot body;
  note_body(request, scan, body);
  close_where_unread(body, request, response);
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
