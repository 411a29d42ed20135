// Entry: run_shell. Test: tests/server/store_test_test.py.

#include "conformance/shell_command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include <corsac/base/descriptor.hpp>

extern char** environ;

namespace corsac::conformance {
namespace {

using std::chrono::milliseconds;

// -1 = it could not be started.
pid_t start(const std::string& command) {
  posix_spawn_file_actions_t actions = {};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  std::string shell = "sh";
  std::string option = "-c";
  std::string text = command;
  std::array<char*, 4> arguments = {shell.data(), option.data(), text.data(), nullptr};
  pid_t process = -1;
  const int error =
      ::posix_spawn(&process, "/bin/sh", &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? process : -1;
}

// True when the process ended in time.
bool wait_for_end(pid_t process, std::chrono::steady_clock::duration limit) {
  const Descriptor end(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
  pollfd waited = {end.get(), POLLIN, 0};
  const auto longest = std::chrono::duration_cast<milliseconds>(limit).count();
  int count = ::poll(&waited, 1, static_cast<int>(longest));
  while (count < 0 && errno == EINTR) count = ::poll(&waited, 1, static_cast<int>(longest));
  return count > 0;
}

}  // namespace

std::string run_shell(const std::string& command, std::chrono::steady_clock::duration limit) {
  const pid_t process = start(command);
  if (process < 0) return "cannot be started";
  const bool is_in_time = wait_for_end(process, limit);
  if (!is_in_time) ::kill(process, SIGKILL);
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (!is_in_time) return "does not end";
  if (WIFSIGNALED(status)) return "was ended by signal " + std::to_string(WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) {
    return "ended with status " + std::to_string(WEXITSTATUS(status));
  }
  return {};
}

}  // namespace corsac::conformance
