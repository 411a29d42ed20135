#pragma once

// Files that a policy may be read from: regular ones that not everybody can write or exchange.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace corsac::toml_store {

// What stat says of the file that a path leads to.
struct FileIdentity {
  int error = 0;  // errno when there is no such file; all else is 0 then
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ns = 0;  // mtime, since 1970; anybody who owns the file may set it
  std::int64_t changed_ns = 0;   // ctime: content, mode, owner or names
  std::uint32_t mode = 0;
  std::uint32_t owner = 0;
  std::uint32_t group = 0;

  [[nodiscard]] static bool has_same_access(const FileIdentity& a, const FileIdentity& b) noexcept {
    return a.mode == b.mode && a.owner == b.owner && a.group == b.group;
  }
  friend bool operator==(const FileIdentity& a, const FileIdentity& b) noexcept {
    return a.error == b.error && a.device == b.device && a.inode == b.inode &&
           a.size_bytes == b.size_bytes && a.modified_ns == b.modified_ns &&
           a.changed_ns == b.changed_ns && has_same_access(a, b);
  }
};

[[nodiscard]] FileIdentity identity_of(const std::string& path);

// Why a file cannot be read.
struct FileProblem {
  std::string_view code = {};  // empty = no problem
  std::string what = {};
  std::string fix = {};
  // The place where files come from does not answer (an I/O error, no descriptors, a mount that is
  // not there), as opposed to one that answers with something that is no document.
  bool is_unreachable = false;

  [[nodiscard]] explicit operator bool() const noexcept { return !code.empty(); }
};

// Whether anybody but root and ourselves can make `path` lead to another file, or put one there:
// folder-world-writable, or file-owner (such a folder is sticky, but what lies there is somebody
// else's).
[[nodiscard]] FileProblem problem_of_way_to(const std::string& path);

// One open file. Closes itself.
class CheckedFile {
 public:
  // Never waits: a FIFO is refused, not opened for ever. On a problem() nothing can be read:
  // file-not-found, file-not-regular, file-unreadable, file-world-writable, and those of
  // problem_of_way_to.
  explicit CheckedFile(const std::string& path);
  ~CheckedFile();
  CheckedFile(const CheckedFile&) = delete;
  CheckedFile& operator=(const CheckedFile&) = delete;

  [[nodiscard]] const FileProblem& problem() const noexcept { return problem_; }
  // As it was when the file was opened, or, where it was not, as stat told it.
  [[nodiscard]] const FileIdentity& identity() const noexcept { return identity_; }

  // Hands over the content in pieces until `take` says false. True when all of it was taken. A file
  // of more than `limit_bytes` is the problem file-too-large, also when it grows while it is read.
  bool read(std::size_t limit_bytes, const std::function<bool(std::string_view)>& take);

 private:
  std::string path_;
  int descriptor_ = -1;
  FileIdentity identity_ = {};
  FileProblem problem_ = {};
};

// What is unsafe about a file that may be read all the same, as a line for the log: written by its
// group, owned by somebody else than root and ourselves. Empty = nothing.
[[nodiscard]] std::string access_warning(const std::string& path, const FileIdentity& identity);

}  // namespace corsac::toml_store
