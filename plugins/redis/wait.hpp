#pragma once

// Waiting that another thread can end at once.

#include <chrono>
#include <functional>

namespace corsac::redis_store {

using Time = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

// A descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }

 private:
  int number_ = -1;  // -1 = none
};

// Wakes a thread that waits with it.
class WakePipe {
 public:
  WakePipe();                   // std::system_error
  void wake() const noexcept;   // [any-thread]
  void drain() const noexcept;  // forgets earlier wakes
  [[nodiscard]] int descriptor() const { return woken_.number(); }

 private:
  Descriptor woken_;
  Descriptor wake_;
};

// How one call waits: until its deadline, and not at all once it is cancelled. Whoever cancels says
// so first where `is_cancelled` looks, and then wakes.
struct Waiter {
  const WakePipe& pipe;
  Time deadline;
  std::function<bool()> is_cancelled;

  enum class End : unsigned char { Ready, TimedOut, Cancelled };
  // Until `descriptor` (-1 = none) is ready for `events` of poll(), at most until `until` and
  // `deadline`.
  [[nodiscard]] End wait(int descriptor, short events, Time until) const;
};

}  // namespace corsac::redis_store
