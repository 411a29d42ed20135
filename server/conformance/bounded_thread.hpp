#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace corsac::conformance {

// One thread that runs one call after the other. A call that does not return is left behind with
// its thread: whoever waits is never held up, and the process ends soon after.
class BoundedThread {
 public:
  BoundedThread();
  ~BoundedThread();  // joins, unless a call has not returned
  BoundedThread(const BoundedThread&) = delete;
  BoundedThread& operator=(const BoundedThread&) = delete;

  // Precondition: no call is under way. The call throws nothing; what it touches must outlive a
  // call that does not return.
  void start(std::function<void()> call);
  // True when no call is under way any more, at the latest at `end`.
  [[nodiscard]] bool wait(std::chrono::steady_clock::time_point end) const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the thread
};

}  // namespace corsac::conformance
