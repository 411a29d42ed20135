// The policy of a gate without a store. Entry: CodePolicy::replace. Test:
// tests/runtime/gate_test.cpp.

#include "corsac/runtime/code_policy.hpp"

#include <exception>
#include <utility>

#include "corsac/runtime/store_journal.hpp"

namespace corsac {

CodePolicy::CodePolicy(std::shared_ptr<const Clock> clock, ApplicationFacts application,
                       std::function<void(SnapshotPtr)> publish)
    : clock_(std::move(clock)),
      publish_(std::move(publish)),
      in_force_(clock_, application),
      timer_(clock_, [this] { expire(); }) {
  status_.source = "code";
}

Result<Report, Report> CodePolicy::replace(Policy policy) {
  const std::lock_guard replacing(replace_mutex_);
  try {
    return judge_and_take(std::move(policy));
  } catch (const std::exception&) {
    return fail(Report({Problem{.code = "gate-failed",
                                .what = "there was no memory, or no thread, for the policy; the "
                                        "one in force stays"}}));
  }
}

Result<Report, Report> CodePolicy::judge_and_take(Policy policy) {
  Judgement judgement = judge_document(std::move(policy), {}, basis());
  Report report = judgement.report;
  if (!report.has_errors()) {
    take(std::move(judgement), report);
    return report;
  }
  const std::lock_guard lock(mutex_);
  ++status_.failures;
  status_.last_answer_at = clock_->wall_now();
  status_.last_error = first_line(report);
  status_.last_report = report;
  return fail(std::move(report));
}

// All that can throw comes first, the timer too: a policy without the end of its grants must not be
// in force.
void CodePolicy::take(Judgement judgement, const Report& report) {
  const std::lock_guard lock(mutex_);
  StoreStatus status = status_;
  ++status.loads;
  status.state = StoreState::Fresh;
  status.loaded_at = status.last_answer_at = clock_->wall_now();
  status.revision = judgement.snapshot->revision();
  status.last_report = report;
  status.last_error.clear();
  timer_.set(judgement.window);

  in_force_.take(std::move(judgement));
  status_ = std::move(status);
  static_cast<void>(expire_if_due());  // what ended while it was judged
  publish_(in_force_.snapshot());
  timer_.set(in_force_.window());
}

JudgementBasis CodePolicy::basis() const {
  const std::lock_guard lock(mutex_);
  return in_force_.basis();
}

// With mutex_. True when there is another snapshot now.
bool CodePolicy::expire_if_due() noexcept {
  return !in_force_.window().contains(clock_->wall_now()) && in_force_.expire();
}

void CodePolicy::expire() noexcept {
  const std::lock_guard lock(mutex_);
  // The policy may have been replaced since the timer rang.
  if (expire_if_due()) publish_(in_force_.snapshot());
  timer_.set(in_force_.window());
}

StoreStatus CodePolicy::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace corsac
