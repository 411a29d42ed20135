// Collects the problems of one document. Entry: ProblemList. Spec: policy document, 1 "lint.allow"
// and 5. Test: tests/policy/compile_test.cpp.

#include "corsac/policy/problem_list.hpp"

#include <cassert>
#include <string_view>
#include <utility>

#include "corsac/base/ascii.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy/warning_codes.hpp"

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

std::string_view nearest_code(std::string_view code) {
  std::vector<std::string_view> known;
  for (const WarningCode& row : warning_codes()) known.push_back(row.code);
  return nearest_name(code, known);
}

std::string identity_of(const Problem& problem) {
  std::string identity(problem.code);
  identity += '\0';
  identity += problem.path;
  identity += '\0';
  identity += problem.what;
  return identity;
}

bool is_repeated(const std::vector<AllowedWarning>& all, std::size_t index) {
  for (std::size_t i = 0; i < index; ++i) {
    if (all[i].code == all[index].code && all[i].path == all[index].path) return true;
  }
  return false;
}

}  // namespace

ProblemList::ProblemList(const std::vector<AllowedWarning>& allowed, bool has_lints)
    : allowed_(allowed), has_lints_(has_lints), is_used_(allowed.size(), false) {}

const AllowedWarning* ProblemList::find_allowed(const Problem& problem) {
  if (problem.severity != Severity::Warning) return nullptr;
  assert(find_warning_code(problem.code) != nullptr && "a warning has a row in warning_codes.cpp");
  if (problem.code == kNeverSilent) return nullptr;
  const AllowedWarning* found = nullptr;
  for (std::size_t i = 0; i < allowed_.size(); ++i) {
    if (problem.code != allowed_[i].code || !covers(allowed_[i].path, problem.path)) continue;
    is_used_[i] = true;
    if (found == nullptr) found = &allowed_[i];
  }
  return found;
}

void ProblemList::add(Problem problem) {
  const AllowedWarning* allowed = find_allowed(problem);
  const bool is_error = problem.severity == Severity::Error;
  has_errors_ = has_errors_ || is_error;
  std::string identity = identity_of(problem);
  if (seen_.contains(identity)) return;
  if (allowed != nullptr) {
    if (silenced_.size() >= kProblemLimit) return;
    seen_.insert(std::move(identity));
    silenced_.push_back({std::move(problem), allowed->reason, allowed->place});
    return;
  }
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

void ProblemList::check_allowed(std::size_t index) {
  const AllowedWarning& allowed = allowed_[index];
  for (const std::string* field : {&allowed.code, &allowed.path, &allowed.reason}) {
    if (trim_ows(*field).empty()) return;  // an error already
  }
  const WarningCode* known = find_warning_code(allowed.code);
  if (known != nullptr && known->is_lint && !has_lints_) return;
  Problem problem = {.severity = Severity::Warning,
                     .code = "lint-allow-unused",
                     .path = "lint.allow[" + std::to_string(index) + "]",
                     .value = allowed.code,
                     .place = allowed.place,
                     .what = "no warning has this code and this path",
                     .fix = "take it out"};
  if (is_repeated(allowed_, index)) problem.what = "the same entry stands before it";
  if (allowed.code == kNeverSilent) problem.what = "a dangerous switch is a warning at every load";
  if (known == nullptr) {
    const std::string_view nearest = nearest_code(allowed.code);
    problem.code = "lint-allow-unknown";
    problem.what = "no warning has this code, and errors cannot be allowed";
    if (!nearest.empty()) problem.fix = "write code = \"" + std::string(nearest) + '"';
  }
  add(std::move(problem));
}

std::vector<Problem> ProblemList::take() {
  for (std::size_t i = 0; i < allowed_.size(); ++i) {
    if (!is_used_[i] || is_repeated(allowed_, i)) check_allowed(i);
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
