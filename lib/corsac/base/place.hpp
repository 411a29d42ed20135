#pragma once

#include <cstdint>

namespace corsac {

// Where in its source a value of a policy stands. Eight bytes, because a list of a million origins
// keeps one for each entry.
struct Place {
  std::uint32_t line = 0;         // from 1; 0 = not known (a policy made in code)
  std::uint32_t column : 24 = 0;  // in bytes from 1; 0 = the whole line
  std::uint32_t source : 8 = 0;   // index into the document's list of source names

  [[nodiscard]] constexpr bool is_known() const noexcept { return line != 0; }
  friend constexpr bool operator==(const Place& a, const Place& b) noexcept {
    return a.line == b.line && a.column == b.column && a.source == b.source;
  }
};

}  // namespace corsac
