#pragma once

#include <condition_variable>
#include <mutex>
#include <string_view>

#include "corsac/runtime/store_worker.hpp"

namespace corsac {

// Lets a worker's callbacks through until it is shut. A thread that was left behind, and a plugin's
// own threads, may still come: they find it shut. Safe from any thread.
class WorkerCallbacksDoor {
 public:
  explicit WorkerCallbacksDoor(WorkerCallbacks callbacks);

  // What a callback throws is swallowed.
  void read(ReadResult result) noexcept;
  void changed() noexcept;
  void log(LogLevel level, std::string_view line) noexcept;

  // Waits for the callbacks that are under way; none begins after it. Not from inside a callback.
  void shut();

 private:
  template <class Call>
  void pass(Call call) noexcept;

  const WorkerCallbacks callbacks_;
  std::mutex mutex_;
  std::condition_variable left_;
  unsigned inside_ = 0;
  bool is_shut_ = false;
};

}  // namespace corsac
