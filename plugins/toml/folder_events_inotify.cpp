// inotify(7), the only file here that needs Linux. Entry: make_inotify_events. Test:
// tests/plugins/toml_watch_test.cpp.

#include "folder_events.hpp"

#ifdef __linux__

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace corsac::toml_store {
namespace {

// Every way in which a name in a folder, or the folder itself, can come to mean something else.
constexpr std::uint32_t kEvents = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY |
                                  IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF |
                                  IN_ONLYDIR;

class InotifyEvents final : public FolderEvents {
 public:
  // Takes both descriptors.
  InotifyEvents(int inotify, int wake) : inotify_(inotify), wake_(wake) {}
  ~InotifyEvents() override {
    ::close(inotify_);
    ::close(wake_);
  }
  InotifyEvents(const InotifyEvents&) = delete;
  InotifyEvents& operator=(const InotifyEvents&) = delete;

  bool watch(const std::vector<std::string>& folders) override {
    bool is_complete = true;
    std::vector<int> watches;
    for (const std::string& folder : folders) {
      // A folder that is watched already gives the number it has; a new one under an old name gives
      // a new number.
      const int number = ::inotify_add_watch(inotify_, folder.c_str(), kEvents);
      if (number >= 0) {
        watches.push_back(number);
      } else {
        is_complete = false;
      }
    }
    for (const int old : watches_) {
      if (std::find(watches.begin(), watches.end(), old) == watches.end()) {
        ::inotify_rm_watch(inotify_, old);  // fails for a folder that is gone: then it is removed
      }
    }
    watches_ = std::move(watches);
    return is_complete;
  }

  Wait wait(std::chrono::milliseconds limit) override {
    pollfd waited[] = {{inotify_, POLLIN, 0}, {wake_, POLLIN, 0}};
    if (::poll(waited, 2, static_cast<int>(limit.count())) <= 0) return Wait::TimeOut;
    if (waited[1].revents != 0) {
      std::uint64_t count = 0;
      static_cast<void>(::read(wake_, &count, sizeof count) > 0);
      return Wait::Woken;
    }
    // What the events say does not matter (an overflow of the queue is one too): the files tell.
    alignas(inotify_event) char events[16 * 1024];
    while (::read(inotify_, events, sizeof events) > 0) {
    }
    return Wait::Event;
  }

  void wake() noexcept override {
    const std::uint64_t one = 1;
    static_cast<void>(::write(wake_, &one, sizeof one) > 0);
  }

 private:
  int inotify_;
  int wake_;  // an eventfd
  std::vector<int> watches_ = {};
};

}  // namespace

std::unique_ptr<FolderEvents> make_inotify_events() {
  const int inotify = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (inotify < 0) return nullptr;
  const int wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake < 0) {
    ::close(inotify);
    return nullptr;
  }
  return std::make_unique<InotifyEvents>(inotify, wake);
}

}  // namespace corsac::toml_store

#else

namespace corsac::toml_store {

std::unique_ptr<FolderEvents> make_inotify_events() { return nullptr; }

}  // namespace corsac::toml_store

#endif
