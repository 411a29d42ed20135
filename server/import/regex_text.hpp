#pragma once

#include <string>
#include <string_view>

namespace corsac::server {

// Whether a regex can match in the middle of a text only where it says so itself.
struct RegexAnchors {
  bool has_begin = false;  // "^" is its first character, and holds for all of it
  bool has_end = false;    // the same of "$"
};

// A pattern with alternatives outside of all parentheses has neither: each anchor would be of one
// of them.
[[nodiscard]] RegexAnchors anchors_of(std::string_view pattern) noexcept;

// A pattern that is matched at the begin of a text, as one that matches the whole of it.
[[nodiscard]] std::string to_prefix_regex(std::string_view pattern);

}  // namespace corsac::server
