#pragma once

// GET /api/events/live on a cpp-httplib server. Header-only, like adapter/httplib.hpp.

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "corsac/adapter/admin_routes.hpp"
#include "corsac/adapter/live_events.hpp"

namespace corsac {

namespace adapter {

inline void answer_live(LiveEvents& live, const httplib::Request& request,
                        httplib::Response& response) {
  const HttplibHeaders headers(request.headers);
  RequestScan scan;
  scan_request(request, headers, scan);
  HeaderField last_event_id;
  for (const auto& [name, value] : request.headers) {
    if (!equals_ignoring_case(name, "Last-Event-ID")) continue;
    if (last_event_id.lines++ == 0) last_event_id.value = trim_ows(value);
  }
  auto stream = live.open(to_admin_request(request, scan), last_event_id);
  if (!stream) return write_answer(stream.error(), response);
  response.set_header("X-Accel-Buffering", "no");  // nginx would keep the events to itself
  // The stream lives as long as the response, whatever ends it.
  response.set_chunked_content_provider("text/event-stream",
                                        [stream = *stream](std::size_t, httplib::DataSink& sink) {
                                          const std::optional<std::string> text = stream->next();
                                          if (!text) {
                                            sink.done();
                                            return true;
                                          }
                                          if (text->empty())
                                            return sink.is_writable();  // false: the client is gone
                                          return sink.write(text->data(), text->size());
                                        });
}

}  // namespace adapter

// Puts `live` (never null, shared) on `server`, which install_admin has guarded. A stream keeps one
// of the server's threads. Call LiveEvents::end before the server is stopped, which would cut the
// streams in the middle of a chunk.
inline void mount_live_events(httplib::Server& server, std::shared_ptr<LiveEvents> live) {
  server.Get(std::string(kLiveEventsPath), [live = std::move(live)](const httplib::Request& request,
                                                                    httplib::Response& response) {
    adapter::answer_live(*live, request, response);
  });
}

}  // namespace corsac
