// Entry: PolicyEditor. Tests: tests/policy_api/policy_api_test.cpp,
// tests/server/policy_api_test.py.

#include "corsac/policy_api/policy_editor.hpp"

#include <algorithm>
#include <utility>

#include "corsac/policy/reader.hpp"
#include "corsac/policy/writer.hpp"
#include "corsac/runtime/feed_json.hpp"
#include "corsac/runtime/sink_adapter.hpp"

namespace corsac {
namespace {

using Status = EditResult::Status;

// How often a change is made again on what others wrote in between.
constexpr int kTries = 5;
// Who waits occupies a thread of the server, whose other routes must go on when the store hangs.
constexpr int kWaiterLimit = 8;
// The source of what a client sends, in places.
constexpr std::string_view kBody = "body";

struct ReadDraft {
  bool is_whole = false;  // else it is no JSON object, and `problems` say why
  Policy policy = {};
  std::vector<Problem> problems = {};
};

ReadDraft read_draft(const std::string& json) {
  PolicyReader reader;
  SinkAdapter sink;
  sink.begin(reader);
  reader.source(kBody);
  const bool is_json = feed_json(nullptr, &sink.table(), json.data(), json.size()) == CORSAC_OK;
  sink.end();
  if (is_json) reader.finish({});
  ReadDraft draft{.is_whole = reader.is_finished()};
  draft.problems = reader.take_problems();
  draft.policy = reader.take_policy();
  return draft;
}

// Places in what we made ourselves mean nothing to anybody.
std::vector<Problem> without_places(std::vector<Problem> problems) {
  for (Problem& problem : problems) {
    if (problem.place.source == 0) problem.place = {};
  }
  return problems;
}

Report report_of(const DocumentDraft& draft, std::vector<Problem> problems,
                 std::vector<std::string> sources) {
  if (!draft.is_body) problems = without_places(std::move(problems));
  return Report(std::move(problems), std::move(sources));
}

Problem store_busy() {
  return {.code = "store-busy",
          .what = "too many wait for the store, or it did not answer those who came before",
          .fix = "try again later"};
}

Problem document_empty() {
  return {.code = "document-empty",
          .what = "the document has no section at all, and a server would not take it",
          .fix =
              "write \"cors\": {\"enabled\": false} to switch CORS off, or set accept_empty = "
              "true in [store]"};
}

// Nobody who takes [cors] away should think that nothing is granted any more.
Problem cors_beside() {
  return {.severity = Severity::Warning,
          .code = "cors-beside-document",
          .path = "cors",
          .what =
              "the document has no [cors], and the origins that the store keeps beside it are "
              "granted all the same, by the defaults",
          .fix =
              "write \"cors\": {\"enabled\": false} to switch CORS off, or take the origins out "
              "of the store"};
}

// Whether they are about JSON, and not about a policy.
bool are_of_json(const std::vector<Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(), [](const Problem& problem) {
    return problem.code == "json-syntax" || problem.code == "json-root" ||
           problem.code == "nesting-too-deep";
  });
}

// As plugins call it: redis-key-missing.
bool are_of_nothing(const std::vector<Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(), [](const Problem& problem) {
    return std::string_view(problem.code).ends_with("-key-missing");
  });
}

bool is_answer(ReadStatus status) noexcept {
  return status == ReadStatus::Read || status == ReadStatus::Invalid;
}

Status status_of(WriteStatus status) noexcept {
  switch (status) {
    case WriteStatus::Written:
      return Status::Written;
    case WriteStatus::Conflict:
      return Status::OutOfDate;
    case WriteStatus::Refused:
      return Status::Refused;
    case WriteStatus::NotReached:
      return Status::NotReached;
    case WriteStatus::Failed:
      break;
  }
  return Status::Failed;
}

}  // namespace

// One call at a time; the others wait, but not for ever.
class PolicyEditor::Turn {
 public:
  explicit Turn(PolicyEditor& editor) : editor_(editor) {
    std::unique_lock lock(editor.mutex_);
    if (editor.is_taken_ && editor.waiters_ == kWaiterLimit) return;
    const std::uint64_t failures = editor.failures_;
    // Each of those who wait would wait for a store that hangs as long as the one before him.
    const auto has_failed = [&] { return editor.failures_ != failures; };
    ++editor.waiters_;
    editor.free_.wait_for(lock, editor.options_.queue_deadline,
                          [&] { return !editor.is_taken_ || has_failed(); });
    --editor.waiters_;
    has_come_ = !editor.is_taken_ && !has_failed();
    if (has_come_) editor.is_taken_ = true;
  }
  ~Turn() {
    if (!has_come_) return;
    const std::lock_guard lock(editor_.mutex_);
    editor_.is_taken_ = false;
    if (has_failed_) ++editor_.failures_;
    editor_.free_.notify_all();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  [[nodiscard]] bool has_come() const noexcept { return has_come_; }
  // The store was not to be had: whoever waits is told so.
  void note_failure() noexcept { has_failed_ = true; }

 private:
  PolicyEditor& editor_;
  bool has_come_ = false;
  bool has_failed_ = false;
};

PolicyEditor::PolicyEditor(std::unique_ptr<DocumentStore> store, std::shared_ptr<Gate> gate,
                           Options options)
    : store_(std::move(store)), gate_(std::move(gate)), options_(options) {}

DocumentRead PolicyEditor::read() {
  Turn turn(*this);
  if (!turn.has_come()) return {.report = Report({store_busy()})};
  DocumentRead read = read_now();
  if (!read.is_reached) turn.note_failure();
  return read;
}

EditResult PolicyEditor::edit(const Edit& edit) {
  if (!store_->can_write()) return {.status = Status::NotWritable};
  Turn turn(*this);
  if (!turn.has_come()) return {.report = Report({store_busy()})};
  const bool is_strict = edit.condition.kind == EditCondition::Kind::Tags;
  EditResult result = try_edit(edit);
  for (int tries = 1; result.status == Status::OutOfDate && !is_strict && tries < kTries; ++tries) {
    result = try_edit(edit);
  }
  if (result.status == Status::NotReached || result.status == Status::Failed) turn.note_failure();
  return result;
}

DocumentRead PolicyEditor::read_now() {
  ReadResult result = store_->read();
  DocumentRead read;
  read.is_reached = is_answer(result.status);
  read.is_missing = result.status == ReadStatus::Invalid && are_of_nothing(result.problems);
  read.is_readable = result.status == ReadStatus::Read && !has_error(result.problems);
  read.document = std::move(result.policy);
  read.detail = std::move(result.detail);
  read.report = Report(std::move(result.problems), read.document.sources);
  read.beside = take_beside(read.document);
  return read;
}

// Why the change is not so much as made; nothing = it is.
std::optional<EditResult> PolicyEditor::refuse_before(const Edit& edit, const DocumentRead& now) {
  EditResult refused{.revision = now.document.revision, .report = now.report};
  if (!now.is_reached) {
    std::vector<Problem> problems = now.report.problems();
    if (problems.empty()) problems.push_back({.code = "store-unreachable", .what = now.detail});
    refused.report = Report(std::move(problems));
    return refused;
  }
  const bool is_known = !now.document.revision.empty();
  const Status unusable = now.is_missing ? Status::Missing : Status::Unusable;
  refused.status = is_known || now.is_readable ? Status::OutOfDate : unusable;
  if (!edit.condition.holds_for(now.document.revision)) {
    if (refused.status == Status::OutOfDate) refused.report = {};
    return refused;
  }
  refused.status = unusable;
  if (edit.needs_document && !now.is_readable) return refused;
  return std::nullopt;
}

EditResult PolicyEditor::try_edit(const Edit& edit) {
  const DocumentRead now = read_now();
  if (auto refused = refuse_before(edit, now)) return *std::move(refused);
  const DocumentDraft draft = edit.make(now.is_readable ? &now.document : nullptr, now.beside);
  EditResult judged = judge(draft, now);
  if (judged.status != Status::Written) return judged;
  // Whatever is there is what `*` says; what was read is what a change was made to.
  const bool is_any = edit.condition.kind == EditCondition::Kind::Any && !edit.needs_document;
  return write(std::move(judged), is_any ? std::string() : now.document.revision);
}

// Status Written = it may be.
EditResult PolicyEditor::judge(const DocumentDraft& draft, const DocumentRead& now) {
  EditResult result{.status = Status::Invalid, .revision = now.document.revision};
  if (draft.json.empty() && has_error(draft.problems)) {
    if (are_of_json(draft.problems)) result.status = Status::Malformed;
    result.report = Report(draft.problems, {std::string(kBody)});
    return result;
  }
  ReadDraft read = read_draft(draft.json);
  read.problems.insert(read.problems.begin(), draft.problems.begin(), draft.problems.end());
  if (!read.is_whole) {
    if (are_of_json(read.problems)) result.status = Status::Malformed;
    result.report = report_of(draft, std::move(read.problems), {std::string(kBody)});
    return result;
  }
  if (!read.policy.cors.is_present() && now.beside.origins.size() != 0) {
    read.problems.push_back(cors_beside());
  }
  Policy whole = read.policy;
  put_beside(now.beside, whole);
  std::vector<std::string> sources = whole.sources;
  if (whole.is_empty() && !options_.accept_empty) read.problems.push_back(document_empty());
  const Report judged = gate_->try_policy(std::move(whole), std::move(read.problems));
  if (!judged.has_errors()) result.status = Status::Written;
  result.report = report_of(draft, judged.problems(), std::move(sources));
  result.document = std::move(read.policy);
  return result;
}

EditResult PolicyEditor::write(EditResult judged, const std::string& expected) {
  WriteResult written = store_->write(policy_to_json(judged.document), expected);
  EditResult result = std::move(judged);
  result.status = status_of(written.status);
  result.revision = std::move(written.revision);
  if (result.status != Status::Written) {
    result.report = Report(std::move(written.problems));
    return result;
  }
  Report taken = gate_->reload_and_wait(options_.gate_deadline);
  // Errors may be those of the second store.
  if (taken.has_errors() && gate_->status().revision != result.revision) {
    result.status = Status::NotInForce;
    result.report = std::move(taken);
  }
  return result;
}

}  // namespace corsac
