#pragma once

#include <cstdint>
#include <string>

namespace corsac::server {

// How far a long transfer is, in one line of standard error that is written over: on a terminal
// only, without colours, and from 1 MiB on.
class ProgressBar {
 public:
  // `what` is a word: "sending". A literal.
  explicit ProgressBar(const char* what);
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `total` 0 = not known.
  void show(std::uint64_t bytes, std::uint64_t total);
  // Takes the line away, before other words are printed.
  void clear();

 private:
  const char* const what_;
  const bool is_on_terminal_;
  std::string shown_ = {};  // the line that stands there; empty = none
};

}  // namespace corsac::server
