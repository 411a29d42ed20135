// Waits of the plugin. Entry: Waiter::wait. Test: tests/plugins/redis_faults_test.cpp.

#include "wait.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace corsac::redis_store {

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

WakePipe::WakePipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    throw std::system_error(errno, std::generic_category(), "no pipe");
  }
  woken_ = Descriptor(ends[0]);
  wake_ = Descriptor(ends[1]);
}

void WakePipe::wake() const noexcept {
  const char byte = 0;
  static_cast<void>(::write(wake_.number(), &byte, 1) == 1);  // a full pipe wakes as well
}

void WakePipe::drain() const noexcept {
  char bytes[64];
  while (::read(woken_.number(), bytes, sizeof bytes) > 0) {
  }
}

Waiter::End Waiter::wait(int descriptor, short events, Time until) const {
  constexpr Milliseconds kLongest = std::chrono::hours(1);  // fits poll's int
  const Time end = std::min(until, deadline);
  while (true) {
    if (is_cancelled()) return End::Cancelled;
    // Rounded up, so that the last poll does not spin.
    const auto left = std::chrono::ceil<Milliseconds>(end - std::chrono::steady_clock::now());
    if (left <= Milliseconds::zero()) return End::TimedOut;
    pollfd waited[] = {{pipe.descriptor(), POLLIN, 0}, {descriptor, events, 0}};
    const int count = ::poll(waited, 2, static_cast<int>(std::min(left, kLongest).count()));
    if (count <= 0) continue;
    if (waited[0].revents != 0) {
      pipe.drain();
    } else {
      return End::Ready;
    }
  }
}

}  // namespace corsac::redis_store
