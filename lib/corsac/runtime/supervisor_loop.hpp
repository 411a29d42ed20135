#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "corsac/policy/changeable_policy.hpp"
#include "corsac/runtime/document_judge.hpp"
#include "corsac/runtime/policy_history.hpp"
#include "corsac/runtime/policy_in_force.hpp"
#include "corsac/runtime/store_feed.hpp"
#include "corsac/runtime/supervisor.hpp"

namespace corsac {

// The thread of a supervisor. Of each store one attempt at a time, which is a read by the store's
// thread and then, for a new document, a judgement by the judge's: so an older answer can never win
// over a newer one. One judge for both stores: what it judges is the policy that they make
// together. This thread itself waits for nobody: it keeps time and publishes. When to read and
// what the state is (StoreFeed), and what a document is worth (judge_document), are decided
// elsewhere; here they meet.
class SupervisorLoop {
 public:
  // Starts the thread, which reads at once. `config` is within bounds.
  // `records` may be null.
  SupervisorLoop(const LoadedPlugin& plugin, StoreConfig config, const RecordsStore* records,
                 std::shared_ptr<const Clock> clock, SupervisorOwner owner);
  ~SupervisorLoop();  // stops and joins; nothing is published after it
  SupervisorLoop(const SupervisorLoop&) = delete;
  SupervisorLoop& operator=(const SupervisorLoop&) = delete;

  // Any thread may ask it what StoreFeed says that any thread may.
  [[nodiscard]] StoreFeed& store() noexcept { return store_; }
  // Published when it returns, unless the supervisor stops. From any thread but its own.
  void withdraw(std::vector<RecordWithdrawal> withdrawn);
  // What a document that came now would be judged against. From any thread but its own.
  [[nodiscard]] JudgementBasis basis();
  // Any thread.
  [[nodiscard]] const PolicyHistory& history() const noexcept { return history_; }
  // Null when there is none.
  [[nodiscard]] StoreFeed* records() noexcept { return records_.get(); }

 private:
  using Steady = std::chrono::steady_clock;
  using Time = Steady::time_point;

  // What the judge gave; without a judgement there was no memory for it.
  struct Judged {
    std::optional<Judgement> judgement = {};
  };

  // What was withdrawn while an attempt is under way: it may have read its document before.
  struct WithdrawnSince {
    std::vector<RecordWithdrawal> withdrawn = {};
    bool is_incomplete = false;  // for want of memory

    [[nodiscard]] bool is_empty() const noexcept { return withdrawn.empty() && !is_incomplete; }
  };

  void wake();
  void run();
  [[nodiscard]] std::optional<Time> try_step(Time now) noexcept;
  [[nodiscard]] Time step(Time now);
  template <class Call>
  void for_each_store(Call call);
  void note_answers(std::optional<Judged> judged) noexcept;
  void take_answer(StoreFeed& feed, ReadResult result) noexcept;
  void take_changes(ReadResult result) noexcept;
  void note_changeable(std::optional<ChangeablePolicy> changeable) noexcept;
  void merge_when_many() noexcept;
  void take_merged(std::optional<Judgement> merged) noexcept;
  void judge_what_waits() noexcept;
  void withdraw_trust(const std::vector<RecordWithdrawal>& withdrawn) noexcept;
  [[nodiscard]] WithdrawnSince& withdrawn_since(const StoreFeed& feed) noexcept;
  void withdraw_from_policy(const std::vector<RecordWithdrawal>& withdrawn) noexcept;
  void begin_judging(StoreFeed& feed, ReadResult result);
  template <class MakeVerdict>
  void finish_attempt(StoreFeed& feed, MakeVerdict make_verdict) noexcept;
  [[nodiscard]] ReadVerdict verdict_for_lost(StoreFeed& feed, ReadResult result);
  [[nodiscard]] ReadVerdict verdict_after(StoreFeed& feed, Judged judged, std::string revision);
  void use_cache(StoreFeed& feed, const ReadVerdict& verdict);
  void withdraw_old_records();
  [[nodiscard]] Time expire(Time now);
  void publish();

  const std::shared_ptr<const Clock> clock_;
  const SupervisorOwner owner_;

  std::mutex mutex_;  // guards what follows, up to the blank line
  std::condition_variable woken_;
  bool is_stopping_ = false;
  bool is_woken_ = false;
  std::optional<Judged> judged_document_ = {};
  std::vector<RecordWithdrawal> withdrawn_ = {};
  std::uint64_t withdrawals_asked_ = 0;
  std::uint64_t withdrawals_made_ = 0;
  std::vector<std::promise<JudgementBasis>> basis_asked_ = {};

  // The thread's own, but for what StoreFeed says.
  StoreFeed store_;
  std::unique_ptr<StoreFeed> records_;
  PolicyInForce in_force_;
  PolicyHistory history_ = {};
  // The first answer of the store, whatever it is, until it is known whether there are records: the
  // tests of a document may be about them.
  std::optional<ReadResult> held_back_ = {};
  // Documents that were read and not judged yet.
  std::optional<ReadResult> waiting_policy_ = {};
  std::optional<ReadResult> waiting_records_ = {};
  StoreFeed* judging_ = nullptr;                 // whose document is judged now
  std::string judging_revision_ = {};            // of that document
  WithdrawnSince withdrawn_since_policy_ = {};   // of the attempt of store_
  WithdrawnSince withdrawn_since_records_ = {};  // of the one of records_
  // The policy in force, as long as changes of single origins may be made in it. Whoever puts
  // another one into force says so here (note_changeable).
  std::optional<ChangeablePolicy> changeable_ = {};
  bool is_from_changes_ = false;  // the policy in force, and no document said the same since
  // What came since the judge began to write changeable_ anew; nothing = it does not.
  struct Later {
    OriginChanges changes = {};
    std::string revision = {};
  };
  std::optional<std::vector<Later>> merging_ = {};
  // So many changes are written into the long list, on the judge's thread: each further one would
  // take longer, since it is put beside all of them.
  static constexpr std::size_t kMergedChanges = 10'000;
  std::size_t merged_from_ = kMergedChanges;
  SnapshotPtr published_for_ = {};  // the good snapshot that was published, as it is or closed
  StoreState published_in_ = StoreState::Starting;  // Starting = nothing was published
  std::unique_ptr<DocumentJudge> judge_ = {};
  std::thread thread_;
};

}  // namespace corsac
