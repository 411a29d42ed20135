// Plans changes, has them written, shows them. Entry: Authority. Spec: Okta's Trusted Origins API.
// Test: tests/authority/authority_test.cpp, authority_threads_test.cpp.
//
// Whoever wants a change leaves a ticket. The first one leads: it plans all tickets that wait, one
// upon the other, and writes them in one call of the store; the others wait for theirs. Only the
// leader changes the table, so it may read it without the lock that readers take.

#include "corsac/authority/authority.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "corsac/authority/draft.hpp"
#include "corsac/authority/record_table.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/base/sha256.hpp"

namespace corsac {
namespace {

using Kind = AuthorityError::Kind;
using Outcome = Result<RecordPtr, AuthorityError>;
// Puts its change into the draft and says what is answered once it is written. Called again, with
// another draft, when it was not.
using Plan = std::function<Outcome(Draft&)>;

// Each attempt that fails means that somebody else's write succeeded. Two servers that are both
// written to all the time take turns by chance, which a pause of no fixed length gives them.
constexpr int kWriteAttempts = 50;
constexpr std::chrono::milliseconds kLongestPause{50};
// Of one call of the store.
constexpr std::size_t kTicketsLimit = 256;
// Who made what a store tells no author of.
constexpr const char* kUnknownAuthor = "store";

struct Ticket {
  explicit Ticket(Plan how) : plan(std::move(how)) {}
  const Plan plan;
  bool is_change = false;
  bool only_removes = false;            // trust; then it is in force when it is written
  std::optional<Outcome> outcome = {};  // the leader's until is_done
  std::exception_ptr failure = {};      // the leader's until is_done
  bool is_done = false;                 // guarded by the mutex of the tickets
};

AuthorityError not_found() { return {.kind = Kind::NotFound}; }

std::vector<FieldFault> all_faults(const Draft& draft, const RecordInput& input,
                                   std::string_view id) {
  RecordInput judged = input;
  const auto check = [&](const std::optional<std::string>& value, RecordAttribute attribute,
                         const char* field) {
    if (!value || !draft.is_taken(attribute, *value, id)) return;
    judged.faults.push_back(
        {.field = field,
         .what = "An object with this field already exists in the current organization"});
  };
  check(input.name, RecordAttribute::Name, "name");
  check(input.origin, RecordAttribute::Origin, "origin");
  return check_record(judged);
}

// What `record` has of one that is in `table` already: `"a" (tosB) has the name of tosA`.
std::string why_repeated(const TrustedOrigin& record, const RecordTable& table) {
  const auto in_words = [&](const RecordTable::Rows* rows, const char* field) {
    return to_quoted(record.name) + " (" + to_printable(record.id) + ") has the " + field + " of " +
           to_printable((*rows->begin())->record->id);
  };
  if (const auto* rows = table.equal(RecordAttribute::Name, record.name)) {
    return in_words(rows, "name");
  }
  if (const auto* rows = table.equal(RecordAttribute::Origin, record.origin)) {
    return in_words(rows, "origin");
  }
  return {};
}

// A store may hold records that people wrote: without an id, or with that of another.
std::string made_id(const TrustedOrigin& record, const RecordTable& table) {
  std::string seed = record.name + '\n' + record.origin;
  while (true) {
    std::string id = "tos" + to_text(sha256(seed)).substr(0, 17);
    if (table.find(id) == nullptr) return id;
    seed += '\n';
  }
}

}  // namespace

struct Authority::State {
  State(std::unique_ptr<RecordStore> record_store, AuthorityOptions authority_options)
      : store(std::move(record_store)), options(std::move(authority_options)) {
    if (!options.clock) options.clock = std::make_shared<SystemClock>();
    if (!options.random_token) options.random_token = make_random_token;
    batch.reserve(kTicketsLimit);
  }

  enum class Effect : unsigned char { Reads, Changes, OnlyRemoves };
  Outcome change(Plan plan, Effect effect);
  void lead(std::unique_lock<std::mutex>& lock);
  void write_batch();
  bool write_once(int attempt);
  void pause_after(int attempt) const;
  [[nodiscard]] bool has_memory_decided() const;
  void tell_not_in_force(const std::string& why);
  void fail_batch(const AuthorityError& error);
  void apply(const Draft& draft);
  Result<void, AuthorityError> load();
  void complete(TrustedOrigin& record, const RecordTable& fresh, const std::string& now) const;
  std::string next_id(const Draft& draft);
  std::string now_text() const { return record_time_text(options.clock->wall_now()); }

  const std::unique_ptr<RecordStore> store;
  AuthorityOptions options;

  std::mutex tickets_mutex;
  std::condition_variable ticket_done;
  std::deque<Ticket*> waiting;  // guarded by tickets_mutex
  bool has_leader = false;      // guarded by tickets_mutex
  std::size_t batch_size = 0;   // guarded by tickets_mutex

  // The leader's.
  std::vector<Ticket*> batch;
  std::string revision;
  std::int64_t last_id_microseconds = 0;

  std::atomic<bool> must_load{false};  // the table may not be what the store has
  mutable std::mutex table_mutex;      // held while memory is read, never while the store works
  // Changed by the leader alone, under table_mutex.
  RecordTable table;
  std::optional<AuthorityError> unread = AuthorityError{.kind = Kind::Unread};
  std::string repeated = {};  // Authority::repeated
};

Outcome Authority::State::change(Plan plan, Effect effect) {
  Ticket ticket(std::move(plan));
  ticket.is_change = effect != Effect::Reads;
  ticket.only_removes = effect == Effect::OnlyRemoves;
  {
    std::unique_lock lock(tickets_mutex);
    // The leader's own batch counts as well: its callers wait, too.
    const std::size_t waits = waiting.size() + batch_size;
    if (effect != Effect::Reads && waits >= options.waiting_limit) {
      return fail(AuthorityError{.kind = Kind::Busy});
    }
    waiting.push_back(&ticket);
    while (!ticket.is_done) {
      if (has_leader) {
        ticket_done.wait(lock);
      } else {
        lead(lock);
      }
    }
  }
  if (ticket.failure) std::rethrow_exception(ticket.failure);
  return std::move(*ticket.outcome);
}

void Authority::State::lead(std::unique_lock<std::mutex>& lock) {
  has_leader = true;
  while (!waiting.empty() && batch.size() < kTicketsLimit) {
    batch.push_back(waiting.front());
    waiting.pop_front();
  }
  batch_size = batch.size();
  lock.unlock();
  try {
    write_batch();
  } catch (...) {  // no memory, or a store that throws: who waits must hear of it
    must_load = true;
    for (Ticket* ticket : batch) ticket->failure = std::current_exception();
  }
  lock.lock();
  for (Ticket* ticket : batch) ticket->is_done = true;
  batch.clear();
  batch_size = 0;
  has_leader = false;
  ticket_done.notify_all();
}

void Authority::State::write_batch() {
  for (int attempt = 1; attempt <= kWriteAttempts; ++attempt) {
    if (write_once(attempt)) return;
    if (attempt > 1) pause_after(attempt);
  }
}

void Authority::State::pause_after(int attempt) const {
  const auto longest =
      std::min<std::chrono::microseconds>(std::chrono::milliseconds(attempt), kLongestPause);
  const std::uint64_t chance = std::hash<std::string>()(options.random_token()) % 1024;
  std::this_thread::sleep_for(longest * chance / 1024);
}

// True when every ticket has its outcome.
bool Authority::State::write_once(int attempt) {
  const bool is_fresh = must_load.exchange(false);
  if (is_fresh) {
    const auto loaded = load();
    if (!loaded) {
      must_load = true;
      for (Ticket* ticket : batch) ticket->outcome = fail(loaded.error());
      return true;
    }
  }
  Draft draft(table);
  for (Ticket* ticket : batch) ticket->outcome = ticket->plan(draft);
  if (draft.changes().empty()) {
    if (is_fresh || !has_memory_decided()) return true;
    must_load = true;
    return false;
  }
  RecordWrite write = store->write(
      draft.changes(), [&draft] { return draft.all(); }, revision);
  switch (write.status) {
    case RecordWrite::Status::Ok:
      apply(draft);
      revision = std::move(write.revision);
      if (!write.why_not_in_force.empty()) tell_not_in_force(write.why_not_in_force);
      return true;
    case RecordWrite::Status::Conflict:
      must_load = true;
      if (attempt < kWriteAttempts) return false;
      fail_batch({.kind = Kind::Contended, .detail = std::move(write.detail)});
      return true;
    case RecordWrite::Status::ReadOnly:
      fail_batch({.kind = Kind::ReadOnly, .detail = std::move(write.detail)});
      return true;
    case RecordWrite::Status::NotWritten:
      must_load = true;
      fail_batch({.kind = Kind::NotWritten, .detail = std::move(write.detail)});
      return true;
    case RecordWrite::Status::Unreachable:
      must_load = true;
      fail_batch({.kind = Kind::Unreachable, .detail = std::move(write.detail)});
      return true;
  }
  return true;
}

// Nothing is to be written, and only because of what memory says: that there is no such record, or
// that it is so already. Another server may have written since; a write would have found that out.
bool Authority::State::has_memory_decided() const {
  return std::any_of(batch.begin(), batch.end(), [](const Ticket* ticket) {
    const Outcome& outcome = *ticket->outcome;
    return ticket->is_change && (outcome || outcome.error().kind == Kind::NotFound);
  });
}

void Authority::State::tell_not_in_force(const std::string& why) {
  for (Ticket* ticket : batch) {
    if (!ticket->is_change || ticket->only_removes || !*ticket->outcome) continue;
    ticket->outcome = fail(AuthorityError{.kind = Kind::NotInForce, .detail = why});
  }
}

// What was planned upon changes that came to nothing is planned again by itself: a name is not
// taken by a record that was not written.
void Authority::State::fail_batch(const AuthorityError& error) {
  for (Ticket* ticket : batch) {
    Draft alone(table);
    ticket->outcome = ticket->plan(alone);
    if (!alone.changes().empty()) ticket->outcome = fail(error);
  }
}

void Authority::State::apply(const Draft& draft) {
  const std::lock_guard lock(table_mutex);
  for (const RecordChange& change : draft.changes()) {
    if (change.record != nullptr) {
      table.put(change.record);
    } else {
      table.remove(change.id);
    }
  }
}

Result<void, AuthorityError> Authority::State::load() {
  auto stored = store->load();
  if (!stored) {
    AuthorityError error{.kind = Kind::Unread, .detail = std::move(stored.error())};
    const std::lock_guard lock(table_mutex);
    if (unread) unread = error;
    return fail(std::move(error));
  }
  if (!unread && stored->revision == revision) return {};
  RecordTable fresh;
  const std::string now = now_text();
  std::string first_repeated;
  std::size_t repeated_count = 0;
  for (TrustedOrigin& record : stored->records) {
    complete(record, fresh, now);
    if (std::string why = why_repeated(record, fresh); !why.empty() && repeated_count++ == 0) {
      first_repeated = std::move(why);
    }
    fresh.put(std::make_shared<const TrustedOrigin>(std::move(record)));
  }
  revision = std::move(stored->revision);
  const std::lock_guard lock(table_mutex);
  std::swap(table, fresh);
  repeated = repeated_count == 0 ? ""
                                 : std::to_string(repeated_count) +
                                       " have the name or the origin of another one, which the API "
                                       "makes none of; the first: " +
                                       first_repeated;
  unread.reset();
  return {};
}

void Authority::State::complete(TrustedOrigin& record, const RecordTable& fresh,
                                const std::string& now) const {
  if (record.id.empty() || fresh.find(record.id) != nullptr) record.id = made_id(record, fresh);
  // Times that were made once stay for as long as this process runs.
  const RecordPtr before = table.find(record.id);
  if (record.created.empty()) record.created = before ? before->created : now;
  if (record.created_by.empty()) record.created_by = kUnknownAuthor;
  if (record.last_updated.empty()) record.last_updated = record.created;
  if (record.last_updated_by.empty()) record.last_updated_by = record.created_by;
}

// "tos" and 17 hex digits: 13 of the microsecond, so that ids of one second stand in the order in
// which they were made, and 4 that differ between two servers.
std::string Authority::State::next_id(const Draft& draft) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      options.clock->wall_now().time_since_epoch());
  while (true) {
    last_id_microseconds = std::max(last_id_microseconds + 1, std::int64_t{now.count()});
    std::string id = "tos";
    for (int shift = 48; shift >= 0; shift -= 4) {
      id += kDigits[static_cast<std::uint64_t>(last_id_microseconds) >> shift & 0xFU];
    }
    id += options.random_token().substr(0, 4);
    if (draft.find(id) == nullptr) return id;
  }
}

Result<std::shared_ptr<Authority>, std::string> Authority::open(std::unique_ptr<RecordStore> store,
                                                                AuthorityOptions options) {
  auto state = std::make_unique<State>(std::move(store), std::move(options));
  const auto loaded = state->load();
  if (!loaded && !state->options.may_begin_unread) return fail(loaded.error().detail);
  state->must_load = !loaded;
  return std::shared_ptr<Authority>(new Authority(std::move(state)));
}

Authority::Authority(std::unique_ptr<State> state) : state_(std::move(state)) {}
Authority::~Authority() = default;

std::optional<AuthorityError> Authority::why_unread() const {
  const std::lock_guard lock(state_->table_mutex);
  return state_->unread;
}

RecordPtr Authority::find(std::string_view id) const {
  const std::lock_guard lock(state_->table_mutex);
  return state_->table.find(id);
}

std::string Authority::repeated() const {
  const std::lock_guard lock(state_->table_mutex);
  return state_->repeated;
}

Page Authority::find_page(const PageQuery& query) const {
  const std::lock_guard lock(state_->table_mutex);
  return corsac::find_page(state_->table, query);
}

Outcome Authority::create(const RecordInput& input, std::string_view by) {
  return state_->change(
      [&](Draft& draft) -> Outcome {
        std::vector<FieldFault> faults = all_faults(draft, input, {});
        if (input.status == TrustedOrigin::Status::Inactive) {
          faults.push_back(
              {.field = "status", .what = "A record is created ACTIVE; deactivate it afterwards"});
        }
        if (!faults.empty()) return fail(AuthorityError{Kind::Invalid, std::move(faults)});
        const std::string now = state_->now_text();
        auto record = std::make_shared<const TrustedOrigin>(
            TrustedOrigin{.name = *input.name,
                          .origin = *input.origin,
                          .scopes = *input.scopes,
                          .id = state_->next_id(draft),
                          .created = now,
                          .created_by = std::string(by),
                          .last_updated = now,
                          .last_updated_by = std::string(by)});
        draft.put(record);
        return record;
      },
      State::Effect::Changes);
}

Outcome Authority::replace(std::string_view id, const RecordInput& input, std::string_view by) {
  return state_->change(
      [&](Draft& draft) -> Outcome {
        const RecordPtr before = draft.find(id);
        if (before == nullptr) return fail(not_found());
        std::vector<FieldFault> faults = all_faults(draft, input, id);
        if (!faults.empty()) return fail(AuthorityError{Kind::Invalid, std::move(faults)});
        auto record = std::make_shared<TrustedOrigin>(*before);
        record->name = *input.name;
        record->origin = *input.origin;
        record->scopes = *input.scopes;
        record->status = input.status.value_or(before->status);
        record->last_updated = state_->now_text();
        record->last_updated_by = by;
        draft.put(record);
        return record;
      },
      State::Effect::Changes);
}

Outcome Authority::set_status(std::string_view id, TrustedOrigin::Status status,
                              std::string_view by) {
  return state_->change(
      [&](Draft& draft) -> Outcome {
        RecordPtr before = draft.find(id);
        if (before == nullptr) return fail(not_found());
        if (before->status == status) return before;
        auto record = std::make_shared<TrustedOrigin>(*before);
        record->status = status;
        record->last_updated = state_->now_text();
        record->last_updated_by = by;
        draft.put(record);
        return record;
      },
      status == TrustedOrigin::Status::Inactive ? State::Effect::OnlyRemoves
                                                : State::Effect::Changes);
}

Outcome Authority::remove(std::string_view id) {
  return state_->change(
      [&](Draft& draft) -> Outcome {
        RecordPtr before = draft.find(id);
        if (before == nullptr) return fail(not_found());
        draft.remove(std::string(id));
        return before;
      },
      State::Effect::OnlyRemoves);
}

Result<void, std::string> Authority::refresh() {
  state_->must_load = true;
  auto read = state_->change([](Draft&) -> Outcome { return RecordPtr(); }, State::Effect::Reads);
  if (!read) return fail(std::move(read.error().detail));
  return {};
}

}  // namespace corsac
