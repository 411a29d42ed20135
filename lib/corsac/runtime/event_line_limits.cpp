// Limits of the event log's lines. Entry: EventLineLimits::takes. Spec: policy document, 5. Test:
// tests/runtime/event_line_limits_test.cpp.
//
// A pair is remembered only when it became a line. So one list of lines serves both limits, and the
// limit of the rate is the limit of the memory.

#include "corsac/runtime/event_line_limits.hpp"

#include <utility>

namespace corsac {
namespace {

std::size_t number_of(LineSubject subject) noexcept {
  return subject.change ? kReasonCount + static_cast<std::size_t>(*subject.change)
                        : static_cast<std::size_t>(subject.reason);
}

}  // namespace

bool EventLineLimits::takes(std::string_view origin, LineSubject subject, Time now) {
  forget_before(now - kRepeatedLineAfter);
  const std::string_view code =
      subject.change ? to_text(*subject.change) : reason_info(subject.reason).code;
  std::string key;
  key.reserve(origin.size() + code.size() + 1);
  key.append(code).append(1, '\n').append(origin);  // no code holds a line break
  if (keys_.contains(key)) {
    suppress(suppressed_.repeated, subject, now);
    return false;
  }
  const std::size_t number = number_of(subject);
  if (is_over_rate(number, now)) {
    suppress(suppressed_.over_rate, subject, now);
    return false;
  }
  const auto inserted = keys_.insert(std::move(key)).first;
  try {
    lines_.push_back({now, inserted});
  } catch (...) {
    keys_.erase(inserted);  // else it would be remembered for ever
    throw;
  }
  last_line_[number] = now;
  return true;
}

bool EventLineLimits::is_over_rate(std::size_t subject, Time now) const noexcept {
  constexpr std::chrono::seconds kWindow{1};
  const auto& last = last_line_[subject];
  const bool is_first = !last || now - *last >= kWindow;
  const std::size_t most = is_first ? kLinesPerSecond : kLinesPerSecond - kReservedLines;
  return lines_.size() >= most && now - lines_[lines_.size() - most].time < kWindow;
}

std::optional<EventLineLimits::Time> EventLineLimits::suppressed_due() const noexcept {
  if (suppressed_.total() == 0) return std::nullopt;
  return suppressed_since_ + kSuppressedLineAfter;
}

EventLineLimits::Suppressed EventLineLimits::take_suppressed(Time now) noexcept {
  const auto due = suppressed_due();
  return due && *due <= now ? take_suppressed() : Suppressed{};
}

EventLineLimits::Suppressed EventLineLimits::take_suppressed() noexcept {
  return std::exchange(suppressed_, {});
}

void EventLineLimits::forget_before(Time time) {
  while (!lines_.empty() && lines_.front().time <= time) {
    keys_.erase(lines_.front().key);
    lines_.pop_front();
  }
}

void EventLineLimits::suppress(std::uint64_t& counter, LineSubject subject, Time now) noexcept {
  if (suppressed_.total() == 0) suppressed_since_ = now;
  ++counter;
  subject.change ? ++suppressed_.changes[static_cast<std::size_t>(*subject.change)]
                 : ++suppressed_.reasons[static_cast<std::size_t>(subject.reason)];
}

}  // namespace corsac
