#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "corsac/base/clock.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/runtime/load_history.hpp"
#include "corsac/runtime/policy_cache.hpp"
#include "corsac/runtime/policy_cache_writer.hpp"
#include "corsac/runtime/read_schedule.hpp"
#include "corsac/runtime/revision_guard.hpp"
#include "corsac/runtime/store_config.hpp"
#include "corsac/runtime/store_health.hpp"
#include "corsac/runtime/store_journal.hpp"
#include "corsac/runtime/store_loader.hpp"
#include "corsac/runtime/store_role.hpp"
#include "corsac/runtime/store_status.hpp"
#include "corsac/runtime/store_worker.hpp"

namespace corsac {

// What one read of a store was worth. Empty = time went by.
struct ReadVerdict {
  Report report = {};
  std::optional<OriginChangeCounts> changes = {};  // it told these, and no document
  bool has_answered = false;                       // the store did, whatever it said
  bool has_told_changes = false;                   // => it answered, and with no document
  bool is_unchanged = false;                       // the document that was judged before
  bool is_postponed = false;  // a document that counts when a second look still shows it
  std::chrono::steady_clock::duration pause{};  // that the store asks for
};

// One store of a supervisor: when it is read, the thread that reads it, the state that it is in,
// its cache, its log, and what others are told of it. What a document is worth is decided by the
// supervisor, which begins one attempt after the other: a read and, for a new document, its
// judgement.
//
// Two halves: any thread may ask and is told; everything else is the supervisor's thread's.
class StoreFeed {
 public:
  using Steady = std::chrono::steady_clock;
  using Time = Steady::time_point;

  // `config` is within bounds. `wake` is called from any thread when there is something for the
  // supervisor's thread to do; it must not call back.
  StoreFeed(StoreRole role, const LoadedPlugin& plugin, StoreConfig config,
            std::shared_ptr<const Clock> clock, LogSink log, std::function<void()> wake);
  ~StoreFeed();
  StoreFeed(const StoreFeed&) = delete;
  StoreFeed& operator=(const StoreFeed&) = delete;

  // Any thread.

  // What the first attempt gave; waits for it. Nothing as soon as `stop` is requested.
  struct FirstRead {
    Report report = {};
    bool is_taken = false;            // its document is in force
    bool has_wrong_settings = false;  // no retry cures it
  };
  [[nodiscard]] std::optional<FirstRead> wait_for_first_read(const std::stop_token& stop = {});
  // Asks for a read; the answer is a ticket for wait_for_judgement.
  std::uint64_t request_read();
  // What the first read that began after the ticket gave; store-failed when it was not taken for
  // want of memory; nothing at the deadline.
  [[nodiscard]] std::optional<Report> wait_for_judgement(std::uint64_t ticket, Time deadline);
  [[nodiscard]] StoreStatus status() const;

  // The supervisor's thread.

  // Takes in what came since: calls of the store, requests, what the cache's writer says.
  void take_news();
  // The answer of the attempt's read, once.
  [[nodiscard]] std::optional<ReadResult> take_answer();
  // Interrupts a read that is late, and leaves one behind that does not end.
  void watch_attempt(Time now);
  void note_time(Time now) noexcept { health_.note_time(now); }
  // Begins an attempt when one is due.
  void begin_when_due(Time now);
  // When the time demands something again.
  [[nodiscard]] Time wakes_at() const;
  // When the next read begins, for status(); not during an attempt.
  void tell_next_due();

  // Whether single origins of the document in force may change: a call of the store leads to a read
  // of changes then, where the store can tell them. For the regular reads and for those that
  // somebody asks for it hands over the document, which is the truth. It is said again after each
  // document.
  void note_may_change(bool may_change) noexcept { may_change_ = may_change; }
  // The plugin has the extension; else nothing may change.
  [[nodiscard]] bool can_tell_changes() const noexcept { return can_tell_changes_; }
  // Goes on with the attempt: the changes that it told were no use, and it hands over the document.
  // `answer` is what judge_revision said of them.
  void read_in_full(RevisionGuard::Answer answer);

  // What a document is: one that was judged already; an empty one, though that is not accepted, in
  // the place of one that was not.
  [[nodiscard]] bool is_judged_already(const Policy& policy) const;
  [[nodiscard]] bool is_lost(const Policy& policy) const;

  // Whether its revision went back, and may. Asked once for each document that was read.
  [[nodiscard]] RevisionGuard::Answer judge_revision(const ReadResult& result);
  // The warning that goes with a document of TakeOlder.
  [[nodiscard]] Problem revision_warning(const Policy& policy) const;

  // What the read was worth: without a document, with the one that was judged already, and with a
  // new one, of which `json` is for the cache when it is taken.
  [[nodiscard]] ReadVerdict verdict_without_document(ReadResult result);
  [[nodiscard]] ReadVerdict verdict_as_before();
  [[nodiscard]] ReadVerdict verdict_postponed(const Policy& policy);
  [[nodiscard]] ReadVerdict verdict_for(Report report, std::string revision, std::string json,
                                        bool has_sections);
  // That of changes, which were taken. What is said of the document stays. `make_json` is for the
  // cache.
  [[nodiscard]] ReadVerdict verdict_for_changes(std::string revision, OriginChangeCounts changes,
                                                PolicyCacheWriter::MakeJson make_json);

  // The policy of the cache, when this is the first verdict and there should be one. Its own errors
  // are told.
  [[nodiscard]] std::optional<CachedPolicy> read_cache();
  // It was taken, although the store `has_answered` with something else, or is invalid.
  struct CacheTaken {
    std::string revision = {};
    std::chrono::system_clock::time_point read_at = {};
    bool has_answered = false;
    bool has_sections = false;
  };
  void note_cache_taken(CacheTaken taken);
  void note_cache_refused(const Report& report);
  // What is in force of this store lost trust to a withdrawal: a start with the cache must not
  // bring it back. Nothing without a cache.
  void keep_limited_in_cache(const Policy& limited) noexcept;

  // The next read gives a document that is judged, whatever it is: what was in force of this store
  // is not any more.
  void forget_judged() noexcept { judged_revision_.clear(); }
  // The newest document was refused, and another store's change may cure that: it is read soon, and
  // judged again. Nothing when it was not refused.
  void judge_refused_again();

  // Ends an attempt: first when to read again, then what others see, then who waits for it.
  void schedule_after(const ReadVerdict& verdict);
  // Also without an attempt, with an empty verdict: time changed the state.
  void settle(const ReadVerdict& verdict);
  [[nodiscard]] bool is_settled() const noexcept { return health_.state() == settled_in_; }
  void end_attempt(Report report);
  // The same, when there was no memory for any of that.
  void end_attempt_without_memory() noexcept;

  [[nodiscard]] StoreRole role() const noexcept { return role_; }
  [[nodiscard]] StoreState state() const noexcept { return health_.state(); }
  [[nodiscard]] bool has_ended_an_attempt() const noexcept { return has_judged_once_; }
  [[nodiscard]] bool has_cache() const noexcept { return cache_ != nullptr; }
  [[nodiscard]] bool has_attempt() const noexcept { return attempt_.has_value(); }
  [[nodiscard]] StoreJournal& journal() noexcept { return journal_; }
  // Ends the threads. Nothing but destruction after it.
  void stop();

 private:
  struct Attempt {
    Time began;
    std::uint64_t ticket = 0;
    bool is_interrupted = false;
    bool has_answer = false;
  };

  void note_failing(StoreState state);
  // Of opening the store, where that is needed, and reading it together.
  [[nodiscard]] Time deadline_of(const Attempt& attempt) const noexcept {
    return attempt.began + config_.deadline;
  }
  void answer(ReadResult result);
  void begin_attempt(Time now);
  [[nodiscard]] bool has_left_behind() const;
  [[nodiscard]] Steady::duration allowed_pause(Steady::duration wish) const noexcept;
  void keep_in_cache(std::string json);
  void note_cache_outcome();
  void finish_attempt(Report report, bool has_failed) noexcept;
  [[nodiscard]] Report judgement() const;
  [[nodiscard]] WorkerCallbacks worker_callbacks();

  const StoreRole role_;
  const StoreConfig config_;
  const LoadedPlugin plugin_;
  const bool can_tell_changes_;
  const std::shared_ptr<const Clock> clock_;
  const LogSink log_;
  const std::function<void()> wake_;

  mutable std::mutex mutex_;  // guards what follows, up to the blank line
  std::condition_variable judged_;
  bool is_stopping_ = false;
  bool is_changed_ = false;
  std::optional<ReadResult> arrived_ = {};
  std::optional<std::optional<Problem>> cache_outcome_ = {};  // of the last try to write it
  std::uint64_t last_ticket_ = 0;                             // of those who asked for a read
  std::uint64_t judged_ticket_ = 0;  // a read that began after these was judged
  Report judgement_ = {};            // of the last read; look through judgement()
  bool has_failed_ = false;          // the last read, for want of memory
  bool is_taken_ = false;            // its document is in force
  bool has_judged_once_ = false;     // written by the supervisor's thread only
  bool has_wrong_settings_ = false;
  StoreStatus status_ = {};  // without last_loads, which loads_ has
  LoadHistory loads_ = {};
  Time next_due_ = Time::max();

  // The supervisor's thread's.
  StoreJournal journal_;
  ReadSchedule schedule_;
  StoreHealth health_;
  std::uint64_t noted_ticket_ = 0;       // the schedule knows of these
  std::optional<Attempt> attempt_ = {};  // without an answer => worker_
  std::string judged_revision_ = {};     // empty = the next document is judged, whatever it is
  bool was_taken_ = false;               // the document of judged_revision_
  bool may_change_ = false;
  RevisionGuard revision_guard_ = {};
  std::string postponed_revision_ = {};  // told in the log
  std::string taken_revision_ = {};      // of the last document that was taken
  bool has_sections_ = false;            // that document
  bool has_asked_cache_ = false;
  Time cache_renewed_ = {};
  StoreState settled_in_ = StoreState::Starting;  // what status and log say
  // One reference here, one for the thread of a worker, also of one that was left behind.
  const std::shared_ptr<const char> thread_token_;
  std::unique_ptr<StoreWorker> worker_ = {};
  std::unique_ptr<PolicyCacheWriter> cache_ = {};  // null = there is no cache_file
};

}  // namespace corsac
