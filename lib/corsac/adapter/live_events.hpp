#pragma once

// GET /api/events/live: the event log as Server-Sent Events (HTML standard, 9.2). Plain request to
// pieces of text; live_events_route.hpp puts it on a cpp-httplib server.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "corsac/adapter/admin_api.hpp"
#include "corsac/base/result.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/runtime/event_log.hpp"

namespace corsac {

inline constexpr std::string_view kLiveEventsPath = "/api/events/live";

struct LiveEventsOptions {
  // Streams at one time: each keeps a thread of its listener.
  std::size_t streams_limit = 8;
  // A stream says something at least this often, so that proxies keep it and a client that is gone
  // is noticed.
  std::chrono::milliseconds heartbeat{15'000};
  // How long a stream waits before it looks whether its client is gone, or all streams shall end.
  std::chrono::milliseconds step{200};
};

// The streams that are under way. The parameters are those of /api/events without order and rows; a
// stream begins with the next event, or behind `after` or the header Last-Event-ID.
//
//   : events                     comments, of which every heartbeat is one
//   id: 17                       the seq
//   data: {"type":"event",...}   as in /api/events
//
//   id: 40
//   event: gap
//   data: {"type":"gap","first":18,"last":40,"lost":23,"cause":"overwritten"}
//
// In a gap some events fell out of the ring before they were sent, or, with "restarted", never
// were: the program began to count again.
//
// Safe from any thread.
class LiveEvents : public std::enable_shared_from_this<LiveEvents> {
 public:
  // One stream, from its first byte to its last; for one thread at a time.
  class Stream {
   public:
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    // What goes out next. Waits for at most `step`; empty = there is nothing yet. Nothing = the
    // stream is at its end: all shall end, or its token is not valid any more.
    [[nodiscard]] std::optional<std::string> next();

   private:
    friend class LiveEvents;
    Stream(std::shared_ptr<LiveEvents> all, EventQuery query, const HeaderField& authorization);
    void add_heartbeat(std::string& text);  // when one is due
    void add_gap(std::string& text, std::uint64_t first, std::uint64_t last,
                 std::string_view cause);

    const std::shared_ptr<LiveEvents> all_;
    const EventQuery query_;
    const std::string authorization_;
    std::uint64_t after_ = 0;  // the seq up to which everything was looked at
    std::uint64_t told_ = 0;   // the id that the client has
    std::chrono::steady_clock::time_point said_at_ = {};
    bool has_begun_ = false;
  };

  // Both never null.
  [[nodiscard]] static std::shared_ptr<LiveEvents> make(std::shared_ptr<AdminApi> api,
                                                        std::shared_ptr<Gate> gate,
                                                        LiveEventsOptions options = {});

  // A stream, or the refusal: that of AdminApi::refuse_unless with scope read, 400 for a parameter,
  // 503 with Retry-After beyond `streams_limit` and at the end.
  [[nodiscard]] Result<std::shared_ptr<Stream>, AdminAnswer> open(const AdminRequest& request,
                                                                  const HeaderField& last_event_id);

  // Tells all streams to end, also those that are to come: each does within `step`. Waits for it;
  // false when some had not by `deadline`.
  bool end(std::chrono::steady_clock::time_point deadline);

  [[nodiscard]] std::size_t streams() const;

 private:
  LiveEvents(std::shared_ptr<AdminApi> api, std::shared_ptr<Gate> gate, LiveEventsOptions options);

  const std::shared_ptr<AdminApi> api_;
  const std::shared_ptr<Gate> gate_;
  const LiveEventsOptions options_;
  std::atomic<bool> shall_end_{false};
  mutable std::mutex mutex_ = {};
  std::condition_variable ended_ = {};  // a stream
  std::size_t streams_ = 0;             // guarded by mutex_
};

}  // namespace corsac
