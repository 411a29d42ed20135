#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "corsac/base/clock.hpp"
#include "corsac/policy/compile.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/snapshot.hpp"
#include "corsac/runtime/judgement.hpp"

namespace corsac {

// The policy of one gate, as time goes by: a document is taken whole or not at all, and the one in
// force stays. Not thread-safe.
class PolicyInForce {
 public:
  // `clock` is never null.
  explicit PolicyInForce(std::shared_ptr<const Clock> clock, ApplicationFacts application = {});

  // What the next document is judged against, at the present moment.
  [[nodiscard]] JudgementBasis basis() const;
  // From now on the document of this judgement is in force; its report has no error. What ended
  // since it was judged ends with the next expire().
  void take(Judgement judgement) noexcept;

  // Compiles the document in force for the present moment; true when there is another snapshot now.
  // Never refused: tests are not run, and when compiling fails (no memory) nothing cross-origin is
  // granted until a later call succeeds. Call it at next_expiry().
  [[nodiscard]] bool expire() noexcept;

  // When the next grant of a record ends, or a failed expire() should be tried again. Empty =
  // never.
  [[nodiscard]] std::optional<std::chrono::system_clock::time_point> next_expiry() const noexcept;

  // Null until a document was taken.
  [[nodiscard]] const SnapshotPtr& snapshot() const noexcept { return snapshot_; }
  // The document in force has a section at all.
  [[nodiscard]] bool has_sections() const noexcept { return has_sections_; }

 private:
  std::shared_ptr<const Clock> clock_;
  ApplicationFacts application_;
  SnapshotPtr snapshot_ = {};
  std::shared_ptr<const Policy> policy_ = {};  // as Judgement::policy
  bool has_sections_ = false;
  std::optional<std::chrono::system_clock::time_point> retry_expiry_at_ = {};
};

}  // namespace corsac
