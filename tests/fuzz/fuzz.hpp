#pragma once

// What every fuzzer shares. A fuzzer is one file that defines LLVMFuzzerTestOneInput: libFuzzer
// calls it with new inputs, replay_main.cpp with those of the corpus in every build.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/printable.hpp"
#include "support/comma_list.hpp"

// Decides about one input: returns 0, or ends the process when something is wrong.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace corsac::fuzz {

using testing::elements_of;

inline std::string_view to_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// A finding: says what is wrong, with one detail a line, and ends the process.
template <class... Details>
[[noreturn]] void fail_with(std::string_view what, const Details&... details) {
  std::cerr << "finding: " << what << '\n';
  ((std::cerr << "  " << details << '\n'), ...);
  std::cerr.flush();
  std::abort();
}

// Any bytes as one readable detail.
inline std::string shown(std::string_view name, std::string_view bytes) {
  return std::string(name) + " = \"" + to_printable(bytes, 2000) + '"';
}

// The lines of a text; one line break at its end begins no further line. Views into `text`.
inline std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

// Makes choices out of an input, front to back. At its end every choice is the first one, and every
// text is empty, so that short inputs mean something.
class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size) : rest_(to_text(data, size)) {}

  [[nodiscard]] bool is_at_end() const noexcept { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }
  bool flag() { return byte() % 2 == 1; }
  // 0 to `count` - 1; `count` is at most 256.
  std::size_t index(std::size_t count) { return byte() % count; }
  template <class T, std::size_t kCount>
  const T& one_of(const T (&choices)[kCount]) {
    return choices[index(kCount)];
  }
  // Up to `limit` bytes: a length, then the bytes. A view into the input.
  std::string_view text(std::size_t limit = 255) {
    const std::size_t size = std::min({std::size_t{byte()}, limit, rest_.size()});
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

 private:
  std::string_view rest_;
};

}  // namespace corsac::fuzz
