// The last loads of a store. Entry: LoadHistory::note. Spec: README, "Operating". Test:
// tests/runtime/load_history_test.cpp.

#include "corsac/runtime/load_history.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "corsac/base/printable.hpp"

namespace corsac {
namespace {

LoadNote make_note(std::string_view revision, bool is_taken, const Report& report) {
  LoadNote note{.revision = to_printable(revision, 255), .is_taken = is_taken};
  // Errors first: of many problems they are the ones to see.
  std::vector<const Problem*> problems = report.in_order_of_place();
  const auto is_error = [](const Problem* one) { return one->severity == Severity::Error; };
  const auto end_of_errors = std::stable_partition(problems.begin(), problems.end(), is_error);
  note.errors = static_cast<std::size_t>(end_of_errors - problems.begin());
  note.warnings = problems.size() - note.errors;
  problems.resize(std::min(problems.size(), LoadHistory::kProblems));
  for (const Problem* problem : problems) {
    const ProblemLines lines = problem_lines(*problem, report.sources());
    note.problems.push_back(
        to_one_line(lines.head + ": " + lines.body, LoadHistory::kProblemBytes));
  }
  return note;
}

bool is_same_refusal(const LoadNote& a, const LoadNote& b) {
  return !a.is_taken && !b.is_taken && a.revision == b.revision && a.errors == b.errors &&
         a.warnings == b.warnings && a.problems == b.problems;
}

}  // namespace

void LoadHistory::note(const Load& load, const Report& report) {
  LoadNote note = make_note(load.revision, load.is_taken, report);
  note.time = load.time;
  const bool are_changes = std::exchange(is_front_changes_, load.is_changes) && load.is_changes;
  if (!loads_.empty() && (are_changes || is_same_refusal(loads_.front(), note))) {
    note.times = loads_.front().times + 1;
    loads_.front() = std::move(note);
    return;
  }
  loads_.insert(loads_.begin(), std::move(note));
  if (loads_.size() > kLoads) loads_.pop_back();
}

}  // namespace corsac
