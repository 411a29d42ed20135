#pragma once

// Notices that files changed: by the system's notices about their folders, and by looking at them
// now and then.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "../parts/content_hash.hpp"
#include "checked_file.hpp"
#include "folder_events.hpp"

namespace corsac::toml_store {

// After a notice the files are left alone until nothing happened for kQuiet: an editor writes in
// several steps. At most for kQuietLimit, because a log file in the same folder never rests.
inline constexpr std::chrono::milliseconds kQuiet{50};
inline constexpr std::chrono::milliseconds kQuietLimit{200};

// A file as it was when it was read.
struct FileState {
  std::string path = {};        // absolute
  std::size_t limit_bytes = 0;  // what is longer is not read
  FileIdentity identity = {};
  store_parts::ContentHash hash =
      {};  // of the whole content; of nothing when it could not be read whole
  // CLOCK_REALTIME before it was read. An identity that is not much older proves nothing: the clock
  // of a file system ticks every few milliseconds, or seconds, and the file may have been written
  // twice within one tick.
  std::int64_t read_at_ns = 0;
};

// What can be told of `path` now. `is_wanted` is asked between two pieces of the content; false
// ends the reading (then the hash means nothing).
[[nodiscard]] FileState look_at_file(const std::string& path, std::size_t limit_bytes,
                                     const std::function<bool()>& is_wanted);

[[nodiscard]] std::int64_t realtime_ns();  // CLOCK_REALTIME, since 1970

// Owns a thread. `changed` is called on it, once for each change that is noticed, from the first
// set_files() until the destructor begins to return.
class FileWatch {
 public:
  // `events` may be null: then the files are only looked at. `log` gets one line when the system
  // gives no notices, and one when a look fails for want of memory, which later ones make good.
  FileWatch(std::chrono::milliseconds poll_interval, std::unique_ptr<FolderEvents> events,
            std::function<void()> changed, std::function<void(const std::string&)> log);
  ~FileWatch();  // joins the thread
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  // The files to watch from now on, as they were read. A change since then is noticed too. [any
  // thread but its own]
  void set_files(std::vector<FileState> files);
  // The same for one of them, or one more: the others stay as they are watched. [likewise]
  void set_file(FileState file);

 private:
  void run();
  void say_that_looks_fail() noexcept;  // once
  void wait_for_quiet();
  void watch_folders(const std::vector<FileState>& files);
  // Whether the file is another than `file` says; brings that up to date.
  [[nodiscard]] bool look_again(FileState& file) const;
  void check();

  const std::chrono::milliseconds poll_interval_;
  const std::unique_ptr<FolderEvents> events_;  // never null
  const std::function<void()> changed_;
  const std::function<void(const std::string&)> log_;
  // Own thread only.
  bool is_missing_notices_ = false;  // said so
  bool has_said_that_looks_fail_ = false;

  std::mutex mutex_;
  std::vector<FileState> files_ = {};  // by mutex_
  std::uint64_t generation_ = 0;       // by mutex_; counts what was set
  std::atomic<bool> is_stopping_{false};
  std::thread thread_;  // last: runs when all else is there
};

}  // namespace corsac::toml_store
