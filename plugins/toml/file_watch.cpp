// The thread that notices changes. Entry: FileWatch. Test: tests/plugins/toml_watch_test.cpp.
//
// Notices are only a reason to look: what changed is told by the files. So a notice too many costs
// a few calls of stat, and one too few is made good by the next look.

#include "file_watch.hpp"

#include <time.h>

#include <algorithm>
#include <utility>

#include "watched_folders.hpp"

namespace corsac::toml_store {
namespace {

using std::chrono::milliseconds;

// FAT has ticks of two seconds; every other file system has shorter ones.
constexpr std::int64_t kTickNs = 2'000'000'000;

}  // namespace

std::int64_t realtime_ns() {
  timespec now = {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

FileState look_at_file(const std::string& path, std::size_t limit_bytes,
                       const std::function<bool()>& is_wanted) {
  FileState state;
  state.path = path;
  state.limit_bytes = limit_bytes;
  state.read_at_ns = realtime_ns();
  CheckedFile file(path);
  state.identity = file.identity();
  store_parts::ContentHash hash;
  const bool is_whole = file.read(limit_bytes, [&](std::string_view piece) {
    hash.add(piece);
    return is_wanted();
  });
  if (is_whole) state.hash = hash;
  return state;
}

FileWatch::FileWatch(milliseconds poll_interval, std::unique_ptr<FolderEvents> events,
                     std::function<void()> changed, std::function<void(const std::string&)> log)
    : poll_interval_(poll_interval),
      events_(events ? std::move(events) : make_no_events()),
      changed_(std::move(changed)),
      log_(std::move(log)),
      thread_([this] { run(); }) {}

FileWatch::~FileWatch() {
  is_stopping_ = true;
  events_->wake();
  thread_.join();
}

void FileWatch::set_files(std::vector<FileState> files) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    files_ = std::move(files);
    ++generation_;
  }
  events_->wake();
}

void FileWatch::set_file(FileState file) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto known = std::find_if(files_.begin(), files_.end(), [&file](const FileState& other) {
      return other.path == file.path;
    });
    if (known == files_.end()) {
      files_.push_back(std::move(file));
    } else {
      *known = std::move(file);
    }
    ++generation_;
  }
  events_->wake();
}

void FileWatch::run() {
  while (!is_stopping_) {
    try {
      const Wait wait = events_->wait(poll_interval_);
      if (wait == Wait::Event) wait_for_quiet();
      if (!is_stopping_) check();
    } catch (...) {
      // No memory. What changed shows in the next look, since nothing of this one was kept.
      say_that_looks_fail();
    }
  }
}

void FileWatch::say_that_looks_fail() noexcept {
  if (has_said_that_looks_fail_) return;
  has_said_that_looks_fail_ = true;
  try {
    log_("there is no memory to look for changes of the policy file; it is tried again");
  } catch (...) {
    // Nor for this.
  }
}

void FileWatch::wait_for_quiet() {
  const auto end = std::chrono::steady_clock::now() + kQuietLimit;
  while (!is_stopping_ && std::chrono::steady_clock::now() < end) {
    if (events_->wait(kQuiet) == Wait::TimeOut) return;
  }
}

// Before the files are looked at, so that nothing can happen between the two unnoticed. Each time,
// because what just happened may have led the path into other folders.
void FileWatch::watch_folders(const std::vector<FileState>& files) {
  std::vector<std::string> folders;
  for (const FileState& file : files) {
    for (std::string& folder : folders_on_the_way_to(file.path)) {
      folders.push_back(std::move(folder));
    }
  }
  std::sort(folders.begin(), folders.end());
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  const bool is_missing = !events_->watch(folders);
  if (is_missing && !is_missing_notices_) {
    log_("the system gives no notice of changes of the policy file; it is looked at every " +
         std::to_string(std::chrono::duration_cast<std::chrono::seconds>(poll_interval_).count()) +
         " s");
  }
  is_missing_notices_ = is_missing;
}

bool FileWatch::look_again(FileState& file) const {
  const FileIdentity now = identity_of(file.path);
  const std::int64_t last_change = std::max(now.modified_ns, now.changed_ns);
  if (now == file.identity && last_change < file.read_at_ns - kTickNs) return false;
  FileState looked = look_at_file(file.path, file.limit_bytes, [this] { return !is_stopping_; });
  const FileState before = std::exchange(file, std::move(looked));
  return before.identity.error != file.identity.error ||
         !FileIdentity::has_same_access(before.identity, file.identity) ||
         !(before.hash == file.hash);
}

void FileWatch::check() {
  std::vector<FileState> files;
  std::uint64_t generation = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    files = files_;
    generation = generation_;
  }
  watch_folders(files);
  bool is_changed = false;
  for (FileState& file : files) {
    if (look_again(file)) is_changed = true;
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (generation != generation_) return;  // read again meanwhile, so what we compared is old
    files_ = std::move(files);              // so that a change is told once
  }
  if (is_changed && !is_stopping_) changed_();
}

}  // namespace corsac::toml_store
