#pragma once

// Which events become lines of the log: policy document, 5. The ring keeps all of them.

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "corsac/runtime/shadow_status.hpp"
#include "corsac/stage/reason.hpp"

namespace corsac {

// Lines within any one second.
inline constexpr unsigned kLinesPerSecond = 100;
// Of them for subjects that had no line for a second: a flood of one hides no other.
inline constexpr unsigned kReservedLines = kReasonCount + kShadowChangeCount;
static_assert(kReservedLines < kLinesPerSecond / 2);
// The same (origin, subject) is a line once in this time.
inline constexpr std::chrono::seconds kRepeatedLineAfter{60};
// What was suppressed is said this long after the first event that was.
inline constexpr std::chrono::seconds kSuppressedLineAfter{10};

// What an event is about: of a refusal or a diagnostic its reason; of a shadow how the candidate
// differs, for a refusal does not suppress what a shadow says about it.
struct LineSubject {
  Reason reason = Reason::None;
  std::optional<ShadowChange> change = {};  // present => `reason` is not looked at
};

// Not thread-safe: the event log calls it under its lock. Remembers only what became a line, so at
// most kLinesPerSecond * kRepeatedLineAfter pairs, however many origins come.
class EventLineLimits {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // True when the event may be a line; it counts as one then. Otherwise it is counted as
  // suppressed. `now` must not go back.
  [[nodiscard]] bool takes(std::string_view origin, LineSubject subject, Time now);

  struct Suppressed {
    std::uint64_t repeated = 0;   // the same (origin, subject) within the minute
    std::uint64_t over_rate = 0;  // more than kLinesPerSecond, or than its share of them
    // All of them again, by subject.
    std::array<std::uint64_t, kReasonCount> reasons = {};
    std::array<std::uint64_t, kShadowChangeCount> changes = {};
    [[nodiscard]] std::uint64_t total() const noexcept { return repeated + over_rate; }
  };
  // What was suppressed since the last answer with something in it; empty when that is nothing, or
  // began less than kSuppressedLineAfter ago.
  [[nodiscard]] Suppressed take_suppressed(Time now) noexcept;
  // When that will be something; empty while nothing is suppressed.
  [[nodiscard]] std::optional<Time> suppressed_due() const noexcept;
  // The same without waiting: at the end of the log.
  [[nodiscard]] Suppressed take_suppressed() noexcept;

  [[nodiscard]] std::size_t remembered() const noexcept { return lines_.size(); }

 private:
  struct Line {
    Time time;
    std::set<std::string>::const_iterator key;
  };
  void forget_before(Time time);
  [[nodiscard]] bool is_over_rate(std::size_t subject, Time now) const noexcept;
  void suppress(std::uint64_t& counter, LineSubject subject, Time now) noexcept;

  std::deque<Line> lines_ = {};      // in order of time; one for each element of keys_
  std::set<std::string> keys_ = {};  // a tree: no choice of origins makes it slow
  std::array<std::optional<Time>, kReservedLines> last_line_ = {};  // by subject
  Suppressed suppressed_ = {};
  Time suppressed_since_ = {};  // of the first, while suppressed_ holds something
};

}  // namespace corsac
