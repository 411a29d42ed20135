// Collects the problems of one document. Entry: ProblemList. Spec: policy document, 1 "lint.allow"
// and 5. Test: tests/policy/compile_test.cpp.

#include "corsac/policy/problem_list.hpp"

#include <string_view>
#include <utility>

#include "corsac/policy/lint.hpp"
#include "corsac/policy/reader.hpp"

namespace corsac {
namespace {

// Given at every load, whatever the document says: policy document, 1.
constexpr std::string_view kNeverSilent = "dangerous-switch";

// "cors.allowed_origins" names itself and what is in it ("cors.allowed_origins[3]"): an index moves
// whenever an entry is added before it.
bool covers(std::string_view path, std::string_view problem_path) noexcept {
  if (!problem_path.starts_with(path)) return false;
  return problem_path.size() == path.size() ||
         (!path.empty() && (problem_path[path.size()] == '[' || problem_path[path.size()] == '.'));
}

std::string identity_of(const Problem& problem) {
  std::string identity(problem.code);
  identity += '\0';
  identity += problem.path;
  identity += '\0';
  identity += problem.what;
  return identity;
}

}  // namespace

ProblemList::ProblemList(const std::vector<AllowedWarning>& allowed, bool has_lints)
    : allowed_(allowed), has_lints_(has_lints), is_used_(allowed.size(), false) {}

bool ProblemList::is_allowed(const Problem& problem) {
  if (problem.severity != Severity::Warning || problem.code == kNeverSilent) return false;
  bool is_found = false;
  for (std::size_t i = 0; i < allowed_.size(); ++i) {
    if (problem.code != allowed_[i].code || !covers(allowed_[i].path, problem.path)) continue;
    is_used_[i] = true;
    is_found = true;
  }
  return is_found;
}

void ProblemList::add(Problem problem) {
  if (is_allowed(problem)) return;
  const bool is_error = problem.severity == Severity::Error;
  has_errors_ = has_errors_ || is_error;
  std::string identity = identity_of(problem);
  if (seen_.contains(identity)) return;
  if (problems_.size() >= kProblemLimit) {
    ++left_out_;
    has_hidden_errors_ = has_hidden_errors_ || is_error;
    return;
  }
  seen_.insert(std::move(identity));
  problems_.push_back(std::move(problem));
}

void ProblemList::add_all(std::vector<Problem> problems) {
  for (Problem& problem : problems) add(std::move(problem));
}

std::vector<Problem> ProblemList::take() {
  for (std::size_t i = 0; i < allowed_.size(); ++i) {
    if (is_used_[i] || (!has_lints_ && is_lint_code(allowed_[i].code))) continue;
    const bool is_never_silent = allowed_[i].code == kNeverSilent;
    add({.severity = Severity::Warning,
         .code = "lint-allow-unused",
         .path = "lint.allow[" + std::to_string(i) + "]",
         .value = allowed_[i].code,
         .place = allowed_[i].place,
         .what = is_never_silent ? "a dangerous switch is a warning at every load"
                                 : "no warning has this code and this path",
         .fix = "take it out"});
  }
  if (left_out_ != 0) {
    problems_.push_back({.severity = has_hidden_errors_ ? Severity::Error : Severity::Warning,
                         .code = "problems-left-out",
                         .what = std::to_string(left_out_) + " more problems are left out",
                         .fix = "mend the ones above first"});
  }
  return std::move(problems_);
}

}  // namespace corsac
