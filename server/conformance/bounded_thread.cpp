// Entry: BoundedThread. Test: tests/server/store_test_test.py.

#include "conformance/bounded_thread.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace corsac::conformance {

struct BoundedThread::State {
  std::mutex mutex = {};
  std::condition_variable changed = {};
  std::function<void()> call = {};  // set = to be run, or under way
  bool is_ending = false;
  std::thread thread = {};  // of the owner

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return call || is_ending; });
      if (!call) return;
      const std::function<void()> next = call;
      lock.unlock();
      next();
      lock.lock();
      call = nullptr;
      changed.notify_all();
    }
  }
};

BoundedThread::BoundedThread() : state_(std::make_shared<State>()) {
  state_->thread = std::thread([state = state_] { state->run(); });
}

BoundedThread::~BoundedThread() {
  bool is_under_way = false;
  {
    const std::lock_guard lock(state_->mutex);
    state_->is_ending = true;
    is_under_way = static_cast<bool>(state_->call);
    state_->changed.notify_all();
  }
  if (is_under_way) {
    state_->thread.detach();
  } else {
    state_->thread.join();
  }
}

void BoundedThread::start(std::function<void()> call) {
  const std::lock_guard lock(state_->mutex);
  state_->call = std::move(call);
  state_->changed.notify_all();
}

bool BoundedThread::wait(std::chrono::steady_clock::time_point end) const {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_until(lock, end, [this] { return !state_->call; });
}

}  // namespace corsac::conformance
