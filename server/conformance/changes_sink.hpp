#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "corsac_store_changes.h"

namespace corsac::conformance {

// What one read_changes() said. Faults are clauses, the first; empty = none.
struct ChangeFacts {
  // In their order: "+https://a.example" came, "-https://a.example" went.
  std::vector<std::string> changes = {};
  std::size_t finishes = 0;  // of finish
  std::string revision = {};
  std::string fault = {};  // of order, texts, threads and stops
};

// A sink that judges the calls of one read_changes(). Safe from any thread, as TestSink.
class ChangesSink {
 public:
  // Only 0, and a number of a call that is answered with stop, from 1.
  explicit ChangesSink(std::size_t stop_at);
  ChangesSink(const ChangesSink&) = delete;
  ChangesSink& operator=(const ChangesSink&) = delete;

  [[nodiscard]] const corsac_changes_sink& table() const noexcept { return table_; }
  // The call begins, or ended, on the thread that says so.
  void begin();
  void end();
  [[nodiscard]] ChangeFacts facts() const;

 private:
  struct Calls;  // the C functions

  // True when the call counts.
  bool take(std::string_view call, corsac_text text);
  [[nodiscard]] std::string fault_of(std::string_view call, corsac_text text) const;
  [[nodiscard]] int answer() const;

  corsac_changes_sink table_;
  const std::size_t stop_at_;
  mutable std::mutex mutex_;  // guards what follows
  bool is_under_way_ = false;
  std::thread::id thread_ = {};
  std::size_t calls_ = 0;
  ChangeFacts facts_ = {};
};

}  // namespace corsac::conformance
