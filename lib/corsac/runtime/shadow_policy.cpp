// The candidate of [shadow]. Entry: ShadowPolicy::follow. Spec: policy document, 1 "[shadow]".
// Test: tests/runtime/shadow_policy_test.cpp.
//
// A supervisor of its own brings the watch over the file, the last good candidate and the bounded
// waits. It is made on a thread of its own: opening a store waits for its first read.

#include "corsac/runtime/shadow_policy.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <utility>

#include "corsac/base/printable.hpp"
#include "corsac/runtime/supervisor.hpp"

namespace corsac {
namespace {

constexpr std::string_view kFileSetting = "file";

// What a supervisor says of its store, said of the candidate: never louder than a warning.
LogSink as_of_shadow(const LogSink& log) {
  if (!log) return {};
  return [log](const LogRecord& record) {
    constexpr std::string_view kStore = "store ";
    std::string_view words = record.line;
    if (words.starts_with(kStore)) words.remove_prefix(kStore.size());
    const std::string line = "shadow " + std::string(words);
    log({.level = std::min(record.level, LogLevel::Warning), .line = line});
  };
}

std::string first_line(const Report& report) {
  const std::string text = report.text();
  return text.substr(0, text.find('\n'));
}

}  // namespace

ShadowPolicy::ShadowPolicy(std::optional<StoreConfig> store, std::optional<StoreConfig> records,
                           std::shared_ptr<const Clock> clock, ShadowOwner owner)
    : store_(std::move(store)),
      records_(std::move(records)),
      clock_(std::move(clock)),
      owner_(std::move(owner)) {}

ShadowPolicy::~ShadowPolicy() {
  {
    const std::lock_guard lock(mutex_);
    shall_end_ = true;
    opening_.request_stop();
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void ShadowPolicy::follow(const std::string& file) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (file == wanted_) return;
    wanted_ = file;
    ++generation_;
    opening_.request_stop();
    changed_.notify_all();
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  } catch (const std::exception&) {
    warn("no candidate is judged: there is no memory or no thread for it");
  }
}

void ShadowPolicy::request_reload() {
  std::shared_ptr<Supervisor> supervisor;
  {
    const std::lock_guard lock(mutex_);
    supervisor = supervisor_;
    // What could not be opened is tried again.
    if (!supervisor_ && failure_.has_errors()) ++generation_;
    changed_.notify_all();
  }
  if (supervisor) supervisor->request_reload();
}

void ShadowPolicy::reload_and_wait(std::chrono::milliseconds deadline) {
  std::shared_ptr<Supervisor> supervisor;
  {
    const std::lock_guard lock(mutex_);
    if (generation_ == followed_generation_ && supervisor_) {
      supervisor = supervisor_;
      ++waiting_;
    }
  }
  if (!supervisor) return request_reload();
  const auto end_waiting = [this, &supervisor] {
    supervisor.reset();
    const std::lock_guard lock(mutex_);
    --waiting_;
    changed_.notify_all();
  };
  try {
    // What it says stands in status(), too.
    static_cast<void>(supervisor->reload_and_wait(deadline));
  } catch (...) {
    end_waiting();  // else run() would wait for ever
    throw;
  }
  end_waiting();
}

std::optional<ShadowStatus> ShadowPolicy::status() const {
  std::shared_ptr<Supervisor> supervisor;
  ShadowStatus status;
  {
    const std::lock_guard lock(mutex_);
    if (wanted_.empty()) return std::nullopt;
    status.file = to_printable(wanted_);
    status.store.last_report = failure_;
    status.store.failing_since = failed_at_;
    status.store.last_error = first_line(failure_);
    if (generation_ == followed_generation_) supervisor = supervisor_;
  }
  if (supervisor) status.store = supervisor->status();
  return status;
}

void ShadowPolicy::run() {
  std::unique_lock lock(mutex_);
  while (!shall_end_) {
    if (generation_ == followed_generation_) {
      changed_.wait(lock);
      continue;
    }
    const std::string file = wanted_;
    const std::uint64_t generation = generation_;
    followed_generation_ = generation;
    failure_ = {};
    failed_at_ = {};
    // Who waits holds the supervisor too, and it would publish for as long.
    changed_.wait(lock, [this] { return waiting_ == 0; });
    auto old = std::move(supervisor_);
    supervisor_ = nullptr;
    lock.unlock();
    old.reset();  // nothing of it is published after this
    owner_.publish(nullptr);
    try {
      if (!file.empty()) open(file, generation);
    } catch (const std::exception&) {
      warn("no candidate is judged: there is no memory for it");
    }
    lock.lock();
  }
  auto last = std::move(supervisor_);
  lock.unlock();
}

void ShadowPolicy::open(const std::string& file, std::uint64_t generation) {
  std::stop_token stop;
  {
    const std::lock_guard lock(mutex_);
    if (shall_end_ || generation != generation_) return;
    opening_ = std::stop_source();
    stop = opening_.get_token();
  }
  const auto config = config_of(file);
  if (!config) {
    const Report report({Problem{
        .code = "shadow-without-file",
        .path = "shadow.file",
        .value = file,
        .what = "the candidate is a file beside the policy's, and this store has none",
        .fix = "compare with `corsac diff` or `corsac replay`, or keep the policy in a file"}});
    return note_failure(report);
  }
  auto supervisor =
      Supervisor::start(*config, clock_,
                        {.application = owner_.application,
                         .publish =
                             [this](SnapshotPtr next) {
                               owner_.publish(next->is_closed() ? nullptr : std::move(next));
                             },
                         .log = as_of_shadow(owner_.log)},
                        records_, stop);
  if (stop.stop_requested()) return;  // there is a newer one, or it is the end
  if (!supervisor) return note_failure(supervisor.error());
  const std::lock_guard lock(mutex_);
  supervisor_ = *std::move(supervisor);
}

void ShadowPolicy::note_failure(const Report& report) {
  warn(report);
  const std::lock_guard lock(mutex_);
  failure_ = report;
  failed_at_ = clock_->wall_now();
}

std::optional<StoreConfig> ShadowPolicy::config_of(const std::string& file) const {
  StoreConfig config = store_.value_or(StoreConfig());
  auto& settings = config.settings;
  const auto setting = std::find_if(settings.begin(), settings.end(),
                                    [](const auto& one) { return one.first == kFileSetting; });
  if (!store_) {
    settings.emplace_back(kFileSetting, file);
  } else if (setting == settings.end()) {
    return std::nullopt;
  } else {
    const auto folder = std::filesystem::path(setting->second).parent_path();
    setting->second = (folder / file).string();  // an absolute one stays as it is
  }
  config.cache_file.clear();
  config.on_start_failure = OnStartFailure::Closed;
  config.accept_empty = true;
  return config;
}

void ShadowPolicy::warn(const Report& report) const noexcept {
  for (const Problem& problem : report.problems()) {
    try {
      const std::string text = Report({problem}, report.sources()).text();
      warn(to_one_line(text.substr(0, text.find('\n'))) + "; " + problem.what + "; " + problem.fix);
    } catch (const std::exception&) {
      return;
    }
  }
}

void ShadowPolicy::warn(const std::string& line) const noexcept {
  if (!owner_.log) return;
  try {
    const std::string words = "shadow " + line;
    owner_.log({.level = LogLevel::Warning, .line = words});
  } catch (...) {
    // A log that fails must not stop the policy.
  }
}

}  // namespace corsac
