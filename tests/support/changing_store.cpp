// A store that tells its changes, for tests. Entry: ChangingStore.

#include "support/changing_store.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>

#include "corsac/base/rfc3339.hpp"
#include "corsac/runtime/c_text.hpp"
#include "support/store_registry.hpp"

namespace corsac::test {

struct ChangingStore::State {
  std::string name;
  mutable std::mutex mutex;  // guards all
  std::condition_variable released;
  std::vector<std::string> own = {};
  std::set<std::string> origins = {};
  bool allows_credentials = false;
  std::vector<std::string> refused = {};
  std::vector<std::string> records = {};
  std::uint64_t revision = 1;
  std::uint64_t told_since = 1;
  std::map<std::uint64_t, std::vector<OriginChange>> log = {};  // by the revision it led to
  ReadChanges read_changes = {};
  bool is_holding = false;
  std::size_t reads = 0, change_reads = 0;
  std::set<const corsac_host*> hosts = {};
};

namespace {

using Registry = StoreRegistry<ChangingStore::State>;
using OpenStore = Registry::OpenStore;

std::string revision_text(std::uint64_t revision) { return std::to_string(revision) + ":changing"; }

std::int32_t open(const corsac_host* host, const corsac_settings* settings, void** store) {
  const auto state = Registry::all().find(*settings, "name");
  if (state == nullptr) return CORSAC_FAILED;
  const std::lock_guard lock(state->mutex);
  state->hosts.insert(host);
  *store = new OpenStore{state, host};
  return CORSAC_OK;
}

// One document on its way.
class Writer {
 public:
  explicit Writer(const corsac_sink& sink) : sink_(sink) {}
  void source(std::string_view name) { sink_.source(sink_.context, to_c(name)); }
  void begin_item(std::string_view field = {}) { sink_.begin_item(sink_.context, to_c(field), {}); }
  void end_item() { sink_.end_item(sink_.context); }
  void begin_list(std::string_view field) { sink_.begin_list(sink_.context, to_c(field), {}); }
  void end_list() { sink_.end_list(sink_.context); }
  void put(std::string_view field, std::string_view value) {
    sink_.text(sink_.context, to_c(field), to_c(value), {});
  }
  void integer(std::string_view field, std::int64_t value) {
    sink_.integer(sink_.context, to_c(field), value, {});
  }
  void flag(std::string_view field, bool value) {
    sink_.flag(sink_.context, to_c(field), value ? 1 : 0, {});
  }
  void list(std::string_view field, const std::vector<std::string>& values) {
    begin_list(field);
    for (const std::string& value : values) put({}, value);
    end_list();
  }

 private:
  const corsac_sink& sink_;
};

void write_cors(const ChangingStore::State& state, Writer& to) {
  to.begin_item("cors");
  if (state.allows_credentials) to.flag("allow_credentials", true);
  to.begin_list("allowed_origins");
  for (const std::string& origin : state.own) to.put({}, origin);
  to.source(kSetSource);
  for (const std::string& origin : state.origins) to.put({}, origin);
  to.source("changing");
  to.end_list();
  to.end_item();
}

void write_rest(const ChangingStore::State& state, Writer& to) {
  to.begin_item("hosts");
  to.list("allowed", {"api.example.com"});
  to.end_item();
  if (!state.refused.empty()) {
    to.begin_list("test");
    for (const std::string& origin : state.refused) {
      to.begin_item();
      to.put("name", "refuses " + origin);
      to.put("origin", origin);
      to.put("expect", "deny");
      to.end_item();
    }
    to.end_list();
  }
  if (state.records.empty()) return;
  to.begin_list("trusted_origins");
  for (const std::string& origin : state.records) {
    to.begin_item();
    to.put("name", origin);
    to.put("origin", origin);
    to.list("scopes", {"CORS"});
    to.end_item();
  }
  to.end_list();
}

std::int32_t read(void* store, const corsac_sink* sink) {
  ChangingStore::State& state = *static_cast<OpenStore*>(store)->state;
  std::unique_lock lock(state.mutex);
  ++state.reads;
  state.released.wait(lock, [&] { return !state.is_holding; });
  Writer to(*sink);
  to.source("changing");
  to.integer("version", 1);
  write_cors(state, to);
  write_rest(state, to);
  const std::string revision = revision_text(state.revision);
  return sink->finish(sink->context, to_c(revision)) == 1 ? CORSAC_OK : CORSAC_CANCELLED;
}

std::int32_t tell(const ChangingStore::State& state, corsac_text since,
                  const corsac_changes_sink& sink) {
  const std::uint64_t known = std::stoull(std::string(since.data, since.size));
  if (known < state.told_since || known > state.revision) return CORSAC_CONFLICT;
  bool goes_on = sink.source(sink.context, to_c(kSetSource)) == 1;
  for (auto entry = state.log.upper_bound(known); entry != state.log.end(); ++entry) {
    for (const OriginChange& change : entry->second) {
      const corsac_origin_change told = {to_c(change.origin), change.is_added ? 1 : 0};
      goes_on = goes_on && sink.origin(sink.context, &told) == 1;
    }
  }
  const std::string revision = revision_text(state.revision);
  return goes_on && sink.finish(sink.context, to_c(revision)) == 1 ? CORSAC_OK : CORSAC_CANCELLED;
}

std::int32_t read_changes(void* store, corsac_text since, const corsac_changes_sink* sink) {
  ChangingStore::State& state = *static_cast<OpenStore*>(store)->state;
  std::unique_lock lock(state.mutex);
  ++state.change_reads;
  if (!state.read_changes) return tell(state, since, *sink);
  const auto told = state.read_changes;
  lock.unlock();
  return told(since, *sink);
}

void interrupt(void* store) {
  ChangingStore::State& state = *static_cast<OpenStore*>(store)->state;
  const std::lock_guard lock(state.mutex);
  state.is_holding = false;
  state.released.notify_all();
}

void close(void* store) {
  const std::unique_ptr<OpenStore> closing(static_cast<OpenStore*>(store));
  const std::lock_guard lock(closing->state->mutex);
  closing->state->hosts.erase(closing->host);
}

constexpr corsac_store_changes_v1 kChanges = {sizeof(corsac_store_changes_v1), &read_changes,
                                              nullptr};

const void* extension(corsac_text name) {
  const bool is_known = std::string_view(name.data, name.size) == CORSAC_STORE_CHANGES_NAME;
  return is_known ? &kChanges : nullptr;
}

constexpr corsac_store_plugin_v1 kTable = {CORSAC_STORE_PLUGIN_MAGIC,
                                           CORSAC_STORE_PLUGIN_ABI_MAJOR,
                                           CORSAC_STORE_PLUGIN_ABI_MINOR,
                                           sizeof(corsac_store_plugin_v1),
                                           "changing",
                                           "1.0",
                                           &open,
                                           &read,
                                           &interrupt,
                                           &close,
                                           &extension};

}  // namespace

std::string origin_of_set(std::size_t n) {
  return "https://tenants-" + std::to_string(1'000'000 + n) + ".apps.example.org";
}

ChangingStore::ChangingStore(std::size_t count) : state_(std::make_shared<State>()) {
  static std::atomic<int> last{0};
  state_->name = "changing-" + std::to_string(++last);
  for (std::size_t i = 0; i < count; ++i) state_->origins.insert(origin_of_set(i));
  Registry::all().add(state_->name, state_);
}

ChangingStore::~ChangingStore() { Registry::all().remove(state_->name); }

LoadedPlugin ChangingStore::plugin() const {
  LoadedPlugin plugin;
  plugin.table = &kTable;
  return plugin;
}

StoreConfig ChangingStore::config() const {
  StoreConfig config;
  config.plugin = "changing";
  config.settings = {{"name", state_->name}};
  config.refresh = std::chrono::seconds(0);
  config.retry_max = std::chrono::seconds(0);
  config.deadline = std::chrono::seconds(60);
  return config;
}

void ChangingStore::list(std::vector<std::string> origins) {
  const std::lock_guard lock(state_->mutex);
  state_->own = std::move(origins);
  state_->told_since = ++state_->revision;
}

void ChangingStore::allow_credentials() {
  const std::lock_guard lock(state_->mutex);
  state_->allows_credentials = true;
  state_->told_since = ++state_->revision;
}

void ChangingStore::expect_refusal_of(const std::string& origin) {
  const std::lock_guard lock(state_->mutex);
  state_->refused.push_back(origin);
  state_->told_since = ++state_->revision;
}

void ChangingStore::add_record(const std::string& origin) {
  const std::lock_guard lock(state_->mutex);
  state_->records.push_back(origin);
  state_->told_since = ++state_->revision;
}

std::string ChangingStore::change_unheard(std::vector<OriginChange> changes) {
  const std::lock_guard lock(state_->mutex);
  for (const OriginChange& change : changes) {
    if (change.is_added) {
      state_->origins.insert(change.origin);
    } else {
      state_->origins.erase(change.origin);
    }
  }
  state_->log[++state_->revision] = std::move(changes);
  return revision_text(state_->revision);
}

std::string ChangingStore::change(std::vector<OriginChange> changes) {
  std::string revision = change_unheard(std::move(changes));
  call_changed();
  return revision;
}

void ChangingStore::call_changed() {
  // Under the lock, so that the store cannot close meanwhile.
  const std::lock_guard lock(state_->mutex);
  for (const corsac_host* host : state_->hosts) host->changed(host->context);
}

void ChangingStore::forget_changes() {
  const std::lock_guard lock(state_->mutex);
  state_->told_since = state_->revision;
}

void ChangingStore::tell_by(ReadChanges read_changes) {
  const std::lock_guard lock(state_->mutex);
  state_->read_changes = std::move(read_changes);
}

void ChangingStore::hold_reads() {
  const std::lock_guard lock(state_->mutex);
  state_->is_holding = true;
}

void ChangingStore::release_reads() {
  const std::lock_guard lock(state_->mutex);
  state_->is_holding = false;
  state_->released.notify_all();
}

std::string ChangingStore::revision() const {
  const std::lock_guard lock(state_->mutex);
  return revision_text(state_->revision);
}

std::size_t ChangingStore::reads() const {
  const std::lock_guard lock(state_->mutex);
  return state_->reads;
}

std::size_t ChangingStore::change_reads() const {
  const std::lock_guard lock(state_->mutex);
  return state_->change_reads;
}

}  // namespace corsac::test
