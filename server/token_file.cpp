// Reads the file of admin tokens, if it can be trusted, and adds to it. Entry: read_token_file,
// add_to_token_file. Test:
// tests/server/token_file_test.cpp.

#include "token_file.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <corsac/base/descriptor.hpp>
#include <corsac/base/sha256.hpp>

namespace corsac::server {
namespace {

// A line has about a hundred bytes; nobody has ten thousand administrators.
constexpr off_t kLimitBytes = off_t{1024} * 1024;

// Between two looks whether the lock is free: flock() itself has no deadline. It is held for the
// time of two fsyncs.
constexpr std::chrono::milliseconds kLockPause{10};

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
    return {"this file belongs to another user",
            "run this program as that user; chown it only where no other user's program reads it"};
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

Objection with_errno(const std::string& what, std::string fix) {
  return {what + ": " + std::generic_category().message(errno), std::move(fix)};
}

Result<std::string, Objection> read_trusted(int descriptor) {
  Objection objection = objection_to(descriptor);
  if (!objection.what.empty()) return fail(std::move(objection));
  return read_all(descriptor);
}

// A line begins with the name, and its fields end at blanks.
bool is_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kTokenNameLimitBytes && name.front() != '#' &&
         std::all_of(name.begin(), name.end(), [](char byte) { return byte > ' ' && byte < 127; });
}

// What is wrong with `text`, and with `line` behind it.
Result<void, Report> check_lines(const std::string& text, const std::string& line,
                                 const std::string& source) {
  auto tokens = parse_admin_tokens(text + line, source);
  if (!tokens) return fail(std::move(tokens.error()));
  return {};
}

// Whoever may read the file can lock it as well.
Result<void, Objection> lock(int descriptor, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return fail(with_errno("the file cannot be locked", "put it on a file system with locks"));
    }
    if (std::chrono::steady_clock::now() >= end) {
      return fail(
          Objection{"another program keeps the lock of this file: one that adds a token, or "
                    "any of somebody who may read it",
                    "find it with `fuser -v` or lsof, and end it"});
    }
    std::this_thread::sleep_for(kLockPause);
  }
  return {};
}

// 0, or errno.
int sync(int descriptor) {
  return ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;  // EINVAL: no such thing there
}

// The name of the file; behind a link, of the one that it leads to.
int sync_folder_of(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path place = std::filesystem::canonical(file, error);
  if (error) return error.value();
  const Descriptor folder(::open(place.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder.is_open() ? sync(folder.get()) : errno;
}

}  // namespace

Result<std::vector<AdminToken>, Report> read_token_file(const std::filesystem::path& file) {
  // Without O_NONBLOCK a FIFO would wait for a writer.
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!descriptor.is_open()) {
    return fail(report(file, with_errno("the file cannot be opened",
                                        "create it with `corsac token new NAME --scope manage "
                                        "--file " +
                                            file.string() + "`")));
  }
  auto text = read_trusted(descriptor.get());
  if (!text) return fail(report(file, std::move(text.error())));
  return parse_admin_tokens(*text, file.string());
}

Result<void, Report> add_to_token_file(const std::filesystem::path& file, const AdminToken& token,
                                       std::chrono::milliseconds lock_limit) {
  if (!is_name(token.name)) {
    return fail(Report({Problem{.code = "token-name",
                                .value = token.name,
                                .what = "a name has 1 to 255 printable characters of ASCII, no "
                                        "blank, and does not begin with #",
                                .fix = "write it like \"anna\" or \"ci-deploy\""}}));
  }
  const Descriptor descriptor(
      ::open(file.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600));
  if (!descriptor.is_open()) {
    return fail(report(file, with_errno("the file cannot be opened for writing",
                                        "check the folder, and who may write to it")));
  }
  if (auto locked = lock(descriptor.get(), lock_limit); !locked) {
    return fail(report(file, std::move(locked.error())));
  }
  const auto text = read_trusted(descriptor.get());
  if (!text) return fail(report(file, text.error()));
  std::string line = text->empty() || text->ends_with('\n') ? "" : "\n";
  line += token.name + (token.scope == AdminScope::Manage ? " manage " : " read ") +
          to_text(token.sha256) + '\n';
  if (auto fine = check_lines(*text, line, file.string()); !fine) return fine;
  const int write_error = write_all(descriptor.get(), line);
  int error = write_error != 0 ? write_error : sync(descriptor.get());
  // Empty = new: whoever made it may not have come to that yet.
  if (error == 0 && text->empty()) error = sync_folder_of(file);
  if (error == 0) return {};
  // Half a line would keep the program from starting, and a whole one the name from being taken.
  static_cast<void>(::ftruncate(descriptor.get(), static_cast<off_t>(text->size())));
  errno = error;
  if (write_error != 0) {
    return fail(report(file, with_errno("the file cannot be written", "check its disk")));
  }
  return fail(report(
      file, with_errno("the new line could not be brought to the disk, and was taken away again",
                       "check the disk, and then whether a line of this name is there after all: "
                       "nobody has its token, so remove it")));
}

}  // namespace corsac::server
