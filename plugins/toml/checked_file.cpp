// Opens and reads files with care. Entries: CheckedFile, identity_of, problem_of_way_to,
// access_warning. Test: tests/plugins/toml_files_test.cpp.

#include "checked_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>
#include <vector>

#include "watched_folders.hpp"

namespace corsac::toml_store {
namespace {

// Large enough that a call of read costs nothing beside the bytes, small enough to notice an
// interrupt between two.
constexpr std::size_t kPieceBytes = std::size_t{1024} * 1024;

// Saturates: whoever owns a file may set its times to any year.
std::int64_t to_ns(const timespec& time) {
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  constexpr std::int64_t kLastSecond = std::numeric_limits<std::int64_t>::max() / kNsPerSecond - 1;
  const auto seconds = static_cast<std::int64_t>(time.tv_sec);
  if (seconds > kLastSecond) return std::numeric_limits<std::int64_t>::max();
  if (seconds < -kLastSecond) return std::numeric_limits<std::int64_t>::min();
  return seconds * kNsPerSecond + time.tv_nsec;
}

FileIdentity to_identity(const struct stat& entry) {
  return {.error = 0,
          .device = entry.st_dev,
          .inode = entry.st_ino,
          .size_bytes = static_cast<std::uint64_t>(entry.st_size),
          .modified_ns = to_ns(entry.st_mtim),
          .changed_ns = to_ns(entry.st_ctim),
          .mode = entry.st_mode,
          .owner = entry.st_uid,
          .group = entry.st_gid};
}

FileProblem problem_of_errno(const std::string& path, int error) {
  const std::string text = std::generic_category().message(error);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return {"file-not-found", "there is no file " + path, "check the path, or write the file",
              true};
    case EACCES:
    case EPERM:
      return {"file-unreadable", path + " may not be read: " + text,
              "give the user that runs this program read access to it and to its folders"};
    case ELOOP:
    case ENAMETOOLONG:
      return {"file-unreadable", path + " cannot be read: " + text, "check the path"};
    case ENXIO:
      return {"file-not-regular", path + " is a socket or a device", "write the path of a file"};
    default:
      return {"file-unreadable", path + " cannot be read: " + text, "", true};
  }
}

FileProblem problem_of_identity(const std::string& path, const FileIdentity& identity) {
  if (identity.error != 0) return problem_of_errno(path, identity.error);
  if (S_ISDIR(identity.mode)) {
    return {"file-not-regular", path + " is a folder", "write the path of the file in it"};
  }
  if (!S_ISREG(identity.mode)) {
    return {"file-not-regular", path + " is no regular file", "write the path of a file"};
  }
  if ((identity.mode & S_IWOTH) != 0) {
    return {"file-world-writable", path + " can be written by everyone", "run chmod o-w on it"};
  }
  return {};
}

// A mount that nobody can write through. Kubernetes mounts a ConfigMap so, with a folder of mode
// 0777.
bool is_read_only_mount(const std::string& folder) {
  struct statvfs mount = {};
  return ::statvfs(folder.c_str(), &mount) == 0 && (mount.f_flag & ST_RDONLY) != 0;
}

// Whether anybody but root and ourselves can make this name mean something else.
FileProblem problem_of_step(const std::string& path, const PathStep& step) {
  struct stat folder = {};
  if (::stat(step.folder.c_str(), &folder) != 0 || (folder.st_mode & S_IWOTH) == 0 ||
      is_read_only_mount(step.folder)) {
    return {};
  }
  if ((folder.st_mode & S_ISVTX) == 0) {
    return {"folder-world-writable",
            "everyone can write the folder " + step.folder + ", and so exchange " + path,
            "run chmod o-w on it, or put the file into another folder"};
  }
  const std::string entry_path = step.folder + "/" + step.name;
  struct stat entry = {};
  if (::lstat(entry_path.c_str(), &entry) != 0 || entry.st_uid == 0 ||
      entry.st_uid == ::geteuid()) {
    return {};
  }
  return {"file-owner",
          entry_path + " belongs to user " + std::to_string(entry.st_uid) +
              " and lies where everyone can put files",
          "chown it to root or to the user that runs this program, or put it into another folder"};
}

}  // namespace

FileProblem problem_of_way_to(const std::string& path) {
  for (const PathStep& step : steps_on_the_way_to(path)) {
    if (FileProblem problem = problem_of_step(path, step)) return problem;
  }
  return {};
}

FileIdentity identity_of(const std::string& path) {
  struct stat entry = {};
  if (::stat(path.c_str(), &entry) != 0) return {.error = errno};
  return to_identity(entry);
}

// Asked before opening, because opening a device can have effects, and again of what was opened,
// because the path may lead elsewhere by then.
CheckedFile::CheckedFile(const std::string& path) : path_(path), identity_(identity_of(path)) {
  problem_ = problem_of_identity(path, identity_);
  if (!problem_) problem_ = problem_of_way_to(path);
  if (problem_) return;
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  struct stat entry = {};
  if (descriptor_ < 0 || ::fstat(descriptor_, &entry) != 0) {
    problem_ = problem_of_errno(path, errno);
    return;
  }
  identity_ = to_identity(entry);
  problem_ = problem_of_identity(path, identity_);
}

CheckedFile::~CheckedFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool CheckedFile::read(std::size_t limit_bytes, const std::function<bool(std::string_view)>& take) {
  if (problem_) return false;
  std::vector<char> piece(std::min(kPieceBytes, limit_bytes + 1));
  std::size_t left = limit_bytes;
  while (true) {
    const ssize_t count = ::read(descriptor_, piece.data(), piece.size());
    if (count == 0) return true;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      problem_ = problem_of_errno(path_, errno);
      return false;
    }
    const auto size = static_cast<std::size_t>(count);
    if (size > left) {
      problem_ = {"file-too-large",
                  path_ + " has more than " + std::to_string(limit_bytes) + " bytes",
                  "shorten it; long lists of origins belong into an allowed_origins_file"};
      return false;
    }
    left -= size;
    if (!take(std::string_view(piece.data(), size))) return false;
  }
}

std::string access_warning(const std::string& path, const FileIdentity& identity) {
  if (identity.error != 0) return {};
  if ((identity.mode & S_IWGRP) != 0) {
    return path +
           " can be written by its group; run chmod g-w on it, unless the group is trusted "
           "like this program";
  }
  if (identity.owner != 0 && identity.owner != ::geteuid()) {
    return path + " belongs to user " + std::to_string(identity.owner) +
           ", who can change what this program allows";
  }
  return {};
}

}  // namespace corsac::toml_store
