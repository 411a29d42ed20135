#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/policy/report.hpp"

namespace corsac {

// From the best to the worst, once it has started.
enum class StoreState : unsigned char {
  Starting,  // no policy yet
  Fresh,     // the newest document is in force
  Degraded,  // the store's newest document is invalid; the last good one is in force
  Stale,     // the store cannot be reached; the last good one is in force, for max_stale at most
  Closed,    // no policy may be used: every cross-origin request is refused
};

[[nodiscard]] std::string_view to_text(StoreState state) noexcept;  // "fresh"

// A document that a store delivered and that was judged.
struct LoadNote {
  std::chrono::system_clock::time_point time = {};  // of the last one, when there were several
  std::string revision = {};                        // empty = it has none
  bool is_taken = false;                            // it came into force
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::uint64_t times = 1;                 // so often it was refused for the same, in a row
  std::vector<std::string> problems = {};  // the first few as lines, errors first; printable
};

// One picture of a store of a gate, for status, metrics and logs. "The policy" of a store of
// records is its trusted origins; while it is Closed none of them is in force.
struct StoreStatus {
  StoreState state = StoreState::Starting;
  std::string source = {};    // "toml: policy.toml"; "code" for a gate made by make_gate
  std::string revision = {};  // of the policy in force
  std::chrono::system_clock::time_point loaded_at = {};       // of the policy in force
  std::chrono::system_clock::time_point last_answer_at = {};  // the store last answered
  // Since when the newest document is invalid or the store cannot be reached, whatever is in force;
  // zero = it is Fresh, or has not started.
  std::chrono::system_clock::time_point failing_since = {};
  // The policy in force is that of cache_file: the store gave none since the start.
  bool is_cached = false;
  // Why the last policy is not in the cache file, or why the file gave none at the start; empty =
  // neither.
  std::string cache_error = {};
  std::string last_error = {};            // first line of the last report or failure; empty = none
  Report last_report = {};                // of the newest document
  std::uint64_t loads = 0;                // documents taken
  std::uint64_t failures = 0;             // documents refused and reads that failed
  std::vector<LoadNote> last_loads = {};  // newest first, ten at most; none for "code"
  std::chrono::milliseconds next_try_in{0};  // until the store is read again; 0 = now, or never
};

}  // namespace corsac
