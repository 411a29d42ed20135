// When a store is read next. Entry: ReadSchedule. Spec: design, 6 "Supervisor". Test:
// tests/runtime/read_schedule_test.cpp.

#include "corsac/runtime/read_schedule.hpp"

#include <algorithm>

namespace corsac {

ReadSchedule::ReadSchedule(Config config, std::uint32_t seed) : config_(config), random_(seed) {
  config_.retry_max = std::max<Duration>(config_.retry_max, kFirstRetry);
}

void ReadSchedule::note_began(Time now) noexcept {
  began_ = now;
  regularly_due_ = Time::max();  // until it ended
  not_before_ = Time::min();
  changed_pause_ = kChangedPause;
  is_changed_ = false;
  is_requested_ = false;
}

void ReadSchedule::note_answered(Time now) noexcept {
  failures_ = 0;
  document_due_ = config_.refresh > Duration::zero() ? now + config_.refresh : Time::max();
  regularly_due_ = document_due_;
}

void ReadSchedule::note_told_changes() noexcept {
  regularly_due_ = document_due_;
  changed_pause_ = kChangesPause;
}

void ReadSchedule::note_failed(Time now) {
  Duration wait = kFirstRetry;
  for (std::uint32_t i = 0; i < failures_ && wait < config_.retry_max; ++i) wait *= 2;
  wait = std::min(wait, config_.retry_max);
  ++failures_;
  std::uniform_int_distribution<Duration::rep> jitter(0, wait.count() / 2);
  regularly_due_ = now + wait - Duration(jitter(random_));
}

void ReadSchedule::note_pause(Time now, Duration wait) {
  wait = std::clamp<Duration>(wait, Duration::zero(), kLongestPause);
  std::uniform_int_distribution<Duration::rep> jitter(0, wait.count() / 10);
  not_before_ = now + wait + Duration(jitter(random_));
}

void ReadSchedule::note_second_look(Time now, Duration wait) noexcept {
  regularly_due_ = std::min(regularly_due_, now + wait);
}

ReadSchedule::Time ReadSchedule::due() const noexcept {
  if (is_requested_) return Time::min();
  Time due = regularly_due_;
  if (is_changed_) {
    due = began_ == Time::min() ? began_ : std::min(began_ + changed_pause_, regularly_due_);
  }
  return std::max(due, not_before_);
}

}  // namespace corsac
