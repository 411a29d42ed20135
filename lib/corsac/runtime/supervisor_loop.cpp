// The thread of a supervisor. Entry: SupervisorLoop. Spec: design, 6 "Supervisor"; policy document,
// 4 "Closed" and 5. Tests: tests/runtime/supervisor_test.cpp, supervisor_time_test.cpp.
//
// Everything between two waits is one step: look at what arrived, at the clock, and at what is due.

#include "corsac/runtime/supervisor_loop.hpp"

#include <algorithm>
#include <new>
#include <random>
#include <utility>

#include "corsac/base/printable.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/runtime/expiry_timer.hpp"

namespace corsac {
namespace {

// How soon something that failed for want of memory is tried again; also the longest sleep that
// nothing demands.
constexpr std::chrono::seconds kRetryStep{1};
constexpr std::chrono::hours kLongestSleep{1};
bool has_error(const std::vector<Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return problem.severity == Severity::Error; });
}

// What a read that gave no document says; with an error in it, whatever the plugin left out.
Report failure_report(ReadResult result) {
  if (!has_error(result.problems)) {
    Problem problem{.code = "store-unreachable", .what = std::move(result.detail)};
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

SupervisorLoop::SupervisorLoop(const LoadedPlugin& plugin, StoreConfig config,
                               std::shared_ptr<const Clock> clock, SupervisorOwner owner)
    : config_(std::move(config)),
      plugin_(plugin),
      clock_(std::move(clock)),
      owner_(std::move(owner)),
      journal_(config_, plugin_.table->name, clock_, owner_.log),
      schedule_({config_.refresh, config_.retry_max}, std::random_device{}()),
      health_(config_.max_stale),
      in_force_(clock_, owner_.application),
      thread_token_(std::make_shared<const char>('\0')) {
  status_.source = journal_.source();
  judge_ = std::make_unique<DocumentJudge>([this](std::optional<Judgement> judgement) {
    const std::lock_guard lock(mutex_);
    judged_document_ = Judged{std::move(judgement)};
    wake_.notify_all();
  });
  if (!config_.cache_file.empty()) {
    cache_ = std::make_unique<PolicyCacheWriter>(config_.cache_file,
                                                 [this](std::optional<Problem> problem) {
                                                   const std::lock_guard lock(mutex_);
                                                   cache_outcome_ = std::move(problem);
                                                   wake_.notify_all();
                                                 });
  }
  thread_ = std::thread([this] { run(); });
}

SupervisorLoop::~SupervisorLoop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    wake_.notify_all();
    judged_.notify_all();
  }
  thread_.join();
}

SupervisorLoop::FirstRead SupervisorLoop::wait_for_first_read() {
  std::unique_lock lock(mutex_);
  judged_.wait(lock, [this] { return has_judged_once_; });
  return {judgement(), is_taken_, has_wrong_settings_};
}

std::uint64_t SupervisorLoop::request_read() {
  const std::lock_guard lock(mutex_);
  wake_.notify_all();
  return ++last_ticket_;
}

std::optional<Report> SupervisorLoop::wait_for_judgement(std::uint64_t ticket,
                                                         std::chrono::milliseconds deadline) {
  std::unique_lock lock(mutex_);
  const bool is_judged = judged_.wait_for(
      lock, deadline, [this, ticket] { return judged_ticket_ >= ticket || is_stopping_; });
  if (!is_judged || judged_ticket_ < ticket) return std::nullopt;
  return judgement();
}

// With mutex_. A report of what failed for want of memory is made here, where there is some again.
Report SupervisorLoop::judgement() const {
  if (!has_failed_) return judgement_;
  return Report({Problem{.code = "store-failed",
                         .what = "there was no memory for the policy; it is tried again"}});
}

StoreStatus SupervisorLoop::status() const {
  const std::lock_guard lock(mutex_);
  StoreStatus status = status_;
  const Time now = Steady::now();
  if (next_due_ != Time::max() && next_due_ > now) {
    status.next_try_in = std::chrono::ceil<std::chrono::milliseconds>(next_due_ - now);
  }
  return status;
}

WorkerCallbacks SupervisorLoop::worker_callbacks() {
  WorkerCallbacks callbacks;
  callbacks.on_read = [this](ReadResult result) {
    const std::lock_guard lock(mutex_);
    arrived_ = std::move(result);
    wake_.notify_all();
  };
  callbacks.on_changed = [this] {
    const std::lock_guard lock(mutex_);
    is_changed_ = true;
    wake_.notify_all();
  };
  callbacks.log = owner_.log;
  callbacks.held_while_running = thread_token_;
  return callbacks;
}

bool SupervisorLoop::has_news() const {
  return is_stopping_ || is_changed_ || arrived_ || judged_document_ || cache_outcome_ ||
         last_ticket_ > noted_ticket_;
}

void SupervisorLoop::run() {
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    if (std::exchange(is_changed_, false)) schedule_.note_changed();
    if (std::exchange(noted_ticket_, last_ticket_) != last_ticket_) schedule_.note_requested();
    std::optional<ReadResult> answer = std::exchange(arrived_, std::nullopt);
    std::optional<Judged> judged = std::exchange(judged_document_, std::nullopt);
    lock.unlock();
    if (answer && attempt_) take_answer(std::move(*answer));
    if (judged) {
      finish_attempt([&] { return verdict_after(std::move(*judged), attempt_->revision); });
    }
    const Time now = Steady::now();
    Time next = now + kRetryStep;
    try {
      note_cache_outcome();
      next = step(now);
    } catch (...) {
      journal_.note(LogLevel::Error, "there is no memory; tried again in a second");
    }
    lock.lock();
    next_due_ = attempt_ ? Time::max() : schedule_.due();
    wake_.wait_until(lock, next, [this] { return has_news(); });
  }
  lock.unlock();
  judge_.reset();
  cache_.reset();
  worker_.reset();
}

// What the time demands. The answer is when to come again.
SupervisorLoop::Time SupervisorLoop::step(Time now) {
  watch_attempt(now);
  health_.note_time(now);
  const Time next = std::min({now + kLongestSleep, expire(now), health_.closes_at()});
  publish();
  if (health_.state() != settled_in_) settle({});
  if (!attempt_ && schedule_.due() <= now) begin_attempt(now);
  if (!attempt_) return std::min(next, schedule_.due());
  if (attempt_->is_judging) return next;
  const Time deadline = deadline_of(*attempt_);
  return std::min(next,
                  attempt_->is_interrupted ? deadline + StoreWorker::kAbandonAfter : deadline);
}

// A thread of a plugin that ignored an interrupt is still there. The store is not opened again
// then: that thread may hold gigabytes, and another one would come to the same place.
bool SupervisorLoop::has_left_behind() const { return thread_token_.use_count() > 1; }

void SupervisorLoop::begin_attempt(Time now) {
  {
    const std::lock_guard lock(mutex_);
    attempt_ = Attempt{.began = now, .ticket = last_ticket_};
    noted_ticket_ = last_ticket_;  // those that came meanwhile are served by it, too
  }
  schedule_.note_began(now);
  ReadResult failed;
  failed.status = ReadStatus::NotOpened;
  try {
    if (worker_ == nullptr && !has_left_behind()) {
      worker_ = StoreWorker::launch(plugin_, config_, worker_callbacks(), deadline_of(*attempt_));
    }
    if (worker_ != nullptr) return worker_->request_read(deadline_of(*attempt_));
    failed.detail = "its thread that ignored an interrupt is still at work";
  } catch (...) {
    // No memory, or no thread. That is said where it is reported: here it could throw again.
  }
  take_answer(std::move(failed));
}

void SupervisorLoop::watch_attempt(Time now) {
  if (!attempt_ || attempt_->is_judging) return;
  const Time deadline = deadline_of(*attempt_);
  if (now < deadline) return;
  if (!attempt_->is_interrupted) {
    attempt_->is_interrupted = true;
    worker_->interrupt();
  }
  if (now < deadline + StoreWorker::kAbandonAfter) return;
  worker_.reset();  // leaves the thread behind, and says so
  {
    const std::lock_guard lock(mutex_);
    arrived_.reset();
  }
  ReadResult late;
  late.status = ReadStatus::Cancelled;
  take_answer(std::move(late));
}

void SupervisorLoop::take_answer(ReadResult result) noexcept {
  const bool is_document = result.status == ReadStatus::Read;
  if (!is_document) {
    return finish_attempt([&] { return verdict_without_document(std::move(result)); });
  }
  if (is_judged_already(result)) return finish_attempt([&] { return verdict_as_before(); });
  if (is_lost(result.policy)) {
    return finish_attempt([&] { return verdict_for_lost(std::move(result)); });
  }
  try {
    begin_judging(std::move(result));
  } catch (...) {
    finish_attempt([this] { return verdict_after({}, {}); });
  }
}

void SupervisorLoop::begin_judging(ReadResult result) {
  journal_.note_sources(result.policy.sources);
  attempt_->revision = result.policy.revision;
  JudgementBasis basis = in_force_.basis();
  basis.wants_json = cache_ != nullptr;
  judge_->begin(std::move(result.policy), std::move(result.problems), std::move(basis));
  attempt_->is_judging = true;
}

// Ends the attempt with what `make_verdict` gives; when something throws on the way, without a
// verdict.
template <class MakeVerdict>
void SupervisorLoop::finish_attempt(MakeVerdict make_verdict) noexcept {
  Verdict verdict;
  bool has_failed = false;
  try {
    verdict = make_verdict();
    use_cache(verdict);
    const Time now = Steady::now();
    verdict.has_answered ? schedule_.note_answered(now) : schedule_.note_failed(now);
    schedule_.note_pause(now, verdict.pause);
    static_cast<void>(expire(now));  // what ended while it was judged
    publish();
    settle(verdict);
  } catch (...) {
    has_failed = true;
    judged_revision_.clear();
    schedule_.note_failed(Steady::now());
    journal_.note(LogLevel::Error, "there is no memory for the policy; the one in force stays");
  }
  const std::lock_guard lock(mutex_);
  next_due_ = schedule_.due();
  judgement_ = std::move(verdict.report);
  has_failed_ = has_failed;
  is_taken_ = !has_failed && health_.state() == StoreState::Fresh;
  if (has_failed) ++status_.failures;
  judged_ticket_ = attempt_->ticket;
  has_judged_once_ = true;
  attempt_.reset();
  judged_.notify_all();
}

SupervisorLoop::Verdict SupervisorLoop::verdict_without_document(ReadResult result) {
  if (result.status == ReadStatus::NotOpened) {
    worker_.reset();
    const std::lock_guard lock(mutex_);
    has_wrong_settings_ = !result.problems.empty();
  }
  Verdict verdict;
  verdict.has_answered = result.status == ReadStatus::Invalid;
  verdict.pause = allowed_pause(result.retry_after);
  if (verdict.has_answered) {
    judged_revision_.clear();
    health_.note_refused();
  } else {
    health_.note_unreachable(Steady::now());
  }
  verdict.report = failure_report(std::move(result));
  return verdict;
}

// A store that wants to be left alone must not have the policy closed by that: it is asked again
// while there is time.
SupervisorLoop::Steady::duration SupervisorLoop::allowed_pause(
    Steady::duration wish) const noexcept {
  return std::min<Steady::duration>(wish, config_.max_stale / 2);
}

bool SupervisorLoop::is_judged_already(const ReadResult& result) const {
  return !judged_revision_.empty() && judged_revision_ == result.policy.revision;
}

SupervisorLoop::Verdict SupervisorLoop::verdict_as_before() {
  was_taken_ ? health_.note_taken() : health_.note_refused();
  if (was_taken_) keep_in_cache({});
  const std::lock_guard lock(mutex_);
  return {.report = status_.last_report, .has_answered = true, .is_unchanged = true};
}

// An empty document from a store that had one with sections.
bool SupervisorLoop::is_lost(const Policy& policy) const {
  return policy.is_empty() && in_force_.has_sections() && !config_.accept_empty;
}

SupervisorLoop::Verdict SupervisorLoop::verdict_for_lost(ReadResult result) {
  result.problems.push_back(
      {.code = "document-empty",
       .what = "the document has no section at all, and the one in force has some",
       .fix = "set accept_empty = true if that is meant"});
  Judgement judgement{.report =
                          Report(std::move(result.problems), std::move(result.policy.sources))};
  return verdict_after({std::move(judgement)}, std::move(result.policy.revision));
}

SupervisorLoop::Verdict SupervisorLoop::verdict_after(Judged judged, std::string revision) {
  if (!judged.judgement) throw std::bad_alloc();
  Judgement& judgement = *judged.judgement;
  Verdict verdict{.report = std::move(judgement.report), .has_answered = true};
  was_taken_ = !verdict.report.has_errors();
  judged_revision_ = std::move(revision);
  if (was_taken_) {
    keep_in_cache(std::move(judgement.json));
    in_force_.take(std::move(judgement));
  }
  was_taken_ ? health_.note_taken() : health_.note_refused();
  return verdict;
}

SupervisorLoop::Time SupervisorLoop::expire(Time now) {
  const TimeWindow window = in_force_.window();
  if (window.is_endless()) return Time::max();
  const auto wall = clock_->wall_now();
  if (window.contains(wall)) return now + time_to_check(window, wall);
  if (in_force_.expire()) {
    journal_.note(LogLevel::Info, window.from && wall < *window.from
                                      ? "the clock was set back: grants that had ended count again"
                                      : "the grant of a record has ended");
  }
  return now;
}

// Puts into force what the state and the good snapshot say, when it is not there already.
void SupervisorLoop::publish() {
  const StoreState state = health_.state();
  if (state == StoreState::Starting) return;
  const bool is_closed = state == StoreState::Closed;
  const bool was_closed = published_in_ == StoreState::Closed;
  const SnapshotPtr& good = in_force_.snapshot();
  if (published_in_ != StoreState::Starting && is_closed == was_closed && good == published_for_) {
    return;
  }
  owner_.publish(!is_closed        ? good
                 : good == nullptr ? Snapshot::closed_at_start()
                                   : Snapshot::closed(*good));
  published_in_ = state;
  published_for_ = good;
}

// After a read was judged, or (with an empty verdict) after time changed the state: what others
// see.
void SupervisorLoop::settle(const Verdict& verdict) {
  const SnapshotPtr& good = in_force_.snapshot();
  const bool is_taken = verdict.has_answered && !verdict.is_unchanged && was_taken_ &&
                        health_.state() == StoreState::Fresh;
  const StoreJournal::Change change{.before = settled_in_,
                                    .after = health_.state(),
                                    .is_document = verdict.has_answered && !verdict.is_unchanged,
                                    .is_taken = is_taken,
                                    .revision = judged_revision_};
  {
    const std::lock_guard lock(mutex_);
    status_.state = change.after;
    status_.source = journal_.source();
    status_.revision = good == nullptr ? "" : to_printable(good->revision(), kNameLimitBytes);
    if (verdict.has_answered) {
      status_.last_answer_at = clock_->wall_now();
      status_.last_report = verdict.report;
      status_.last_error.clear();
    }
    if (verdict.report.has_errors()) {
      status_.last_error = first_line(verdict.report);
      if (!verdict.is_unchanged) ++status_.failures;
    }
    if (is_taken) {
      status_.is_cached = false;
      ++status_.loads;
      status_.loaded_at = clock_->wall_now();
    }
  }
  journal_.note_change(change, verdict.report);
  settled_in_ = change.after;
}

}  // namespace corsac
