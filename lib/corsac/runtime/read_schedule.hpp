#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace corsac {

// Reads that the store asks for begin at least this far apart: an editor that saves makes several
// events, and a store that calls without end must not keep a processor busy.
inline constexpr std::chrono::milliseconds kChangedPause{200};
// The same behind one that was told changes and read no document.
inline constexpr std::chrono::milliseconds kChangesPause{20};
// The first wait after a read that failed; each further one doubles it.
inline constexpr std::chrono::milliseconds kFirstRetry{100};
// The longest pause that a store may ask for: it may be wrong, or speak for a server that is.
inline constexpr std::chrono::minutes kLongestPause{10};

// When a store is read next: design, 6 "Supervisor". Knows no clock; not thread-safe.
class ReadSchedule {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  struct Config {
    Duration refresh{};    // after a document that the store gave; 0 = never
    Duration retry_max{};  // cap of the wait after one that failed, at least kFirstRetry
  };
  // The first read is due at once. `seed` is for the jitter.
  ReadSchedule(Config config, std::uint32_t seed);

  void note_changed() noexcept { is_changed_ = true; }      // by the store
  void note_requested() noexcept { is_requested_ = true; }  // by a person
  // A read begins; what was noted before is served by it.
  void note_began(Time now) noexcept;
  // The store answered, whatever it said.
  void note_answered(Time now) noexcept;
  // It told changes, and no document: that is regularly due when it was. Reads that the store asks
  // for begin kChangesPause apart behind it.
  void note_told_changes() noexcept;
  // Nothing but a call of the store makes a read due now, and the last one gave an answer.
  [[nodiscard]] bool is_only_changed(Time now) const noexcept {
    return is_changed_ && !is_requested_ && failures_ == 0 && regularly_due_ > now;
  }
  // It could not be read. Waits kFirstRetry, then twice as long each time up to retry_max, each
  // shortened by up to a half at random: a fleet must not come back all at once.
  void note_failed(Time now);

  // After note_answered or note_failed: the store asks not to be read for `wait`, of which at most
  // kLongestPause counts. Up to a tenth more is waited, at random, for the sake of a fleet. A call
  // of the store waits as long; a person does not.
  void note_pause(Time now, Duration wait);

  // After note_answered or note_told_changes: look again after `wait` at the latest.
  void note_second_look(Time now, Duration wait) noexcept;

  // When the next read should begin, perhaps in the past; Time::max() = when something is noted.
  [[nodiscard]] Time due() const noexcept;

 private:
  Config config_;
  std::minstd_rand random_;
  Time began_ = Time::min();
  Time document_due_ = Time::max();  // since the last one, whatever was told meanwhile
  Time regularly_due_ = Time::min();
  Time not_before_ = Time::min();  // until the next read
  Duration changed_pause_ = kChangedPause;
  std::uint32_t failures_ = 0;  // in a row
  bool is_changed_ = false;
  bool is_requested_ = false;
};

}  // namespace corsac
