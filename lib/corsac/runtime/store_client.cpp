// Entry: StoreClient. The contract: lib/abi/corsac_store_plugin.h and corsac_store_write.h. Tests:
// tests/runtime/store_client_test.cpp, tests/plugins/stores_agree_test.cpp.

#include "corsac/runtime/store_client.hpp"

#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "corsac/base/printable.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/runtime/c_text.hpp"
#include "corsac/runtime/plugin_settings.hpp"
#include "corsac/runtime/sink_adapter.hpp"
#include "corsac/runtime/store_loader.hpp"
#include "corsac_store_write.h"

namespace corsac {
namespace {

const corsac_store_write_v1* write_table(const corsac_store_plugin_v1& plugin) noexcept {
  if (plugin.extension == nullptr) return nullptr;
  const auto* table =
      static_cast<const corsac_store_write_v1*>(plugin.extension(to_c(CORSAC_STORE_WRITE_NAME)));
  const bool is_whole = table != nullptr && table->size >= sizeof(corsac_store_write_v1) &&
                        table->put_document != nullptr;
  return is_whole ? table : nullptr;
}

// The log of a server; here the last error is told, and the rest is of no use to whoever waits.
WorkerCallbacks silent() { return {}; }

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

  State(StoreConfig store_config, LoadedPlugin loaded, PluginHost::Progress progress)
      : config(std::move(store_config)),
        plugin(std::move(loaded)),
        host(to_printable(plugin.table->name), silent(), std::move(progress),
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
                                                               PluginHost::Progress progress) {
  const auto plugin = load_store_plugin(config.plugin, config.plugin_folders);
  if (!plugin) return fail(plugin.error());
  return open(*plugin, std::move(config), std::move(progress));
}

Result<std::unique_ptr<StoreClient>, Report> StoreClient::open(const LoadedPlugin& plugin,
                                                               StoreConfig config,
                                                               PluginHost::Progress progress) {
  std::error_code error;
  config.directory = std::filesystem::absolute(
      config.directory.empty() ? std::filesystem::path(".") : config.directory, error);
  if (error) {
    return fail(Report({Problem{.code = "store-directory",
                                .path = "store",
                                .what = "the current folder cannot be told: " + error.message()}}));
  }
  auto state = std::make_unique<State>(std::move(config), plugin, std::move(progress));
  std::vector<Problem> problems = state->open();
  if (!problems.empty()) return fail(Report(std::move(problems)));
  return std::unique_ptr<StoreClient>(new StoreClient(std::move(state)));
}

StoreClient::StoreClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
StoreClient::~StoreClient() = default;

ReadResult StoreClient::read() {
  State& state = *state_;
  PolicyReader reader;
  state.sink.begin(reader);
  const std::int32_t status =
      state.call([&] { return state.plugin.table->read(state.store, &state.sink.table()); });
  state.sink.end();
  ReadResult result;
  result.problems = reader.take_problems();
  result.policy = reader.take_policy();
  const bool is_whole = status == CORSAC_OK && reader.is_finished() && !state.sink.is_stopped();
  if (is_whole) {
    result.status = ReadStatus::Read;
  } else if (status == CORSAC_INVALID || has_error(result.problems)) {
    result.status = ReadStatus::Invalid;
    result.detail = state.detail("the store holds no document");
  } else {
    result.status = ReadStatus::Unreachable;
    result.detail = state.detail("the store cannot be reached");
    if (auto failure = state.host.take_failure()) {
      if (!failure->problem.path.empty()) result.status = ReadStatus::Invalid;
      result.problems.push_back(std::move(failure->problem));
    }
  }
  return result;
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
  const std::int32_t status = state.call([&] {
    return write->put_document(state.store, to_c(json), to_c(expected), &state,
                               [](void* context, corsac_text revision) {
                                 if (revision.data == nullptr) return;
                                 static_cast<State*>(context)->told_revision =
                                     to_printable({revision.data, revision.size});
                               });
  });
  auto failure = state.host.take_failure();
  WriteResult result;
  result.status = write_status(status, failure && failure->has_written_nothing);
  if (result.status == WriteStatus::Written || result.status == WriteStatus::Conflict) {
    result.revision = state.told_revision;
  } else if (failure) {
    result.problems.push_back(std::move(failure->problem));
  } else {
    const bool is_refused = result.status == WriteStatus::Refused;
    result.problems.push_back(
        {.code = is_refused ? "store-refused" : "store-not-written",
         .what = state.detail(is_refused ? "the store refuses it and does not say why"
                                         : "the store did not say what became of it")});
  }
  return result;
}

}  // namespace corsac
