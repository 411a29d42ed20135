#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "conformance/test_host.hpp"
#include "corsac_store_plugin.h"

namespace corsac::conformance {

// What one read said, and what of it the contract does not have. Faults are clauses, the first of
// each kind; empty = none.
struct ReadFacts {
  std::size_t calls = 0;     // up to the one that was answered with stop
  std::size_t finishes = 0;  // of finish
  std::string revision = {};
  std::uint64_t content = 0;  // equal for equal calls in equal order
  std::vector<ToldProblem> problems = {};
  std::vector<std::string> sources = {};
  std::string nesting_fault = {};
  std::string text_fault = {};
  std::string thread_fault = {};
  std::size_t calls_after_stop = 0;
};

// A sink that judges the calls of one read. Safe from any thread: a plugin that calls from a wrong
// one, or after its read, is heard. It outlives the store.
class TestSink {
 public:
  TestSink();
  TestSink(const TestSink&) = delete;
  TestSink& operator=(const TestSink&) = delete;

  [[nodiscard]] const corsac_sink& table() const noexcept { return table_; }
  // Before the read: the call with this number, from 1, is answered with stop.
  void stop_at(std::size_t call) noexcept { stop_at_ = call; }
  // Before the read: `hook` runs inside the call with this number.
  void at(std::size_t call, std::function<void()> hook) {
    hook_at_ = call;
    hook_ = std::move(hook);
  }

  // The read begins, or ended, on the thread that says so.
  void begin();
  void end();
  [[nodiscard]] ReadFacts facts() const;

 private:
  struct Calls;  // the C functions
  enum class Level : unsigned char { Item, List };

  int take(const char* call, std::initializer_list<corsac_text> texts,
           const std::function<void()>& judge);
  [[nodiscard]] bool is_expected(const char* call);
  void judge_texts(const char* call, std::initializer_list<corsac_text> texts);
  void judge_field(const char* call, corsac_text field);
  void close_level(const char* call, Level level);

  corsac_sink table_;
  std::size_t stop_at_ = std::numeric_limits<std::size_t>::max();
  std::size_t hook_at_ = 0;
  std::function<void()> hook_ = {};
  mutable std::mutex mutex_;  // guards what follows
  bool is_under_way_ = false;
  bool is_stopped_ = false;
  std::thread::id thread_ = {};
  std::vector<Level> levels_ = {};  // the outermost item is not in it
  ReadFacts facts_ = {};
};

}  // namespace corsac::conformance
