#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

namespace corsac::server {

// The streams that are under way. cpp-httplib cuts them when a server stops, in the middle of a
// chunk, and the client takes what it has for broken: so they are told to end before.
class Streams {
 public:
  // Stands for one stream, from its first byte to its last.
  class UnderWay {
   public:
    explicit UnderWay(std::shared_ptr<Streams> streams);
    ~UnderWay();
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;

    // Waits for so long, or until it shall end; true when it shall.
    [[nodiscard]] bool shall_end_within(std::chrono::milliseconds time);

   private:
    const std::shared_ptr<Streams> streams_;
  };

  // Tells all of them to end, also those that are to come. False when some had not by `deadline`.
  bool end(std::chrono::steady_clock::time_point deadline);

 private:
  std::mutex mutex_ = {};
  std::condition_variable changed_ = {};
  std::size_t count_ = 0;  // guarded by mutex_, as the next one
  bool shall_end_ = false;
};

}  // namespace corsac::server
