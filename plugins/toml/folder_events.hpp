#pragma once

// The system's notice that something happened in a folder, and a plain waiting for where there is
// none.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace corsac::toml_store {

enum class Wait : unsigned char {
  Event,    // something happened, or may have happened, in a watched folder
  Woken,    // wake() was called
  TimeOut,  // nothing of both
};

// One thread waits and changes folders; wake() may come from any.
class FolderEvents {
 public:
  virtual ~FolderEvents() = default;
  // Watches exactly these folders from now on. False when some of them cannot be watched: their
  // changes show only in a look at the files.
  virtual bool watch(const std::vector<std::string>& folders) = 0;
  // All notices that wait count as one.
  virtual Wait wait(std::chrono::milliseconds limit) = 0;
  // The wait under way, or the next one, ends. [any-thread]
  virtual void wake() noexcept = 0;
};

// Through inotify. Null where the system has none, or no more of it (128 instances a user).
[[nodiscard]] std::unique_ptr<FolderEvents> make_inotify_events();

// Never an event: what changed shows when the files are looked at. Works everywhere.
[[nodiscard]] std::unique_ptr<FolderEvents> make_no_events();

}  // namespace corsac::toml_store
