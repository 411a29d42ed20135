#pragma once

// Bodies that cpp-httplib leaves on the connection, where it would read them as the next request:
// which requests are refused for that, and how a connection ends.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "corsac/adapter/decision_slot.hpp"
#include "corsac/adapter/httplib_host.hpp"
#include "corsac/adapter/request_scan.hpp"
#include "corsac/adapter/response_pass.hpp"

namespace corsac {

struct InstallOptions {
  // cpp-httplib before 0.53 never reads the body of a GET, HEAD or OPTIONS (nor of TRACE and
  // CONNECT) and then takes it for the next request: whoever shares the connection, as behind a
  // proxy, is answered with what an attacker hid there. So such a request gets 400, and the
  // connection ends. `true` lets it through, and the connection ends after the handler's answer,
  // unless that is streamed: then the hole is open. Without meaning for 0.53, which reads every
  // body.
  bool allow_unread_bodies = false;
  // cpp-httplib before 0.53 waits five seconds for the body of a POST, PUT or PATCH without
  // Content-Length, then says 400 (`curl -X POST` sends such a one). `true` answers 411 at once.
  // Routes that take no body are then out of reach without `Content-Length: 0`.
  bool require_content_length = false;
};

namespace adapter {

// Before 0.53: the methods whose bodies the host reads, route or not.
[[nodiscard]] constexpr bool has_body_read(std::string_view method) noexcept {
  return method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE" ||
         method == "PRI";
}

// True when the host has read a body that was not empty for a handler. A handler that read it
// itself (ContentReader) does not show.
template <class Request>
[[nodiscard]] bool has_body_in_memory(const Request& request) noexcept {
  if constexpr (requires { request.files.empty(); }) {
    return !request.body.empty() || !request.files.empty();  // 0.11.4: the parts of a form
  } else {
    return !request.body.empty();
  }
}

// Ends the connection after this answer. The host may keep it whatever `Connection` says; it gives
// up only on a body that cannot be written. So the body, if there is one, is written by a
// content provider that then fails. Of a HEAD the host never asks the provider: there the request,
// which is not const where the host keeps it, becomes a GET, and nothing is written.
inline void close_after_answer(const httplib::Request& request, httplib::Response& response,
                               bool is_head) noexcept {
  if (is_head) const_cast<httplib::Request&>(request).method = "GET";
  response.content_length_ = 0;
  response.is_chunked_content_provider_ = false;
  try {
    const std::string length = std::to_string(response.body.size());
    erase_lines(response.headers,
                [](std::string_view name) { return equals_ignoring_case(name, "Keep-Alive"); });
    replace_line(response.headers, "Connection", "close");
    replace_line(response.headers, "Content-Length", length);
    if (response.body.empty() || is_head) {
      response.content_provider_ = [](std::size_t, std::size_t, httplib::DataSink&) {
        return false;
      };
    } else {
      response.content_provider_ = [body = std::move(response.body)](std::size_t, std::size_t,
                                                                     httplib::DataSink& sink) {
        sink.write(body.data(), body.size());
        return false;
      };
    }
  } catch (...) {  // no memory: a closure without captures needs none
    response.content_provider_ = [](std::size_t, std::size_t, httplib::DataSink&) { return false; };
  }
  response.body.clear();
}

// Before 0.53: the status for a request whose body the host would not read, or would wait for; 0 =
// none.
[[nodiscard]] constexpr int refuse_framing(std::string_view method, const RequestFraming& framing,
                                           const InstallOptions& options) noexcept {
  if (kHostReadsBodies) return 0;
  if (!has_body_read(method)) return framing.has_body && !options.allow_unread_bodies ? 400 : 0;
  const bool is_framed = framing.has_content_length || framing.has_transfer_encoding;
  return !is_framed && method != "DELETE" && options.require_content_length ? 411 : 0;
}

// True when an answer of the hook before routing leaves the request's body on the connection. 0.53
// reads it behind that answer, except where it was asked for an upgrade.
[[nodiscard]] inline bool leaves_body_unread(const RequestScan& scan) noexcept {
  return scan.framing().has_body &&
         (!kHostReadsBodies || (kHostHasWebSockets && scan.view().is_websocket_upgrade));
}

// The same for a request whose slot is gone, or that never had one: it did not come to the hook
// before routing, or asked for an upgrade that the application answered there itself.
[[nodiscard]] inline bool leaves_body_unread(const httplib::Request& request) noexcept {
  const HttplibHeaders headers(request.headers);
  RequestScan scan;
  scan_request(request, headers, scan);
  return leaves_body_unread(scan);
}

// Ends the connection after an answer that left a body unread. `slot` is the request's, or null:
// what never came to the hook before routing was refused with its body unread, or was not
// understood, so that its rest would be read as a request. 0.53 does that too after a 400 for the
// request line or a header, though it announces that it closes. An answer that is streamed cannot
// be ended so.
inline void close_where_unread(const DecisionSlot* slot, const httplib::Request& request,
                               httplib::Response& response) noexcept {
  if (slot == nullptr) {
    if (response.content_provider_) return;
    if (kHostReadsBodies && response.status < 400 && !leaves_body_unread(request)) return;
    return close_after_answer(request, response, request.method == "HEAD");
  }
  if (!slot->must_close) return;
  const bool is_ended_already = slot->is_answered;
  const bool is_unread = !response.content_provider_ && !has_body_in_memory(request);
  if (is_ended_already || is_unread) close_after_answer(request, response, slot->is_head);
}

}  // namespace adapter
}  // namespace corsac
