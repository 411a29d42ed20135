// Keeps the policy in force. Entry: PolicyInForce::take, expire. Spec: policy document, 1
// (`valid_until`) and 5. Test: tests/runtime/policy_in_force_test.cpp.

#include "corsac/runtime/policy_in_force.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "corsac/runtime/records_merge.hpp"
#include "corsac/runtime/trust_removal.hpp"

namespace corsac {
namespace {

constexpr std::chrono::seconds kRetryExpiryAfter{1};

}  // namespace

PolicyInForce::PolicyInForce(std::shared_ptr<const Clock> clock, ApplicationFacts application,
                             Stores stores)
    : clock_(std::move(clock)), application_(application), stores_(stores) {}

JudgementBasis PolicyInForce::basis() const {
  return {.now = clock_->wall_now(),
          .application = application_,
          .snapshot = snapshot_,
          .document = document_,
          .records = records_,
          .has_records_store = stores_ == Stores::WithRecords};
}

void PolicyInForce::take(Judgement judgement) noexcept {
  records_ = std::move(judgement.records);
  if (judgement.snapshot == nullptr) return;  // records for which there is no document
  snapshot_ = std::move(judgement.snapshot);
  document_ = std::move(judgement.document);
  window_ = judgement.window;
  is_lost_ = false;
}

bool PolicyInForce::expire() noexcept {
  return is_lost_ ? close_until_taken() : document_ && compile_again();
}

void PolicyInForce::withdraw_records() noexcept {
  records_.reset();
  if (document_) static_cast<void>(compile_again());
}

void PolicyInForce::limit(StoreRole part, std::shared_ptr<const Policy> limited) noexcept {
  auto& in_force = part == StoreRole::Policy ? document_ : records_;
  if (!in_force) return;
  in_force = std::move(limited);
  static_cast<void>(expire());
}

// Where no document was kept (Judgement::document) it has no records; those of a second store may
// be there before the first document is.
bool PolicyInForce::withdraw(std::span<const RecordWithdrawal> withdrawn) noexcept {
  bool is_less = false;
  try {
    for (auto* part : {&document_, &records_}) {
      if (*part == nullptr) continue;
      auto limited = without_withdrawn(**part, withdrawn);
      if (!limited) continue;
      *part = std::make_shared<const Policy>(*std::move(limited));
      is_less = true;
    }
  } catch (...) {
    document_.reset();
    records_.reset();
    is_lost_ = snapshot_ != nullptr;
    if (is_lost_) static_cast<void>(close_until_taken());
    return false;
  }
  if (is_less && document_) static_cast<void>(compile_again());
  return true;
}

bool PolicyInForce::compile_again() noexcept {
  const CompileOptions options = {
      .now = clock_->wall_now(), .application = application_, .previous = snapshot_.get()};
  try {
    const WholePolicy whole(*document_, records_.get());
    auto compiled = compile_policy(whole.get(), options);
    if (compiled) {
      snapshot_ = std::move(compiled->snapshot);
      window_ = window_of(*snapshot_, whole.get(), options.now);
      return true;
    }
  } catch (...) {
    // As if it were refused, below.
  }
  // What compiled once compiles again, but for memory. Grants that ended must end all the same.
  return close_for_want_of_memory(options.now);
}

// Without an end once it is closed: nothing but a document opens it.
bool PolicyInForce::close_until_taken() noexcept {
  const bool is_another = close_for_want_of_memory(clock_->wall_now());
  if (snapshot_->is_closed()) window_ = {};
  return is_another;
}

bool PolicyInForce::close_for_want_of_memory(TimeWindow::Moment now) noexcept {
  window_ = {.from = now, .until = now + kRetryExpiryAfter};
  if (snapshot_->is_closed()) return false;
  try {
    snapshot_ = Snapshot::closed(*snapshot_);
    return true;
  } catch (...) {
    return false;  // not even memory for that: tried again with the rest
  }
}

}  // namespace corsac
