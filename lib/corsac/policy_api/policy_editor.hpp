#pragma once

// How the document of a store becomes another one: read, changed, judged, written against the
// revision that was read, and in force before anybody is answered.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "corsac/policy/policy.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy_api/document_parts.hpp"
#include "corsac/policy_api/document_store.hpp"
#include "corsac/policy_api/edit_condition.hpp"
#include "corsac/runtime/gate.hpp"

namespace corsac {

// What a store holds now.
struct DocumentRead {
  bool is_reached = false;   // else `detail` says why not
  bool is_missing = false;   // the store has none: never written, or flushed
  bool is_readable = false;  // it is a policy without an error of the reader; => is_reached
  Policy document = {};      // without what stands beside it; its revision, where it is known
  BesideDocument beside = {};
  Report report = {};  // of the reader
  std::string detail = {};
};

// The next document, as the author of a change makes it.
struct DocumentDraft {
  std::string json = {};  // empty = there is none, and `problems` say why
  // With an error it is not written; where there is one all the same it is judged as well, so that
  // everything is told at once.
  std::vector<Problem> problems = {};
  // `json` is what the client sent, so that places in it mean something to him.
  bool is_body = false;
};

struct Edit {
  // Which revision the author means to change. Without tags the change is made again on what
  // somebody else wrote in between.
  EditCondition condition = {};
  // The change is made to the document, so one that cannot be read cannot be changed. Else it
  // replaces whatever there is, and `make` may get null.
  bool needs_document = true;
  // Called for each try.
  std::function<DocumentDraft(const Policy* document, const BesideDocument& beside)> make = {};
};

struct EditResult {
  enum class Status : unsigned char {
    Written,     // and in force here
    NotInForce,  // written, and not in force here; the report says why
    // Nothing was written by all that follow but Failed.
    Malformed,    // it is no JSON object
    Invalid,      // it is no policy that a server would take
    OutOfDate,    // the store is in `revision` (empty: none is known)
    Unusable,     // the document that is there cannot be read; the report says why
    Missing,      // there is no document; the report says where it was looked for
    NotWritable,  // stores of this plugin cannot be written
    Refused,      // the store does not let us, or not with this
    NotReached,   // the store is not to be had
    Failed,       // perhaps written: no answer says so
  };
  Status status = Status::NotReached;
  std::string revision = {};  // of the store, where it is known
  Policy document = {};       // that was written
  Report report = {};         // errors and warnings
};

class PolicyEditor {
 public:
  struct Options {
    bool accept_empty = false;                      // as StoreConfig::accept_empty
    std::chrono::milliseconds gate_deadline{5000};  // until what was written is in force
    // Until those before it are done; the store's own deadline comes on top.
    std::chrono::milliseconds queue_deadline{10'000};
  };
  // Neither is null. `gate` follows that store.
  PolicyEditor(std::unique_ptr<DocumentStore> store, std::shared_ptr<Gate> gate, Options options);

  // All calls are safe from any thread, and one waits for the other. Too long, too many (8 wait at
  // most), or the store was not to be had for the one before: not reached (store-busy).
  [[nodiscard]] bool can_write() const { return store_->can_write(); }
  [[nodiscard]] DocumentRead read();
  [[nodiscard]] EditResult edit(const Edit& edit);

 private:
  class Turn;
  [[nodiscard]] DocumentRead read_now();
  [[nodiscard]] EditResult try_edit(const Edit& edit);
  [[nodiscard]] std::optional<EditResult> refuse_before(const Edit& edit, const DocumentRead& now);
  [[nodiscard]] EditResult judge(const DocumentDraft& draft, const DocumentRead& now);
  [[nodiscard]] EditResult write(EditResult judged, const std::string& expected);

  std::mutex mutex_;  // guards what follows, up to the blank line; held for no call of the store
  std::condition_variable free_;
  bool is_taken_ = false;
  int waiters_ = 0;
  std::uint64_t failures_ = 0;  // calls for which the store was not to be had

  const std::unique_ptr<DocumentStore> store_;
  const std::shared_ptr<Gate> gate_;
  const Options options_;
};

}  // namespace corsac
