// Signals, and the time that is left after one. Entry: StopWatch. Test:
// tests/server/program_test.cpp.

#include "stop_watch.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <utility>

#include <pthread.h>

#include "signals.hpp"

namespace corsac::server {
namespace {

// Two seconds are what the operator was promised; the last word may need a moment.
constexpr std::chrono::milliseconds kTimeToLeave{1800};

}  // namespace

StopWatch::StopWatch() : thread_([this] { run(); }) {}

StopWatch::~StopWatch() {
  {
    const std::scoped_lock lock(mutex_);
    has_ended_ = true;
  }
  changed_.notify_all();
  ::pthread_kill(thread_.native_handle(), SIGHUP);  // it may wait for one
  thread_.join();
}

void StopWatch::on_hangup(std::function<void()> action) {
  const std::scoped_lock lock(mutex_);
  on_hangup_.push_back(std::move(action));
}

void StopWatch::on_cut(std::function<void()> last_word) {
  const std::scoped_lock lock(mutex_);
  last_word_ = std::move(last_word);
}

bool StopWatch::is_stopping() {
  const std::scoped_lock lock(mutex_);
  return is_stopping_;
}

int StopWatch::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_stopping_; });
  return status_;
}

void StopWatch::fail() {
  const std::scoped_lock lock(mutex_);
  if (is_stopping_) return;
  status_ = 1;
  // The thread waits for this signal and ends in order.
  ::pthread_kill(thread_.native_handle(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread)
}

void StopWatch::run() {
  while (wait_for_signal() == Signal::Reload) {
    std::unique_lock lock(mutex_);
    if (has_ended_) return;
    const auto actions = on_hangup_;
    lock.unlock();
    for (const auto& action : actions) action();
  }
  std::unique_lock lock(mutex_);
  is_stopping_ = true;
  changed_.notify_all();
  if (changed_.wait_for(lock, kTimeToLeave, [this] { return has_ended_; })) return;
  const auto last_word = last_word_;
  const int status = status_;
  lock.unlock();
  if (last_word) last_word();
  std::_Exit(status);  // other threads hold everything that would be freed now
}

}  // namespace corsac::server
