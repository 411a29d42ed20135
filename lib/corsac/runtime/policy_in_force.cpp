// Judges documents and keeps the one in force. Entry: PolicyInForce::take, expire. Spec: policy
// document, 1 "Removing trust cannot be refused" and 5. Test:
// tests/runtime/policy_in_force_test.cpp.

#include "corsac/runtime/policy_in_force.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "corsac/policy/self_test.hpp"
#include "corsac/runtime/trust_removal.hpp"

namespace corsac {
namespace {

constexpr std::chrono::seconds kRetryExpiryAfter{1};

void append(std::vector<Problem>& problems, std::vector<Problem> more) {
  problems.insert(problems.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

bool has_error(const std::vector<Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return problem.severity == Severity::Error; });
}

}  // namespace

PolicyInForce::PolicyInForce(std::shared_ptr<const Clock> clock, ApplicationFacts application)
    : clock_(std::move(clock)), application_(application) {}

CompileOptions PolicyInForce::compile_options() const {
  return {
      .now = clock_->wall_now(), .application = application_, .previous = snapshot_.get()};
}

Report PolicyInForce::take(Policy policy, std::vector<Problem> reader_problems) {
  std::vector<Problem> problems = std::move(reader_problems);
  // Compiled even when the reader found errors: all errors of a document are told at once.
  const auto compiled = compile_policy(policy, compile_options());
  append(problems, compiled ? compiled->warnings.problems() : compiled.error().problems());
  if (!has_error(problems)) append(problems, judge_tests(policy, compiled->snapshot.get()));
  Report report(std::move(problems), policy.sources);
  if (report.has_errors()) return report;

  snapshot_ = compiled->snapshot;
  has_sections_ = !policy.is_empty();
  retry_expiry_at_.reset();
  const bool is_needed_again = !policy.tests.empty() || snapshot_->next_expiry().has_value();
  policy_ = is_needed_again ? std::optional(std::move(policy)) : std::nullopt;
  return report;
}

std::vector<Problem> PolicyInForce::judge_tests(const Policy& policy,
                                                const Snapshot* compiled) const {
  if (policy.tests.empty()) return {};
  std::vector<Problem> failed = failed_tests(run_policy_tests(policy, compiled));
  // Equal tests are part of a removal, so a document in force without tests was not kept for it.
  if (!failed.empty() && policy_ && only_removes_trust(*policy_, policy)) {
    for (Problem& problem : failed) problem.severity = Severity::Warning;
  }
  return failed;
}

bool PolicyInForce::expire() noexcept {
  if (!policy_) return false;
  const CompileOptions options = compile_options();
  try {
    auto compiled = compile_policy(*policy_, options);
    if (compiled) {
      snapshot_ = std::move(compiled->snapshot);
      retry_expiry_at_.reset();
      return true;
    }
  } catch (...) {
    // As if it were refused, below.
  }
  // What compiled once compiles again, but for memory. Grants that ended must end all the same.
  retry_expiry_at_ = options.now + kRetryExpiryAfter;
  if (snapshot_->is_closed()) return false;
  try {
    snapshot_ = Snapshot::closed(*snapshot_);
    return true;
  } catch (...) {
    return false;  // not even memory for that: tried again with the rest
  }
}

std::optional<std::chrono::system_clock::time_point> PolicyInForce::next_expiry() const noexcept {
  if (retry_expiry_at_) return retry_expiry_at_;
  return snapshot_ == nullptr ? std::nullopt : snapshot_->next_expiry();
}

}  // namespace corsac
