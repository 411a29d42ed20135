#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "corsac/runtime/document_judge.hpp"
#include "corsac/runtime/policy_cache_writer.hpp"
#include "corsac/runtime/policy_in_force.hpp"
#include "corsac/runtime/read_schedule.hpp"
#include "corsac/runtime/store_health.hpp"
#include "corsac/runtime/store_journal.hpp"
#include "corsac/runtime/store_loader.hpp"
#include "corsac/runtime/store_worker.hpp"
#include "corsac/runtime/supervisor.hpp"

namespace corsac {

// The thread of a supervisor. One attempt at a time, which is a read by the store's thread and
// then, for a new document, a judgement by the judge's: so an older answer can never win over a
// newer one. This thread itself waits for nobody: it keeps time and publishes. When to read
// (ReadSchedule), what the state is (StoreHealth) and what a document is worth (judge_document) are
// decided elsewhere; here they meet.
class SupervisorLoop {
 public:
  // Starts the thread, which reads at once. `config` is within bounds.
  SupervisorLoop(const LoadedPlugin& plugin, StoreConfig config, std::shared_ptr<const Clock> clock,
                 SupervisorOwner owner);
  ~SupervisorLoop();  // stops and joins; nothing is published after it
  SupervisorLoop(const SupervisorLoop&) = delete;
  SupervisorLoop& operator=(const SupervisorLoop&) = delete;

  // What the first read gave; waits for it.
  struct FirstRead {
    Report report = {};
    bool is_taken = false;            // a policy is in force
    bool has_wrong_settings = false;  // no retry cures it
  };
  [[nodiscard]] FirstRead wait_for_first_read();

  // Asks for a read; the answer is a ticket for wait_for_judgement.
  std::uint64_t request_read();
  // What the first read that began after the ticket gave; store-failed when it was not taken for
  // want of memory; nothing at the deadline.
  [[nodiscard]] std::optional<Report> wait_for_judgement(std::uint64_t ticket,
                                                         std::chrono::milliseconds deadline);
  [[nodiscard]] StoreStatus status() const;

 private:
  using Steady = std::chrono::steady_clock;
  using Time = Steady::time_point;

  struct Attempt {
    Time began;
    std::uint64_t ticket = 0;
    bool is_interrupted = false;
    bool is_judging = false;    // the store has answered
    std::string revision = {};  // while is_judging: of the document
  };

  // What one attempt was worth. Empty = time went by.
  struct Verdict {
    Report report = {};
    bool has_answered = false;  // the store did, whatever it said
    bool is_unchanged = false;  // the document that was judged before
    Steady::duration pause{};   // that the store asks for
  };
  // What the judge gave; without a judgement there was no memory for it.
  struct Judged {
    std::optional<Judgement> judgement = {};
  };

  // Of opening the store, where that is needed, and reading it together.
  [[nodiscard]] Time deadline_of(const Attempt& attempt) const noexcept {
    return attempt.began + config_.deadline;
  }
  void run();
  [[nodiscard]] bool has_news() const;
  [[nodiscard]] Time step(Time now);
  [[nodiscard]] bool has_left_behind() const;
  void begin_attempt(Time now);
  void watch_attempt(Time now);
  void take_answer(ReadResult result) noexcept;
  void begin_judging(ReadResult result);
  template <class MakeVerdict>
  void finish_attempt(MakeVerdict make_verdict) noexcept;
  [[nodiscard]] Steady::duration allowed_pause(Steady::duration wish) const noexcept;
  [[nodiscard]] bool is_judged_already(const ReadResult& result) const;
  [[nodiscard]] bool is_lost(const Policy& policy) const;
  [[nodiscard]] Verdict verdict_without_document(ReadResult result);
  [[nodiscard]] Verdict verdict_as_before();
  [[nodiscard]] Verdict verdict_for_lost(ReadResult result);
  [[nodiscard]] Verdict verdict_after(Judged judged, std::string revision);
  void use_cache(Verdict& verdict);
  void keep_in_cache(std::string json);
  void note_cache_outcome();
  [[nodiscard]] Time expire(Time now);
  void publish();
  void settle(const Verdict& verdict);
  [[nodiscard]] Report judgement() const;
  [[nodiscard]] WorkerCallbacks worker_callbacks();

  const StoreConfig config_;
  const LoadedPlugin plugin_;
  const std::shared_ptr<const Clock> clock_;
  const SupervisorOwner owner_;

  mutable std::mutex mutex_;  // guards what follows, up to the blank line
  std::condition_variable wake_;
  std::condition_variable judged_;
  bool is_stopping_ = false;
  bool is_changed_ = false;
  std::optional<ReadResult> arrived_ = {};
  std::optional<Judged> judged_document_ = {};
  std::optional<std::optional<Problem>> cache_outcome_ = {};  // of the last try to write it
  std::uint64_t last_ticket_ = 0;                             // of those who asked for a read
  std::uint64_t noted_ticket_ = 0;                            // the schedule knows of these
  std::uint64_t judged_ticket_ = 0;  // a read that began after these was judged
  Report judgement_ = {};            // of the last read; look through judgement()
  bool has_failed_ = false;          // the last read, for want of memory
  bool is_taken_ = false;            // its document is in force
  bool has_judged_once_ = false;
  bool has_wrong_settings_ = false;
  StoreStatus status_ = {};
  Time next_due_ = Time::max();

  // The thread's own.
  StoreJournal journal_;
  ReadSchedule schedule_;
  StoreHealth health_;
  PolicyInForce in_force_;
  std::optional<Attempt> attempt_ = {};  // => worker_, but for one that is_judging
  std::string judged_revision_ = {};     // empty = the next document is judged, whatever it is
  bool was_taken_ = false;               // the document of judged_revision_
  bool has_asked_cache_ = false;
  Time cache_renewed_ = {};
  SnapshotPtr published_for_ = {};  // the good snapshot that was published, as it is or closed
  StoreState published_in_ = StoreState::Starting;  // Starting = nothing was published
  StoreState settled_in_ = StoreState::Starting;    // what status and log say
  // One reference here, one for the thread of a worker, also of one that was left behind.
  const std::shared_ptr<const char> thread_token_;
  std::unique_ptr<StoreWorker> worker_ = {};
  std::unique_ptr<DocumentJudge> judge_ = {};
  std::unique_ptr<PolicyCacheWriter> cache_ = {};  // null = there is no cache_file
  std::thread thread_;
};

}  // namespace corsac
