#pragma once

#include <string>
#include <utility>
#include <vector>

#include "corsac/base/problem.hpp"

namespace corsac {

// A warning that [[lint.allow]] left out.
struct SilencedWarning {
  Problem problem = {};
  std::string reason = {};  // of the [[lint.allow]], raw
  Place place = {};         // likewise
};

// All that is wrong with one document, configuration or plugin. Plain data; texts are made from it.
class Report {
 public:
  Report() = default;
  // `sources` are the names that Place::source counts.
  explicit Report(std::vector<Problem> problems, std::vector<std::string> sources = {},
                  std::vector<SilencedWarning> silenced = {})
      : problems_(std::move(problems)),
        sources_(std::move(sources)),
        silenced_(std::move(silenced)) {}

  [[nodiscard]] bool has_errors() const noexcept;
  [[nodiscard]] const std::vector<Problem>& problems() const noexcept { return problems_; }
  [[nodiscard]] const std::vector<std::string>& sources() const noexcept { return sources_; }

  // Not told by text() and json().
  [[nodiscard]] const std::vector<SilencedWarning>& silenced() const noexcept { return silenced_; }
  // In the order in which text() and json() tell them.
  [[nodiscard]] std::vector<const Problem*> in_order_of_place() const;

  // Two lines a problem, in order of place (unknown places first), errors and warnings alike:
  //   policy.toml:7:21: error[origin-trailing-slash]: cors.allowed_origins[1] =
  //   "https://a.example/"
  //       an origin has no path; write "https://a.example"
  // Values are escaped and cut. Ends in a line break; empty for an empty report.
  [[nodiscard]] std::string text() const;

  // A JSON array of objects: severity, code, path, value (always a text), source, line, column,
  // what, fix. Unknown places leave line and column out. The value is cut and escaped as in text().
  [[nodiscard]] std::string json() const;

 private:
  std::vector<Problem> problems_ = {};
  std::vector<std::string> sources_ = {};
  std::vector<SilencedWarning> silenced_ = {};
};

// The two lines of a problem, as text() has them: `policy.toml:7:21: error[code]: path = "value"`,
// and `an origin has no path; write "https://a.example"` without blanks before it. Neither has a
// line break.
struct ProblemLines {
  std::string head = {};
  std::string body = {};
};
[[nodiscard]] ProblemLines problem_lines(const Problem& problem,
                                         const std::vector<std::string>& sources);

// "policy.toml:7:21", "policy.toml" without a known place, "" without a source.
[[nodiscard]] std::string place_text(const Place& place, const std::vector<std::string>& sources);

// The element of `known` that is nearest to `name` by edit distance, when it is near enough to be a
// slip (at most a third of the longer name); else empty.
[[nodiscard]] std::string_view nearest_name(std::string_view name,
                                            const std::vector<std::string_view>& known);

}  // namespace corsac
