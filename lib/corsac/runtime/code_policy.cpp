// The policy of a gate without a store. Entry: CodePolicy::replace. Test:
// tests/runtime/gate_test.cpp.

#include "corsac/runtime/code_policy.hpp"

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
  Judgement judgement = judge_document(std::move(policy), {}, basis());
  const std::lock_guard lock(mutex_);
  Report report = std::move(judgement.report);
  const auto now = clock_->wall_now();
  status_.last_answer_at = now;
  status_.last_report = report;
  status_.last_error = report.has_errors() ? first_line(report) : "";
  if (report.has_errors()) {
    ++status_.failures;
    return fail(std::move(report));
  }
  in_force_.take(std::move(judgement));
  ++status_.loads;
  status_.state = StoreState::Fresh;
  status_.loaded_at = now;
  status_.revision = in_force_.snapshot()->revision();
  static_cast<void>(expire_if_due());  // what ended while it was judged
  publish_(in_force_.snapshot());
  timer_.set(in_force_.next_expiry());
  return report;
}

JudgementBasis CodePolicy::basis() const {
  const std::lock_guard lock(mutex_);
  return in_force_.basis();
}

// With mutex_. True when there is another snapshot now.
bool CodePolicy::expire_if_due() noexcept {
  const auto moment = in_force_.next_expiry();
  return moment && *moment <= clock_->wall_now() && in_force_.expire();
}

void CodePolicy::expire() noexcept {
  const std::lock_guard lock(mutex_);
  // The policy may have been replaced since the timer rang.
  if (expire_if_due()) publish_(in_force_.snapshot());
  timer_.set(in_force_.next_expiry());
}

StoreStatus CodePolicy::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace corsac
