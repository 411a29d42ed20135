// Entry: run_in_child. Test: tests/server/store_test_test.py.

#include "conformance/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <system_error>

#include <corsac/base/descriptor.hpp>

namespace corsac::conformance {
namespace {

using Steady = std::chrono::steady_clock;

constexpr const char* kCrashFix = "run the check alone in a debugger or with a sanitizer: --only";

// What goes through the pipe: the kind, `what`, a NUL, `fix`, a NUL, `section`. All are printable.
std::string to_bytes(const Outcome& outcome) {
  std::string bytes(1, static_cast<char>(outcome.kind));
  bytes += outcome.what;
  bytes += '\0';
  bytes += outcome.fix;
  bytes += '\0';
  bytes += outcome.section;
  return bytes;
}

Outcome to_outcome(std::string_view bytes) {
  const std::size_t what_end = bytes.find('\0', 1);
  const std::size_t fix_end = bytes.find('\0', what_end + 1);
  return {static_cast<Kind>(bytes.front()), std::string(bytes.substr(1, what_end - 1)),
          std::string(bytes.substr(what_end + 1, fix_end - what_end - 1)),
          std::string(bytes.substr(fix_end + 1))};
}

// While it lives SIGINT and SIGTERM wait: what a check did to the author's place is undone before
// they end the program.
class HeldSignals {
 public:
  HeldSignals() : told_(hold()) {}
  ~HeldSignals() { let_go(); }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  // Readable when one waits.
  [[nodiscard]] int told() const noexcept { return told_.get(); }
  void let_go() const noexcept { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  int hold() noexcept {
    sigset_t held = {};
    ::sigemptyset(&held);
    ::sigaddset(&held, SIGINT);
    ::sigaddset(&held, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &held, &before_);
    return ::signalfd(-1, &held, SFD_CLOEXEC);
  }

  sigset_t before_ = {};
  const Descriptor told_;
};

// False when the other end is still open at `end`, or when a signal waits.
bool read_all(int descriptor, const HeldSignals& signals, Steady::time_point end,
              std::string& bytes) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - Steady::now()).count();
    pollfd waited[] = {{descriptor, POLLIN, 0}, {signals.told(), POLLIN, 0}};
    const int count = ::poll(waited, 2, left > 0 ? static_cast<int>(left) : 0);
    if (count == 0 || (count > 0 && waited[1].revents != 0)) return false;
    if (count < 0) continue;
    char buffer[4096];
    const ssize_t size = ::read(descriptor, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return true;
    bytes.append(buffer, static_cast<std::size_t>(size));
  }
}

[[noreturn]] void be_child(int result, const std::function<Outcome(CallNote&)>& check,
                           CallNote& note, const HeldSignals& signals) {
  signals.let_go();
  // A group of its own, so that what the author's commands started ends with it.
  ::setpgid(0, 0);
  // The terminal tells the parent's group only that the person has had enough.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The results are the parent's: what a plugin prints goes where its log would go.
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  static_cast<void>(write_all(result, to_bytes(check(note))));
  // Not exit(): threads of a plugin that hangs may be left, and they must not meet destructors.
  ::_exit(0);
}

std::string signal_text(int signal) {
  const char* text = ::sigdescr_np(signal);
  return text == nullptr ? "signal " + std::to_string(signal) : text;
}

Outcome ended_without_outcome(int status, const CallNote& note) {
  if (WIFSIGNALED(status)) {
    return {Kind::Failed,
            "the plugin crashed " + note.text() + ": " + signal_text(WTERMSIG(status)), kCrashFix,
            kHowToTest};
  }
  return {Kind::Failed,
          "the plugin ended the process " + note.text() + ", with status " +
              std::to_string(WEXITSTATUS(status)),
          "never call exit(); answer a status", kHowToTest};
}

std::system_error system_error(const char* what) { return {errno, std::generic_category(), what}; }

}  // namespace

Outcome run_in_child(Steady::duration limit, const std::function<Outcome(CallNote&)>& check,
                     const std::function<void(const CallNote&)>& clean_up) {
  void* shared =
      ::mmap(nullptr, sizeof(CallNote), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int ends[2];
  if (shared == MAP_FAILED || ::pipe2(ends, O_CLOEXEC) != 0) throw system_error("a check");
  const auto unmap = [](CallNote* note) { ::munmap(note, sizeof(CallNote)); };
  const std::unique_ptr<CallNote, decltype(unmap)> note(::new (shared) CallNote, unmap);
  const Descriptor result(ends[0]);
  const HeldSignals signals;
  std::fflush(stdout);
  const pid_t process = ::fork();
  if (process == 0) be_child(ends[1], check, *note, signals);
  ::close(ends[1]);
  if (process < 0) throw system_error("a check");

  std::string bytes;
  const bool is_in_time = read_all(result.get(), signals, Steady::now() + limit, bytes);
  if (!is_in_time && ::kill(-process, SIGKILL) != 0) ::kill(process, SIGKILL);
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  clean_up(*note);
  if (!is_in_time) {
    return {Kind::Failed, "the plugin hangs " + note->text(),
            "bound every wait by host.deadline, and end it on interrupt()", "One thread"};
  }
  return bytes.empty() ? ended_without_outcome(status, *note) : to_outcome(bytes);
}

}  // namespace corsac::conformance
