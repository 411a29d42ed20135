// The face of the supervisor: starting it, and asking it. Entry: Supervisor. Its work is in
// supervisor_loop.cpp. Spec: design, 6 "Supervisor". Test: tests/runtime/supervisor_start_test.cpp.

#include "corsac/runtime/supervisor.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "corsac/runtime/joined_report.hpp"
#include "corsac/runtime/store_loader.hpp"
#include "corsac/runtime/supervisor_loop.hpp"

namespace corsac {
namespace {

// Longer times mean "for ever", and would overflow when counted in nanoseconds.
constexpr std::chrono::hours kLongest{24 * 365 * 10};

std::chrono::seconds within_bounds(std::chrono::seconds time, std::chrono::seconds least) {
  return std::clamp<std::chrono::seconds>(time, least, kLongest);
}

StoreConfig within_bounds(StoreConfig config) {
  using std::chrono::seconds;
  config.max_stale = within_bounds(config.max_stale, seconds(0));
  config.retry_max = within_bounds(config.retry_max, seconds(0));
  config.refresh = within_bounds(config.refresh, seconds(0));
  config.deadline = within_bounds(config.deadline, seconds(1));
  return config;
}

bool must_not_start(const StoreFeed::FirstRead& first, bool may_lack_document) {
  return !first.is_taken && (first.has_wrong_settings || !may_lack_document);
}

// Relative folders are those of the moment in which the supervisor starts: a store is opened again
// later, and the program may have changed its folder by then.
Result<StoreConfig, Report> with_absolute_folders(StoreConfig config, StoreRole role) {
  std::error_code error;
  const auto make_absolute = [&error](std::filesystem::path& folder) {
    if (folder.is_absolute() || error) return;
    const std::filesystem::path current = std::filesystem::current_path(error);
    folder = (folder.empty() ? current : current / folder).lexically_normal();
  };
  make_absolute(config.directory);
  if (!config.cache_file.empty()) {
    config.cache_file = (config.directory / config.cache_file).lexically_normal();
  }
  for (std::filesystem::path& folder : config.plugin_folders) make_absolute(folder);
  if (!error) return config;
  return fail(Report({Problem{.code = "store-directory",
                              .path = std::string(section_of(role)),
                              .what = "the current folder cannot be told: " + error.message(),
                              .fix = "start the program in a folder that exists, or name folders "
                                     "by absolute paths"}}));
}

Result<StoreConfig, Report> checked_config(StoreConfig config, StoreRole role) {
  auto absolute = with_absolute_folders(std::move(config), role);
  if (!absolute) return absolute;
  if (absolute->on_start_failure == OnStartFailure::Cached && absolute->cache_file.empty()) {
    return fail(
        Report({Problem{.code = "cache-file-missing",
                        .path = std::string(section_of(role)) + ".cache_file",
                        .what = "on_start_failure is cached, and there is no file for it",
                        .fix = "name one, as cache_file = \"/var/lib/corsac/policy.cache\""}}));
  }
  return within_bounds(*std::move(absolute));
}

// A store with its plugin.
struct LoadedStore {
  LoadedPlugin plugin;
  StoreConfig config = {};
};

Result<LoadedStore, Report> load(StoreConfig config, StoreRole role) {
  auto absolute = with_absolute_folders(std::move(config), role);
  if (!absolute) return fail(std::move(absolute.error()));
  auto plugin = load_store_plugin(absolute->plugin, absolute->plugin_folders);
  if (!plugin) return fail(std::move(plugin.error()));
  return LoadedStore{.plugin = *std::move(plugin), .config = *std::move(absolute)};
}

Report start_stopped() {
  return Report({Problem{.code = "start-stopped", .what = "the start was stopped"}});
}

Report judgement_of(StoreFeed& feed, std::uint64_t ticket,
                    std::chrono::steady_clock::time_point until) {
  if (auto report = feed.wait_for_judgement(ticket, until)) return std::move(*report);
  Problem late{.code = "store-deadline",
               .what = "the policy was not read within the time that was given"};
  if (feed.role() == StoreRole::Records) late.path = section_of(feed.role());
  return Report({std::move(late)});
}

}  // namespace

struct Supervisor::State {
  SupervisorLoop loop;
  Report warnings_at_start = {};
};

Result<std::unique_ptr<Supervisor>, Report> Supervisor::start(StoreConfig config,
                                                              std::shared_ptr<const Clock> clock,
                                                              SupervisorOwner owner,
                                                              std::optional<StoreConfig> records,
                                                              const std::stop_token& stop) {
  auto store = load(std::move(config), StoreRole::Policy);
  auto second =
      records ? std::optional(load(*std::move(records), StoreRole::Records)) : std::nullopt;
  Report wrong = second && !*second ? second->error() : Report();
  if (!store) wrong = joined_report(store.error(), wrong);
  if (wrong.has_errors()) return fail(std::move(wrong));
  if (!second) {
    return start(store->plugin, std::move(store->config), std::move(clock), std::move(owner),
                 nullptr, stop);
  }
  const RecordsStore merged{.plugin = (*second)->plugin, .config = (*second)->config};
  return start(store->plugin, std::move(store->config), std::move(clock), std::move(owner), &merged,
               stop);
}

Result<std::unique_ptr<Supervisor>, Report> Supervisor::start(
    const LoadedPlugin& plugin, StoreConfig config, std::shared_ptr<const Clock> clock,
    SupervisorOwner owner, const RecordsStore* records, const std::stop_token& stop) {
  auto checked = checked_config(std::move(config), StoreRole::Policy);
  if (!checked) return fail(std::move(checked.error()));
  const bool may_lack_policy = checked->on_start_failure != OnStartFailure::Fail;
  std::optional<RecordsStore> second;
  bool may_lack_records = true;
  if (records != nullptr) {
    auto checked_records = checked_config(records->config, StoreRole::Records);
    if (!checked_records) return fail(std::move(checked_records.error()));
    if (!checked->cache_file.empty() && checked->cache_file == checked_records->cache_file) {
      return fail(
          Report({Problem{.code = "cache-file-repeated",
                          .path = "records.cache_file",
                          .what = "it is the file of the first store, and one would overwrite the "
                                  "other",
                          .fix = "name another"}}));
    }
    may_lack_records = checked_records->on_start_failure != OnStartFailure::Fail;
    second.emplace(RecordsStore{.plugin = records->plugin, .config = *std::move(checked_records)});
  }
  auto state = std::unique_ptr<State>(
      new State{.loop = SupervisorLoop(plugin, *std::move(checked), second ? &*second : nullptr,
                                       std::move(clock), std::move(owner))});
  const auto first = state->loop.store().wait_for_first_read(stop);
  if (!first) return fail(start_stopped());
  bool has_failed = must_not_start(*first, may_lack_policy);
  Report report = joined_report(plugin.warnings, "plugin", first->report);
  if (StoreFeed* feed = state->loop.records()) {
    const auto first_records = feed->wait_for_first_read(stop);
    if (!first_records) return fail(start_stopped());
    has_failed |= must_not_start(*first_records, may_lack_records);
    report = joined_report(
        report, joined_report(records->plugin.warnings, "plugin", first_records->report));
  }
  if (has_failed) return fail(std::move(report));
  state->warnings_at_start = std::move(report);
  return std::unique_ptr<Supervisor>(new Supervisor(std::move(state)));
}

Supervisor::Supervisor(std::unique_ptr<State> state) : state_(std::move(state)) {}

Supervisor::~Supervisor() = default;

void Supervisor::request_reload() {
  state_->loop.store().request_read();
  if (StoreFeed* records = state_->loop.records()) records->request_read();
}

Report Supervisor::reload_and_wait(std::chrono::milliseconds deadline) {
  // Longer ones mean "for ever", and would overflow when added to the present moment.
  const auto until =
      std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(deadline, kLongest);
  StoreFeed& store = state_->loop.store();
  StoreFeed* const records = state_->loop.records();
  const std::uint64_t ticket = store.request_read();
  const std::uint64_t records_ticket = records == nullptr ? 0 : records->request_read();
  const Report report = judgement_of(store, ticket, until);
  return records == nullptr ? report
                            : joined_report(report, judgement_of(*records, records_ticket, until));
}

void Supervisor::withdraw(std::vector<RecordWithdrawal> withdrawn) {
  state_->loop.withdraw(std::move(withdrawn));
}

JudgementBasis Supervisor::basis() { return state_->loop.basis(); }

StoreStatus Supervisor::status() const { return state_->loop.store().status(); }

std::optional<StoreStatus> Supervisor::records_status() const {
  const StoreFeed* records = state_->loop.records();
  return records == nullptr ? std::nullopt : std::optional(records->status());
}

std::vector<KeptPolicy> Supervisor::last_policies() const {
  return state_->loop.history().policies();
}

const Report& Supervisor::warnings_at_start() const noexcept { return state_->warnings_at_start; }

}  // namespace corsac
