#pragma once

// The events of a log file or of /api/events, read one line at a time.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <corsac/stage/reason.hpp>

namespace corsac::server {

// A line beyond this is not kept in memory, and not read: the largest answer of /api/events, 1000
// events with many headers, is below it.
inline constexpr std::size_t kEventLineLimitBytes = std::size_t{8} * 1024 * 1024;

// One refusal as an event tells it. Texts are the request's own bytes again, unescaped: never print
// them as they are. An absent header is empty as an optional.
struct ReplayedEvent {
  std::string time = {};
  std::string outcome = {};  // "blocked" or "marked"
  Reason reason = Reason::None;
  std::string value = {};
  std::string rule = {};
  std::string own_origin = {};
  std::string method = {};
  std::string path = {};
  std::string target = {};     // of path_ambiguous only, else empty
  bool is_target_cut = false;  // what made it ambiguous may be in the part that is missing
  std::optional<std::string> content_type = {};
  std::optional<std::string> host = {};
  std::optional<std::string> origin = {};
  std::optional<std::string> referer = {};
  std::vector<std::string> header_names = {};
  bool is_cut = false;  // the event held no more of one of these
};

// How often something other than a refusal was met.
struct ReplayCounts {
  std::uint64_t diagnostics = 0;
  std::uint64_t shadows = 0;      // of a candidate
  std::uint64_t other_lines = 0;  // loads, states of stores, messages; and empty lines
  std::uint64_t suppressed = 0;   // events that the log itself left out, as its lines say
  std::uint64_t unreadable = 0;   // lines, and elements of "events"
};

struct ReplaySink {
  std::function<void(const ReplayedEvent&)> event = {};
  // `line` from 1; `what` in words, ready to print.
  std::function<void(std::uint64_t line, const std::string& what)> unreadable = {};
};

// Reads to the end of `input`; never more than one line in memory.
[[nodiscard]] ReplayCounts read_events(std::istream& input, const ReplaySink& sink);

}  // namespace corsac::server
