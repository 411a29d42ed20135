#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "corsac/runtime/log_sink.hpp"

namespace corsac {

class Authority;

// "Somebody may have written": what the store tells and the follower waits for. Both hold it.
class ChangeNotice {
 public:
  // Cheap; from any thread.
  void tell();
  // Waits to be told, at most `limit` (0 = for ever), and then until a second after the last time:
  // the first of many notices is heard at once, and the rest together. False when it is over.
  [[nodiscard]] bool wait(std::chrono::seconds limit);
  void end();

 private:
  std::mutex mutex_;  // guards what follows
  std::condition_variable woken_;
  bool is_told_ = false;
  bool is_over_ = false;
  std::chrono::steady_clock::time_point last_look_ = {};
};

// A thread that has an authority read its store again: when it is told that somebody may have
// written, and regularly. What it finds is logged when it changes: the records cannot be read, they
// can again, some are repeated.
class RecordFollower {
 public:
  // `authority` must outlive it. `refresh`: look again even when nobody told; 0 = never. After a
  // failure each second. `log` may be empty.
  RecordFollower(Authority& authority, std::shared_ptr<ChangeNotice> notice,
                 std::chrono::seconds refresh, LogSink log);
  ~RecordFollower();
  RecordFollower(const RecordFollower&) = delete;
  RecordFollower& operator=(const RecordFollower&) = delete;

 private:
  void run();
  void look();
  void tell_repeated();
  void tell(LogLevel level, const std::string& line) const noexcept;

  Authority& authority_;
  const std::shared_ptr<ChangeNotice> notice_;
  const std::chrono::seconds refresh_;
  const LogSink log_;
  std::string repeated_ = {};  // Authority::repeated, as it was told; the thread's
  std::string trouble_ = {};   // why the last look failed; the thread's
  std::thread thread_ = {};    // last: it touches the rest
};

}  // namespace corsac
