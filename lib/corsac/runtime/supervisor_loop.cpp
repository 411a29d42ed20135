// The thread of a supervisor. Entry: SupervisorLoop. Spec: design, 6 "Supervisor"; policy document,
// 4 "Closed" and 5. Tests: tests/runtime/supervisor_test.cpp, supervisor_time_test.cpp.
//
// Everything between two waits is one step: look at what arrived, at the clock, and at what is due.

#include "corsac/runtime/supervisor_loop.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <new>
#include <utility>

#include "corsac/policy/writer.hpp"
#include "corsac/runtime/expiry_timer.hpp"

namespace corsac {
namespace {

// How soon something that failed for want of memory is tried again; also the longest sleep that
// nothing demands.
constexpr std::chrono::seconds kRetryStep{1};
constexpr std::chrono::hours kLongestSleep{1};
// Records are a list, and an empty one says that the last was removed: that always takes effect
// (policy document, 1).
Problem records_are_empty() {
  return {.severity = Severity::Warning,
          .code = "records-empty",
          .what = "the store has no record at all, and had some: nothing of it is trusted any more",
          .fix = "look whether that is meant"};
}

}  // namespace

SupervisorLoop::SupervisorLoop(const LoadedPlugin& plugin, StoreConfig config,
                               const RecordsStore* records, std::shared_ptr<const Clock> clock,
                               SupervisorOwner owner)
    : clock_(std::move(clock)),
      owner_(std::move(owner)),
      store_(StoreRole::Policy, plugin, std::move(config), clock_, owner_.log, [this] { wake(); }),
      records_(records == nullptr ? nullptr
                                  : std::make_unique<StoreFeed>(StoreRole::Records, records->plugin,
                                                                records->config, clock_, owner_.log,
                                                                [this] { wake(); })),
      in_force_(clock_, owner_.application,
                records_ ? PolicyInForce::Stores::WithRecords : PolicyInForce::Stores::One) {
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

void SupervisorLoop::withdraw(std::vector<RecordWithdrawal> withdrawn) {
  std::unique_lock lock(mutex_);
  withdrawn_.insert(withdrawn_.end(), std::make_move_iterator(withdrawn.begin()),
                    std::make_move_iterator(withdrawn.end()));
  const std::uint64_t ticket = ++withdrawals_asked_;
  is_woken_ = true;
  woken_.notify_all();
  woken_.wait(lock, [&] { return withdrawals_made_ >= ticket || is_stopping_; });
}

JudgementBasis SupervisorLoop::basis() {
  std::promise<JudgementBasis> asked;
  auto basis = asked.get_future();
  {
    const std::lock_guard lock(mutex_);
    basis_asked_.push_back(std::move(asked));
    is_woken_ = true;
    woken_.notify_all();
  }
  return basis.get();
}

void SupervisorLoop::withdraw_trust(const std::vector<RecordWithdrawal>& withdrawn) noexcept {
  withdraw_from_policy(withdrawn);
  for_each_store([&](StoreFeed& feed) {
    // Should the store come back to the document that was in force, it is another one now.
    feed.forget_judged();
    if (!feed.has_attempt()) return;
    WithdrawnSince& since = withdrawn_since(feed);
    try {
      since.withdrawn.insert(since.withdrawn.end(), withdrawn.begin(), withdrawn.end());
    } catch (...) {
      since.is_incomplete = true;
    }
  });
}

void SupervisorLoop::withdraw_from_policy(const std::vector<RecordWithdrawal>& withdrawn) noexcept {
  const std::array before{in_force_.part(StoreRole::Policy), in_force_.part(StoreRole::Records)};
  if (in_force_.withdraw(withdrawn)) {
    for_each_store([&](StoreFeed& feed) {
      const bool is_policy = feed.role() == StoreRole::Policy;
      const auto& now = in_force_.part(feed.role());
      if (now && now != before[is_policy ? 0 : 1]) feed.keep_limited_in_cache(*now);
    });
    return;
  }
  store_.journal().note(LogLevel::Error,
                        "there is no memory to withdraw trust: nothing cross-origin is granted "
                        "until the policy was read again");
  for_each_store([](StoreFeed& feed) {
    feed.forget_judged();
    static_cast<void>(feed.request_read());
  });
}

SupervisorLoop::WithdrawnSince& SupervisorLoop::withdrawn_since(const StoreFeed& feed) noexcept {
  return feed.role() == StoreRole::Policy ? withdrawn_since_policy_ : withdrawn_since_records_;
}

void SupervisorLoop::wake() {
  const std::lock_guard lock(mutex_);
  is_woken_ = true;
  woken_.notify_all();
}

template <class Call>
void SupervisorLoop::for_each_store(Call call) {
  call(store_);
  if (records_) call(*records_);
}

void SupervisorLoop::run() {
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    is_woken_ = false;
    std::optional<Judged> judged = std::exchange(judged_document_, std::nullopt);
    const std::vector<RecordWithdrawal> withdrawn = std::exchange(withdrawn_, {});
    const std::uint64_t asked = withdrawals_asked_;
    std::vector<std::promise<JudgementBasis>> basis_asked = std::exchange(basis_asked_, {});
    lock.unlock();
    if (!withdrawn.empty()) withdraw_trust(withdrawn);
    note_answers(std::move(judged));
    const Time now = Steady::now();
    const std::optional<Time> next = try_step(now);
    for (auto& basis : basis_asked) basis.set_value(in_force_.basis());
    for_each_store([](StoreFeed& feed) { feed.tell_next_due(); });
    lock.lock();
    if (next) withdrawals_made_ = asked;
    woken_.notify_all();
    woken_.wait_until(lock, next.value_or(now + kRetryStep),
                      [this] { return is_woken_ || is_stopping_; });
  }
  lock.unlock();
  for_each_store([](StoreFeed& feed) { feed.stop(); });
  judge_.reset();
}

void SupervisorLoop::note_answers(std::optional<Judged> judged) noexcept {
  if (judged && merging_) {
    take_merged(std::move(judged->judgement));
  } else if (judged) {
    StoreFeed& feed = *std::exchange(judging_, nullptr);
    finish_attempt(feed,
                   [&] { return verdict_after(feed, std::move(*judged), judging_revision_); });
  }
  if (records_) {
    if (auto answer = records_->take_answer()) take_answer(*records_, std::move(*answer));
  }
  const bool may_go_on = held_back_ && records_->has_ended_an_attempt();
  if (may_go_on) take_answer(store_, *std::exchange(held_back_, std::nullopt));
  if (auto answer = store_.take_answer()) take_answer(store_, std::move(*answer));
  judge_what_waits();
}

// Nothing = it came to no end for want of memory, and nothing may have been published.
std::optional<SupervisorLoop::Time> SupervisorLoop::try_step(Time now) noexcept {
  try {
    return step(now);
  } catch (...) {
    store_.journal().note(LogLevel::Error, "there is no memory; tried again in a second");
    return std::nullopt;
  }
}

// What the time demands. The answer is when to come again.
SupervisorLoop::Time SupervisorLoop::step(Time now) {
  for_each_store([now](StoreFeed& feed) {
    feed.take_news();
    feed.watch_attempt(now);
    feed.note_time(now);
  });
  withdraw_old_records();
  Time next = std::min(now + kLongestSleep, expire(now));
  publish();
  for_each_store([now, &next](StoreFeed& feed) {
    if (!feed.is_settled()) feed.settle({});
    feed.begin_when_due(now);
    next = std::min(next, feed.wakes_at());
  });
  return next;
}

void SupervisorLoop::take_answer(StoreFeed& feed, ReadResult result) noexcept {
  const bool is_policy = feed.role() == StoreRole::Policy;
  if (is_policy && records_ && !records_->has_ended_an_attempt()) {
    held_back_ = std::move(result);
    return;
  }
  if (result.status == ReadStatus::Changed) return take_changes(std::move(result));
  if (result.status != ReadStatus::Read) {
    return finish_attempt(feed, [&] { return feed.verdict_without_document(std::move(result)); });
  }
  // The guard hears of each document, of the one in force too: that ends what an older one began.
  const RevisionGuard::Answer answer = feed.judge_revision(result);
  // What was put together from changes is not the truth until a document said the same.
  if (feed.is_judged_already(result.policy) && !(is_policy && is_from_changes_)) {
    return finish_attempt(feed, [&feed] { return feed.verdict_as_before(); });
  }
  if (answer == RevisionGuard::Answer::LookAgain) {
    return finish_attempt(feed, [&] { return feed.verdict_postponed(result.policy); });
  }
  const bool is_lost = feed.is_lost(result.policy);
  if (is_lost && is_policy) {
    return finish_attempt(feed, [&] { return verdict_for_lost(feed, std::move(result)); });
  }
  try {
    if (answer == RevisionGuard::Answer::TakeOlder) {
      result.problems.push_back(feed.revision_warning(result.policy));
    }
    if (is_lost) result.problems.push_back(records_are_empty());
  } catch (...) {
    return finish_attempt(feed, [this, &feed] { return verdict_after(feed, {}, {}); });
  }
  (is_policy ? waiting_policy_ : waiting_records_) = std::move(result);
}

// All of them or none. They need no judge: what one would have to say something about is read
// whole.
void SupervisorLoop::take_changes(ReadResult result) noexcept {
  const std::string& revision = result.policy.revision;
  const RevisionGuard::Answer answer = store_.judge_revision(result);
  if (store_.is_judged_already(result.policy)) {
    return finish_attempt(store_, [this] {
      ReadVerdict verdict = store_.verdict_as_before();
      verdict.has_told_changes = true;
      return verdict;
    });
  }
  try {
    auto changed = answer == RevisionGuard::Answer::Take && changeable_
                       ? changeable_->changed(result.changes, revision)
                       : std::nullopt;
    if (!changed) return store_.read_in_full(answer);
    PolicyCacheWriter::MakeJson make_json;
    if (store_.has_cache()) {
      make_json = [policy = changed->policy] { return policy_to_json(policy.document()); };
    }
    if (merging_) merging_->push_back({std::move(result.changes), revision});
    finish_attempt(store_, [&] {
      history_.note_changes(revision, clock_->wall_now());
      ReadVerdict verdict =
          store_.verdict_for_changes(revision, changed->counts, std::move(make_json));
      in_force_.take({.snapshot = changed->policy.snapshot()});
      note_changeable(std::move(changed->policy));
      is_from_changes_ = true;
      return verdict;
    });
    merge_when_many();
  } catch (...) {
    finish_attempt(store_, [this] { return verdict_after(store_, {}, {}); });
  }
}

void SupervisorLoop::note_changeable(std::optional<ChangeablePolicy> changeable) noexcept {
  changeable_ = std::move(changeable);
  store_.note_may_change(changeable_.has_value());
}

// Meanwhile changes go on: those are made once more in what comes of it.
void SupervisorLoop::merge_when_many() noexcept {
  const bool are_many = changeable_ && changeable_->change_count() >= merged_from_;
  if (!are_many || judging_ != nullptr || merging_) return;
  try {
    JudgementBasis basis = in_force_.basis();
    basis.wants_changes = true;
    judge_->begin_merge(*changeable_, std::move(basis));
    merging_.emplace();
  } catch (...) {
    // There was no memory for it; the next change tries again.
  }
}

// When it came to nothing the changes stay beside the list; where they cannot be made again a read
// mends it.
void SupervisorLoop::take_merged(std::optional<Judgement> merged) noexcept {
  const std::vector<Later> later = std::move(*std::exchange(merging_, std::nullopt));
  if (!changeable_) return;
  // Until something comes of it: not again for each change, which costs as much as a document.
  merged_from_ = changeable_->change_count() + kMergedChanges;
  if (!merged || !merged->changeable) return;
  try {
    std::optional<ChangeablePolicy> policy = std::move(merged->changeable);
    for (const Later& one : later) {
      auto changed = policy->changed(one.changes, one.revision);
      if (!changed) return;
      policy = std::move(changed->policy);
    }
    in_force_.take({.snapshot = policy->snapshot()});
    note_changeable(std::move(policy));
    merged_from_ = kMergedChanges;
  } catch (...) {
    // As it was.
  }
}

// Records first: the document that waits with them may have tests about them.
void SupervisorLoop::judge_what_waits() noexcept {
  while (judging_ == nullptr && !merging_ && (waiting_records_ || waiting_policy_)) {
    StoreFeed& feed = waiting_records_ ? *records_ : store_;
    std::optional<ReadResult>& waiting = waiting_records_ ? waiting_records_ : waiting_policy_;
    try {
      begin_judging(feed, *std::exchange(waiting, std::nullopt));
    } catch (...) {
      finish_attempt(feed, [this, &feed] { return verdict_after(feed, {}, {}); });
    }
  }
}

void SupervisorLoop::begin_judging(StoreFeed& feed, ReadResult result) {
  feed.journal().note_sources(result.policy.sources);
  judging_revision_ = result.policy.revision;
  JudgementBasis basis = in_force_.basis();
  basis.wants_json = feed.has_cache();
  basis.wants_history = &feed == &store_;
  basis.wants_changes = &feed == &store_ && feed.can_tell_changes();
  judge_->begin(feed.role(), std::move(result.policy), std::move(result.problems),
                std::move(basis));
  judging_ = &feed;
}

// Ends the attempt with what `make_verdict` gives; when something throws on the way, without a
// verdict.
template <class MakeVerdict>
void SupervisorLoop::finish_attempt(StoreFeed& feed, MakeVerdict make_verdict) noexcept {
  try {
    ReadVerdict verdict = make_verdict();
    use_cache(feed, verdict);
    feed.schedule_after(verdict);
    // What ended while it was judged.
    withdraw_old_records();
    static_cast<void>(expire(Steady::now()));
    publish();
    feed.settle(verdict);
    feed.end_attempt(std::move(verdict.report));
  } catch (...) {
    feed.end_attempt_without_memory();
  }
  // A document that lost some of its trust is not in force whole: the next read judges it again.
  if (!std::exchange(withdrawn_since(feed), {}).is_empty()) feed.forget_judged();
}

ReadVerdict SupervisorLoop::verdict_for_lost(StoreFeed& feed, ReadResult result) {
  result.problems.push_back(
      {.code = "document-empty",
       .what = "the document has no section at all, and the one in force has some",
       .fix = "set accept_empty = true if that is meant"});
  Judgement judgement{.report =
                          Report(std::move(result.problems), std::move(result.policy.sources))};
  return verdict_after(feed, {std::move(judgement)}, std::move(result.policy.revision));
}

ReadVerdict SupervisorLoop::verdict_after(StoreFeed& feed, Judged judged, std::string revision) {
  const WithdrawnSince& since = withdrawn_since(feed);
  if (!judged.judgement || since.is_incomplete) throw std::bad_alloc();
  Judgement judgement = std::move(*judged.judgement);
  // The first document came out of its cache meanwhile. Once in the life of a supervisor, if ever.
  const bool is_overtaken = judgement.records && !judgement.document && in_force_.snapshot();
  if (is_overtaken) {
    JudgementBasis basis = in_force_.basis();
    basis.wants_json = feed.has_cache();
    judgement = judge_records(*judgement.records, {}, basis);
  }
  const std::string judged_revision = revision;
  // Also of a document that is refused: it is the one that others are held against now.
  if (&feed == &store_) is_from_changes_ = false;
  ReadVerdict verdict = feed.verdict_for(std::move(judgement.report), std::move(revision),
                                         std::move(judgement.json), judgement.has_sections);
  if (verdict.report.has_errors()) {
    if (judgement.limited) {
      in_force_.limit(feed.role(), judgement.limited);
      feed.keep_limited_in_cache(*judgement.limited);
      feed.journal().note(LogLevel::Warning,
                          "the trust that the refused document takes away is withdrawn");
    }
    withdraw_from_policy(since.withdrawn);
    return verdict;
  }
  if (&feed == &store_) {
    history_.note(judged_revision, std::move(judgement.kept), clock_->wall_now());
    note_changeable(std::move(judgement.changeable));
    merged_from_ = kMergedChanges;
  }
  in_force_.take(std::move(judgement));
  withdraw_from_policy(since.withdrawn);
  if (records_) (&feed == &store_ ? *records_ : store_).judge_refused_again();
  return verdict;
}

// When the first read gave no policy: the one of the cache, judged like any other.
void SupervisorLoop::use_cache(StoreFeed& feed, const ReadVerdict& verdict) {
  auto cached = feed.read_cache();
  if (!cached) return;
  StoreFeed::CacheTaken taken{.revision = cached->policy.revision,
                              .read_at = cached->read_at,
                              .has_answered = verdict.has_answered};
  JudgementBasis basis = in_force_.basis();
  basis.wants_history = &feed == &store_;
  Judgement judgement =
      judge_delivery(feed.role(), std::move(cached->policy), std::move(cached->problems), basis);
  if (judgement.report.has_errors()) return feed.note_cache_refused(judgement.report);
  taken.has_sections = judgement.has_sections;
  if (&feed == &store_) {
    history_.note(taken.revision, std::move(judgement.kept), clock_->wall_now(),
                  PolicySource::Cache);
  }
  in_force_.take(std::move(judgement));
  feed.note_cache_taken(std::move(taken));
}

// Nobody could confirm them for so long that they must not be trusted any more. The document keeps
// in force: that it trusts less than before is no reason to doubt the rest of it.
void SupervisorLoop::withdraw_old_records() {
  const bool are_old = records_ && records_->state() == StoreState::Closed;
  if (!are_old || !in_force_.has_records()) return;
  in_force_.withdraw_records();
  records_->forget_judged();
  store_.judge_refused_again();
  records_->journal().note(LogLevel::Error,
                           "its trusted origins are withdrawn: it could not be reached for "
                           "max_stale_seconds");
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
  judge_->let_go(std::exchange(published_for_, good));
}

}  // namespace corsac
