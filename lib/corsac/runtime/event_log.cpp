// The ring of events and their lines. Entry: EventLog::record, EventLog::find. Spec: policy
// document, 5. Test: tests/runtime/event_log_test.cpp.
//
// Events are made, printed and searched outside the lock: refusing many requests at once must not
// queue them behind each other's hints, or behind a search.

#include "corsac/runtime/event_log.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "corsac/runtime/event_json.hpp"
#include "corsac/runtime/event_line_limits.hpp"

namespace corsac {
namespace {

// How often the clock is compared while a count waits to be told: a test may move it.
constexpr std::chrono::milliseconds kClockCheck{500};

std::size_t heap_bytes(const std::string& text) noexcept {
  constexpr std::size_t kInPlace = 15;  // libstdc++ and libc++ keep at least these inside
  return text.capacity() > kInPlace ? text.capacity() + 1 : 0;
}

std::size_t heap_bytes(const std::optional<std::string>& text) noexcept {
  return text ? heap_bytes(*text) : 0;
}

using EventPtr = std::shared_ptr<const Event>;

// A search takes so many events at a time, and whoever records waits for no longer than that.
constexpr std::size_t kEventsAtOnce = 64;

std::size_t size_of(const Event& event) noexcept {
  constexpr std::size_t kSharing = sizeof(EventPtr) + 2 * sizeof(void*);  // pointer and counts
  std::size_t bytes =
      sizeof(Event) + kSharing + event.header_names.capacity() * sizeof(std::string);
  for (const std::string& name : event.header_names) bytes += heap_bytes(name);
  for (const std::string* text :
       {&event.revision, &event.reason, &event.value, &event.rule, &event.place, &event.own_origin,
        &event.method, &event.path, &event.target, &event.client, &event.hint, &event.near_miss,
        &event.category}) {
    bytes += heap_bytes(*text);
  }
  return bytes + heap_bytes(event.content_type) + heap_bytes(event.host) +
         heap_bytes(event.origin) + heap_bytes(event.referer);
}

}  // namespace

struct EventLog::State {
  const std::size_t capacity;
  const std::shared_ptr<const Clock> clock;
  const std::function<void(std::string_view)> sink;
  std::atomic<std::uint64_t> sink_failures{0};

  mutable std::mutex mutex;  // guards what follows up to sink_mutex
  std::condition_variable changed;
  bool is_stopping = false;
  std::thread teller;         // of counts; begins with the first event that is no line
  std::deque<EventPtr> ring;  // oldest first, without gaps in seq up to last_seq
  std::size_t ring_bytes = 0;
  std::uint64_t last_seq = 0;
  std::uint64_t dropped = 0;
  EventLineLimits limits;
  // Of those who wait for the next event; the request that brings it looks at no more than this.
  mutable std::condition_variable arrived;
  mutable std::size_t waiting = 0;

  mutable std::mutex summary_mutex;  // guards the next two; never taken together with `mutex`
  RefusedOrigins refused;
  RefusalHistory history;

  std::mutex sink_mutex;  // never taken together with `mutex`: a slow sink must not stop find()

  State(std::size_t event_capacity, std::shared_ptr<const Clock> event_clock,
        std::function<void(std::string_view)> event_sink)
      : capacity(event_capacity), clock(std::move(event_clock)), sink(std::move(event_sink)) {}

  // The answer is what record() has to write once the lock is let go, or null.
  EventPtr keep(Event event, LineSubject subject);
  void summarise(const Event& event, Reason reason);
  void drop_oldest();
  // With mutex; of the oldest event, last_seq + 1 without one.
  [[nodiscard]] std::uint64_t first_seq() const { return last_seq + 1 - ring.size(); }
  void begin_to_tell() noexcept;
  void tell();
  void write_count(const EventLineLimits::Suppressed& suppressed) noexcept;
  void write(const std::string& line) noexcept;
};

EventPtr EventLog::State::keep(Event event, LineSubject subject) {
  const std::size_t bytes = size_of(event);
  const auto kept = std::make_shared<Event>(std::move(event));
  EventPtr line;
  const std::lock_guard lock(mutex);
  kept->seq = last_seq + 1;
  if (sink) {
    if (limits.takes(kept->origin.value_or(""), subject, clock->steady_now())) {
      line = kept;
    } else {
      begin_to_tell();
    }
  }
  ring.push_back(kept);
  ring_bytes += bytes;
  ++last_seq;
  while (!ring.empty() && (ring.size() > capacity || ring_bytes > capacity * kRingBytesPerEvent)) {
    drop_oldest();
  }
  if (waiting != 0) arrived.notify_all();
  return line;
}

void EventLog::State::summarise(const Event& event, Reason reason) {
  if (event.type != EventType::Event || event.outcome == EventOutcome::Diagnostic) return;
  const std::lock_guard lock(summary_mutex);
  refused.count(event.origin ? std::string_view(*event.origin) : std::string_view(), reason,
                event.near_miss, event.time);
  history.count(reason, event.time);
}

// With mutex.
void EventLog::State::begin_to_tell() noexcept {
  changed.notify_all();
  if (teller.joinable()) return;
  try {
    teller = std::thread([this] { tell(); });
  } catch (const std::exception&) {
    // Tried again with the next event; else the count is told at the end.
  }
}

// On the teller's thread: nobody knows when the next event comes.
void EventLog::State::tell() {
  std::unique_lock lock(mutex);
  while (!is_stopping) {
    const auto due = limits.suppressed_due();
    const auto now = clock->steady_now();
    if (!due) {
      changed.wait(lock, [this] { return is_stopping || limits.suppressed_due(); });
    } else if (now < *due) {
      changed.wait_for(lock, std::min<std::chrono::nanoseconds>(*due - now, kClockCheck),
                       [this] { return is_stopping; });
    } else {
      const EventLineLimits::Suppressed suppressed = limits.take_suppressed();
      lock.unlock();
      write_count(suppressed);
      lock.lock();
    }
  }
}

void EventLog::State::write_count(const EventLineLimits::Suppressed& suppressed) noexcept {
  if (suppressed.total() == 0) return;
  try {
    write(suppressed_line(suppressed, clock->wall_now()));
  } catch (...) {
    // No memory for the line: the events themselves were counted.
  }
}

void EventLog::State::drop_oldest() {
  ring_bytes -= size_of(*ring.front());
  ring.pop_front();
  ++dropped;
}

void EventLog::State::write(const std::string& line) noexcept {
  const std::lock_guard lock(sink_mutex);
  try {
    sink(line);
  } catch (...) {
    sink_failures.fetch_add(1, std::memory_order_relaxed);
  }
}

EventLog::EventLog(std::size_t capacity, std::shared_ptr<const Clock> clock,
                   std::function<void(std::string_view json_line)> sink)
    : state_(std::make_unique<State>(capacity, std::move(clock), std::move(sink))) {}

EventLog::~EventLog() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->is_stopping = true;
    state_->changed.notify_all();
  }
  if (state_->teller.joinable()) state_->teller.join();
  state_->write_count(state_->limits.take_suppressed());
}

void EventLog::record(const Snapshot& snapshot, const RequestView& request,
                      const Decision& decision) {
  Event event = make_event(snapshot, request, decision);
  event.time = state_->clock->wall_now();
  state_->summarise(event, decision.reason);
  const auto line = state_->keep(std::move(event), {.reason = decision.reason});
  if (line) state_->write(to_json(*line));
}

void EventLog::record(Event event, ShadowChange change) {
  event.time = state_->clock->wall_now();
  const auto line = state_->keep(std::move(event), {.change = change});
  if (line) state_->write(to_json(*line));
}

// The events that are in the ring when a search begins, piece by piece. What falls out meanwhile is
// left out; what comes is not looked at.
class EventLog::Walk {
 public:
  Walk(const State& state, EventOrder order)
      : state_(state), is_newest_first_(order == EventOrder::NewestFirst) {
    piece_.reserve(kEventsAtOnce);
    const std::lock_guard lock(state.mutex);
    oldest_ = state.first_seq();
    newest_ = state.last_seq;
    dropped_ = state.dropped;
  }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }  // when it began

  // The next ones, in the order of the search; none at the end.
  [[nodiscard]] const std::vector<EventPtr>& next() {
    piece_.clear();
    const std::lock_guard lock(state_.mutex);
    const std::uint64_t first = state_.first_seq();
    oldest_ = std::max(oldest_, first);
    while (oldest_ <= newest_ && piece_.size() < kEventsAtOnce) {
      const std::uint64_t seq = is_newest_first_ ? newest_-- : oldest_++;
      piece_.push_back(state_.ring[seq - first]);
    }
    return piece_;
  }

 private:
  const State& state_;
  const bool is_newest_first_;
  std::uint64_t oldest_ = 0;  // these two are still to come, and what is between them
  std::uint64_t newest_ = 0;
  std::uint64_t dropped_ = 0;
  std::vector<EventPtr> piece_ = {};
};

EventLog::Page EventLog::find(const EventQuery& query) const {
  Page page;
  Walk walk(*state_, query.order);
  page.dropped = walk.dropped();
  for (const auto* piece = &walk.next(); !piece->empty(); piece = &walk.next()) {
    for (const EventPtr& event : *piece) {
      if (!matches(query, *event)) continue;
      ++page.total;
      if (page.total > query.start_row && page.events.size() < query.count) {
        page.events.push_back(*event);
      }
    }
  }
  return page;
}

EventLog::Batch EventLog::read_behind(std::uint64_t after, const EventQuery& query) const {
  std::vector<EventPtr> seen;
  seen.reserve(kEventsInBatch);
  Batch batch;
  {
    const std::lock_guard lock(state_->mutex);
    const std::uint64_t first = state_->first_seq();
    batch.first_seq = std::max(after + 1, first);
    batch.last_seq = std::max(after, first - 1);
    while (batch.last_seq < state_->last_seq && seen.size() < kEventsInBatch) {
      seen.push_back(state_->ring[++batch.last_seq - first]);
    }
    batch.is_whole_ring = batch.last_seq >= state_->last_seq;
  }
  for (const EventPtr& event : seen) {
    if (matches(query, *event)) batch.events.push_back(*event);
  }
  return batch;
}

std::uint64_t EventLog::last_seq() const {
  const std::lock_guard lock(state_->mutex);
  return state_->last_seq;
}

bool EventLog::wait_behind(std::uint64_t after, std::chrono::milliseconds time) const {
  std::unique_lock lock(state_->mutex);
  ++state_->waiting;
  const bool has_come =
      state_->arrived.wait_for(lock, time, [this, after] { return state_->last_seq > after; });
  --state_->waiting;
  return has_come;
}

EventLog::MostRefused EventLog::most_refused(std::size_t limit) const {
  const std::lock_guard lock(state_->summary_mutex);
  return {.origins = state_->refused.most(limit), .total = state_->refused.total()};
}

std::vector<RefusalHistory::Minute> EventLog::history() const {
  const auto now = state_->clock->wall_now();
  const std::lock_guard lock(state_->summary_mutex);
  return state_->history.read(now);
}

EventLog::Counts EventLog::counts() const {
  const std::lock_guard lock(state_->mutex);
  return {.recorded = state_->last_seq, .dropped = state_->dropped};
}

std::uint64_t EventLog::sink_failures() const noexcept {
  return state_->sink_failures.load(std::memory_order_relaxed);
}

std::size_t EventLog::memory_bytes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->ring_bytes;
}

}  // namespace corsac
