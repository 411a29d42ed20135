// The thread of a supervisor. Entry: SupervisorLoop. Spec: design, 6 "Supervisor"; policy document,
// 4 "Closed" and 5. Tests: tests/runtime/supervisor_test.cpp, supervisor_time_test.cpp.
//
// Everything between two waits is one step: look at what arrived, at the clock, and at what is due.

#include "corsac/runtime/supervisor_loop.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "corsac/runtime/expiry_timer.hpp"

namespace corsac {
namespace {

// How soon something that failed for want of memory is tried again; also the longest sleep that
// nothing demands.
constexpr std::chrono::seconds kRetryStep{1};
constexpr std::chrono::hours kLongestSleep{1};

}  // namespace

SupervisorLoop::SupervisorLoop(const LoadedPlugin& plugin, StoreConfig config,
                               std::shared_ptr<const Clock> clock, SupervisorOwner owner)
    : clock_(std::move(clock)),
      owner_(std::move(owner)),
      store_(plugin, std::move(config), clock_, owner_.log, [this] { wake(); }),
      in_force_(clock_, owner_.application) {
  judge_ = std::make_unique<DocumentJudge>([this](std::optional<Judgement> judgement) {
    const std::lock_guard lock(mutex_);
    judged_document_ = Judged{std::move(judgement)};
    is_woken_ = true;
    woken_.notify_all();
  });
  thread_ = std::thread([this] { run(); });
}

SupervisorLoop::~SupervisorLoop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    woken_.notify_all();
  }
  thread_.join();
}

void SupervisorLoop::wake() {
  const std::lock_guard lock(mutex_);
  is_woken_ = true;
  woken_.notify_all();
}

void SupervisorLoop::run() {
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    is_woken_ = false;
    std::optional<Judged> judged = std::exchange(judged_document_, std::nullopt);
    lock.unlock();
    if (auto answer = store_.take_answer()) take_answer(std::move(*answer));
    if (judged) {
      finish_attempt([&] { return verdict_after(std::move(*judged), judging_revision_); });
    }
    const Time now = Steady::now();
    Time next = now + kRetryStep;
    try {
      next = step(now);
    } catch (...) {
      store_.journal().note(LogLevel::Error, "there is no memory; tried again in a second");
    }
    store_.tell_next_due();
    lock.lock();
    woken_.wait_until(lock, next, [this] { return is_woken_ || is_stopping_; });
  }
  lock.unlock();
  store_.stop();
  judge_.reset();
}

// What the time demands. The answer is when to come again.
SupervisorLoop::Time SupervisorLoop::step(Time now) {
  store_.take_news();
  store_.watch_attempt(now);
  store_.note_time(now);
  const Time next = std::min(now + kLongestSleep, expire(now));
  publish();
  if (!store_.is_settled()) store_.settle({});
  store_.begin_when_due(now);
  return std::min(next, store_.wakes_at());
}

void SupervisorLoop::take_answer(ReadResult result) noexcept {
  const bool is_document = result.status == ReadStatus::Read;
  if (!is_document) {
    return finish_attempt([&] { return store_.verdict_without_document(std::move(result)); });
  }
  if (store_.is_judged_already(result.policy)) {
    return finish_attempt([this] { return store_.verdict_as_before(); });
  }
  if (store_.is_lost(result.policy)) {
    return finish_attempt([&] { return verdict_for_lost(std::move(result)); });
  }
  try {
    begin_judging(std::move(result));
  } catch (...) {
    finish_attempt([this] { return verdict_after({}, {}); });
  }
}

void SupervisorLoop::begin_judging(ReadResult result) {
  store_.journal().note_sources(result.policy.sources);
  judging_revision_ = result.policy.revision;
  JudgementBasis basis = in_force_.basis();
  basis.wants_json = store_.has_cache();
  judge_->begin(std::move(result.policy), std::move(result.problems), std::move(basis));
}

// Ends the attempt with what `make_verdict` gives; when something throws on the way, without a
// verdict.
template <class MakeVerdict>
void SupervisorLoop::finish_attempt(MakeVerdict make_verdict) noexcept {
  try {
    ReadVerdict verdict = make_verdict();
    use_cache(verdict);
    store_.schedule_after(verdict);
    static_cast<void>(expire(Steady::now()));  // what ended while it was judged
    publish();
    store_.settle(verdict);
    store_.end_attempt(std::move(verdict.report));
  } catch (...) {
    store_.end_attempt_without_memory();
  }
}

ReadVerdict SupervisorLoop::verdict_for_lost(ReadResult result) {
  result.problems.push_back(
      {.code = "document-empty",
       .what = "the document has no section at all, and the one in force has some",
       .fix = "set accept_empty = true if that is meant"});
  Judgement judgement{.report =
                          Report(std::move(result.problems), std::move(result.policy.sources))};
  return verdict_after({std::move(judgement)}, std::move(result.policy.revision));
}

ReadVerdict SupervisorLoop::verdict_after(Judged judged, std::string revision) {
  if (!judged.judgement) throw std::bad_alloc();
  Judgement& judgement = *judged.judgement;
  ReadVerdict verdict = store_.verdict_for(std::move(judgement.report), std::move(revision),
                                           std::move(judgement.json), judgement.has_sections);
  if (!verdict.report.has_errors()) in_force_.take(std::move(judgement));
  return verdict;
}

// When the first read gave no policy: the one of the cache, judged like any other.
void SupervisorLoop::use_cache(const ReadVerdict& verdict) {
  auto cached = store_.read_cache();
  if (!cached) return;
  StoreFeed::CacheTaken taken{.revision = cached->policy.revision,
                              .read_at = cached->read_at,
                              .has_answered = verdict.has_answered};
  Judgement judgement =
      judge_document(std::move(cached->policy), std::move(cached->problems), in_force_.basis());
  if (judgement.report.has_errors()) return store_.note_cache_refused(judgement.report);
  taken.has_sections = judgement.has_sections;
  in_force_.take(std::move(judgement));
  store_.note_cache_taken(std::move(taken));
}

SupervisorLoop::Time SupervisorLoop::expire(Time now) {
  const TimeWindow window = in_force_.window();
  if (window.is_endless()) return Time::max();
  const auto wall = clock_->wall_now();
  if (window.contains(wall)) return now + time_to_check(window, wall);
  if (in_force_.expire()) {
    store_.journal().note(LogLevel::Info,
                          window.from && wall < *window.from
                              ? "the clock was set back: grants that had ended count again"
                              : "the grant of a record has ended");
  }
  return now;
}

// Puts into force what the state and the good snapshot say, when it is not there already.
void SupervisorLoop::publish() {
  const StoreState state = store_.state();
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

}  // namespace corsac
