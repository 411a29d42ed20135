#pragma once

// Events of refused grants and refusals: policy document, 5. Recorded only for a policy with
// `debug = true`.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "corsac/base/clock.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/runtime/event_query.hpp"
#include "corsac/runtime/refusal_summary.hpp"
#include "corsac/stage/decision.hpp"

namespace corsac {

class Snapshot;                           // policy/snapshot.hpp, not public
enum class ShadowChange : unsigned char;  // runtime/shadow_status.hpp

enum class EventOutcome : unsigned char {
  Blocked,
  Marked,  // a refused grant, and the handler ran: on_denied = "mark", or report_only
  Diagnostic,
  Allowed,  // only of a shadow
};

// Every text is escaped and cut already: it can be printed as it is. An optional that is empty
// means the header was absent, which is not the same as empty or "null".
struct Event {
  EventType type = EventType::Event;
  std::uint64_t seq = 0;  // from 1, without gaps, in the order of the ring
  std::chrono::system_clock::time_point time = {};
  std::string revision = {};
  EventOutcome outcome = EventOutcome::Blocked;
  std::string reason = {};  // "origin_not_allowed"
  std::string value = {};   // the offending one
  std::string rule = {};
  std::string place = {};       // in the policy: "policy.toml:4:1"
  int status = 0;               // 0 = the handler decided
  bool is_report_only = false;  // marked, and blocked without report_only
  std::string own_origin = {};
  std::string method = {};
  std::string path = {};  // decoded; without query and userinfo
  // Of path_ambiguous only, else empty: the target as it was sent, without query and userinfo, up
  // to kEventTargetBytes. The path beside it is decoded, and may look harmless. Where "?" was sent
  // encoded, what it begins is left out, and the target ends in "%3F...".
  std::string target = {};
  std::optional<std::string> content_type = {};
  std::optional<std::string> host = {};
  std::optional<std::string> origin = {};
  std::optional<std::string> referer = {};  // cut at "?"
  std::string client = {};
  std::vector<std::string> header_names = {};  // at most 100
  std::string hint = {};
  std::string near_miss = {};
  std::string category = {};  // FusionAuth's name for it; empty for other profiles
  // Only of a shadow, whose outcome is what the candidate would have done: "would_allow" and so on
  // (runtime/shadow_status.hpp), and what was done.
  std::string change = {};
  EventOutcome live_outcome = EventOutcome::Blocked;
};

// The event of a decision with a reason; seq, time are not set. Every byte from the wire is escaped
// and cut; of header values only those of Content-Type, Host, Origin and Referer stand in it, and
// of the others' names at most kEventHeaderNames.
[[nodiscard]] Event make_event(const Snapshot& snapshot, const RequestView& request,
                               const Decision& decision);

inline constexpr std::size_t kEventHeaderNames = 100;
inline constexpr std::size_t kEventHeaderNameBytes = 64;  // of each; real ones have under 40

// What makes a target ambiguous may stand anywhere in it, so it is told at greater length than
// other texts; real ones are shorter.
inline constexpr std::size_t kEventTargetBytes = 1024;

// One JSON object on one line without a line break: "type" is "event" or "shadow", then the names
// of policy document, 5, and "place"; absent optionals are null.
[[nodiscard]] std::string to_json(const Event& event);

// Bytes of memory that the events of a ring may take together, for each event of its capacity: an
// ordinary one has under 2 KB. When hostile ones are larger, the ring holds fewer.
inline constexpr std::size_t kRingBytesPerEvent = 4096;

// Safe from any thread. The ring keeps every event until newer ones push it out; of the log's lines
// the limits of event_line_limits.hpp are kept. What they suppress is counted, and the count is a
// line of its own, 10 seconds after the first one that was suppressed, and when the log is
// destroyed; the count again by reason, and of a shadow's events by their change, those that are
// not 0:
//   {"type":"suppressed","time":"...","count":12,"repeated":10,"over_rate":2,
//    "reasons":{"origin_not_allowed":9,"method_not_allowed":2},"changes":{"would_allow":1}}
class EventLog {
 public:
  // `sink` gets each line, without a line break, one after the other, on the thread that recorded
  // or, for a count, on one of the log's own; may be empty; must not throw (an exception is
  // swallowed and counted) and must not record. `clock` is never null. A capacity of 0 keeps no
  // event; lines are written all the same.
  EventLog(std::size_t capacity, std::shared_ptr<const Clock> clock,
           std::function<void(std::string_view json_line)> sink);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  // Only for a decision with a reason. Throws only for memory; the event is lost then.
  void record(const Snapshot& snapshot, const RequestView& request, const Decision& decision);
  // The same for the event of a shadow, which was made already; seq and time are set.
  void record(Event event, ShadowChange change);

  struct Page {
    std::vector<Event> events = {};  // in the order of the query
    std::uint64_t total = 0;         // that match, of those still in the ring
    std::uint64_t dropped = 0;       // fell out of the ring since the start
  };
  // Of the events that were in the ring at the begin; those that fall out meanwhile may be missing.
  // Whoever records waits for no search: it holds the ring for some events at a time.
  [[nodiscard]] Page find(const EventQuery& query) const;

  // For those who follow the ring. What comes behind `after`, oldest first; one look at at most
  // kEventsInBatch events, of which those that match are in it.
  struct Batch {
    std::vector<Event> events = {};
    std::uint64_t first_seq = 0;  // of the look: greater than after + 1 when some fell out before
    std::uint64_t last_seq = 0;   // the last one that was looked at: the next `after`
    bool is_whole_ring = false;   // there is nothing behind it yet
  };
  static constexpr std::size_t kEventsInBatch = 64;
  [[nodiscard]] Batch read_behind(std::uint64_t after, const EventQuery& query) const;
  // The seq of the newest event; 0 = there was none yet.
  [[nodiscard]] std::uint64_t last_seq() const;
  // Waits until an event with a greater seq than `after` is there, but no longer than `time`; true
  // when it is.
  [[nodiscard]] bool wait_behind(std::uint64_t after, std::chrono::milliseconds time) const;

  // Of all events but diagnostics and those of a shadow, since the start: runtime/refusal_summary.
  struct MostRefused {
    std::vector<RefusedOrigins::Entry> origins = {};
    std::uint64_t total = 0;  // refusals
  };
  [[nodiscard]] MostRefused most_refused(std::size_t limit) const;
  [[nodiscard]] std::vector<RefusalHistory::Minute> history() const;

  struct Counts {
    std::uint64_t recorded = 0;  // since the start
    std::uint64_t dropped = 0;   // of these, fell out of the ring
  };
  [[nodiscard]] Counts counts() const;

  // Calls of the sink that threw.
  [[nodiscard]] std::uint64_t sink_failures() const noexcept;
  // What the events of the ring take now.
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  struct State;
  class Walk;
  std::unique_ptr<State> state_;
};

}  // namespace corsac
