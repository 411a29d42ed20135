#pragma once

#include <chrono>
#include <thread>

namespace corsac::test {

// True as soon as `condition` is; false when it was not for `deadline`, which a test that passes
// never waits for. Instead of sleeping and hoping.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition,
                              std::chrono::milliseconds deadline = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace corsac::test
