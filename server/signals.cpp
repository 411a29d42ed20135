// Signals as values: a thread waits for them, so no handler runs in the middle of anything.
// Entries: block_signals, wait_for_signal. Test: tests/server/program_test.cpp.

#include "signals.hpp"

#include <csignal>

namespace corsac::server {
namespace {

sigset_t waited_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void block_signals() {
  const sigset_t set = waited_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a client that goes away is an error of a write, no more
  std::signal(SIGXFSZ, SIG_IGN);  // so is a file that has the size that this program may write
}

Signal wait_for_signal() {
  const sigset_t set = waited_signals();
  int number = 0;
  while (sigwait(&set, &number) != 0) {
  }
  return number == SIGHUP ? Signal::Reload : Signal::Stop;
}

}  // namespace corsac::server
