#pragma once

// Every code that a warning about a policy may have: what [[lint.allow]] may name, and what tools
// that show warnings by kind know about each.

#include <span>
#include <string_view>

namespace corsac {

struct WarningCode {
  std::string_view code = {};  // stable: "max-age-long"
  // True: only lint_policy says it, so that a load does not.
  bool is_lint = false;
  std::string_view summary = {};  // one sentence: what was found
  std::string_view help = {};     // one or two: why it matters, what to do
};

// In alphabetical order of the codes.
[[nodiscard]] std::span<const WarningCode> warning_codes() noexcept;

// Null when no warning has this code.
[[nodiscard]] const WarningCode* find_warning_code(std::string_view code) noexcept;

}  // namespace corsac
