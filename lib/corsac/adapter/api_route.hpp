#pragma once

// An API of the library as a route of a cpp-httplib server. Header-only, like adapter/httplib.hpp.

#include <string>
#include <utility>

#include "corsac/adapter/decision_slot.hpp"
#include "corsac/adapter/httplib.hpp"
#include "corsac/authority/api_message.hpp"

namespace corsac::adapter {

// `api` has handle and refuse_body, as TrustedOriginsApi. `status` = 0: asks it; else the body is
// refused with it.
template <class Api>
void answer_api(Api& api, const httplib::Request& request, const RequestScan& scan, int status,
                httplib::Response& response) {
  const RequestView& view = scan.view();
  ApiRequest asked{.method = request.method,
                   .target = request.target,
                   .host = view.host,
                   .content_type = view.content_type,
                   .body = request.body,
                   .is_tls = view.is_tls};
  std::string accept;  // lists, which may stand on several lines
  std::string if_match;
  for (const auto& [name, value] : request.headers) {
    if (equals_ignoring_case(name, "Authorization")) {
      if (asked.authorization.lines++ == 0) asked.authorization.value = trim_ows(value);
    } else if (equals_ignoring_case(name, "Accept")) {
      if (asked.accept.lines++ != 0) accept += ',';
      accept += value;
    } else if (equals_ignoring_case(name, "If-Match")) {
      if (asked.if_match.lines++ != 0) if_match += ',';
      if_match += value;
    } else if (equals_ignoring_case(name, "Content-Range")) {
      asked.has_content_range = true;
    }
  }
  asked.accept.value = accept;
  asked.if_match.value = if_match;
  ApiAnswer answer = status != 0 ? api.refuse_body(asked, status) : api.handle(asked);
  response.status = answer.status;
  if (!answer.content_type.empty()) {
    response.set_content(std::move(answer.body), answer.content_type.c_str());
  }
  for (const auto& [name, value] : answer.headers) response.headers.emplace(name, value);
}

// One request, whose bytes the answer does not outlive.
template <class Api>
void answer_api(Api& api, const httplib::Request& request, httplib::Response& response) {
  const HttplibHeaders headers(request.headers);
  RequestScan scan;
  scan_request(request, headers, scan);
  DecisionSlot body;
  note_body(request, scan, body);
  answer_api(api, request, scan, refuse_framing(request.method, scan.framing(), {}), response);
  close_where_unread(body, request, response);
}

// Before routing, on a listener whose hooks are ours: what the host would not bring to the route of
// the API. A request with neither Content-Length nor Transfer-Encoding has no body (RFC 9112, 6.3),
// though 0.11.4 would wait for one; and it would send no error object to a body that it is not to
// read. `has_route` = the host finds the route by this path. False = the route answers.
template <class Api>
bool answer_api_early(Api& api, const httplib::Request& request, const RequestScan& scan,
                      bool has_route, httplib::Response& response) {
  const RequestFraming& framing = scan.framing();
  const bool has_no_body = !framing.has_content_length && !framing.has_transfer_encoding;
  const int status = refuse_framing(request.method, framing, {.require_content_length = true});
  if (status == 0 && has_route) return false;
  answer_api(api, request, scan, has_no_body ? 0 : status, response);
  return true;
}

}  // namespace corsac::adapter
