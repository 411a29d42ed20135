// Reads the file of admin tokens, if it can be trusted. Entry: read_token_file. Test:
// tests/server/token_file_test.cpp.

#include "token_file.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <corsac/base/descriptor.hpp>

namespace corsac::server {
namespace {

// A line has about a hundred bytes; nobody has ten thousand administrators.
constexpr off_t kLimitBytes = off_t{1024} * 1024;

struct Objection {
  std::string what;
  std::string fix;
};

// Whoever may write the file lets himself in, and whoever may read it can look for its tokens at
// leisure. That a group reads it is its owner's choice. Asked of the open file, so that no other
// one can take its place in between; one that is put there instead belongs to whoever put it.
Objection objection_to(int descriptor) {
  struct stat status = {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    return {"this is no regular file",
            "write a line \"name scope sha256-of-token\" for each token"};
  }
  if (status.st_size > kLimitBytes) {
    return {"this file has more than 1 MiB", "remove what is no token"};
  }
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    return {"this file belongs to another user", "chown it to the user of this program"};
  }
  if ((status.st_mode & S_IWGRP) != 0) {
    return {"the group of this file may write it", "chmod g-w it"};
  }
  if ((status.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    return {"everybody may read or write this file", "chmod o-rw it"};
  }
  return {};
}

// What is left when the file grew in between is not read.
Result<std::string, Objection> read_all(int descriptor) {
  std::string text(static_cast<std::size_t>(kLimitBytes), '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(descriptor, text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(Objection{"the file cannot be read", "check its disk"});
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
}

Report report(const std::filesystem::path& file, Objection objection) {
  return Report({Problem{.code = "token-file",
                         .path = "admin.token_file",
                         .what = std::move(objection.what),
                         .fix = std::move(objection.fix)}},
                {file.string()});
}

}  // namespace

Result<std::vector<AdminToken>, Report> read_token_file(const std::filesystem::path& file) {
  // Without O_NONBLOCK a FIFO would wait for a writer.
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!descriptor.is_open()) {
    const int error = errno;
    return fail(
        report(file, {"the file cannot be opened: " + std::generic_category().message(error),
                      "create it, a line \"name scope sha256-of-token\" for each token"}));
  }
  Objection objection = objection_to(descriptor.get());
  if (!objection.what.empty()) return fail(report(file, std::move(objection)));
  auto text = read_all(descriptor.get());
  if (!text) return fail(report(file, std::move(text.error())));
  return parse_admin_tokens(*text, file.string());
}

}  // namespace corsac::server
