#pragma once

// Bodies that cpp-httplib leaves on the connection, where it would read them as the next request:
// which requests are refused for that, and how a connection ends.

#include <cstddef>
#include <memory>
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
  // Content-Length, then says 400 (`curl -X POST` sends such a one); and set_payload_max_length
  // limits neither a chunked body nor what one with Content-Encoding becomes: a few kilobytes fill
  // the memory. `true` answers 411 to the first two and 415 to the last, at once. Routes that take
  // no body are then out of reach without `Content-Length: 0`. Without meaning for 0.53.
  bool require_content_length = false;
  // cpp-httplib before 0.53 compares mount points as raw prefixes: under set_mount_point("/static",
  // ...) it answers /staticapp.js with the file of /static/app.js. So there, with a rule or an
  // excluded path /static, a GET or HEAD of /staticapp.js gets no grant (path_ambiguous), nor does
  // its preflight. `true` says that this server mounts nothing, and takes such a path as it is
  // written. Without meaning for 0.53.
  bool has_no_mount_points = false;
};

namespace adapter {

// Before 0.53: whether the host reads the body of such a request, route or not. It takes a DELETE
// without Content-Length for one without a body, whatever Transfer-Encoding says.
[[nodiscard]] constexpr bool has_body_read(std::string_view method,
                                           const RequestFraming& framing) noexcept {
  if (method == "DELETE") return framing.has_content_length;
  return method == "POST" || method == "PUT" || method == "PATCH" || method == "PRI";
}

// A content provider that writes nothing and fails.
struct EndsAtOnce {
  bool operator()(std::size_t, std::size_t, httplib::DataSink&) const noexcept { return false; }
};

// A content provider that writes a whole body and fails.
struct EndsWithBody {
  std::string body;
  template <class Sink>
  bool operator()(std::size_t, std::size_t, Sink& sink) const {
    sink.write(body.data(), body.size());
    return false;
  }
};

// A content provider that writes what another one streams, and fails when that has ended.
struct EndsWithStream {
  httplib::ContentProvider stream;
  bool is_chunked;
  std::shared_ptr<bool> has_ended;  // shared with the releaser: the host thinks that it failed

  // `length` is what is left to write, 0 where nobody knows.
  template <class Sink>
  bool operator()(std::size_t offset, std::size_t length, Sink& sink) const {
    std::size_t written = 0;
    Sink counting;
    counting.is_writable = sink.is_writable;
    counting.write = [&](const char* data, std::size_t size) {
      if (!sink.write(data, size)) return false;
      written += size;
      if (is_chunked && size == 0) *has_ended = true;  // to the host an empty chunk is the last
      return true;
    };
    if (sink.done) {
      counting.done = [&] {
        sink.done();
        *has_ended = true;
      };
    }
    if constexpr (requires { sink.done_with_trailer; }) {
      counting.done_with_trailer = [&](const httplib::Headers& trailer) {
        sink.done_with_trailer(trailer);
        *has_ended = true;
      };
    }
    if (!stream(offset, length, counting)) return false;
    if (length != 0 && written >= length) *has_ended = true;
    return !*has_ended;
  }
};

// One length, or none beside a coding: close_after_answer may have said one before the host did.
// Throws for memory.
inline void settle_length(httplib::Response& response, bool is_streamed) {
  constexpr std::string_view kLength = "Content-Length";
  constexpr std::string_view kCoding = "Transfer-Encoding";
  const auto has = [&response](std::string_view wanted) {
    return response.headers.find(std::string(wanted)) != response.headers.end();
  };
  if (!response.body.empty()) {
    erase_named(response.headers, kCoding);
    replace_line(response.headers, kLength, std::to_string(response.body.size()));
  } else if (has(kCoding) || (is_streamed && response.content_length_ == 0)) {
    erase_named(response.headers, kLength);
  } else if (has(kLength)) {
    keep_last_line(response.headers, kLength);
  } else {
    response.headers.emplace(std::string(kLength), "0");
  }
}

// The handler's own stream, after which the connection ends.
inline void end_with_stream(httplib::Response& response) {
  const auto has_ended = std::make_shared<bool>(false);
  if (auto release = response.content_provider_resource_releaser_) {
    response.content_provider_resource_releaser_ = [release, has_ended](bool) {
      release(*has_ended);
    };
  }
  response.content_provider_ =
      EndsWithStream{response.content_provider_, response.is_chunked_content_provider_, has_ended};
}

// Ends the connection after this answer, which goes out whole. The host may keep it whatever
// `Connection` says; it gives up only on a content provider that fails, so the answer is written by
// one that fails at its end. Of a HEAD the host never asks the provider: there the request, which
// is not const where the host keeps it, becomes a GET, and nothing is written. May be called again:
// before routing, where another hook may stand behind it, and after it, when a body was added.
inline void close_after_answer(const httplib::Request& request, httplib::Response& response,
                               bool is_head) noexcept {
  if (is_head) const_cast<httplib::Request&>(request).method = "GET";
  auto& provider = response.content_provider_;
  const bool has_body = !response.body.empty();
  const bool is_ours = provider.target<EndsAtOnce>() || provider.target<EndsWithBody>();
  const bool is_streamed = provider && !is_ours && !has_body;
  try {
    erase_named(response.headers, "Keep-Alive");
    replace_line(response.headers, "Connection", "close");
    settle_length(response, is_streamed);
    if (is_streamed && !is_head) return end_with_stream(response);
    if (has_body && !is_head) {
      provider = EndsWithBody{std::move(response.body)};
    } else if (!is_ours || is_head) {
      provider = EndsAtOnce();
    }
  } catch (...) {
    provider = EndsAtOnce();  // needs no memory
  }
  response.content_length_ = 0;
  response.is_chunked_content_provider_ = false;
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
  if (!options.require_content_length) return 0;
  if (!framing.has_content_length) return 411;
  return framing.has_content_encoding && framing.has_body ? 415 : 0;
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
  slot.must_close = slot.has_body &&
                    (!kHostReadsBodies || framing.is_ambiguous || scan.view().is_websocket_upgrade);
  // A stream that ends the connection ends it after the first range (EndsWithStream). A server may
  // ignore Range, and shall for what is no GET (RFC 9110, 14.2).
  if (slot.must_close) const_cast<httplib::Request&>(request).ranges.clear();
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
    erase_named(response.headers, "Keep-Alive");
    replace_line(response.headers, "Connection", "close");
  } catch (...) {  // no memory: the host reads on, as it does without us
  }
}

// Ends the connection after an answer that left a body unread, or a part of it. `slot` is the
// request's.
inline void close_where_unread(const DecisionSlot& slot, const httplib::Request& request,
                               httplib::Response& response) noexcept {
  if (!slot.has_body || is_body_read(request, slot)) return;
  if (!slot.must_close) return announce_close(response);
  close_after_answer(request, response, slot.is_head);
}

// The same for a request without a slot. What never came to the hook before routing was refused
// with its body unread, or was not understood, so that its rest would be read as a request. 0.53
// does that too after a 400 for the request line or a header, though it announces that it closes.
// Or it asked for an upgrade, and the application answered that before routing.
inline void close_where_unread(const httplib::Request& request,
                               httplib::Response& response) noexcept {
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
