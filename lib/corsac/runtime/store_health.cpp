// The state of a store. Entry: StoreHealth. Spec: design, 6 "Supervisor"; policy document, 4
// "Closed". Test: tests/runtime/store_health_test.cpp.

#include "corsac/runtime/store_health.hpp"

namespace corsac {

std::string_view to_text(StoreState state) noexcept {
  switch (state) {
    case StoreState::Starting:
      return "starting";
    case StoreState::Fresh:
      return "fresh";
    case StoreState::Degraded:
      return "degraded";
    case StoreState::Stale:
      return "stale";
    case StoreState::Closed:
      return "closed";
  }
  return "";
}

void StoreHealth::note_taken() noexcept {
  has_policy_ = true;
  state_ = StoreState::Fresh;
}

void StoreHealth::note_refused() noexcept {
  // What was too old to be trusted is not renewed by an answer that is no document.
  const bool may_serve = has_policy_ && state_ != StoreState::Closed;
  state_ = may_serve ? StoreState::Degraded : StoreState::Closed;
}

void StoreHealth::note_unreachable(Time now) noexcept {
  if (!has_policy_) {
    state_ = StoreState::Closed;
    return;
  }
  if (state_ == StoreState::Fresh || state_ == StoreState::Degraded) {
    state_ = StoreState::Stale;
    unreachable_since_ = now;
  }
  note_time(now);
}

void StoreHealth::note_cached(Time now, std::chrono::steady_clock::duration age,
                              bool has_answered) noexcept {
  has_policy_ = true;
  if (has_answered) {
    state_ = age < max_stale_ ? StoreState::Degraded : StoreState::Closed;
    return;
  }
  state_ = StoreState::Stale;
  unreachable_since_ = now - age;
  note_time(now);
}

void StoreHealth::note_time(Time now) noexcept {
  if (now >= closes_at()) state_ = StoreState::Closed;
}

StoreHealth::Time StoreHealth::closes_at() const noexcept {
  return state_ == StoreState::Stale ? unreachable_since_ + max_stale_ : Time::max();
}

}  // namespace corsac
