#pragma once

// Events of refused grants and refusals: policy document, 5.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "corsac/base/clock.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/policy/snapshot.hpp"

namespace corsac {

enum class EventOutcome : unsigned char { Blocked, Marked, Diagnostic };

// Every text is escaped and cut already: it can be printed as it is. An optional that is empty
// means the header was absent, which is not the same as empty or "null".
struct Event {
  std::uint64_t seq = 0;  // from 1, without gaps, in the order of the ring
  std::chrono::system_clock::time_point time = {};
  std::string revision = {};
  EventOutcome outcome = EventOutcome::Blocked;
  std::string reason = {};  // "origin_not_allowed"
  std::string value = {};   // the offending one
  std::string rule = {};
  std::string place = {};  // in the policy: "policy.toml:4:1"
  int status = 0;          // 0 = the handler decided
  std::string own_origin = {};
  std::string method = {};
  std::string path = {};
  std::optional<std::string> content_type = {};
  std::optional<std::string> host = {};
  std::optional<std::string> origin = {};
  std::optional<std::string> referer = {};  // cut at "?"
  std::string client = {};
  std::vector<std::string> header_names = {};  // at most 100
  std::string hint = {};
  std::string near_miss = {};
  std::string category = {};  // FusionAuth's name for it; empty for other profiles
};

// One JSON object on one line, with the names of policy document, 5; absent optionals are null.
[[nodiscard]] std::string to_json(const Event& event);

// What the log file gets of the ring's events: at most kLinesPerSecond, and the same (origin,
// reason) once a minute; the rest is counted, and the count is logged.
inline constexpr unsigned kLinesPerSecond = 100;

// Safe from any thread. The ring keeps every event; memory stays within capacity whatever comes.
class EventLog {
 public:
  // `sink` gets each line that passes the limits, on the thread that recorded; may be empty; must
  // not throw (an exception is swallowed and counted).
  EventLog(std::size_t capacity, std::shared_ptr<const Clock> clock,
           std::function<void(std::string_view json_line)> sink);
  ~EventLog();

  void record(const Snapshot& snapshot, const RequestView& request, const Decision& decision);

  struct Query {
    std::string reason = {};                  // empty = any
    std::optional<std::uint64_t> after = {};  // only events with a greater seq
    std::size_t start_row = 0;
    std::size_t count = 25;
  };
  struct Page {
    std::vector<Event> events = {};  // newest first
    std::uint64_t total = 0;         // that match, of those still in the ring
    std::uint64_t dropped = 0;       // fell out of the ring since the start
  };
  [[nodiscard]] Page find(const Query& query) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace corsac
