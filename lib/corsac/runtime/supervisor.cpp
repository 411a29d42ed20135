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

// Relative folders are those of the moment in which the supervisor starts: a store is opened again
// later, and the program may have changed its folder by then.
Result<StoreConfig, Report> with_absolute_folders(StoreConfig config) {
  std::error_code error;
  const auto make_absolute = [&error](std::filesystem::path& folder) {
    if (folder.is_absolute() || error) return;
    const std::filesystem::path current = std::filesystem::current_path(error);
    folder = (folder.empty() ? current : current / folder).lexically_normal();
  };
  make_absolute(config.directory);
  if (!config.cache_file.empty()) config.cache_file = config.directory / config.cache_file;
  for (std::filesystem::path& folder : config.plugin_folders) make_absolute(folder);
  if (!error) return config;
  return fail(Report({Problem{.code = "store-directory",
                              .path = "store",
                              .what = "the current folder cannot be told: " + error.message(),
                              .fix = "start the program in a folder that exists, or name folders "
                                     "by absolute paths"}}));
}

}  // namespace

struct Supervisor::State {
  SupervisorLoop loop;
  Report warnings_at_start = {};
};

Result<std::unique_ptr<Supervisor>, Report> Supervisor::start(StoreConfig config,
                                                              std::shared_ptr<const Clock> clock,
                                                              SupervisorOwner owner) {
  auto absolute = with_absolute_folders(std::move(config));
  if (!absolute) return fail(std::move(absolute.error()));
  const auto plugin = load_store_plugin(absolute->plugin, absolute->plugin_folders);
  if (!plugin) return fail(plugin.error());
  return start(*plugin, *std::move(absolute), std::move(clock), std::move(owner));
}

Result<std::unique_ptr<Supervisor>, Report> Supervisor::start(const LoadedPlugin& plugin,
                                                              StoreConfig config,
                                                              std::shared_ptr<const Clock> clock,
                                                              SupervisorOwner owner) {
  auto absolute = with_absolute_folders(std::move(config));
  if (!absolute) return fail(std::move(absolute.error()));
  if (absolute->on_start_failure == OnStartFailure::Cached && absolute->cache_file.empty()) {
    return fail(
        Report({Problem{.code = "cache-file-missing",
                        .path = "store.cache_file",
                        .what = "on_start_failure is cached, and there is no file for it",
                        .fix = "name one, as cache_file = \"/var/lib/corsac/policy.cache\""}}));
  }
  const bool may_start_closed = absolute->on_start_failure != OnStartFailure::Fail;
  auto state = std::unique_ptr<State>(
      new State{.loop = SupervisorLoop(plugin, within_bounds(*std::move(absolute)),
                                       std::move(clock), std::move(owner))});
  StoreFeed::FirstRead first = state->loop.store().wait_for_first_read();
  Report report = joined_report(plugin.warnings, "plugin", first.report);
  if (!first.is_taken && (first.has_wrong_settings || !may_start_closed)) {
    return fail(std::move(report));
  }
  state->warnings_at_start = std::move(report);
  return std::unique_ptr<Supervisor>(new Supervisor(std::move(state)));
}

Supervisor::Supervisor(std::unique_ptr<State> state) : state_(std::move(state)) {}

Supervisor::~Supervisor() = default;

void Supervisor::request_reload() { state_->loop.store().request_read(); }

Report Supervisor::reload_and_wait(std::chrono::milliseconds deadline) {
  const std::uint64_t ticket = state_->loop.store().request_read();
  // Longer ones mean "for ever", and would overflow when added to the present moment.
  auto report = state_->loop.store().wait_for_judgement(
      ticket, std::min<std::chrono::milliseconds>(deadline, kLongest));
  if (report) return std::move(*report);
  return Report({Problem{.code = "store-deadline",
                         .what = "the policy was not read within the time that was given"}});
}

StoreStatus Supervisor::status() const { return state_->loop.store().status(); }

const Report& Supervisor::warnings_at_start() const noexcept { return state_->warnings_at_start; }

}  // namespace corsac
