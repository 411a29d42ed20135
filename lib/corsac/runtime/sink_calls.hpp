#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace corsac {

// Which threads are inside the sinks of one gate. A gate that ends on such a thread would wait for
// the thread that it ends on.
class SinkCalls {
 public:
  // The same sink, known in `calls` while it runs. Empty stays empty.
  template <class Argument>
  [[nodiscard]] static std::function<void(Argument)> watched(std::shared_ptr<SinkCalls> calls,
                                                             std::function<void(Argument)> sink) {
    if (!sink) return {};
    return [calls = std::move(calls), sink = std::move(sink)](Argument argument) {
      const Call call(*calls);
      sink(argument);
    };
  }
  // Of the calling thread.
  [[nodiscard]] bool is_inside() const {
    const std::lock_guard lock(mutex_);
    return std::find(threads_.begin(), threads_.end(), std::this_thread::get_id()) !=
           threads_.end();
  }

 private:
  class Call {
   public:
    explicit Call(SinkCalls& calls) : calls_(calls) {
      const std::lock_guard lock(calls_.mutex_);
      calls_.threads_.push_back(std::this_thread::get_id());
    }
    ~Call() {
      const std::lock_guard lock(calls_.mutex_);
      auto& threads = calls_.threads_;
      threads.erase(std::find(threads.begin(), threads.end(), std::this_thread::get_id()));
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    SinkCalls& calls_;
  };

  mutable std::mutex mutex_ = {};
  std::vector<std::thread::id> threads_ = {};  // by mutex_; one that calls twice stands there twice
};

}  // namespace corsac
