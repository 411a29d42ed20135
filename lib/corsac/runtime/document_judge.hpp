#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/runtime/judgement.hpp"
#include "corsac/runtime/store_role.hpp"

namespace corsac {

// A thread that judges documents, one at a time: it may take minutes, and whoever waits for the
// judgement has other things to keep meanwhile. It gets less of a busy processor than requests, so
// what is long is its to do: also the end of a large snapshot, which takes milliseconds.
class DocumentJudge {
 public:
  // `on_judged` is called on the judge's thread after each document, with nothing when there was no
  // memory for the judgement; never after the destructor has returned. It must not throw.
  explicit DocumentJudge(std::function<void(std::optional<Judgement>)> on_judged);
  ~DocumentJudge();  // waits for one compilation at most
  DocumentJudge(const DocumentJudge&) = delete;
  DocumentJudge& operator=(const DocumentJudge&) = delete;

  // Begins to judge a document; returns at once. Only after the one before was judged.
  void begin(StoreRole role, Policy policy, std::vector<Problem> reader_problems,
             JudgementBasis basis);
  // The same with what became of a document that was judged: it is written anew, so that later
  // changes find it in one piece.
  void begin_merge(ChangeablePolicy changed, JudgementBasis basis);

  // Lets go of what was in force; null is nothing. While it judges or has this many to let go of,
  // and without memory, at once on the caller's thread: nothing large is kept for as long as a
  // judgement takes.
  static constexpr std::size_t kLeftLimit = 4;
  void let_go(SnapshotPtr snapshot) noexcept;

 private:
  struct Document {
    StoreRole role = StoreRole::Policy;  // of the store that gave it
    Policy policy = {};
    std::vector<Problem> reader_problems = {};
    JudgementBasis basis = {};
    std::optional<ChangeablePolicy> changed = {};  // in the place of `policy`
  };
  void run();
  [[nodiscard]] std::optional<Judgement> judge(Document document) const noexcept;

  const std::function<void(std::optional<Judgement>)> on_judged_;
  std::atomic<bool> is_stopping_{false};  // set under mutex_
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Document> document_ = {};  // by mutex_: that was not begun yet
  std::vector<SnapshotPtr> left_ = {};     // by mutex_: to let go of, before the next document
  bool is_judging_ = false;                // by mutex_
  std::thread thread_;
};

}  // namespace corsac
