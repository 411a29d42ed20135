#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <corsac/policy/report.hpp>

namespace corsac::server {

// A line that is longer is read up to here; a column behind it has no line.
inline constexpr std::size_t kSourceLineLimitBytes = std::size_t{1024} * 1024;

// The lines of a policy's files in which its problems stand, read again from the disk, so that a
// file that changed since shows its new line. What cannot be read has none.
class SourceLines {
 public:
  // The sources are files as the current folder sees them.
  explicit SourceLines(const Report& report);

  // Without its line break. Null = not known.
  [[nodiscard]] const std::string* find(const Place& place) const;

 private:
  struct Line {
    std::uint32_t number = 0;
    std::string text = {};
  };
  // By source, in order of number.
  std::vector<std::vector<Line>> lines_ = {};
};

// Two lines that show where in `line` the byte `column` (from 1) is: the text, cut to what is
// around it, and blanks with a caret. Printable ASCII; a tab is one blank, other bytes are \xHH.
struct ShownLine {
  std::string text = {};
  std::string caret = {};
};
[[nodiscard]] ShownLine show_line(const std::string& line, std::uint32_t column);

// The column (from 1) in code points of the byte `column` (from 1), as editors and SARIF count.
[[nodiscard]] std::uint32_t code_point_column(const std::string& line, std::uint32_t column);

}  // namespace corsac::server
