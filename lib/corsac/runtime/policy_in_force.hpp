#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "corsac/base/clock.hpp"
#include "corsac/base/problem.hpp"
#include "corsac/policy/compile.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy/snapshot.hpp"

namespace corsac {

// The policy of one gate, and what it takes to replace it: a document is taken whole or not at all,
// and the one in force stays. Not thread-safe.
class PolicyInForce {
 public:
  // `clock` is never null.
  explicit PolicyInForce(std::shared_ptr<const Clock> clock, ApplicationFacts application = {});

  // Judges a document: what its reader found, what compiling finds, and its [[test]] cases. Without
  // an error it is in force from now on. The answer is every error and warning.
  //
  // Tests guard new documents. One that only removes trust (trust_removal.hpp) from the document in
  // force is taken although tests fail; they are warnings then. A first document has nothing that
  // it could only remove from: its tests must pass.
  [[nodiscard]] Report take(Policy policy, std::vector<Problem> reader_problems);

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
  [[nodiscard]] std::vector<Problem> judge_tests(const Policy& policy,
                                                 const Snapshot* compiled) const;

  [[nodiscard]] CompileOptions compile_options() const;

  std::shared_ptr<const Clock> clock_;
  ApplicationFacts application_;
  SnapshotPtr snapshot_ = {};
  // The document that snapshot_ was made from, only while it may be needed again: it has tests
  // (what does the next one remove?) or grants that end. A million origins are not kept twice.
  std::optional<Policy> policy_ = {};
  bool has_sections_ = false;
  std::optional<std::chrono::system_clock::time_point> retry_expiry_at_ = {};
};

}  // namespace corsac
