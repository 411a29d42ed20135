// Appends whole lines to the file of the log. Entry: LogFile. Test: tests/server/log_file_test.cpp.

#include "log_file.hpp"

#include <cerrno>
#include <cstddef>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <corsac/base/descriptor.hpp>

namespace corsac::server {
namespace {

// Negative, with errno, when it cannot be had. For standard error a descriptor of its own: whoever
// holds the lock of stdio's while a pipe is full holds up main as well.
int open_descriptor(const std::string& file) {
  if (file == "-") return ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  constexpr mode_t kMode = 0640;
  return ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kMode);
}

// Whether a full disk, or the end of a machine, left a piece of a line. False for what is no
// regular file, or cannot be read.
bool ends_within_a_line(int descriptor, const std::string& file) {
  struct stat status = {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) {
    return false;
  }
  const Descriptor readable(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  char last = '\n';
  return ::pread(readable.get(), &last, 1, status.st_size - 1) == 1 && last != '\n';
}

// Somebody made the pipe that we share with him one that does not wait.
void wait_until_writable(int descriptor) {
  struct pollfd waited = {.fd = descriptor, .events = POLLOUT, .revents = 0};
  ::poll(&waited, 1, -1);
}

}  // namespace

LogFile::LogFile(std::string file) : file_(std::move(file)) {}

LogFile::~LogFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

int LogFile::open() {
  const int opened = open_descriptor(file_);
  if (opened < 0) return errno;
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = opened;
  is_within_a_line_ = !is_standard_error() && ends_within_a_line(opened, file_);
  return 0;
}

int LogFile::append(std::string_view line) {
  std::string bytes;
  bytes.reserve(line.size() + 2);
  if (is_within_a_line_) bytes += '\n';
  bytes += line;
  bytes += '\n';
  // In one call where the system takes it, so that no line of another program stands within.
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count = ::write(descriptor_, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) {
      wait_until_writable(descriptor_);
      continue;
    }
    if (count <= 0) {
      const int error = count < 0 ? errno : EIO;
      if (written > 0) is_within_a_line_ = bytes[written - 1] != '\n';
      return error;
    }
    written += static_cast<std::size_t>(count);
  }
  is_within_a_line_ = false;
  return 0;
}

}  // namespace corsac::server
