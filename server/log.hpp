#pragma once

// The program's log: JSON lines, one for each event, load, transition and notice.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <corsac/base/result.hpp>
#include <corsac/runtime/store_worker.hpp>

namespace corsac::server {

// Safe from any thread, and never waits for whoever reads the log: a thread of its own writes the
// lines. When that one is held up, as by a full pipe, the oldest lines are dropped, and a line says
// how many. A line that cannot be written, as on a full disk or above a file size limit, is lost:
// the file then goes on with a whole line (LogFile), a line says how many were lost as soon as
// there is room for it, and standard error is told once each time that it begins.
class Log {
 public:
  static constexpr std::size_t kWaitingLinesLimit = 4096;  // a line has some hundred bytes

  // `file` is a path, or "-" for standard error. The error side says why the file cannot be
  // written.
  [[nodiscard]] static Result<std::shared_ptr<Log>, std::string> open(const std::string& file);
  ~Log();  // waits until every line is written

  // A line that is JSON already.
  void json_line(std::string_view line);
  // {"type": "log", "time": ..., "level": ..., "message": ...}
  void message(LogLevel level, std::string_view text);
  // Opens the file by its name again, for who moved the old one away (log rotation), and says so in
  // it. When that fails the old one is kept, and both it and standard error are told. Standard
  // error itself is never opened again.
  void reopen();
  // Lines that were dropped or lost so far.
  [[nodiscard]] std::size_t lost_lines() const;
  // True as soon as every line so far is written, dropped or lost; false when it takes longer than
  // this.
  [[nodiscard]] bool is_written_within(std::chrono::milliseconds time);

 private:
  struct State;
  explicit Log(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace corsac::server
