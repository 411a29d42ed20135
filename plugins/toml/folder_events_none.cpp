// The plain fallback of folder_events_inotify.cpp: waits, and is never told anything. Entry:
// make_no_events. Test: tests/plugins/toml_watch_test.cpp.

#include "folder_events.hpp"

#include <condition_variable>
#include <mutex>

namespace corsac::toml_store {
namespace {

class NoEvents final : public FolderEvents {
 public:
  bool watch(const std::vector<std::string>& folders) override { return folders.empty(); }

  Wait wait(std::chrono::milliseconds limit) override {
    std::unique_lock<std::mutex> lock(mutex_);
    const bool is_woken = woken_.wait_for(lock, limit, [this] { return is_woken_; });
    is_woken_ = false;
    return is_woken ? Wait::Woken : Wait::TimeOut;
  }

  void wake() noexcept override {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      is_woken_ = true;
    }
    woken_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable woken_;
  bool is_woken_ = false;
};

}  // namespace

std::unique_ptr<FolderEvents> make_no_events() { return std::make_unique<NoEvents>(); }

}  // namespace corsac::toml_store
