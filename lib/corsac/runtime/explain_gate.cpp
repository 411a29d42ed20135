// Explain for what is in force. Entry: explain. Test:
// tests/adapter/admin_explain_test.cpp.

#include "corsac/runtime/explain_gate.hpp"

#include <utility>

#include "corsac/policy/snapshot.hpp"

namespace corsac {

Result<ExplainedExchange, Report> explain(const Gate& gate, const ExplainQuestion& question) {
  if (auto problems = question_problems(question); !problems.empty()) {
    return fail(Report(std::move(problems)));
  }
  SnapshotPtr snapshot = gate.snapshot();
  ExplainedExchange told = explain_exchange(*snapshot, gate.own_origin(), question);
  using Kept = std::pair<SnapshotPtr, std::shared_ptr<const void>>;
  told.keeps = std::make_shared<const Kept>(std::move(snapshot), std::move(told.keeps));
  return told;
}

}  // namespace corsac
