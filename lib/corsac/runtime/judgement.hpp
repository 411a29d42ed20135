#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/policy/changeable_policy.hpp"
#include "corsac/policy/compile.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy/snapshot.hpp"
#include "corsac/runtime/store_role.hpp"
#include "corsac/runtime/time_window.hpp"

namespace corsac {

// What a document is judged against. Keeps alive what it points to, so that it may be taken to
// another thread.
struct JudgementBasis {
  std::chrono::system_clock::time_point now = {};
  ApplicationFacts application = {};
  SnapshotPtr snapshot = {};                    // in force; null = none
  std::shared_ptr<const Policy> document = {};  // in force, as far as it was kept
  std::shared_ptr<const Policy> records = {};   // in force beside it; null = none
  // There is a second store, of records: what is in force is two documents, and both are kept.
  bool has_records_store = false;
  bool wants_json = false;     // Judgement::json is made
  bool wants_history = false;  // Judgement::kept is
  bool wants_changes = false;  // the store can tell what changes: Judgement::changeable is made
};

// What a document is worth.
struct Judgement {
  Report report = {};  // every error and warning
  // Null <=> an error in the report, or records for which there is no document yet.
  SnapshotPtr snapshot = {};
  // Of what the snapshot is made. The document only where it may be needed again: there is a second
  // store, or it has tests (what does the next one remove?) or records, which end, or from which
  // trust is withdrawn. A million origins are not kept twice.
  std::shared_ptr<const Policy> document = {};
  std::shared_ptr<const Policy> records = {};
  // The document and the snapshot where single origins of it may change without a judgement; not
  // where the document is kept, which is as good as a read then.
  std::optional<ChangeablePolicy> changeable = {};
  // With an error in the report: the part in force that was to be replaced, without the trust that
  // the refused one takes away by its records (trust_removal.hpp); null = it takes none away.
  std::shared_ptr<const Policy> limited = {};
  // The document where it is short enough to be kept (PolicyHistory), and only where it is wanted.
  std::shared_ptr<const Policy> kept = {};
  std::string json = {};   // what was judged, for the cache; only where it is wanted
  TimeWindow window = {};  // for which the snapshot is right
  bool has_sections = false;
};

// For which moments `snapshot`, to which `policy` was compiled at `now`, is right.
[[nodiscard]] TimeWindow window_of(const Snapshot& snapshot, const Policy& policy,
                                   TimeWindow::Moment now);

// Judges a document: what its reader found, what compiling finds, and its [[test]] cases.
//
// Tests guard new documents. One that only removes trust (trust_removal.hpp) from the document in
// force is taken although tests fail; they are warnings then. A first document has nothing that it
// could only remove from: its tests must pass.
//
// May take minutes (each test may need a compilation). `is_wanted`, when not empty, is asked
// between two compilations; when it says no, the answer means nothing. Safe from any thread.
[[nodiscard]] Judgement judge_document(Policy policy, std::vector<Problem> reader_problems,
                                       const JudgementBasis& basis,
                                       const std::function<bool()>& is_wanted = {});

// The same for what a second store delivers, records for `basis.document`: errors records-section
// for anything but trusted origins, and what judging both as one policy finds. Warnings of the
// document alone are left out.
[[nodiscard]] Judgement judge_records(Policy records, std::vector<Problem> reader_problems,
                                      const JudgementBasis& basis,
                                      const std::function<bool()>& is_wanted = {});

// The one of the two that is for what this store delivers.
[[nodiscard]] Judgement judge_delivery(StoreRole role, Policy delivered,
                                       std::vector<Problem> reader_problems,
                                       const JudgementBasis& basis,
                                       const std::function<bool()>& is_wanted = {});

}  // namespace corsac
