// Entry: StoreRecords. Test: tests/authority/store_records_test.cpp.
//
// The contract wants all calls of a store on one thread, and whoever changes a record comes on a
// thread of a server. So the store has a thread that takes one task at a time.

#include "corsac/authority/store_records.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "corsac/base/printable.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/policy/writer.hpp"
#include "corsac/runtime/feed_json.hpp"
#include "corsac/runtime/sink_adapter.hpp"
#include "corsac/runtime/store_client.hpp"
#include "corsac/runtime/store_loader.hpp"

namespace corsac {
namespace {

using Status = RecordWrite::Status;

// A plugin gets so long to hear an interrupt.
constexpr std::chrono::seconds kGrace{2};
constexpr const char* kHangs = "the store plugin does not return from its last call";

std::string in_words(const Problem& problem) {
  std::string text = problem.what;
  if (!problem.fix.empty()) text += "; " + problem.fix;
  return text;
}

std::string in_words(const std::vector<Problem>& problems, const std::string& otherwise) {
  return problems.empty() ? otherwise : in_words(problems.front());
}

Status status_of(WriteStatus status) noexcept {
  switch (status) {
    case WriteStatus::Written:
      return Status::Ok;
    case WriteStatus::Conflict:
      return Status::Conflict;
    case WriteStatus::Refused:
      return Status::ReadOnly;
    case WriteStatus::NotReached:
      return Status::NotWritten;
    case WriteStatus::Failed:
      break;
  }
  return Status::Unreachable;
}

// The last change of each id.
std::vector<RecordText> texts_of(std::span<const RecordChange> changes) {
  std::vector<RecordText> texts;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const RecordChange& change : changes) {
    const auto [place, is_new] = places.emplace(change.id, texts.size());
    if (is_new) texts.push_back({.id = change.id});
    texts[place->second].json = change.record != nullptr ? record_to_json(*change.record) : "";
  }
  return texts;
}

std::string document_of(const std::vector<RecordPtr>& records, RecordsForm form) {
  Policy document;
  document.trusted_origins.reserve(records.size());
  for (const RecordPtr& record : records) document.trusted_origins.push_back(*record);
  return form == RecordsForm::Toml ? policy_to_toml(document) : policy_to_json(document);
}

using Opened = Result<void, Report>;

// Why a reader would refuse what is to be written; empty = nothing. Records that can be written and
// not read would keep every other one from being read.
std::string why_unreadable(const std::vector<RecordText>& changes) {
  std::string document = R"({"version":1,"trusted_origins":[)";
  bool is_first = true;
  for (const RecordText& change : changes) {
    if (change.json.empty()) continue;
    document += (is_first ? "" : ",") + change.json;
    is_first = false;
  }
  document += "]}";
  PolicyReader reader;
  SinkAdapter sink;
  sink.begin(reader);
  static_cast<void>(feed_json(nullptr, &sink.table(), document.data(), document.size()));
  sink.end();
  for (const Problem& problem : reader.take_problems()) {
    if (problem.severity == Severity::Error) return problem.path + ": " + in_words(problem);
  }
  return {};
}

// What a read came to.
struct Loaded {
  ReadResult read = {};
  std::string why_read_only = {};
};

// Of a document that has one.
std::string first_error_of(const ReadResult& read) {
  const auto error =
      std::find_if(read.problems.begin(), read.problems.end(),
                   [](const Problem& problem) { return problem.severity == Severity::Error; });
  return place_text(error->place, read.policy.sources) + ": " + error->path + ": " +
         in_words(*error);
}

// Of one that gave none.
std::string why_not_read(const ReadResult& read) {
  if (read.problems.empty()) return read.detail;
  const Problem& first = read.problems.front();
  const std::string place =
      first.place.is_known() ? place_text(first.place, read.policy.sources) + ": " : "";
  return place + in_words(first);
}

Loaded load_from(StoreClient& client) {
  Problem why_none;
  if (auto kept = client.read_records(&why_none)) return {.read = *std::move(kept)};
  return {.read = client.read(), .why_read_only = in_words(why_none)};
}

}  // namespace

// What the thread and its owner share: the thread may be left behind.
struct StoreRecords::State {
  State(LoadedPlugin loaded, StoreConfig store_config, std::function<void()> on_change,
        LogSink log_sink)
      : plugin(std::move(loaded)),
        config(std::move(store_config)),
        log(std::move(log_sink)),
        changed(std::move(on_change)) {}

  const LoadedPlugin plugin;
  const StoreConfig config;

  std::mutex owner_mutex;  // held during the calls of these two, which end with the owner
  LogSink log;
  std::function<void()> changed;

  std::mutex client_mutex;  // held during interrupt(): the client does not end inside of it
  StoreClient* client = nullptr;

  std::mutex mutex;  // guards what follows
  std::condition_variable woken;
  std::function<void(StoreClient&)> task = {};
  bool is_busy = false;  // with a task that was taken
  bool is_stopping = false;
  bool is_done = false;

  void tell_changed();
  void tell_error(const LogRecord& record);
  void forget_owner();
  [[nodiscard]] std::uint64_t call_number();
  void interrupt(std::uint64_t call);
  void end_task();
  // On the thread.
  void run(std::promise<Opened>& opened) noexcept;
  [[nodiscard]] std::unique_ptr<StoreClient> open(std::promise<Opened>& opened);
  void set_client(StoreClient* open);
  [[nodiscard]] std::function<void(StoreClient&)> take_task();
};

void StoreRecords::State::tell_changed() {
  const std::lock_guard lock(owner_mutex);
  if (changed) changed();
}

void StoreRecords::State::tell_error(const LogRecord& record) {
  const std::lock_guard lock(owner_mutex);
  if (log && record.level == LogLevel::Error) log(record);
}

void StoreRecords::State::forget_owner() {
  const std::lock_guard lock(owner_mutex);
  changed = nullptr;
  log = nullptr;
}

std::uint64_t StoreRecords::State::call_number() {
  const std::lock_guard lock(client_mutex);
  return client != nullptr ? client->call_number() : 0;
}

void StoreRecords::State::interrupt(std::uint64_t call) {
  const std::lock_guard lock(client_mutex);
  if (client != nullptr) client->interrupt(call);
}

void StoreRecords::State::end_task() {
  const std::lock_guard lock(mutex);
  is_busy = false;
}

void StoreRecords::State::set_client(StoreClient* open) {
  const std::lock_guard lock(client_mutex);
  client = open;
}

// Empty = the end.
std::function<void(StoreClient&)> StoreRecords::State::take_task() {
  std::unique_lock lock(mutex);
  woken.wait(lock, [this] { return task || is_stopping; });
  if (is_stopping) return {};
  is_busy = true;
  return std::exchange(task, nullptr);
}

// Null when it does not open.
std::unique_ptr<StoreClient> StoreRecords::State::open(std::promise<Opened>& opened) {
  try {
    WorkerCallbacks callbacks;
    callbacks.on_changed = [this] { tell_changed(); };
    callbacks.log = [this](const LogRecord& record) { tell_error(record); };
    auto store = StoreClient::open(plugin, config, {}, std::move(callbacks));
    if (store) return std::move(*store);
    opened.set_value(fail(std::move(store.error())));
  } catch (...) {  // no memory
    opened.set_exception(std::current_exception());
  }
  return nullptr;
}

void StoreRecords::State::run(std::promise<Opened>& opened) noexcept {
  if (const auto store = open(opened)) {
    set_client(store.get());
    opened.set_value({});
    while (const auto next = take_task()) next(*store);
    set_client(nullptr);
  }
  const std::lock_guard lock(mutex);
  is_done = true;
  woken.notify_all();
}

namespace {

// On a thread of its own: a plugin whose interrupt() blocks holds up nobody who waits.
template <class State>
void interrupt_from_aside(const std::shared_ptr<State>& state) noexcept {
  try {
    std::thread([state, call = state->call_number()] { state->interrupt(call); }).detach();
  } catch (...) {  // no thread, or no memory: the deadline that it was given has to do
  }
}

}  // namespace

// Nothing = the plugin hangs. `work` owns all that it touches: it may go on behind our back.
template <class Answer>
std::optional<Answer> StoreRecords::call(std::function<Answer(StoreClient&)> work) {
  const auto promise = std::make_shared<std::promise<Answer>>();
  auto answer = promise->get_future();
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->task || state_->is_busy) return std::nullopt;
    // It runs on the thread, which keeps the state.
    state_->task = [promise, work = std::move(work), state = state_.get()](StoreClient& client) {
      std::optional<Answer> made;
      std::exception_ptr failure;
      try {
        made = work(client);
      } catch (...) {
        failure = std::current_exception();
      }
      state->end_task();  // before anybody hears of it and calls again
      failure ? promise->set_exception(failure) : promise->set_value(*std::move(made));
    };
    state_->woken.notify_all();
  }
  if (answer.wait_for(state_->config.deadline + kGrace) != std::future_status::ready) {
    interrupt_from_aside(state_);
    if (answer.wait_for(kGrace) != std::future_status::ready) return std::nullopt;
  }
  return answer.get();
}

Result<std::unique_ptr<StoreRecords>, Report> StoreRecords::open(StoreConfig config,
                                                                 std::function<void()> changed,
                                                                 LogSink log) {
  const auto plugin = load_store_plugin(config.plugin, config.plugin_folders);
  if (!plugin) return fail(plugin.error());
  return open(*plugin, std::move(config), std::move(changed), std::move(log));
}

Result<std::unique_ptr<StoreRecords>, Report> StoreRecords::open(const LoadedPlugin& plugin,
                                                                 StoreConfig config,
                                                                 std::function<void()> changed,
                                                                 LogSink log) {
  const auto opened = std::make_shared<std::promise<Opened>>();
  auto answer = opened->get_future();
  const auto limit = config.deadline + kGrace;
  std::unique_ptr<StoreRecords> records(new StoreRecords(
      std::make_shared<State>(plugin, std::move(config), std::move(changed), std::move(log))));
  records->thread_ = std::thread([state = records->state_, opened] { state->run(*opened); });
  if (answer.wait_for(limit) != std::future_status::ready) {
    return fail(Report({Problem{.code = "store-not-opened",
                                .what = "the store did not open within its deadline"}}));
  }
  if (auto outcome = answer.get(); !outcome) return fail(std::move(outcome.error()));
  return records;
}

StoreRecords::StoreRecords(std::shared_ptr<State> state) : state_(std::move(state)) {}

StoreRecords::~StoreRecords() {
  state_->forget_owner();
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(state_->mutex);
    state_->is_stopping = true;
    state_->woken.notify_all();
  }
  interrupt_from_aside(state_);
  bool is_done = false;
  {
    std::unique_lock lock(state_->mutex);
    is_done = state_->woken.wait_for(lock, kGrace, [this] { return state_->is_done; });
  }
  is_done ? thread_.join() : thread_.detach();
}

Result<StoredRecords, std::string> StoreRecords::load() {
  auto loaded = call<Loaded>(load_from);
  if (!loaded) return fail(std::string(kHangs));
  ReadResult& read = loaded->read;
  if (read.status != ReadStatus::Read) return fail(why_not_read(read));
  if (has_error(read.problems)) return fail(first_error_of(read));
  why_read_only_ = std::move(loaded->why_read_only);
  return StoredRecords{std::move(read.policy.revision), std::move(read.policy.trusted_origins)};
}

RecordWrite StoreRecords::write(std::span<const RecordChange> changes, const AllRecords& all,
                                std::string_view expected) {
  if (!why_read_only_.empty()) return {.status = Status::ReadOnly, .detail = why_read_only_};
  const auto form =
      call<std::optional<RecordsForm>>([](StoreClient& client) { return client.records_form(); });
  if (!form) return {.status = Status::Unreachable, .detail = kHangs};
  std::vector<RecordText> texts = texts_of(changes);
  if (std::string why = why_unreadable(texts); !why.empty()) {
    return {.status = Status::ReadOnly, .detail = std::move(why)};
  }
  std::string document;
  if (form->value_or(RecordsForm::Changes) != RecordsForm::Changes) {
    document = document_of(all(), **form);
  }
  auto written = call<WriteResult>([texts = std::move(texts), document = std::move(document),
                                    revision = std::string(expected)](StoreClient& client) {
    return client.put_records(texts, document, revision);
  });
  if (!written) return {.status = Status::Unreachable, .detail = kHangs};
  RecordWrite result{.status = status_of(written->status), .revision = written->revision};
  if (result.status != Status::Ok) result.detail = in_words(written->problems, {});
  return result;
}

}  // namespace corsac
