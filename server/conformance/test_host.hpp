#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "corsac_store_plugin.h"

namespace corsac::conformance {

// A problem that the plugin reported, of a setting (TestHost) or a document (TestSink). Raw.
struct ToldProblem {
  std::string code = {};
  std::string setting = {};  // of settings only
  std::string what = {};
  std::string fix = {};

  [[nodiscard]] std::string text() const;
};

// A host table that writes down what one store does with it, and which of it the contract does not
// have. Safe from any thread. It outlives the store: what comes late is heard as well.
class TestHost {
 public:
  enum class Call : unsigned char { None, Open, Read, Other };

  TestHost();
  TestHost(const TestHost&) = delete;
  TestHost& operator=(const TestHost&) = delete;

  [[nodiscard]] const corsac_host& table() const noexcept { return table_; }

  // A call into the plugin begins, or ended, on the thread that says so.
  void begin(Call call, std::chrono::steady_clock::time_point deadline);
  void end();
  void cancel() noexcept { is_cancelled_ = true; }
  // close() has returned: whatever comes from now on is late.
  void set_closed();

  // What was logged and reported up to now.
  [[nodiscard]] std::vector<std::string> lines() const;
  [[nodiscard]] std::vector<ToldProblem> problems() const;
  [[nodiscard]] std::uint64_t changes() const;
  // True when `changed` was called more than `seen` times, at the latest at `end`.
  [[nodiscard]] bool wait_for_change(std::uint64_t seen,
                                     std::chrono::steady_clock::time_point end) const;
  // The first call that came on a wrong thread or at a wrong time; empty = none.
  [[nodiscard]] std::string misuse() const;
  // The first call after close(), when one comes until `end`; empty = none.
  [[nodiscard]] std::string wait_for_late_call(std::chrono::steady_clock::time_point end) const;

 private:
  struct Calls;  // the C functions
  void note(const char* call);
  void note_in(Call needed, const char* call, const char* when);

  corsac_host table_ = {};
  std::atomic<bool> is_cancelled_{false};
  std::atomic<std::int64_t> deadline_ns_{0};
  mutable std::mutex mutex_;  // guards what follows
  mutable std::condition_variable heard_;
  Call call_ = Call::None;
  std::thread::id thread_ = {};  // of the call under way
  bool is_closed_ = false;
  std::vector<std::string> lines_ = {};
  std::vector<ToldProblem> problems_ = {};
  std::uint64_t changes_ = 0;
  std::string misuse_ = {};
  std::string late_call_ = {};
};

}  // namespace corsac::conformance
