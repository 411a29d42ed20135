#pragma once

// A page of the library as a route of a cpp-httplib server. Header-only, like adapter/httplib.hpp.

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "corsac/adapter/decision_slot.hpp"
#include "corsac/adapter/httplib_body.hpp"
#include "corsac/adapter/httplib_host.hpp"
#include "corsac/adapter/request_scan.hpp"
#include "corsac/pages/page_file.hpp"

namespace corsac::adapter {

// What every answer of a page has besides its content.
inline void finish_page_answer(const httplib::Request& request, httplib::Response& response) {
  for (const auto& [name, value] : kPageHeaders) response.set_header(name, value);
  const HttplibHeaders headers(request.headers);
  RequestScan scan;
  scan_request(request, headers, scan);
  DecisionSlot body;
  note_body(request, scan, body);
  close_where_unread(body, request, response);
}

// The file of that name, else 404.
inline void answer_page_file(std::span<const PageFile> files, std::string_view name,
                             const httplib::Request& request, httplib::Response& response) {
  const auto file = std::find_if(files.begin(), files.end(),
                                 [name](const PageFile& one) { return one.name == name; });
  if (file == files.end()) {
    response.status = 404;
  } else {
    response.set_content(file->body.data(), file->body.size(),
                         std::string(file->content_type).c_str());
  }
  finish_page_answer(request, response);
}

}  // namespace corsac::adapter
