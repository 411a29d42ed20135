#pragma once

// The problems of one document while it is compiled.

#include <cstddef>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/report.hpp"

namespace corsac {

// Drops repeats (what ten rules inherit is found ten times), leaves out the warnings that
// [[lint.allow]] names, and keeps at most kProblemLimit problems and one more that says so.
class ProblemList {
 public:
  // `allowed` must outlive the list. `has_lints`: lint_policy is asked too, so that an allowed lint
  // that meets nothing is one too many.
  explicit ProblemList(const std::vector<AllowedWarning>& allowed, bool has_lints = false);

  void add(Problem problem);
  void add_all(std::vector<Problem> problems);

  // True also when the error is among those that were left out.
  [[nodiscard]] bool has_errors() const noexcept { return has_errors_; }
  // Adds a warning for each complete [[lint.allow]] that met nothing, and gives everything away. Call once.
  [[nodiscard]] std::vector<Problem> take();
  // What [[lint.allow]] left out, the first kProblemLimit; each once. Call once.
  [[nodiscard]] std::vector<SilencedWarning> take_silenced() { return std::move(silenced_); }

 private:
  // The first [[lint.allow]] that names the problem; null = it is told.
  [[nodiscard]] const AllowedWarning* find_allowed(const Problem& problem);
  void check_allowed(std::size_t index);

  const std::vector<AllowedWarning>& allowed_;
  bool has_lints_;
  std::vector<bool> is_used_;  // as long as allowed_
  std::unordered_set<std::string> seen_ = {};
  std::vector<Problem> problems_ = {};
  std::vector<SilencedWarning> silenced_ = {};
  std::size_t left_out_ = 0;
  bool has_errors_ = false;
  bool has_hidden_errors_ = false;  // => has_errors_
};

}  // namespace corsac
