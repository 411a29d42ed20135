// Entry: write_file. Test: tests/server/push_pull_test.py.

#include "write_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <corsac/base/descriptor.hpp>

namespace corsac::server {
namespace {

bool write_and_sync(int file, std::string_view bytes) {
  if (write_all(file, bytes) != 0) return false;
  return ::fsync(file) == 0 || errno == EINVAL || errno == EROFS;  // there is nothing to sync
}

std::string text_of_errno() { return std::generic_category().message(errno); }

// A device or a pipe (/dev/null, /dev/stdout) is written to, and never replaced.
std::string write_through(const std::filesystem::path& file, std::string_view bytes) {
  const Descriptor opened(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (opened.is_open() && write_and_sync(opened.get(), bytes)) return {};
  return file.string() + ": " + text_of_errno();
}

}  // namespace

std::string write_file(const std::filesystem::path& file, std::string_view bytes) {
  std::error_code ignored;
  const std::filesystem::path target = std::filesystem::weakly_canonical(file, ignored);
  const auto kind = std::filesystem::status(target, ignored).type();
  const bool is_new = kind == std::filesystem::file_type::not_found;
  if (target.empty() || (!is_new && kind != std::filesystem::file_type::regular)) {
    return write_through(file, bytes);
  }
  struct stat old = {};
  const bool keeps_mode = !is_new && ::stat(target.c_str(), &old) == 0;
  if (keeps_mode && (old.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) == 0) {
    return file.string() + ": the file is read-only; run chmod u+w, or take another one";
  }
  std::filesystem::path part = target;
  part += ".part-" + std::to_string(::getpid());
  const Descriptor opened(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!opened.is_open()) return part.string() + ": " + text_of_errno();
  const bool is_done = (!keeps_mode || ::fchmod(opened.get(), old.st_mode & 07777) == 0) &&
                       write_and_sync(opened.get(), bytes) &&
                       ::rename(part.c_str(), target.c_str()) == 0;
  if (is_done) return {};
  std::string error = file.string() + ": " + text_of_errno();
  ::unlink(part.c_str());
  return error;
}

}  // namespace corsac::server
