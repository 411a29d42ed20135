#pragma once

#include <string>
#include <string_view>

namespace corsac::server {

// What the log's lines are written to. A line is there as a whole, or the file says where it was
// cut: the one after a piece begins on a line of its own, also when the piece is of an earlier run.
//
// One thread at a time. A file size limit is an error of `append` (EFBIG) only where SIGXFSZ is
// ignored (block_signals).
class LogFile {
 public:
  // `file` is a path, or "-" for standard error. Nothing is opened yet.
  explicit LogFile(std::string file);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  // Opens the path, which may name another file by now; what was open before is then closed, and
  // kept when this fails. The answer is 0 or an errno.
  [[nodiscard]] int open();
  // Writes the line and its end, and waits for whoever reads a pipe. The answer is 0, or an errno
  // when the line is not there, or not whole.
  [[nodiscard]] int append(std::string_view line);

  [[nodiscard]] bool is_standard_error() const noexcept { return file_ == "-"; }
  [[nodiscard]] const std::string& name() const noexcept { return file_; }

 private:
  const std::string file_;
  int descriptor_ = -1;
  bool is_within_a_line_ = false;
};

}  // namespace corsac::server
