// The thread of one store. Entry: StoreWorker. Spec: design, 6 "Store plugins" and "Supervisor".
// Test: tests/runtime/store_worker_test.cpp, with plugins that break each rule.
//
// All that the thread can touch lies in State, which it shares with the worker: a thread that is
// left behind keeps it until the plugin returns, if ever.

#include "corsac/runtime/store_worker.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "corsac/base/low_priority.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/runtime/c_text.hpp"
#include "corsac/runtime/changes_sink.hpp"
#include "corsac/runtime/plugin_extensions.hpp"
#include "corsac/runtime/plugin_host.hpp"
#include "corsac/runtime/plugin_settings.hpp"
#include "corsac/runtime/records_merge.hpp"
#include "corsac/runtime/sink_adapter.hpp"
#include "corsac/runtime/store_loader.hpp"
#include "corsac_store_plugin.h"

namespace corsac {
namespace {

using Steady = std::chrono::steady_clock;

std::string_view status_text(std::int32_t status) noexcept {
  switch (status) {
    case CORSAC_OK:
      return "the store said that all is well, but gave nothing whole";
    case CORSAC_UNREACHABLE:
      return "the store cannot be reached";
    case CORSAC_INVALID:
      return "the store says that something is invalid, and not what";
    case CORSAC_CANCELLED:
      return "the store gave up, and was not asked to";
    case CORSAC_FAILED:
      return "the plugin failed";
    default:
      return "the plugin gave an answer that this call does not have";
  }
}

}  // namespace

struct StoreWorker::State {
  enum class OpenState : unsigned char { Opening, Open, Failed };
  // Who hears of a store that cannot be opened.
  enum class TellsOpenFailure : unsigned char { ByOnRead, ByStart };

  // A call that has not begun.
  struct WantedCall {
    Steady::time_point deadline = {};
    std::string since = {};  // not empty = what changed after that revision will do
    bool is_cancelled = false;
  };

  const corsac_store_plugin_v1& table;
  const StoreConfig config;
  const std::string section;
  PluginHost host;

  std::mutex mutex;  // guards what follows, up to the blank line
  std::condition_variable changed;
  OpenState open_state = OpenState::Opening;
  ReadResult open_failure = {};  // why, when open_state is Failed
  std::optional<WantedCall> wanted_open = {};
  std::optional<WantedCall> wanted_read = {};
  bool is_stopping = false;
  // The thread touches nothing but its end from now on, or has not begun.
  bool is_done = true;
  bool is_call_under_way = false;
  std::uint64_t call_number = 0;
  std::optional<Steady::time_point> interrupted_at = {};  // the call under way

  std::mutex interrupt_mutex;  // held during the plugin's interrupt(): no call ends inside of it
  void* store = nullptr;       // written by the thread, with interrupt_mutex
  SinkAdapter sink;            // the thread's, but for stop()
  ChangesSink changes_sink;    // likewise
  std::thread thread;          // the worker's

  State(const LoadedPlugin& plugin, const StoreConfig& store_config, WorkerCallbacks callbacks)
      : table(*plugin.table),
        config(store_config),
        section(section_of(callbacks.role)),
        host(to_printable(table.name), std::move(callbacks)) {}

  static void begin(const std::shared_ptr<State>& state, TellsOpenFailure how,
                    Steady::time_point deadline);
  // On the thread.
  void run(TellsOpenFailure how);
  bool open();
  void read();
  void close();
  template <class Call>
  [[nodiscard]] std::int32_t call_plugin(std::optional<WantedCall>& wanted, Call call);
  [[nodiscard]] std::int32_t read_changes(const std::string& since,
                                          std::optional<ChangesSink::Told>& told);
  [[nodiscard]] ReadResult result_of(std::int32_t status, PolicyReader& reader);
  [[nodiscard]] std::string detail_of(std::int32_t status) const;
  [[nodiscard]] bool waits_for_read();

  static void interrupt(const std::shared_ptr<State>& state);
  void interrupt_call(std::uint64_t number);
};

// Makes the call that is wanted, so that it can be interrupted: it is wanted until it is under way,
// and no interrupt falls in between. CORSAC_CANCELLED without calling when there was one before, or
// when the worker stops already. `call` may call the plugin twice.
template <class Call>
std::int32_t StoreWorker::State::call_plugin(std::optional<WantedCall>& wanted, Call call) {
  WantedCall begun;
  {
    const std::lock_guard lock(mutex);
    begun = *std::exchange(wanted, std::nullopt);
    host.begin_call(begun.deadline);
    if (is_stopping || begun.is_cancelled) {
      host.cancel();
      return CORSAC_CANCELLED;
    }
    is_call_under_way = true;
    ++call_number;
    interrupted_at.reset();
  }
  std::int32_t status = CORSAC_FAILED;
  try {
    status = call(begun);
  } catch (...) {
    // The contract forbids it; a plugin that throws failed.
  }
  const std::lock_guard interrupts(interrupt_mutex);
  const std::lock_guard lock(mutex);
  is_call_under_way = false;
  return status;
}

std::string StoreWorker::State::detail_of(std::int32_t status) const {
  std::string line = host.last_error_line();
  return line.empty() ? std::string(status_text(status)) : line;
}

bool StoreWorker::State::open() {
  const PluginSettings given(config);
  const corsac_settings settings = given.table();
  void* opened = nullptr;
  const std::int32_t status = call_plugin(wanted_open, [&](const WantedCall& /*begun*/) {
    return table.open(&host.table(), &settings, &opened);
  });
  // The contract has no store without a pointer: a read would get it back and stumble.
  if (status == CORSAC_OK && opened != nullptr) {
    // Before anything that may throw: a store that nobody remembers is never closed, and its
    // threads would call a host that is gone.
    const std::lock_guard interrupts(interrupt_mutex);
    const std::lock_guard lock(mutex);
    store = opened;
    open_state = OpenState::Open;
    changed.notify_all();
    return true;
  }
  ReadResult failure;
  failure.status = ReadStatus::NotOpened;
  failure.detail = detail_of(status);
  failure.problems = host.take_setting_problems();
  if (status != CORSAC_INVALID) {
    failure.problems.clear();
  } else if (!has_error(failure.problems)) {
    failure.problems.push_back(
        {.code = "store-not-opened", .path = section, .what = failure.detail});
  }
  const std::lock_guard lock(mutex);
  open_failure = std::move(failure);
  open_state = OpenState::Failed;
  changed.notify_all();
  return false;
}

ReadResult StoreWorker::State::result_of(std::int32_t status, PolicyReader& reader) {
  ReadResult result;
  const bool is_whole = status == CORSAC_OK && reader.is_finished() && !sink.is_stopped();
  result.problems = reader.take_problems();
  result.policy = reader.take_policy();
  result.is_switched = host.is_switched();
  if (is_whole) {
    result.status = ReadStatus::Read;
    if (records_table(table) == nullptr) return result;
    for (Problem& problem : overrule_kept_records(result.policy)) {
      result.problems.push_back(std::move(problem));
    }
    return result;
  }
  result.retry_after = host.retry_after();
  Policy only_sources;
  only_sources.sources = std::move(result.policy.sources);
  result.policy = std::move(only_sources);
  result.detail = sink.has_failed() ? "there was no memory for the document" : detail_of(status);
  // A store that says OK or CANCELLED because the reader said stop has answered, with a bad
  // document.
  const bool is_judged = status == CORSAC_OK || status == CORSAC_CANCELLED;
  if (sink.has_failed()) {
    result.status = ReadStatus::Unreachable;
  } else if (status == CORSAC_INVALID || (is_judged && has_error(result.problems))) {
    result.status = ReadStatus::Invalid;
    if (!has_error(result.problems)) {
      result.problems.push_back({.code = "store-invalid", .what = result.detail});
    }
  } else if (host.is_cancelled()) {
    result.status = ReadStatus::Cancelled;
  }
  return result;
}

// CORSAC_CONFLICT also for all that a plugin does wrong there: read() is the truth, and says it
// better. Only a place that cannot be reached is not asked again.
std::int32_t StoreWorker::State::read_changes(const std::string& since,
                                              std::optional<ChangesSink::Told>& told) {
  const corsac_store_changes_v1* const calls = changes_table(table);
  if (calls == nullptr) return CORSAC_CONFLICT;
  std::int32_t status = CORSAC_FAILED;
  try {
    status = calls->read_changes(store, to_c(since), &changes_sink.table());
  } catch (...) {
    // As in call_plugin().
  }
  told = changes_sink.end();
  if (status != CORSAC_OK) told.reset();
  if (told || status == CORSAC_UNREACHABLE) return status;
  return host.is_cancelled() ? CORSAC_CANCELLED : CORSAC_CONFLICT;
}

void StoreWorker::State::read() {
  PolicyReader reader;
  std::optional<ChangesSink::Told> told;
  // Before the call is one that may be interrupted: a stop must not be forgotten.
  sink.begin(reader);
  changes_sink.begin();
  const std::int32_t status = call_plugin(wanted_read, [&](const WantedCall& begun) {
    const std::int32_t changes =
        begun.since.empty() ? CORSAC_CONFLICT : read_changes(begun.since, told);
    return changes == CORSAC_CONFLICT ? table.read(store, &sink.table()) : changes;
  });
  sink.end();
  if (!told) return host.callbacks().read(result_of(status, reader));
  ReadResult result;
  result.status = ReadStatus::Changed;
  result.policy.revision = std::move(told->revision);
  result.changes = std::move(told->changes);
  result.is_switched = host.is_switched();
  host.callbacks().read(std::move(result));
}

void StoreWorker::State::close() {
  void* closing = nullptr;
  {
    const std::lock_guard interrupts(interrupt_mutex);
    closing = std::exchange(store, nullptr);
  }
  try {
    if (closing != nullptr) table.close(closing);
  } catch (...) {
    // Nothing of it is called again.
  }
}

bool StoreWorker::State::waits_for_read() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return wanted_read || is_stopping; });
  return !is_stopping;
}

// Throws when there is no thread; then there is none to wait for.
void StoreWorker::State::begin(const std::shared_ptr<State>& state, TellsOpenFailure how,
                               Steady::time_point deadline) {
  state->wanted_open = WantedCall{.deadline = deadline};
  state->is_done = false;
  try {
    state->thread = std::thread([state, how] { state->run(how); });
  } catch (...) {
    state->is_done = true;
    throw;
  }
}

void StoreWorker::State::run(TellsOpenFailure how) {
  lower_own_priority();
  try {
    const bool is_open = open();
    if (!is_open && how == TellsOpenFailure::ByOnRead) host.callbacks().read(open_failure);
    while (is_open && waits_for_read()) read();
  } catch (...) {
    host.log(LogLevel::Error, "there is no memory, and its thread ends");
    ReadResult failed;
    failed.status = ReadStatus::NotOpened;
    host.callbacks().read(std::move(failed));
  }
  close();
  host.tell_repeated();
  const std::lock_guard lock(mutex);
  if (open_state == OpenState::Opening) open_state = OpenState::Failed;
  is_done = true;
  changed.notify_all();
}

// The plugin's interrupt() runs on a thread of its own: one that blocks must not hold up whoever
// wants to be rid of the store.
void StoreWorker::State::interrupt(const std::shared_ptr<State>& state) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(state->mutex);
    for (auto* wanted : {&state->wanted_open, &state->wanted_read}) {
      if (*wanted) (*wanted)->is_cancelled = true;
    }
    if (!state->is_call_under_way || state->interrupted_at) return;
    state->interrupted_at = Steady::now();
    state->host.cancel();
    state->sink.stop();
    state->changes_sink.stop();
    number = state->call_number;
  }
  try {
    std::thread([state, number] { state->interrupt_call(number); }).detach();
  } catch (const std::exception&) {
    state->interrupt_call(number);  // no memory or no more threads: then on this one
  }
}

void StoreWorker::State::interrupt_call(std::uint64_t number) {
  const std::lock_guard interrupts(interrupt_mutex);
  {
    const std::lock_guard lock(mutex);
    if (!is_call_under_way || call_number != number) return;
  }
  try {
    if (store != nullptr) table.interrupt(store);
  } catch (...) {
    // It was told; the wait for it is bounded.
  }
}

std::unique_ptr<StoreWorker> StoreWorker::launch(const LoadedPlugin& plugin,
                                                 const StoreConfig& config,
                                                 WorkerCallbacks callbacks, Time deadline) {
  auto state = std::make_shared<State>(plugin, config, std::move(callbacks));
  // Before the thread begins: only a worker's destructor keeps it from the callbacks.
  std::unique_ptr<StoreWorker> worker(new StoreWorker(state));
  State::begin(state, State::TellsOpenFailure::ByOnRead, deadline);
  return worker;
}

Result<std::unique_ptr<StoreWorker>, Report> StoreWorker::start(const LoadedPlugin& plugin,
                                                                const StoreConfig& config,
                                                                WorkerCallbacks callbacks) {
  auto state = std::make_shared<State>(plugin, config, std::move(callbacks));
  std::unique_ptr<StoreWorker> worker(new StoreWorker(state));
  State::begin(state, State::TellsOpenFailure::ByStart, Steady::now() + config.deadline);
  ReadResult failure;
  {
    std::unique_lock lock(state->mutex);
    const bool is_known = state->changed.wait_for(
        lock, config.deadline, [&state] { return state->open_state != State::OpenState::Opening; });
    if (state->open_state == State::OpenState::Open) return worker;
    failure = state->open_failure;
    if (!is_known) failure.detail = "the store did not open within its deadline";
  }
  if (failure.problems.empty()) {
    failure.problems.push_back(
        {.code = "store-not-opened", .path = state->section, .what = failure.detail});
  }
  return fail(Report(std::move(failure.problems)));
}

StoreWorker::StoreWorker(std::shared_ptr<State> state) : state_(std::move(state)) {}

StoreWorker::~StoreWorker() {
  State& state = *state_;
  {
    const std::lock_guard lock(state.mutex);
    state.is_stopping = true;
    state.changed.notify_all();
  }
  State::interrupt(state_);
  bool is_done = false;
  {
    std::unique_lock lock(state.mutex);
    const bool was_interrupted = state.is_call_under_way && state.interrupted_at.has_value();
    const auto since = was_interrupted ? *state.interrupted_at : Steady::now();
    is_done =
        state.changed.wait_until(lock, since + kAbandonAfter, [&state] { return state.is_done; });
  }
  if (is_done) {
    if (state.thread.joinable()) state.thread.join();
  } else {
    state.host.log(LogLevel::Error,
                   "does not end although it was interrupted; it is left behind with its thread");
    state.thread.detach();
  }
  state.host.callbacks().shut();
}

void StoreWorker::request_read(Time deadline) {
  const std::lock_guard lock(state_->mutex);
  state_->wanted_read = State::WantedCall{.deadline = deadline};
  state_->changed.notify_all();
}

void StoreWorker::request_changes(std::string since, Time deadline) {
  const std::lock_guard lock(state_->mutex);
  state_->wanted_read = State::WantedCall{.deadline = deadline, .since = std::move(since)};
  state_->changed.notify_all();
}

void StoreWorker::request_read() { request_read(Steady::now() + state_->config.deadline); }

void StoreWorker::interrupt() { State::interrupt(state_); }

std::string StoreWorker::description() const {
  return to_printable(state_->table.name) + " " + to_printable(state_->table.version);
}

}  // namespace corsac
