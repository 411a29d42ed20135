// A store in this process for tests. Entry: FakeStore.

#include "support/fake_store.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <utility>

#include "corsac/runtime/c_text.hpp"
#include "corsac_store_plugin.h"
#include "support/store_registry.hpp"

namespace corsac::test {

struct FakeStore::State {
  std::string name;
  mutable std::mutex mutex;  // guards all
  std::condition_variable changed;
  std::string json = "{}";
  std::string revision = {};
  std::string directory = {};
  std::vector<std::chrono::steady_clock::time_point> deadlines = {};
  std::int32_t status = CORSAC_OK;
  std::int32_t open_status = CORSAC_OK;
  std::chrono::nanoseconds pause{0};
  bool is_switched = false;
  bool is_holding = false;
  Interrupts interrupts = Interrupts::Heard;
  bool is_interrupted = false;
  bool ignores_wrong_json = false;
  std::set<const corsac_host*> hosts = {};  // of the stores that are open
  std::size_t opens = 0, closes = 0, reads_begun = 0, reads_ended = 0;
};

namespace {

using Registry = StoreRegistry<FakeStore::State>;
using OpenStore = Registry::OpenStore;

std::chrono::steady_clock::time_point deadline_of(const corsac_host* host) {
  return std::chrono::steady_clock::time_point(
      std::chrono::nanoseconds(host->deadline(host->context)));
}

std::int32_t open(const corsac_host* host, const corsac_settings* settings, void** store) {
  const auto state = Registry::all().find(*settings, "fake");
  if (state == nullptr) return CORSAC_FAILED;
  const std::lock_guard lock(state->mutex);
  ++state->opens;
  state->deadlines.push_back(deadline_of(host));
  state->directory.assign(settings->directory.data, settings->directory.size);
  if (state->open_status == CORSAC_INVALID) {
    host->problem(host->context, to_c("setting-value"), to_c("fake"), to_c("the setting is wrong"),
                  to_c("write another"));
  }
  if (state->open_status != CORSAC_OK) return state->open_status;
  state->hosts.insert(host);
  *store = new OpenStore{state, host};
  return CORSAC_OK;
}

void ask_for_pause(const corsac_host* host, std::chrono::nanoseconds pause) {
  const auto* retry = static_cast<const corsac_host_retry*>(
      host->extension(host->context, to_c(CORSAC_HOST_RETRY)));
  retry->retry_after(host->context, pause.count());
}

void say_switched(const corsac_host* host) {
  const auto* change = static_cast<const corsac_host_switch*>(
      host->extension(host->context, to_c(CORSAC_HOST_SWITCH)));
  change->switched(host->context);
}

std::int32_t read(void* store, const corsac_sink* sink) {
  const OpenStore& open_store = *static_cast<OpenStore*>(store);
  FakeStore::State& state = *open_store.state;
  std::unique_lock lock(state.mutex);
  ++state.reads_begun;
  state.deadlines.push_back(deadline_of(open_store.host));
  // One that came before this call was entered shows here only.
  state.is_interrupted = open_store.host->cancelled(open_store.host->context) != 0;
  const std::string json = state.json;
  const std::string revision = state.revision;
  state.changed.wait(lock, [&state] {
    const bool is_heard = state.interrupts == FakeStore::Interrupts::Heard;
    return !state.is_holding || (state.is_interrupted && is_heard);
  });
  ++state.reads_ended;
  if (state.is_holding) return CORSAC_CANCELLED;
  if (state.status != CORSAC_OK) {
    if (state.pause.count() != 0) ask_for_pause(open_store.host, state.pause);
    return state.status;
  }
  const bool ignores_wrong_json = state.ignores_wrong_json;
  if (std::exchange(state.is_switched, false)) say_switched(open_store.host);
  lock.unlock();
  const corsac_host* host = open_store.host;
  sink->source(sink->context, to_c("fake.json"));
  std::int32_t status = host->feed_json(host->context, sink, json.data(), json.size());
  if (ignores_wrong_json) status = CORSAC_OK;
  if (status == CORSAC_OK) sink->finish(sink->context, to_c(revision));
  return status;
}

void interrupt(void* store) {
  FakeStore::State& state = *static_cast<OpenStore*>(store)->state;
  const std::lock_guard lock(state.mutex);
  state.is_interrupted = true;
  state.changed.notify_all();
}

void close(void* store) {
  const std::unique_ptr<OpenStore> closing(static_cast<OpenStore*>(store));
  const std::lock_guard lock(closing->state->mutex);
  closing->state->hosts.erase(closing->host);
  ++closing->state->closes;
}

constexpr corsac_store_plugin_v1 kTable = {CORSAC_STORE_PLUGIN_MAGIC,
                                           CORSAC_STORE_PLUGIN_ABI_MAJOR,
                                           CORSAC_STORE_PLUGIN_ABI_MINOR,
                                           sizeof(corsac_store_plugin_v1),
                                           "fake",
                                           "1.0",
                                           &open,
                                           &read,
                                           &interrupt,
                                           &close,
                                           nullptr};

}  // namespace

FakeStore::FakeStore() : state_(std::make_shared<State>()) {
  static std::atomic<int> last{0};
  state_->name = "store-" + std::to_string(++last);
  Registry::all().add(state_->name, state_);
}

FakeStore::~FakeStore() { Registry::all().remove(state_->name); }

LoadedPlugin FakeStore::plugin() const {
  LoadedPlugin plugin;
  plugin.table = &kTable;
  return plugin;
}

StoreConfig FakeStore::config() const {
  StoreConfig config;
  config.plugin = "fake";
  config.settings = {{"fake", state_->name}};
  config.retry_max = std::chrono::seconds(0);  // the shortest wait
  return config;
}

void FakeStore::give(std::string json, std::string revision) {
  const std::lock_guard lock(state_->mutex);
  state_->json = std::move(json);
  state_->revision = std::move(revision);
  state_->status = CORSAC_OK;
}

void FakeStore::ignore_wrong_json() {
  const std::lock_guard lock(state_->mutex);
  state_->ignores_wrong_json = true;
}

void FakeStore::answer(std::int32_t status) {
  const std::lock_guard lock(state_->mutex);
  state_->status = status;
}

void FakeStore::ask_for_pause(std::chrono::nanoseconds pause) {
  const std::lock_guard lock(state_->mutex);
  state_->pause = pause;
}

void FakeStore::switch_server() {
  const std::lock_guard lock(state_->mutex);
  state_->is_switched = true;
}

void FakeStore::answer_open(std::int32_t status) {
  const std::lock_guard lock(state_->mutex);
  state_->open_status = status;
}

void FakeStore::hold(Interrupts interrupts) {
  const std::lock_guard lock(state_->mutex);
  state_->is_holding = true;
  state_->interrupts = interrupts;
}

void FakeStore::release() {
  const std::lock_guard lock(state_->mutex);
  state_->is_holding = false;
  state_->changed.notify_all();
}

void FakeStore::call_changed() {
  // Under the lock, so that the store cannot close meanwhile: the contract forbids a later call.
  const std::lock_guard lock(state_->mutex);
  for (const corsac_host* host : state_->hosts) host->changed(host->context);
}

std::vector<std::chrono::steady_clock::time_point> FakeStore::deadlines() const {
  const std::lock_guard lock(state_->mutex);
  return state_->deadlines;
}

std::string FakeStore::directory() const {
  const std::lock_guard lock(state_->mutex);
  return state_->directory;
}

std::size_t FakeStore::opens() const {
  const std::lock_guard lock(state_->mutex);
  return state_->opens;
}

std::size_t FakeStore::closes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->closes;
}

std::size_t FakeStore::reads_begun() const {
  const std::lock_guard lock(state_->mutex);
  return state_->reads_begun;
}

std::size_t FakeStore::reads_ended() const {
  const std::lock_guard lock(state_->mutex);
  return state_->reads_ended;
}

}  // namespace corsac::test
