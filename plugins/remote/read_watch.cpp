// Ends reads that wait. Entry: ReadWatch. Contract: corsac_store_plugin.h, `interrupt` and
// `deadline`. Test: tests/plugins/remote_faults_test.cpp.

#include "read_watch.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace corsac::remote_store {
namespace {

using Steady = std::chrono::steady_clock;

// A socket that is cut before its connect() began connects all the same, and the client may go on
// to another: it is cut again and again until the client has left.
constexpr std::chrono::milliseconds kCutInterval{10};

// A deadline that is years away is beyond what a wait takes.
constexpr std::chrono::hours kLongestWait{24};

}  // namespace

ReadEnd ReadWatch::end() const noexcept {
  if (host_.is_cancelled()) return ReadEnd::Interrupted;
  return Steady::now() >= deadline() ? ReadEnd::OutOfTime : ReadEnd::None;
}

void ReadWatch::wake() {
  // With the mutex: whoever has just looked at end() is asleep by now, and hears it.
  const std::lock_guard lock(mutex_);
  woken_.notify_all();
}

ReadWatch::Connection::Connection(ReadWatch& watch) : watch_(watch), thread_([this] { run(); }) {}

ReadWatch::Connection::~Connection() {
  {
    const std::lock_guard lock(watch_.mutex_);
    is_done_ = true;
    watch_.woken_.notify_all();
  }
  thread_.join();
  if (socket_ >= 0) ::close(socket_);
}

void ReadWatch::Connection::use(int socket) {
  const std::lock_guard lock(watch_.mutex_);
  if (socket_ >= 0) ::close(socket_);
  socket_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
}

void ReadWatch::Connection::cut() {
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

void ReadWatch::Connection::run() {
  std::unique_lock lock(watch_.mutex_);
  while (!is_done_) {
    if (watch_.end() != ReadEnd::None) {
      cut();
      watch_.woken_.wait_for(lock, kCutInterval);
      continue;
    }
    const auto until = std::min(watch_.deadline(), Steady::now() + kLongestWait);
    watch_.woken_.wait_until(lock, until,
                             [this] { return is_done_ || watch_.host_.is_cancelled(); });
  }
}

}  // namespace corsac::remote_store
