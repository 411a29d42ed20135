#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <httplib.h>

namespace corsac::server {

// The threads that serve a listener's connections, one connection each at a time. cpp-httplib makes
// its own pool only when it listens, and a thread that cannot be had ends the program then: that
// pool's destructor meets threads that run. This one is made before.
class WorkerPool final : public httplib::TaskQueue {
 public:
  using Job = std::function<void()>;

  // Throws std::system_error, and leaves no thread behind, when `threads` cannot be had.
  explicit WorkerPool(unsigned threads);
  ~WorkerPool() override;  // as shutdown
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // void in 0.11.4; from then on bool: true, there is no limit.
  using Taken = decltype(std::declval<httplib::TaskQueue&>().enqueue(Job()));
  Taken enqueue(Job job) override;
  // Waits until every job has ended; there are no more afterwards. May be called again.
  void shutdown() override;

 private:
  void work();

  std::mutex mutex_ = {};
  std::condition_variable changed_ = {};
  std::deque<Job> jobs_ = {};  // these are guarded by mutex_
  bool is_ending_ = false;
  std::vector<std::thread> threads_ = {};
};

}  // namespace corsac::server
