// Entry: StoreCaller. Tests: tests/authority/store_records_test.cpp,
// tests/policy_api/store_documents_test.cpp.
//
// The contract wants all calls of a store on one thread, and whoever asks comes on a thread of a
// server. So the store has a thread that takes one task at a time.

#include "corsac/runtime/store_caller.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <future>
#include <mutex>
#include <utility>

#include "corsac/runtime/store_loader.hpp"

namespace corsac {
namespace {

// A plugin gets so long to hear an interrupt.
constexpr std::chrono::seconds kGrace{2};

using Opened = Result<void, Report>;

}  // namespace

// What the thread and its owner share: the thread may be left behind.
struct StoreCaller::State {
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

void StoreCaller::State::tell_changed() {
  const std::lock_guard lock(owner_mutex);
  if (changed) changed();
}

void StoreCaller::State::tell_error(const LogRecord& record) {
  const std::lock_guard lock(owner_mutex);
  if (log && record.level == LogLevel::Error) log(record);
}

void StoreCaller::State::forget_owner() {
  const std::lock_guard lock(owner_mutex);
  changed = nullptr;
  log = nullptr;
}

std::uint64_t StoreCaller::State::call_number() {
  const std::lock_guard lock(client_mutex);
  return client != nullptr ? client->call_number() : 0;
}

void StoreCaller::State::interrupt(std::uint64_t call) {
  const std::lock_guard lock(client_mutex);
  if (client != nullptr) client->interrupt(call);
}

void StoreCaller::State::end_task() {
  const std::lock_guard lock(mutex);
  is_busy = false;
}

void StoreCaller::State::set_client(StoreClient* open) {
  const std::lock_guard lock(client_mutex);
  client = open;
}

// Empty = the end.
std::function<void(StoreClient&)> StoreCaller::State::take_task() {
  std::unique_lock lock(mutex);
  woken.wait(lock, [this] { return task || is_stopping; });
  if (is_stopping) return {};
  is_busy = true;
  return std::exchange(task, nullptr);
}

// Null when it does not open.
std::unique_ptr<StoreClient> StoreCaller::State::open(std::promise<Opened>& opened) {
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

void StoreCaller::State::run(std::promise<Opened>& opened) noexcept {
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

// False = the plugin hangs.
bool StoreCaller::run(std::function<void(StoreClient&)> work) {
  const auto promise = std::make_shared<std::promise<void>>();
  auto answer = promise->get_future();
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->task || state_->is_busy) return false;
    // It runs on the thread, which keeps the state.
    state_->task = [promise, work = std::move(work), state = state_.get()](StoreClient& client) {
      std::exception_ptr failure;
      try {
        work(client);
      } catch (...) {
        failure = std::current_exception();
      }
      state->end_task();  // before anybody hears of it and calls again
      failure ? promise->set_exception(failure) : promise->set_value();
    };
    state_->woken.notify_all();
  }
  if (answer.wait_for(state_->config.deadline + kGrace) != std::future_status::ready) {
    interrupt_from_aside(state_);
    if (answer.wait_for(kGrace) != std::future_status::ready) return false;
  }
  answer.get();
  return true;
}

Result<std::unique_ptr<StoreCaller>, Report> StoreCaller::open(StoreConfig config,
                                                               std::function<void()> changed,
                                                               LogSink log) {
  const auto plugin = load_store_plugin(config.plugin, config.plugin_folders);
  if (!plugin) return fail(plugin.error());
  return open(*plugin, std::move(config), std::move(changed), std::move(log));
}

Result<std::unique_ptr<StoreCaller>, Report> StoreCaller::open(const LoadedPlugin& plugin,
                                                               StoreConfig config,
                                                               std::function<void()> changed,
                                                               LogSink log) {
  const auto opened = std::make_shared<std::promise<Opened>>();
  auto answer = opened->get_future();
  const auto limit = config.deadline + kGrace;
  std::unique_ptr<StoreCaller> caller(new StoreCaller(
      std::make_shared<State>(plugin, std::move(config), std::move(changed), std::move(log))));
  caller->thread_ = std::thread([state = caller->state_, opened] { state->run(*opened); });
  if (answer.wait_for(limit) != std::future_status::ready) {
    return fail(Report({Problem{.code = "store-not-opened",
                                .what = "the store did not open within its deadline"}}));
  }
  if (auto outcome = answer.get(); !outcome) return fail(std::move(outcome.error()));
  return caller;
}

StoreCaller::StoreCaller(std::shared_ptr<State> state) : state_(std::move(state)) {}

StoreCaller::~StoreCaller() {
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

}  // namespace corsac
