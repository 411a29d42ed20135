// Keeps the policy in force. Entry: PolicyInForce::take, expire. Spec: policy document, 1
// (`valid_until`) and 5. Test: tests/runtime/policy_in_force_test.cpp.

#include "corsac/runtime/policy_in_force.hpp"

#include <chrono>
#include <utility>

namespace corsac {
namespace {

constexpr std::chrono::seconds kRetryExpiryAfter{1};

}  // namespace

PolicyInForce::PolicyInForce(std::shared_ptr<const Clock> clock, ApplicationFacts application)
    : clock_(std::move(clock)), application_(application) {}

JudgementBasis PolicyInForce::basis() const {
  return {.now = clock_->wall_now(),
          .application = application_,
          .snapshot = snapshot_,
          .policy = policy_};
}

void PolicyInForce::take(Judgement judgement) noexcept {
  snapshot_ = std::move(judgement.snapshot);
  policy_ = std::move(judgement.policy);
  window_ = judgement.window;
}

bool PolicyInForce::expire() noexcept {
  if (!policy_) return false;
  const CompileOptions options = {
      .now = clock_->wall_now(), .application = application_, .previous = snapshot_.get()};
  try {
    auto compiled = compile_policy(*policy_, options);
    if (compiled) {
      snapshot_ = std::move(compiled->snapshot);
      window_ = window_of(*snapshot_, *policy_, options.now);
      return true;
    }
  } catch (...) {
    // As if it were refused, below.
  }
  // What compiled once compiles again, but for memory. Grants that ended must end all the same.
  window_ = {.from = options.now, .until = options.now + kRetryExpiryAfter};
  if (snapshot_->is_closed()) return false;
  try {
    snapshot_ = Snapshot::closed(*snapshot_);
    return true;
  } catch (...) {
    return false;  // not even memory for that: tried again with the rest
  }
}

}  // namespace corsac
