#pragma once

// The program's log: JSON lines, one for each event, load, transition and notice.

#include <memory>
#include <string>
#include <string_view>

#include <corsac/base/result.hpp>
#include <corsac/runtime/store_worker.hpp>

namespace corsac::server {

// Safe from any thread. A line is written whole or not at all.
class Log {
 public:
  // `file` is a path, or "-" for standard error. The error side says why the file cannot be
  // written.
  [[nodiscard]] static Result<std::shared_ptr<Log>, std::string> open(const std::string& file);
  ~Log();

  // A line that is JSON already.
  void json_line(std::string_view line);
  // {"type": "log", "time": ..., "level": ..., "message": ...}
  void message(LogLevel level, std::string_view text);

 private:
  struct State;
  explicit Log(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace corsac::server
