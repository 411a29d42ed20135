#pragma once

// Files of origins, one a line, for lists that are too long for a policy.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <corsac_store_plugin.hpp>

namespace corsac::toml_store {

inline constexpr std::size_t kOriginLimit = 10'000'000;  // of one file
// The longest origin has under 300 bytes; the rest is for what somebody put there by mistake, so
// that the core can say what is wrong with it.
inline constexpr std::size_t kLineLimitBytes = 1024;
// Of all files of one policy together, because they are in memory at once: 10,000,000 lines of 60
// bytes.
inline constexpr std::size_t kOriginsFilesLimitBytes = std::size_t{600} * 1024 * 1024;

// Cuts the bytes of a file into lines, as they come, and hands over each origin with its place.
// Blank lines and lines that begin with `#` are skipped; blanks, tabs and a carriage return at the
// ends of a line do not count. Allocates only for a line that two pieces share.
//
// A line that cannot be an origin is the problem origins-line, with its place and without its
// bytes: whoever writes the policy may name any file that the program can read, and a message must
// not show what stands in it. Reading goes on, so that all errors of a document are told at once.
class OriginLines {
 public:
  explicit OriginLines(plugin::Sink& sink) : sink_(sink) {}

  // The next piece of the file. False when reading should stop: the sink said so, or a problem was
  // handed over (origins-line-too-long, origins-too-many).
  bool add(std::string_view piece);
  // The file is at its end. The same answer.
  bool finish();

  [[nodiscard]] bool has_problem() const noexcept { return has_problem_; }

 private:
  bool add_line(std::string_view line);
  bool problem(std::string_view code, const std::string& what, std::string_view fix);

  plugin::Sink& sink_;
  std::string begun_ = {};  // the begin of a line whose end has not come yet
  std::uint32_t line_ = 0;  // number of the last line that came whole
  std::size_t count_ = 0;
  bool has_problem_ = false;
};

}  // namespace corsac::toml_store
