#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace corsac::server {

// Sees to it that the program leaves in time. From its construction on SIGTERM and SIGINT are
// taken, whatever main does: the program ends by itself, or is cut 1.9 s after the first of them,
// with status 0. SIGHUP runs what on_hangup was given.
//
// Made in main's thread after block_signals; the first thing that is made and the last that goes,
// so that everything else is destroyed under its watch.
class StopWatch {
 public:
  StopWatch();
  ~StopWatch();
  StopWatch(const StopWatch&) = delete;
  StopWatch& operator=(const StopWatch&) = delete;

  // Called for each SIGHUP, behind those that were given before, on a thread of the watch. Must not
  // hold anything alive.
  void on_hangup(std::function<void()> action);
  // Called when the time is over; must return soon. Must not hold anything alive.
  void on_cut(std::function<void()> last_word);

  // Ends the program as a signal does, because something broke: the status is 1 then. Any thread.
  void fail();

  // True once the program shall end.
  [[nodiscard]] bool is_stopping();
  // Waits until the program shall end. The answer is its status: 0 after a signal, 1 after fail.
  [[nodiscard]] int wait();

 private:
  void run();

  std::mutex mutex_ = {};
  std::condition_variable changed_ = {};
  bool is_stopping_ = false;  // these are guarded by mutex_
  int status_ = 0;
  bool has_ended_ = false;
  std::vector<std::function<void()>> on_hangup_ = {};
  std::function<void()> last_word_ = {};
  std::thread thread_;
};

}  // namespace corsac::server
