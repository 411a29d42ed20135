// Nothing calls back after a worker's destructor. Entry: WorkerCallbacksDoor. Test:
// tests/runtime/store_worker_test.cpp.
//
// Counted rather than called under a lock: a log that is slow must not hold up the others, and a
// plugin may call changed() from inside of anything.

#include "corsac/runtime/worker_callbacks_door.hpp"

#include <utility>

namespace corsac {

WorkerCallbacksDoor::WorkerCallbacksDoor(WorkerCallbacks callbacks)
    : callbacks_(std::move(callbacks)) {}

template <class Call>
void WorkerCallbacksDoor::pass(Call call) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (is_shut_) return;
    ++inside_;
  }
  try {
    call();
  } catch (...) {
    // The plugin could do nothing about it.
  }
  const std::lock_guard lock(mutex_);
  if (--inside_ == 0) left_.notify_all();
}

void WorkerCallbacksDoor::read(ReadResult result) noexcept {
  if (!callbacks_.on_read) return;
  pass([this, &result] { callbacks_.on_read(std::move(result)); });
}

void WorkerCallbacksDoor::changed() noexcept {
  if (!callbacks_.on_changed) return;
  pass([this] { callbacks_.on_changed(); });
}

void WorkerCallbacksDoor::log(LogLevel level, std::string_view line) noexcept {
  if (!callbacks_.log) return;
  pass([this, level, line] { callbacks_.log({.level = level, .line = line}); });
}

void WorkerCallbacksDoor::shut() {
  std::unique_lock lock(mutex_);
  is_shut_ = true;
  left_.wait(lock, [this] { return inside_ == 0; });
}

}  // namespace corsac
