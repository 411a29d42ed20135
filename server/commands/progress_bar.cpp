// Entry: ProgressBar. Test: tests/server/push_pull_test.py.

#include "progress_bar.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace corsac::server {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1024} * 1024;
constexpr std::size_t kWidth = 30;

// A line can be written over there.
bool is_terminal() {
  const char* kind = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): nobody sets one
  return ::isatty(STDERR_FILENO) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
}

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes / kMebibyte); }

std::string line_of(std::uint64_t bytes, std::uint64_t total) {
  if (total == 0) return mebibytes(bytes) + " MiB";
  const std::uint64_t percent = std::min<std::uint64_t>(bytes * 100 / total, 100);
  std::string bar(kWidth * percent / 100, '#');
  bar.resize(kWidth, ' ');
  return "[" + bar + "] " + std::to_string(percent) + " % of " + mebibytes(total) + " MiB";
}

}  // namespace

ProgressBar::ProgressBar(const char* what) : what_(what), is_on_terminal_(is_terminal()) {}

void ProgressBar::show(std::uint64_t bytes, std::uint64_t total) {
  if (!is_on_terminal_ || std::max(bytes, total) < kMebibyte) return;
  std::string line = std::string(what_) + "  " + line_of(bytes, total);
  if (line == shown_) return;
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  shown_ = std::move(line);
}

void ProgressBar::clear() {
  if (!shown_.empty()) std::fputs("\r\033[K", stderr);
  shown_.clear();
}

}  // namespace corsac::server
