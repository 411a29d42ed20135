// Entry: write_file. Test: tests/server/push_pull_test.py.

#include "write_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <corsac/base/descriptor.hpp>

namespace corsac::server {
namespace {

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(file) == 0;
}

std::string text_of_errno() { return std::generic_category().message(errno); }

}  // namespace

std::string write_file(const std::filesystem::path& file, std::string_view bytes) {
  std::filesystem::path part = file;
  part += ".part-" + std::to_string(::getpid());
  const Descriptor opened(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!opened.is_open()) return part.string() + ": " + text_of_errno();
  const bool is_done = write_all(opened.get(), bytes) && ::rename(part.c_str(), file.c_str()) == 0;
  if (is_done) return {};
  std::string error = file.string() + ": " + text_of_errno();
  ::unlink(part.c_str());
  return error;
}

}  // namespace corsac::server
