// Reads the file of admin tokens, if it can be trusted, and adds to it. Entry: read_token_file,
// add_to_token_file. Test:
// tests/server/token_file_test.cpp.

#include "token_file.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
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
constexpr std::size_t kNameLimitBytes = 255;
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
  return !name.empty() && name.size() <= kNameLimitBytes && name.front() != '#' &&
         std::all_of(name.begin(), name.end(), [](char byte) { return byte > ' ' && byte < 127; });
}

// What is wrong with `text`, and with `line` behind it.
Result<void, Report> check_lines(const std::string& text, const std::string& line,
                                 const std::string& source) {
  auto tokens = parse_admin_tokens(text + line, source);
  if (!tokens) return fail(std::move(tokens.error()));
  return {};
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

Result<void, Report> add_to_token_file(const std::filesystem::path& file, const AdminToken& token) {
  if (!is_name(token.name)) {
    return fail(Report({Problem{.code = "token-name",
                                .value = token.name,
                                .what = "a name has 1 to 255 printable characters of ASCII, no "
                                        "blank, and does not begin with #",
                                .fix = "write it like \"anna\" or \"ci-deploy\""}}));
  }
  const Descriptor descriptor(
      ::open(file.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600));
  if (!descriptor.is_open() || ::flock(descriptor.get(), LOCK_EX) != 0) {
    return fail(report(file, with_errno("the file cannot be opened for writing",
                                        "check the folder, and who may write to it")));
  }
  const auto text = read_trusted(descriptor.get());
  if (!text) return fail(report(file, text.error()));
  std::string line = text->empty() || text->ends_with('\n') ? "" : "\n";
  line += token.name + (token.scope == AdminScope::Manage ? " manage " : " read ") +
          to_text(token.sha256) + '\n';
  if (auto fine = check_lines(*text, line, file.string()); !fine) return fine;
  if (const int error = write_all(descriptor.get(), line); error != 0) {
    // Half a line would keep the program from starting.
    static_cast<void>(::ftruncate(descriptor.get(), static_cast<off_t>(text->size())));
    errno = error;
    return fail(report(file, with_errno("the file cannot be written", "check its disk")));
  }
  if (::fsync(descriptor.get()) != 0) {
    return fail(report(file, with_errno("the file may not be on the disk", "check its disk")));
  }
  return {};
}

}  // namespace corsac::server
