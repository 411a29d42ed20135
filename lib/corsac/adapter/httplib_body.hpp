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
  // CONNECT, nor a chunked one of DELETE) and then takes it for the next request: whoever shares
  // the connection, as behind a proxy, is answered with what an attacker hid there. So such a
  // request gets 400, and the connection ends. `true` lets it through, and the connection ends
  // after the handler's answer, unless that is streamed: then the hole is open. Without meaning for
  // 0.53, which reads every body.
  bool allow_unread_bodies = false;
  // cpp-httplib before 0.53 waits five seconds for the body of a POST, PUT or PATCH without
  // Content-Length, then says 400 (`curl -X POST` sends such a one). `true` answers 411 at once.
  // Routes that take no body are then out of reach without `Content-Length: 0`.
  bool require_content_length = false;
};

namespace adapter {

// Before 0.53: whether the host reads the body of such a request, route or not. It takes a DELETE
// without Content-Length for one without a body, whatever Transfer-Encoding says.
[[nodiscard]] constexpr bool has_body_read(std::string_view method,
                                           const RequestFraming& framing) noexcept {
  if (method == "DELETE") return framing.has_content_length;
  return method == "POST" || method == "PUT" || method == "PATCH" || method == "PRI";
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

// The status for a request whose end is not known, or, before 0.53, whose body the host would not
// read, or would wait for; 0 = none. 0.53 itself answers 400 to most of the former.
[[nodiscard]] constexpr int refuse_framing(std::string_view method, const RequestFraming& framing,
                                           const InstallOptions& options) noexcept {
  if (framing.is_ambiguous) return 400;
  if (kHostReadsBodies) return 0;
  if (!has_body_read(method, framing)) {
    return framing.has_body && !options.allow_unread_bodies ? 400 : 0;
  }
  const bool is_framed = framing.has_content_length || framing.has_transfer_encoding;
  return !is_framed && options.require_content_length ? 411 : 0;
}

// What close_where_unread has to know of the request.
inline void note_body(const httplib::Request& request, const RequestScan& scan,
                      DecisionSlot& slot) noexcept {
  const RequestFraming& framing = scan.framing();
  const bool is_plain = !framing.has_transfer_encoding && !framing.has_content_encoding;
  slot.is_head = request.method == "HEAD";
  slot.has_body = framing.has_body || framing.is_ambiguous;
  slot.body_bytes = is_plain && !framing.is_ambiguous ? framing.content_length : 0;
  // 0.53 reads a body behind an answer of the hook before routing, except where it was asked for an
  // upgrade, or takes the length for none.
  const bool is_upgrade = kHostHasWebSockets && scan.view().is_websocket_upgrade;
  slot.must_close = slot.has_body && (!kHostReadsBodies || framing.is_ambiguous || is_upgrade);
}

// True when it is proved that nothing of the body is left. 0.53 keeps account. 0.11.4 does not, and
// stops in the middle of forms (a part that is none, too many parts), of chunks (trailers, a chunk
// longer than it says) and of what it cannot decompress, some of which a handler then answers like
// any other. So there only a body of the announced length, as it came, is proof.
template <class Request>
[[nodiscard]] bool is_body_read(const Request& request, const DecisionSlot& slot) noexcept {
  if constexpr (requires { request.body_consumed_; }) {
    return request.body_consumed_;
  } else {
    return slot.body_bytes != 0 && request.body.size() == slot.body_bytes;
  }
}

// 0.53 then closes by itself, instead of reading what is left of the body: a handler may have
// stopped in the middle of a chunk, where the host would begin anew.
inline void announce_close(httplib::Response& response) noexcept {
  try {
    erase_lines(response.headers,
                [](std::string_view name) { return equals_ignoring_case(name, "Keep-Alive"); });
    replace_line(response.headers, "Connection", "close");
  } catch (...) {  // no memory: the host reads on, as it does without us
  }
}

// Ends the connection after an answer that left a body unread, or a part of it. `slot` is the
// request's. An answer that is streamed by a handler cannot be ended so at 0.11.4.
inline void close_where_unread(const DecisionSlot& slot, const httplib::Request& request,
                               httplib::Response& response) noexcept {
  if (!slot.has_body || is_body_read(request, slot)) return;
  if (!slot.must_close) return announce_close(response);
  if (response.content_provider_ && !slot.is_answered) return;
  close_after_answer(request, response, slot.is_head);
}

// The same for a request without a slot. What never came to the hook before routing was refused
// with its body unread, or was not understood, so that its rest would be read as a request. 0.53
// does that too after a 400 for the request line or a header, though it announces that it closes.
// Or it asked for an upgrade, and the application answered that before routing.
inline void close_where_unread(const httplib::Request& request,
                               httplib::Response& response) noexcept {
  if (response.content_provider_) return;
  if (kHostReadsBodies && response.status < 400) {
    const HttplibHeaders headers(request.headers);
    RequestScan scan;
    scan_request(request, headers, scan);
    if (!scan.framing().has_body && !scan.framing().is_ambiguous) return;
  }
  close_after_answer(request, response, request.method == "HEAD");
}

}  // namespace adapter
}  // namespace corsac
