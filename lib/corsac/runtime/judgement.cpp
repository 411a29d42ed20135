// Judges documents. Entry: judge_document, judge_records. Spec: policy document, 1 "Removing trust
// cannot be refused" and 5. Test: tests/runtime/policy_in_force_test.cpp.

#include "corsac/runtime/judgement.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "corsac/policy/element_paths.hpp"
#include "corsac/policy/self_test.hpp"
#include "corsac/policy/writer.hpp"
#include "corsac/runtime/policy_history.hpp"
#include "corsac/runtime/records_merge.hpp"
#include "corsac/runtime/store_role.hpp"
#include "corsac/runtime/trust_removal.hpp"

namespace corsac {
namespace {

void append(std::vector<Problem>& problems, std::vector<Problem> more) {
  problems.insert(problems.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

bool only_removes_trust(const JudgementBasis& basis, const Policy& next) {
  return basis.document &&
         only_removes_trust(WholePolicy(*basis.document, basis.records.get()).get(), next);
}

std::vector<Problem> judge_tests(const Policy& policy, bool has_all_records,
                                 const Snapshot* compiled, const JudgementBasis& basis,
                                 const std::function<bool()>& is_wanted) {
  if (policy.tests.empty()) return {};
  const std::vector<TestOutcome> outcomes = run_policy_tests(policy, compiled, is_wanted);
  std::vector<Problem> failed = failed_tests(outcomes);
  // Equal tests are part of a removal, so a document in force without tests was not kept for it.
  const bool is_removal = !failed.empty() && only_removes_trust(basis, policy);
  auto problem = failed.begin();
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].has_passed) continue;
    const bool expects_grant = policy.tests[i].expect == PolicyTest::Expect::Allow;
    if (is_removal || (expects_grant && !has_all_records)) problem->severity = Severity::Warning;
    ++problem;
  }
  return failed;
}

bool is_needed_again(const Policy& document, const TimeWindow& window,
                     const JudgementBasis& basis) {
  return basis.has_records_store || !document.tests.empty() || !document.trusted_origins.empty() ||
         !window.is_endless();
}

// Of `delivered`, which was refused though it could be read.
std::shared_ptr<const Policy> limited_by(const Policy& delivered,
                                         const std::shared_ptr<const Policy>& in_force) {
  if (!in_force) return nullptr;
  auto limited = with_trust_removed(*in_force, delivered);
  return limited ? std::make_shared<const Policy>(*std::move(limited)) : nullptr;
}

// The report, the snapshot and its window.
Judgement judge_whole(const WholePolicy& both, bool has_all_records, std::vector<Problem> problems,
                      const JudgementBasis& basis, const std::function<bool()>& is_wanted) {
  const Policy& whole = both.get();
  // Compiled even when the reader found errors: all errors of a document are told at once.
  auto compiled = compile_policy(
      whole,
      {.now = basis.now, .application = basis.application, .previous = basis.snapshot.get()});
  std::vector<Problem> found =
      compiled ? compiled->warnings.problems() : compiled.error().problems();
  restore_record_indices(both.document(), found);
  restore_indices(problems, found);
  leave_out_consequences(problems, found);
  append(problems, std::move(found));
  if (!has_error(problems)) {
    append(problems,
           judge_tests(whole, has_all_records, compiled->snapshot.get(), basis, is_wanted));
  }
  Judgement judgement{.report = Report(std::move(problems), whole.sources)};
  if (judgement.report.has_errors()) return judgement;
  judgement.snapshot = std::move(compiled->snapshot);
  judgement.window = window_of(*judgement.snapshot, whole, basis.now);
  return judgement;
}

// A failed test may be the doing of either part.
bool is_warning_about(const Problem& problem, StoreRole part, const Policy& document) {
  const bool is_of_part = is_of_records(problem, document) == (part == StoreRole::Records);
  return problem.severity == Severity::Warning && problem.code != "test-failed" && is_of_part;
}

Report without_warnings_about(StoreRole part, const Report& report, const Policy& document) {
  std::vector<Problem> problems;
  for (const Problem& problem : report.problems()) {
    if (!is_warning_about(problem, part, document)) problems.push_back(problem);
  }
  return Report(std::move(problems), report.sources());
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

Judgement judge_document(Policy document, std::vector<Problem> reader_problems,
                         const JudgementBasis& basis, const std::function<bool()>& is_wanted) {
  const bool is_readable = !has_error(reader_problems);
  std::vector<Problem> problems = std::move(reader_problems);
  if (basis.records) append(problems, overruled_records(document, *basis.records));
  const WholePolicy whole(document, basis.records.get());
  const bool has_all_records = !basis.has_records_store || basis.records;
  Judgement judgement = judge_whole(whole, has_all_records, std::move(problems), basis, is_wanted);
  // Records that came before the first document were not judged with one: here they are.
  if (basis.records && basis.document) {
    judgement.report = without_warnings_about(StoreRole::Records, judgement.report, document);
  }
  judgement.has_sections = !document.is_empty();
  if (judgement.report.has_errors()) {
    if (is_readable) judgement.limited = limited_by(document, basis.document);
    return judgement;
  }
  if (basis.wants_json) judgement.json = policy_to_json(document);
  judgement.records = basis.records;
  const bool is_kept = basis.wants_history && PolicyHistory::is_short(document);
  const bool is_needed = is_needed_again(document, judgement.window, basis);
  if (basis.wants_changes && !basis.has_records_store && !is_kept) {
    judgement.changeable = ChangeablePolicy::of(document, judgement.snapshot);
  }
  if (!is_kept && !is_needed) return judgement;
  const auto shared = std::make_shared<const Policy>(std::move(document));
  if (is_kept) judgement.kept = shared;
  if (is_needed) judgement.document = shared;
  return judgement;
}

Judgement judge_records(Policy records, std::vector<Problem> reader_problems,
                        const JudgementBasis& basis, const std::function<bool()>& is_wanted) {
  std::vector<Problem> problems = std::move(reader_problems);
  append(problems, foreign_sections(records));
  const bool is_readable = !has_error(problems);
  Judgement judgement;
  if (has_error(problems) || !basis.document) {
    judgement.report = Report(std::move(problems), records.sources);
  } else {
    const Policy& document = *basis.document;
    problems = with_merged_places(std::move(problems), document);
    append(problems, overruled_records(document, records));
    const WholePolicy whole(document, &records);
    judgement = judge_whole(whole, true, std::move(problems), basis, is_wanted);
    judgement.report = without_warnings_about(StoreRole::Policy, judgement.report, document);
  }
  judgement.has_sections = !records.is_empty();
  if (judgement.report.has_errors()) {
    if (is_readable) judgement.limited = limited_by(records, basis.records);
    return judgement;
  }
  if (basis.wants_json) judgement.json = policy_to_json(records);
  judgement.document = basis.document;
  judgement.records = std::make_shared<const Policy>(std::move(records));
  return judgement;
}

Judgement judge_delivery(StoreRole role, Policy delivered, std::vector<Problem> reader_problems,
                         const JudgementBasis& basis, const std::function<bool()>& is_wanted) {
  const auto judge = role == StoreRole::Policy ? judge_document : judge_records;
  return judge(std::move(delivered), std::move(reader_problems), basis, is_wanted);
}

}  // namespace corsac
