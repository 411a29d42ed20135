// Entry: StoreClient. The contract: lib/abi/corsac_store_plugin.h, corsac_store_write.h,
// corsac_store_records.h, corsac_store_changes.h. Tests: tests/runtime/store_client_test.cpp,
// tests/plugins/stores_agree_test.cpp.

#include "corsac/runtime/store_client.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "corsac/base/printable.hpp"
#include "corsac/runtime/c_text.hpp"
#include "corsac/runtime/plugin_extensions.hpp"
#include "corsac/runtime/plugin_settings.hpp"
#include "corsac/runtime/records_merge.hpp"
#include "corsac/runtime/sink_adapter.hpp"
#include "corsac/runtime/store_loader.hpp"

namespace corsac {
namespace {

WriteStatus write_status(std::int32_t status, bool has_written_nothing) noexcept {
  switch (status) {
    case CORSAC_OK:
      return WriteStatus::Written;
    case CORSAC_CONFLICT:
      return WriteStatus::Conflict;
    case CORSAC_READ_ONLY:
    case CORSAC_INVALID:
      return WriteStatus::Refused;
    default:
      return has_written_nothing ? WriteStatus::NotReached : WriteStatus::Failed;
  }
}

}  // namespace

struct StoreClient::State {
  StoreConfig config;
  LoadedPlugin plugin;
  PluginHost host;
  SinkAdapter sink = {};
  void* store = nullptr;
  std::string told_revision = {};  // by the write under way

  std::mutex interrupt_mutex;  // held during the plugin's interrupt(): no call ends inside of it
  bool is_call_under_way = false;  // guarded by it; not of open and close
  std::atomic<std::uint64_t> call_number{0};

  State(StoreConfig store_config, LoadedPlugin loaded, PluginHost::Progress progress,
        WorkerCallbacks callbacks)
      : config(std::move(store_config)),
        plugin(std::move(loaded)),
        host(to_printable(plugin.table->name), std::move(callbacks), std::move(progress),
             PluginHost::Failures::Told) {}
  ~State() {
    if (store != nullptr) call([this] { return plugin.table->close(store), CORSAC_OK; });
    host.callbacks().shut();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // What a plugin throws, against the contract, is a failure.
  template <class Call>
  std::int32_t call(Call call_plugin) {
    host.begin_call(std::chrono::steady_clock::now() + config.deadline);
    try {
      return call_plugin();
    } catch (...) {
      return CORSAC_FAILED;
    }
  }
  // A call that interrupt() may end.
  template <class Call>
  std::int32_t call_store(Call call_plugin) {
    return call([&] {
      mark_under_way(true);
      std::int32_t status = CORSAC_FAILED;
      try {
        status = call_plugin();
      } catch (...) {  // as in call()
      }
      mark_under_way(false);
      return status;
    });
  }
  void mark_under_way(bool is_under_way) {
    const std::lock_guard lock(interrupt_mutex);
    is_call_under_way = is_under_way;
    if (is_under_way) ++call_number;
  }
  template <class Read>
  [[nodiscard]] ReadResult read(ReaderKeeps keeps, Read read_store);
  [[nodiscard]] WriteResult write_result(std::int32_t status);
  static void take_revision(void* context, corsac_text revision);
  [[nodiscard]] std::string detail(std::string_view otherwise) const {
    std::string line = host.last_error_line();
    return line.empty() ? std::string(otherwise) : line;
  }
  [[nodiscard]] std::vector<Problem> open();
};

// What is wrong; nothing when it is open.
std::vector<Problem> StoreClient::State::open() {
  const PluginSettings given(config);
  const corsac_settings settings = given.table();
  void* opened = nullptr;
  const std::int32_t status =
      call([&] { return plugin.table->open(&host.table(), &settings, &opened); });
  if (status == CORSAC_OK && opened != nullptr) {
    store = opened;
    return {};
  }
  std::vector<Problem> problems = host.take_setting_problems();
  if (status == CORSAC_INVALID && has_error(problems)) return problems;
  return {{.code = "store-not-opened",
           .path = "store",
           .what = detail("the store plugin cannot open it and does not say why")}};
}

Result<std::unique_ptr<StoreClient>, Report> StoreClient::open(StoreConfig config,
                                                               PluginHost::Progress progress,
                                                               WorkerCallbacks callbacks) {
  const auto plugin = load_store_plugin(config.plugin, config.plugin_folders);
  if (!plugin) return fail(plugin.error());
  return open(*plugin, std::move(config), std::move(progress), std::move(callbacks));
}

Result<std::unique_ptr<StoreClient>, Report> StoreClient::open(const LoadedPlugin& plugin,
                                                               StoreConfig config,
                                                               PluginHost::Progress progress,
                                                               WorkerCallbacks callbacks) {
  std::error_code error;
  config.directory = std::filesystem::absolute(
      config.directory.empty() ? std::filesystem::path(".") : config.directory, error);
  if (error) {
    return fail(Report({Problem{.code = "store-directory",
                                .path = "store",
                                .what = "the current folder cannot be told: " + error.message()}}));
  }
  auto state =
      std::make_unique<State>(std::move(config), plugin, std::move(progress), std::move(callbacks));
  std::vector<Problem> problems = state->open();
  if (!problems.empty()) return fail(Report(std::move(problems)));
  return std::unique_ptr<StoreClient>(new StoreClient(std::move(state)));
}

StoreClient::StoreClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
StoreClient::~StoreClient() = default;

// `read_store` gets the sink; it answers a status of the contract.
template <class Read>
ReadResult StoreClient::State::read(ReaderKeeps keeps, Read read_store) {
  PolicyReader reader(keeps);
  sink.begin(reader);
  const std::int32_t status = call_store([&] { return read_store(sink.table()); });
  sink.end();
  ReadResult result;
  result.problems = reader.take_problems();
  result.policy = reader.take_policy();
  const bool is_whole = status == CORSAC_OK && reader.is_finished() && !sink.is_stopped();
  if (is_whole) {
    result.status = ReadStatus::Read;
  } else if (status == CORSAC_INVALID ||
             (status != CORSAC_UNREACHABLE && has_error(result.problems))) {
    result.status = ReadStatus::Invalid;
    result.detail = detail("the store holds no document");
  } else {
    result.status = ReadStatus::Unreachable;
    result.detail = detail("the store cannot be reached");
    if (auto failure = host.take_failure()) {
      if (!failure->problem.path.empty()) result.status = ReadStatus::Invalid;
      result.problems.push_back(std::move(failure->problem));
    }
  }
  return result;
}

// What became of the write that answered `status`.
WriteResult StoreClient::State::write_result(std::int32_t status) {
  auto failure = host.take_failure();
  WriteResult result;
  result.status = write_status(status, failure && failure->has_written_nothing);
  if (result.status == WriteStatus::Written || result.status == WriteStatus::Conflict) {
    result.revision = told_revision;
  } else if (failure) {
    result.problems.push_back(std::move(failure->problem));
  } else {
    const bool is_refused = result.status == WriteStatus::Refused;
    result.problems.push_back(
        {.code = is_refused ? "store-refused" : "store-not-written",
         .what = detail(is_refused ? "the store refuses it and does not say why"
                                   : "the store did not say what became of it")});
  }
  return result;
}

void StoreClient::State::take_revision(void* context, corsac_text revision) {
  if (revision.data == nullptr) return;
  static_cast<State*>(context)->told_revision = to_printable({revision.data, revision.size});
}

ReadResult StoreClient::read(ReaderKeeps keeps) {
  State& state = *state_;
  ReadResult result = state.read(
      keeps, [&](const corsac_sink& sink) { return state.plugin.table->read(state.store, &sink); });
  if (records_table(*state.plugin.table) == nullptr) return result;
  for (Problem& problem : overrule_kept_records(result.policy)) {
    result.problems.push_back(std::move(problem));
  }
  return result;
}

bool StoreClient::can_write() const noexcept {
  return write_table(*state_->plugin.table) != nullptr;
}

WriteResult StoreClient::put_document(std::string_view json, std::string_view expected) {
  State& state = *state_;
  const corsac_store_write_v1* write = write_table(*state.plugin.table);
  if (write == nullptr) {
    return {.status = WriteStatus::Refused,
            .problems = {{.code = "store-not-writable",
                          .path = "store.plugin",
                          .what = "stores of the plugin " + to_printable(state.plugin.table->name) +
                                  " cannot be written to",
                          .fix = "change what it reads, or push to another store"}}};
  }
  state.told_revision.clear();
  const std::int32_t status = state.call_store([&] {
    return write->put_document(state.store, to_c(json), to_c(expected), &state,
                               State::take_revision);
  });
  return state.write_result(status);
}

std::optional<RecordsForm> StoreClient::records_form() const noexcept {
  const corsac_store_records_v1* records = records_table(*state_->plugin.table);
  if (records == nullptr) return std::nullopt;
  switch (records->form) {
    case CORSAC_RECORDS_JSON:
      return RecordsForm::Json;
    case CORSAC_RECORDS_TOML:
      return RecordsForm::Toml;
    default:
      return RecordsForm::Changes;
  }
}

std::optional<ReadResult> StoreClient::read_records(Problem* why_none) {
  State& state = *state_;
  const corsac_store_records_v1* records = records_table(*state.plugin.table);
  if (records == nullptr) {
    if (why_none != nullptr) {
      *why_none = {.code = "store-keeps-no-records",
                   .path = "plugin",
                   .what = "stores of the plugin " + to_printable(state.plugin.table->name) +
                           " keep no records",
                   .fix = "keep them in one of the plugin redis, or of toml with records_file"};
    }
    return std::nullopt;
  }
  bool keeps_none = false;
  ReadResult result = state.read(ReaderKeeps::Everything, [&](const corsac_sink& sink) {
    const std::int32_t status = records->read_records(state.store, &sink);
    keeps_none = status == CORSAC_READ_ONLY;
    return status;
  });
  if (!keeps_none) return result;
  if (why_none != nullptr) {
    *why_none = result.problems.empty()
                    ? Problem{.code = "store-keeps-no-records", .what = result.detail}
                    : std::move(result.problems.front());
  }
  return std::nullopt;
}

WriteResult StoreClient::put_records(std::span<const RecordText> changes, std::string_view all,
                                     std::string_view expected) {
  State& state = *state_;
  const corsac_store_records_v1* records = records_table(*state.plugin.table);
  if (records == nullptr) {
    WriteResult refused{.status = WriteStatus::Refused, .problems = {Problem{}}};
    static_cast<void>(read_records(&refused.problems.front()));
    return refused;
  }
  std::vector<corsac_record_change> told;
  told.reserve(changes.size());
  for (const RecordText& change : changes) told.push_back({to_c(change.id), to_c(change.json)});
  state.told_revision.clear();
  const std::int32_t status = state.call_store([&] {
    return records->put_records(state.store, told.data(), told.size(), to_c(all), to_c(expected),
                                &state, State::take_revision);
  });
  return state.write_result(status);
}

WriteResult StoreClient::change_origins(std::span<const std::string> added,
                                        std::span<const std::string> removed,
                                        std::string_view expected) {
  State& state = *state_;
  const corsac_store_changes_v1* table = changes_table(*state.plugin.table);
  if (table == nullptr || table->change_origins == nullptr) {
    return {.status = WriteStatus::Refused,
            .problems = {{.code = "store-changes-no-origins",
                          .path = "store.plugin",
                          .what = "stores of the plugin " + to_printable(state.plugin.table->name) +
                                  " take no single origins",
                          .fix = "change what it reads, or a store of the plugin redis"}}};
  }
  std::vector<corsac_origin_change> changes;
  changes.reserve(added.size() + removed.size());
  for (const std::string& origin : added) changes.push_back({to_c(origin), 1});
  for (const std::string& origin : removed) changes.push_back({to_c(origin), 0});
  state.told_revision.clear();
  const std::int32_t status = state.call_store([&] {
    return table->change_origins(state.store, changes.data(), changes.size(), to_c(expected),
                                 &state, State::take_revision);
  });
  return state.write_result(status);
}

std::uint64_t StoreClient::call_number() const noexcept { return state_->call_number; }

// The plugin may have come to its end by itself meanwhile: then it is not told.
void StoreClient::interrupt(std::uint64_t call) {
  State& state = *state_;
  const std::lock_guard lock(state.interrupt_mutex);
  if (!state.is_call_under_way || state.call_number != call) return;
  state.host.cancel();
  state.sink.stop();
  try {
    state.plugin.table->interrupt(state.store);
  } catch (...) {  // it was told; the wait for it is the caller's
  }
}

}  // namespace corsac
