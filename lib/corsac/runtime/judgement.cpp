// Judges documents. Entry: judge_document. Spec: policy document, 1 "Removing trust cannot be
// refused" and 5. Test: tests/runtime/policy_in_force_test.cpp.

#include "corsac/runtime/judgement.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "corsac/policy/element_paths.hpp"
#include "corsac/policy/self_test.hpp"
#include "corsac/policy/writer.hpp"
#include "corsac/runtime/trust_removal.hpp"

namespace corsac {
namespace {

void append(std::vector<Problem>& problems, std::vector<Problem> more) {
  problems.insert(problems.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

bool has_error(const std::vector<Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return problem.severity == Severity::Error; });
}

std::vector<Problem> judge_tests(const Policy& policy, const Snapshot* compiled,
                                 const JudgementBasis& basis,
                                 const std::function<bool()>& is_wanted) {
  if (policy.tests.empty()) return {};
  std::vector<Problem> failed = failed_tests(run_policy_tests(policy, compiled, is_wanted));
  // Equal tests are part of a removal, so a document in force without tests was not kept for it.
  if (!failed.empty() && basis.policy && only_removes_trust(*basis.policy, policy)) {
    for (Problem& problem : failed) problem.severity = Severity::Warning;
  }
  return failed;
}

bool is_needed_again(const Policy& policy, const TimeWindow& window) {
  return !policy.tests.empty() || !window.is_endless();
}

}  // namespace

TimeWindow window_of(const Snapshot& snapshot, const Policy& policy, TimeWindow::Moment now) {
  TimeWindow window{.until = snapshot.next_expiry()};
  for (const TrustedOrigin& record : policy.trusted_origins) {
    const auto& end = record.valid_until;
    if (end && *end <= now && (!window.from || *end > *window.from)) window.from = end;
  }
  return window;
}

Judgement judge_document(Policy policy, std::vector<Problem> reader_problems,
                         const JudgementBasis& basis, const std::function<bool()>& is_wanted) {
  std::vector<Problem> problems = std::move(reader_problems);
  // Compiled even when the reader found errors: all errors of a document are told at once.
  auto compiled = compile_policy(
      policy,
      {.now = basis.now, .application = basis.application, .previous = basis.snapshot.get()});
  std::vector<Problem> found =
      compiled ? compiled->warnings.problems() : compiled.error().problems();
  restore_indices(problems, found);
  append(problems, std::move(found));
  if (!has_error(problems)) {
    append(problems, judge_tests(policy, compiled->snapshot.get(), basis, is_wanted));
  }
  Judgement judgement{.report = Report(std::move(problems), policy.sources),
                      .has_sections = !policy.is_empty()};
  if (judgement.report.has_errors()) return judgement;
  judgement.snapshot = std::move(compiled->snapshot);
  judgement.window = window_of(*judgement.snapshot, policy, basis.now);
  if (basis.wants_json) judgement.json = policy_to_json(policy);
  if (is_needed_again(policy, judgement.window)) {
    judgement.policy = std::make_shared<const Policy>(std::move(policy));
  }
  return judgement;
}

}  // namespace corsac
