#pragma once

#include <memory>
#include <span>

#include "corsac/base/clock.hpp"
#include "corsac/policy/compile.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/record_withdrawal.hpp"
#include "corsac/policy/snapshot.hpp"
#include "corsac/runtime/judgement.hpp"
#include "corsac/runtime/store_role.hpp"
#include "corsac/runtime/time_window.hpp"

namespace corsac {

// The policy of one gate, as time goes by: a document is taken whole or not at all, and the one in
// force stays. Not thread-safe.
class PolicyInForce {
 public:
  // `clock` is never null.
  enum class Stores : unsigned char { One, WithRecords };
  explicit PolicyInForce(std::shared_ptr<const Clock> clock, ApplicationFacts application = {},
                         Stores stores = Stores::One);

  // What the next document is judged against, at the present moment.
  [[nodiscard]] JudgementBasis basis() const;
  // From now on the document of this judgement is in force; its report has no error. What ended
  // since it was judged ends with the next expire(). The basis of the judgement holds the documents
  // that are in force now.
  void take(Judgement judgement) noexcept;

  // Compiles the documents in force for the present moment; true when there is another snapshot
  // now. Never refused: tests are not run, and when compiling fails (no memory) nothing
  // cross-origin is granted until a later call succeeds. Call it outside of window().
  [[nodiscard]] bool expire() noexcept;
  // The same without the records from now on, which are forgotten. Only with has_records().
  void withdraw_records() noexcept;

  // Trusts no more what these records do not: policy document, 1 "Removing trust cannot be
  // refused". When compiling fails nothing cross-origin is granted, as with expire(). False: there
  // was no memory to tell what is left, and nothing cross-origin is granted until a document is
  // taken.
  [[nodiscard]] bool withdraw(std::span<const RecordWithdrawal> withdrawn) noexcept;
  // Puts what Judgement::limited has in the place of that part, and compiles, likewise. Nothing
  // when no such part is in force any more.
  void limit(StoreRole part, std::shared_ptr<const Policy> limited) noexcept;

  // For which moments the snapshot is right; after an expire() that failed, until it should be
  // tried again.
  [[nodiscard]] const TimeWindow& window() const noexcept { return window_; }

  // Null until a document was taken; records alone are none.
  [[nodiscard]] const SnapshotPtr& snapshot() const noexcept { return snapshot_; }
  [[nodiscard]] bool has_records() const noexcept { return records_ != nullptr; }
  // What is in force of one store; null = nothing, or nothing that was kept (Judgement::document).
  [[nodiscard]] const std::shared_ptr<const Policy>& part(StoreRole role) const noexcept {
    return role == StoreRole::Policy ? document_ : records_;
  }

 private:
  [[nodiscard]] bool compile_again() noexcept;
  bool close_until_taken() noexcept;
  bool close_for_want_of_memory(TimeWindow::Moment now) noexcept;

  std::shared_ptr<const Clock> clock_;
  ApplicationFacts application_;
  Stores stores_;
  SnapshotPtr snapshot_ = {};
  std::shared_ptr<const Policy> document_ = {};  // as Judgement::document
  std::shared_ptr<const Policy> records_ = {};
  TimeWindow window_ = {};
  bool is_lost_ = false;  // what is trusted is not known any more; => document_ is null
};

}  // namespace corsac
