#pragma once

#include <algorithm>
#include <concepts>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/base/place.hpp"

namespace corsac {

enum class Severity : unsigned char {
  Error,    // the document is not taken
  Warning,  // the document is taken; the operator should look
};

// The stable name of a problem: lower case with hyphens ("origin-trailing-slash"). It owns its
// bytes, because a store plugin names its own problems with bytes that end with the call. Behaves
// like the text that it holds.
class ProblemCode {
 public:
  ProblemCode() = default;
  ProblemCode(const char* code) : text_(code) {}       // NOLINT: implicit, `.code = "rule-tie"`
  ProblemCode(std::string_view code) : text_(code) {}  // NOLINT: implicit, as above
  ProblemCode(std::string code) : text_(std::move(code)) {}     // NOLINT: implicit, as above
  operator std::string_view() const noexcept { return text_; }  // NOLINT: implicit, to compare
  // A template, so that literals, strings and other codes compare without an ambiguous conversion.
  template <std::convertible_to<std::string_view> Text>
  friend bool operator==(const ProblemCode& code, const Text& text) noexcept {
    return std::string_view(code) == std::string_view(text);
  }
  friend std::ostream& operator<<(std::ostream& out, const ProblemCode& code) {
    return out << code.text_;
  }

 private:
  std::string text_ = {};
};

// One thing that is wrong with a policy, a configuration or a plugin's settings. Plain data: every
// text that a person or a program sees is made from it (policy/report.hpp), never the other way
// round.
struct Problem {
  Severity severity = Severity::Error;
  ProblemCode code = {};
  // The field, as "cors.rules[0].allowed_origins[1]"; empty = the document as a whole.
  std::string path = {};
  // The offending value, raw; what prints it escapes and cuts it. Empty = nothing to show. Never a
  // secret: whoever makes the Problem leaves userinfo, tokens and passwords out.
  std::string value = {};
  Place place = {};
  // What is wrong, as a clause: "an origin has no path".
  std::string what = {};
  // What to write instead, as an imperative: `write "https://app.example.com"`; may be empty.
  std::string fix = {};
};

// A document with one of these is not taken.
[[nodiscard]] inline bool has_error(const std::vector<Problem>& problems) noexcept {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return problem.severity == Severity::Error; });
}

}  // namespace corsac
