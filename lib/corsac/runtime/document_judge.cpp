// The thread that judges. Entry: DocumentJudge. Test:
// tests/runtime/document_judge_test.cpp, tests/runtime/supervisor_time_test.cpp.

#include "corsac/runtime/document_judge.hpp"

#include <utility>

#include "corsac/base/low_priority.hpp"

namespace corsac {

DocumentJudge::DocumentJudge(std::function<void(std::optional<Judgement>)> on_judged)
    : on_judged_(std::move(on_judged)), thread_([this] { run(); }) {}

DocumentJudge::~DocumentJudge() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void DocumentJudge::begin(StoreRole role, Policy policy, std::vector<Problem> reader_problems,
                          JudgementBasis basis) {
  const std::lock_guard lock(mutex_);
  document_ = Document{role, std::move(policy), std::move(reader_problems), std::move(basis)};
  changed_.notify_all();
}

void DocumentJudge::begin_merge(ChangeablePolicy changed, JudgementBasis basis) {
  const std::lock_guard lock(mutex_);
  document_ = Document{.basis = std::move(basis), .changed = std::move(changed)};
  changed_.notify_all();
}

void DocumentJudge::let_go(SnapshotPtr snapshot) noexcept {
  if (snapshot == nullptr) return;
  try {
    const std::lock_guard lock(mutex_);
    // What we return without goes with the parameter, behind the lock.
    if (is_judging_ || document_ || left_.size() == kLeftLimit) return;
    left_.push_back(std::move(snapshot));
    changed_.notify_all();
  } catch (...) {  // no memory: it goes here
  }
}

void DocumentJudge::run() {
  lower_own_priority();
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return document_ || !left_.empty() || is_stopping_; });
    if (is_stopping_) return;
    if (!left_.empty()) {
      std::vector<SnapshotPtr> left = std::exchange(left_, {});
      lock.unlock();
      left.clear();
      lock.lock();
      continue;
    }
    Document document = std::move(*std::exchange(document_, std::nullopt));
    is_judging_ = true;
    lock.unlock();
    std::optional<Judgement> judgement = judge(std::move(document));
    lock.lock();
    is_judging_ = false;  // before anybody hears of it and publishes
    lock.unlock();
    if (!is_stopping_) on_judged_(std::move(judgement));
    lock.lock();
  }
}

std::optional<Judgement> DocumentJudge::judge(Document document) const noexcept {
  try {
    if (document.changed) document.policy = document.changed->document();
    document.changed.reset();
    return judge_delivery(document.role, std::move(document.policy),
                          std::move(document.reader_problems), document.basis,
                          [this] { return !is_stopping_; });
  } catch (...) {
    return std::nullopt;
  }
}

}  // namespace corsac
