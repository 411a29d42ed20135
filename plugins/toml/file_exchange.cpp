// Writes a file beside another and renames it. Entry: FileExchange. Spec: rename(2), fsync(2),
// flock(2). Test: tests/plugins/toml_records_write_test.cpp.
//
// Nobody removes or renames the new file but the one who has it locked. So whoever gets the lock of
// one that is not in its place any more (it was renamed, or given up) opens the next one, and what
// a process that was killed has left in the place is written over.

#include "file_exchange.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

namespace corsac::toml_store {
namespace {

using plugin::Status;

// Between two looks whether a lock is free. The kernel has no wait for one that ends at a deadline:
// flock() sleeps until it has the lock or a signal comes, and signals belong to the host. A lock is
// held for the time of one fsync.
constexpr std::chrono::milliseconds kPause{5};
// Written between two questions whether it is still wanted.
constexpr std::size_t kPieceBytes = std::size_t{1024} * 1024;

bool sync(int descriptor) {
  return ::fsync(descriptor) == 0 || errno == EINVAL;  // a file system without such a thing
}

}  // namespace

FileExchange::FileExchange(const std::string& path, std::chrono::steady_clock::time_point deadline,
                           std::function<bool()> is_wanted)
    : path_(path),
      folder_path_(path.substr(0, path.rfind('/') + 1)),
      name_(path.substr(folder_path_.size())),
      new_name_("." + name_ + ".corsac-new"),
      deadline_(deadline),
      is_wanted_(std::move(is_wanted)),
      folder_(::open(folder_path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (folder_ < 0) {
    fault_ = fault_of_errno(errno);
  } else {
    lock();
  }
}

FileExchange::~FileExchange() {
  if (!fault_ && !is_replaced_) ::unlinkat(folder_, new_name_.c_str(), 0);
  close_file();
  if (folder_ >= 0) ::close(folder_);
}

void FileExchange::close_file() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

void FileExchange::lock() {
  for (Step step = Step::Again; step != Step::Done;) {
    fault_ = check_time();
    if (fault_) return;
    step = try_lock();
    if (step != Step::Done) close_file();
    if (step == Step::Wait) std::this_thread::sleep_for(kPause);
  }
}

FileExchange::Step FileExchange::try_lock() {
  file_ = ::openat(folder_, new_name_.c_str(),
                   O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
  if (file_ < 0) return clear_away(errno);
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) return Step::Wait;
    if (errno != EWOULDBLOCK) {
      fault_ = fault_of_errno(errno);
    } else if (is_foreign()) {
      fault_ = fault_of_foreign_file();
    } else {
      return Step::Wait;
    }
    return Step::Done;
  }
  if (!is_in_place()) return Step::Again;
  if (!is_our_own()) return clear_away(EEXIST);
  return Step::Done;
}

// Takes away what stands in the new file's place and is none, or not ours to write into.
FileExchange::Step FileExchange::clear_away(int error) {
  const bool is_in_the_way = error == EEXIST || error == ELOOP || error == ENXIO;
  if (error == EACCES && is_foreign()) {
    fault_ = fault_of_foreign_file();
    return Step::Done;
  }
  if (!is_in_the_way) {
    fault_ = fault_of_errno(error);
  } else if (::unlinkat(folder_, new_name_.c_str(), 0) == 0 || errno == ENOENT) {
    return Step::Again;
  } else {
    fault_ = fault_of_errno(errno);
  }
  if (error == EISDIR || is_in_the_way) fault_.problem.fix = "remove " + folder_path_ + new_name_;
  return Step::Done;
}

bool FileExchange::is_in_place() const {
  struct stat opened = {};
  struct stat named = {};
  return ::fstat(file_, &opened) == 0 &&
         ::fstatat(folder_, new_name_.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

// Where others may put files, one of them may have put something into the place: a FIFO, a file
// that he can go on writing, another name of a file of ours. So may we, killed before the rename,
// have left one that has the access of the old file.
bool FileExchange::is_our_own() const {
  struct stat entry = {};
  return ::fstat(file_, &entry) == 0 && S_ISREG(entry.st_mode) && entry.st_nlink == 1 &&
         entry.st_uid == ::geteuid() && (entry.st_mode & 077) == 0;
}

// A writer's is its user's, and at last that of the owner of the old file: take_access_of_old_file.
// Of the name, not of the open file: one that is not in its place any more is in nobody's way.
bool FileExchange::is_foreign() const {
  struct stat entry = {};
  if (::fstatat(folder_, new_name_.c_str(), &entry, AT_SYMLINK_NOFOLLOW) != 0) return false;
  struct stat old = {};
  const bool has_old = ::fstatat(folder_, name_.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0;
  return entry.st_uid != ::geteuid() && !(has_old && entry.st_uid == old.st_uid);
}

// It is not removed here: should its owner be a writer after all, two would write at once.
ExchangeFault FileExchange::fault_of_foreign_file() const {
  const std::string path = folder_path_ + new_name_;
  return {Status::ReadOnly,
          {"file-is-locked", path + " belongs to another user, who keeps others from writing",
           "remove " + path + ", and let nobody else write to the folder"}};
}

ExchangeFault FileExchange::replace(std::string_view content) {
  if (ExchangeFault fault = write(content)) return fault;
  if (!sync(file_)) return fault_of_errno(errno);
  if (ExchangeFault fault = check_time()) return fault;
  // Not before: until then nobody else can open the new file, and so hold its lock.
  if (ExchangeFault fault = take_access_of_old_file()) return fault;
  if (::renameat(folder_, new_name_.c_str(), folder_, name_.c_str()) != 0) {
    return fault_of_errno(errno);
  }
  is_replaced_ = true;
  if (sync(folder_)) return {};
  ExchangeFault fault = fault_of_errno(errno);
  fault.status = Status::Unreachable;
  fault.has_written_nothing = false;
  return fault;
}

ExchangeFault FileExchange::write(std::string_view content) const {
  if (::ftruncate(file_, 0) != 0) return fault_of_errno(errno);  // what a killed process left
  while (!content.empty()) {
    if (ExchangeFault fault = check_time()) return fault;
    const ssize_t count = ::write(file_, content.data(), std::min(content.size(), kPieceBytes));
    if (count < 0 && errno != EINTR) return fault_of_errno(errno);
    if (count > 0) content.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

ExchangeFault FileExchange::take_access_of_old_file() const {
  struct stat old = {};
  if (::fstatat(folder_, name_.c_str(), &old, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno == ENOENT && ::fchmod(file_, 0600) == 0 ? ExchangeFault{} : fault_of_errno(errno);
  }
  if ((old.st_mode & S_IWUSR) == 0) {
    return {Status::ReadOnly,
            {"file-not-writable", path_ + " has no right to be written, for its owner either",
             "run chmod u+w on it"}};
  }
  // Only root may give a file away. A group that the old file was not for gets nothing of the new.
  const bool has_group = ::fchown(file_, old.st_uid, old.st_gid) == 0 ||
                         ::fchown(file_, static_cast<uid_t>(-1), old.st_gid) == 0;
  const mode_t mode = old.st_mode & (has_group ? 0777 : 0707);
  return ::fchmod(file_, mode) == 0 ? ExchangeFault{} : fault_of_errno(errno);
}

ExchangeFault FileExchange::check_time() const {
  if (!is_wanted_()) return {Status::Cancelled};
  if (std::chrono::steady_clock::now() < deadline_) return {};
  return {Status::Unreachable,
          {"file-write-deadline", "there was no time left to write " + path_,
           "look which other program writes it, and whether its disk is slow"}};
}

ExchangeFault FileExchange::fault_of_errno(int error) const {
  const std::string what = path_ + " cannot be written: " + std::generic_category().message(error);
  switch (error) {
    case EACCES:
    case EPERM:
      return {Status::ReadOnly,
              {"file-not-writable", what,
               "give the user that runs this program write access to the folder " + folder_path_}};
    case EROFS:
      return {Status::ReadOnly,
              {"file-not-writable", what, "put the records into a folder that can be written"}};
    case ENOENT:
    case ENOTDIR:
      return {Status::Unreachable,
              {"folder-not-found", "there is no folder " + folder_path_ + " for the records",
               "make it, or correct records_file"}};
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return {Status::Unreachable, {"disk-full", what, "make room there"}};
    default:
      return {Status::Unreachable, {"file-not-written", what, ""}};
  }
}

}  // namespace corsac::toml_store
