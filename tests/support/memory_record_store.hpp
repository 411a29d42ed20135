#pragma once

// Records in memory, as several servers share them, and everything that a store can do to its
// authority.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "corsac/authority/record_store.hpp"

namespace corsac::testing {

// What the stores of several authorities share. Safe from any thread.
class RecordShelf {
 public:
  using Status = RecordWrite::Status;

  // Every write that follows ends so and writes nothing, until Ok is set.
  void answer_writes_with(Status status) { answer_ = status; }
  // A write that follows is kept, and its answer is lost.
  void lose_answers(bool loses) { loses_answers_ = loses; }
  void answer_loads(bool answers) { answers_loads_ = answers; }
  // Writes that follow wait until they are let go.
  void hold_writes() {
    const std::lock_guard lock(mutex_);
    is_held_ = true;
  }
  void let_writes_go() {
    const std::lock_guard lock(mutex_);
    is_held_ = false;
    let_go_.notify_all();
  }
  [[nodiscard]] int held_writes() const { return held_; }
  // So many calls of write that follow find that somebody else has just written.
  void interfere(int times) { interferences_ = times; }

  // As another server, or a person at the store.
  void put(TrustedOrigin record) {
    const std::lock_guard lock(mutex_);
    records_.push_back(std::move(record));
    ++revision_;
  }
  [[nodiscard]] std::vector<TrustedOrigin> records() const {
    const std::lock_guard lock(mutex_);
    return records_;
  }
  [[nodiscard]] int writes() const { return writes_; }
  [[nodiscard]] int loads() const { return loads_; }

  Result<StoredRecords, std::string> load() {
    ++loads_;
    if (!answers_loads_) return fail(std::string("the shelf is away"));
    const std::lock_guard lock(mutex_);
    return StoredRecords{std::to_string(revision_), records_};
  }

  RecordWrite write(std::span<const RecordChange> changes, std::string_view expected) {
    std::unique_lock lock(mutex_);
    ++writes_;
    ++held_;
    let_go_.wait(lock, [this] { return !is_held_; });
    --held_;
    if (interferences_ > 0) {
      --interferences_;
      ++revision_;
    }
    if (answer_ != Status::Ok) return {.status = answer_, .detail = "the shelf says no"};
    if (expected != std::to_string(revision_)) return {.status = Status::Conflict};
    for (const RecordChange& change : changes) {
      const auto found =
          std::find_if(records_.begin(), records_.end(),
                       [&change](const TrustedOrigin& kept) { return kept.id == change.id; });
      if (found != records_.end()) records_.erase(found);
      if (change.record != nullptr) records_.push_back(*change.record);
    }
    ++revision_;
    if (loses_answers_) return {.status = Status::Unreachable, .detail = "the answer was lost"};
    return {.status = Status::Ok, .revision = std::to_string(revision_)};
  }

 private:
  std::atomic<Status> answer_{Status::Ok};
  std::atomic<bool> loses_answers_{false};
  std::atomic<bool> answers_loads_{true};
  std::atomic<int> interferences_{0};
  std::atomic<int> writes_{0};
  std::atomic<int> loads_{0};
  std::atomic<int> held_{0};
  mutable std::mutex mutex_;
  std::condition_variable let_go_;
  bool is_held_ = false;                     // guarded by mutex_
  std::vector<TrustedOrigin> records_ = {};  // guarded by mutex_
  int revision_ = 1;                         // guarded by mutex_
};

class MemoryRecordStore final : public RecordStore {
 public:
  explicit MemoryRecordStore(std::shared_ptr<RecordShelf> shelf) : shelf_(std::move(shelf)) {}
  Result<StoredRecords, std::string> load() override { return shelf_->load(); }
  RecordWrite write(std::span<const RecordChange> changes, const AllRecords& /*all*/,
                    std::string_view expected) override {
    return shelf_->write(changes, expected);
  }

 private:
  const std::shared_ptr<RecordShelf> shelf_;
};

}  // namespace corsac::testing
