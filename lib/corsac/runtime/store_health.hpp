#pragma once

#include <chrono>

#include "corsac/runtime/store_status.hpp"

namespace corsac {

// The state of a store by what its reads gave: design, 6 "Supervisor", and policy document, 4
// "Closed". Knows no clock; not thread-safe.
class StoreHealth {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit StoreHealth(std::chrono::steady_clock::duration max_stale) : max_stale_(max_stale) {}

  // The newest document is in force.
  void note_taken() noexcept;
  // The store answered, but what it has now may not be taken. The last good document stays, without
  // limit; also one that was closed because it grew too old, for its store is there again.
  void note_refused() noexcept;
  // The store gave no answer. The last good document stays for max_stale from the first such time.
  void note_unreachable(Time now) noexcept;
  // There was no document yet, and now one from a cache is in force: in the place of one that a
  // store that `has_answered` refused to give, else as one that it gave `age` ago, when it was last
  // reached.
  void note_cached(Time now, std::chrono::steady_clock::duration age, bool has_answered) noexcept;
  // Time went by: stale becomes closed.
  void note_time(Time now) noexcept;

  [[nodiscard]] StoreState state() const noexcept { return state_; }
  // When note_time() would change something; Time::max() = never.
  [[nodiscard]] Time closes_at() const noexcept;

 private:
  std::chrono::steady_clock::duration max_stale_;
  StoreState state_ = StoreState::Starting;
  bool has_policy_ = false;      // a document was taken once, or one from a cache
  Time unreachable_since_ = {};  // while Stale or, with a policy, Closed
};

}  // namespace corsac
