// One store of a supervisor. Entry: StoreFeed. Spec: design, 6 "Supervisor". Tests:
// tests/runtime/supervisor_test.cpp, supervisor_time_test.cpp. Its cache: store_feed_cache.cpp.

#include "corsac/runtime/store_feed.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "corsac/base/printable.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/runtime/plugin_extensions.hpp"

namespace corsac {
namespace {

// What a read that gave no document says; with an error in it, whatever the plugin left out.
Report failure_report(ReadResult result, StoreRole role) {
  if (!has_error(result.problems)) {
    Problem problem{.code = "store-unreachable", .what = std::move(result.detail)};
    if (role == StoreRole::Records) problem.path = section_of(role);
    if (result.status == ReadStatus::NotOpened) problem.code = "store-not-opened";
    if (result.status == ReadStatus::Cancelled) {
      problem.code = "store-deadline";
      problem.what = "the store gave no answer within its deadline";
    }
    if (problem.what.empty()) problem.what = "there is no memory, or no thread, for the store";
    result.problems.push_back(std::move(problem));
  }
  return Report(std::move(result.problems), std::move(result.policy.sources));
}

}  // namespace

StoreFeed::StoreFeed(StoreRole role, const LoadedPlugin& plugin, StoreConfig config,
                     std::shared_ptr<const Clock> clock, LogSink log, std::function<void()> wake)
    : role_(role),
      config_(std::move(config)),
      plugin_(plugin),
      can_tell_changes_(changes_table(*plugin_.table) != nullptr),
      clock_(std::move(clock)),
      log_(std::move(log)),
      wake_(std::move(wake)),
      journal_(role_, config_, plugin_.table->name, clock_, log_),
      schedule_({config_.refresh, config_.retry_max}, std::random_device{}()),
      health_(config_.max_stale),
      thread_token_(std::make_shared<const char>('\0')) {
  status_.source = journal_.source();
  if (config_.cache_file.empty()) return;
  cache_ = std::make_unique<PolicyCacheWriter>(config_.cache_file,
                                               [this](std::optional<Problem> problem) {
                                                 {
                                                   const std::lock_guard lock(mutex_);
                                                   cache_outcome_ = std::move(problem);
                                                 }
                                                 wake_();
                                               });
}

StoreFeed::~StoreFeed() { stop(); }

void StoreFeed::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    judged_.notify_all();
  }
  cache_.reset();
  worker_.reset();
}

std::optional<StoreFeed::FirstRead> StoreFeed::wait_for_first_read(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] {
    const std::lock_guard lock(mutex_);
    judged_.notify_all();
  });
  std::unique_lock lock(mutex_);
  judged_.wait(lock, [&] { return has_judged_once_ || stop.stop_requested(); });
  if (!has_judged_once_) return std::nullopt;
  return FirstRead{judgement(), is_taken_, has_wrong_settings_};
}

std::uint64_t StoreFeed::request_read() {
  std::uint64_t ticket = 0;
  {
    const std::lock_guard lock(mutex_);
    ticket = ++last_ticket_;
  }
  wake_();
  return ticket;
}

std::optional<Report> StoreFeed::wait_for_judgement(std::uint64_t ticket, Time deadline) {
  std::unique_lock lock(mutex_);
  const bool is_judged = judged_.wait_until(
      lock, deadline, [this, ticket] { return judged_ticket_ >= ticket || is_stopping_; });
  if (!is_judged || judged_ticket_ < ticket) return std::nullopt;
  return judgement();
}

// With mutex_. A report of what failed for want of memory is made here, where there is some again.
Report StoreFeed::judgement() const {
  if (!has_failed_) return judgement_;
  return Report({Problem{.code = "store-failed",
                         .what = "there was no memory for the policy; it is tried again"}});
}

StoreStatus StoreFeed::status() const {
  const std::lock_guard lock(mutex_);
  StoreStatus status = status_;
  status.last_loads = loads_.loads();
  const Time now = Steady::now();
  if (next_due_ != Time::max() && next_due_ > now) {
    status.next_try_in = std::chrono::ceil<std::chrono::milliseconds>(next_due_ - now);
  }
  return status;
}

WorkerCallbacks StoreFeed::worker_callbacks() {
  WorkerCallbacks callbacks;
  callbacks.on_read = [this](ReadResult result) { answer(std::move(result)); };
  callbacks.on_changed = [this] {
    {
      const std::lock_guard lock(mutex_);
      is_changed_ = true;
    }
    wake_();
  };
  callbacks.log = log_;
  callbacks.role = role_;
  callbacks.held_while_running = thread_token_;
  return callbacks;
}

void StoreFeed::answer(ReadResult result) {
  {
    const std::lock_guard lock(mutex_);
    arrived_ = std::move(result);
  }
  wake_();
}

void StoreFeed::take_news() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(is_changed_, false)) schedule_.note_changed();
    if (std::exchange(noted_ticket_, last_ticket_) != last_ticket_) schedule_.note_requested();
  }
  note_cache_outcome();
}

std::optional<ReadResult> StoreFeed::take_answer() {
  std::optional<ReadResult> result;
  {
    const std::lock_guard lock(mutex_);
    result = std::exchange(arrived_, std::nullopt);
  }
  if (!result || !attempt_) return std::nullopt;
  attempt_->has_answer = true;
  return result;
}

StoreFeed::Time StoreFeed::wakes_at() const {
  if (!attempt_) return std::min(health_.closes_at(), schedule_.due());
  if (attempt_->has_answer) return health_.closes_at();
  const Time deadline = deadline_of(*attempt_);
  return std::min(health_.closes_at(),
                  attempt_->is_interrupted ? deadline + StoreWorker::kAbandonAfter : deadline);
}

void StoreFeed::tell_next_due() {
  const std::lock_guard lock(mutex_);
  next_due_ = attempt_ ? Time::max() : schedule_.due();
}

// A thread of a plugin that ignored an interrupt is still there. The store is not opened again
// then: that thread may hold gigabytes, and another one would come to the same place.
bool StoreFeed::has_left_behind() const { return thread_token_.use_count() > 1; }

void StoreFeed::begin_when_due(Time now) {
  if (!attempt_ && schedule_.due() <= now) begin_attempt(now);
}

void StoreFeed::begin_attempt(Time now) {
  bool is_asked = false;  // by somebody whom the schedule has not heard of
  {
    const std::lock_guard lock(mutex_);
    is_asked = noted_ticket_ != last_ticket_;
    attempt_ = Attempt{.began = now, .ticket = last_ticket_};
    noted_ticket_ = last_ticket_;  // those that came meanwhile are served by it, too
  }
  const bool does_with_changes = worker_ != nullptr && may_change_ && was_taken_ && !is_asked &&
                                 !judged_revision_.empty() && schedule_.is_only_changed(now);
  schedule_.note_began(now);
  ReadResult failed;
  failed.status = ReadStatus::NotOpened;
  try {
    if (worker_ == nullptr && !has_left_behind()) {
      worker_ = StoreWorker::launch(plugin_, config_, worker_callbacks(), deadline_of(*attempt_));
    }
    if (worker_ != nullptr) {
      const Time deadline = deadline_of(*attempt_);
      return does_with_changes ? worker_->request_changes(judged_revision_, deadline)
                               : worker_->request_read(deadline);
    }
    failed.detail = "its thread that ignored an interrupt is still at work";
  } catch (...) {
    // No memory, or no thread. That is said where it is reported: here it could throw again.
  }
  answer(std::move(failed));
}

// The worker is there: it gave the answer. What lets an older document be taken at once was said of
// the one that comes as well.
void StoreFeed::read_in_full(RevisionGuard::Answer answer) {
  if (answer == RevisionGuard::Answer::TakeOlder) revision_guard_.note_lost();
  attempt_->has_answer = false;
  worker_->request_read(deadline_of(*attempt_));
}

void StoreFeed::watch_attempt(Time now) {
  if (!attempt_ || attempt_->has_answer) return;
  const Time deadline = deadline_of(*attempt_);
  if (now < deadline) return;
  if (!attempt_->is_interrupted) {
    attempt_->is_interrupted = true;
    worker_->interrupt();
  }
  if (now < deadline + StoreWorker::kAbandonAfter) return;
  worker_.reset();  // leaves the thread behind, and says so
  ReadResult late;
  late.status = ReadStatus::Cancelled;
  answer(std::move(late));  // in the place of one that came at the last moment
}

bool StoreFeed::is_judged_already(const Policy& policy) const {
  return !judged_revision_.empty() && judged_revision_ == policy.revision;
}

bool StoreFeed::is_lost(const Policy& policy) const {
  return policy.is_empty() && has_sections_ && !config_.accept_empty;
}

RevisionGuard::Answer StoreFeed::judge_revision(const ReadResult& result) {
  if (result.is_switched) revision_guard_.note_lost();
  return revision_guard_.judge(result.policy.revision, clock_->steady_now());
}

Problem StoreFeed::revision_warning(const Policy& policy) const {
  return {.severity = Severity::Warning,
          .code = "revision-went-back",
          .value = policy.revision,
          .what = "the revision before was " + to_printable(revision_guard_.judged()) +
                  ": a fail-over, or a restore",
          .fix = "look whether a change was lost"};
}

ReadVerdict StoreFeed::verdict_postponed(const Policy& policy) {
  Problem problem = revision_warning(policy);
  problem.severity = Severity::Error;
  problem.fix = "it is taken when a read 5 s later still shows it";
  ReadVerdict verdict{.report = Report({std::move(problem)}, policy.sources),
                      .has_answered = true,
                      .is_unchanged = true,
                      .is_postponed = true};
  if (std::exchange(postponed_revision_, policy.revision) != policy.revision) {
    journal_.note(LogLevel::Warning, first_line(verdict.report));
  }
  return verdict;
}

ReadVerdict StoreFeed::verdict_without_document(ReadResult result) {
  if (result.status == ReadStatus::NotOpened) {
    worker_.reset();
    const std::lock_guard lock(mutex_);
    has_wrong_settings_ = !result.problems.empty();
  }
  ReadVerdict verdict;
  verdict.has_answered = result.status == ReadStatus::Invalid;
  verdict.pause = allowed_pause(result.retry_after);
  if (verdict.has_answered) {
    judged_revision_.clear();
    health_.note_refused();
    revision_guard_.note_no_document();
  } else {
    health_.note_unreachable(Steady::now());
    revision_guard_.note_lost();
  }
  verdict.report = failure_report(std::move(result), role_);
  return verdict;
}

// A store that wants to be left alone must not have the policy closed by that: it is asked again
// while there is time.
StoreFeed::Steady::duration StoreFeed::allowed_pause(Steady::duration wish) const noexcept {
  return std::min<Steady::duration>(wish, config_.max_stale / 2);
}

ReadVerdict StoreFeed::verdict_as_before() {
  was_taken_ ? health_.note_taken() : health_.note_refused();
  postponed_revision_.clear();
  if (was_taken_) keep_in_cache({});
  const std::lock_guard lock(mutex_);
  return {.report = status_.last_report, .has_answered = true, .is_unchanged = true};
}

ReadVerdict StoreFeed::verdict_for(Report report, std::string revision, std::string json,
                                   bool has_sections) {
  ReadVerdict verdict{.report = std::move(report), .has_answered = true};
  was_taken_ = !verdict.report.has_errors();
  judged_revision_ = std::move(revision);
  revision_guard_.note_judged(judged_revision_);
  postponed_revision_.clear();
  if (was_taken_) {
    keep_in_cache(std::move(json));
    taken_revision_ = judged_revision_;
    has_sections_ = has_sections;
  }
  was_taken_ ? health_.note_taken() : health_.note_refused();
  return verdict;
}

ReadVerdict StoreFeed::verdict_for_changes(std::string revision, OriginChangeCounts changes,
                                           PolicyCacheWriter::MakeJson make_json) {
  ReadVerdict verdict{.changes = changes, .has_answered = true, .has_told_changes = true};
  {
    const std::lock_guard lock(mutex_);
    verdict.report = status_.last_report;
  }
  if (cache_ != nullptr) {
    const bool may_wait = changes.removed == 0;
    cache_->write_soon(std::move(make_json), revision, clock_->wall_now(), may_wait);
  }
  taken_revision_ = judged_revision_ = std::move(revision);
  revision_guard_.note_judged(judged_revision_);
  postponed_revision_.clear();
  health_.note_taken();
  return verdict;
}

void StoreFeed::judge_refused_again() {
  if (was_taken_ || judged_revision_.empty()) return;
  judged_revision_.clear();
  schedule_.note_changed();
}

void StoreFeed::schedule_after(const ReadVerdict& verdict) {
  const Time now = Steady::now();
  if (verdict.has_told_changes) {
    schedule_.note_told_changes();
  } else {
    verdict.has_answered ? schedule_.note_answered(now) : schedule_.note_failed(now);
  }
  if (verdict.is_postponed) schedule_.note_second_look(now, kSecondLookAfter);
  schedule_.note_pause(now, verdict.pause);
}

void StoreFeed::settle(const ReadVerdict& verdict) {
  // What may be gone at the second look is nothing that a status says.
  const Report nothing;
  const Report& report = verdict.is_postponed ? nothing : verdict.report;
  const bool is_document = verdict.has_answered && !verdict.is_unchanged;
  const bool is_taken = is_document && was_taken_ && health_.state() == StoreState::Fresh;
  const StoreJournal::Change change{.before = settled_in_,
                                    .after = health_.state(),
                                    .is_document = is_document,
                                    .is_taken = is_taken,
                                    .revision = judged_revision_,
                                    .changes = verdict.changes};
  {
    const std::lock_guard lock(mutex_);
    status_.state = change.after;
    note_failing(change.after);
    status_.source = journal_.source();
    status_.revision = to_printable(taken_revision_, kNameLimitBytes);
    if (verdict.has_answered) status_.last_answer_at = clock_->wall_now();
    if (verdict.has_answered && !verdict.is_postponed) {
      status_.last_report = report;
      status_.last_error.clear();
    }
    if (report.has_errors()) {
      status_.last_error = first_line(report);
      if (!verdict.is_unchanged) ++status_.failures;
    }
    if (is_taken) {
      status_.is_cached = false;
      ++status_.loads;
      status_.loaded_at = clock_->wall_now();
    }
    if (is_document && !verdict.is_postponed) {
      loads_.note({.revision = judged_revision_,
                   .is_taken = is_taken,
                   .is_changes = verdict.changes.has_value(),
                   .time = clock_->wall_now()},
                  report);
    }
  }
  journal_.note_change(change, report);
  settled_in_ = change.after;
}

// With mutex_. From one failing state to another it goes on.
void StoreFeed::note_failing(StoreState state) {
  using WallTime = std::chrono::system_clock::time_point;
  if (state == StoreState::Starting || state == StoreState::Fresh) {
    status_.failing_since = WallTime();
  } else if (status_.failing_since == WallTime()) {
    status_.failing_since = clock_->wall_now();
  }
}

void StoreFeed::end_attempt(Report report) { finish_attempt(std::move(report), false); }

void StoreFeed::end_attempt_without_memory() noexcept {
  judged_revision_.clear();
  schedule_.note_failed(Steady::now());
  journal_.note(LogLevel::Error, "there is no memory for the policy; the one in force stays");
  finish_attempt({}, true);
}

void StoreFeed::finish_attempt(Report report, bool has_failed) noexcept {
  const std::lock_guard lock(mutex_);
  next_due_ = schedule_.due();
  judgement_ = std::move(report);
  has_failed_ = has_failed;
  is_taken_ = !has_failed && health_.state() == StoreState::Fresh;
  if (has_failed) ++status_.failures;
  judged_ticket_ = attempt_->ticket;
  has_judged_once_ = true;
  attempt_.reset();
  judged_.notify_all();
}

}  // namespace corsac
