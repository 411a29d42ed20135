// The host table of the plugin contract. Entry: PluginHost. Spec: lib/abi/corsac_store_plugin.h,
// corsac_host. Test: tests/runtime/store_worker_test.cpp.
//
// The plugin counts as hostile: its texts are escaped and cut, its reports counted, and no
// exception of ours reaches it.

#include "corsac/runtime/plugin_host.hpp"

#include <algorithm>
#include <shared_mutex>
#include <utility>

#include "corsac/base/printable.hpp"
#include "corsac/runtime/feed_json.hpp"

namespace corsac {
namespace {

constexpr std::size_t kLineBytes = 1000;  // of a plugin's log line or text
// More problems with settings than a store has settings.
constexpr std::size_t kSettingProblemLimit = 100;

std::string printable(corsac_text text) {
  return text.data == nullptr ? std::string()
                              : to_printable(std::string_view(text.data, text.size));
}

// A sentence for people: what it quotes stays as the plugin wrote it.
std::string sentence(corsac_text text) {
  return text.data == nullptr ? std::string()
                              : to_one_line(std::string_view(text.data, text.size), kLineBytes);
}

LogLevel log_level(std::int32_t level) noexcept {
  switch (level) {
    case CORSAC_LOG_INFO:
      return LogLevel::Info;
    case CORSAC_LOG_WARNING:
      return LogLevel::Warning;
    default:
      return LogLevel::Error;
  }
}

}  // namespace

struct PluginHost::Calls {
  // Makes a call of the plugin while its host is there. Nothing of ours that throws (no memory: a
  // line is lost, a report is, and the status of the call still tells) reaches it.
  template <class Call>
  static void with_host(void* context, Call call) noexcept {
    HostSlot& slot = *static_cast<HostSlot*>(context);
    if (slot.is_leaving) return;
    try {
      const std::shared_lock lock(slot.mutex);
      if (slot.host != nullptr) call(*slot.host);
    } catch (...) {
    }
  }

  static void log(void* context, std::int32_t level, corsac_text line) noexcept {
    with_host(context,
              [&](PluginHost& host) { host.log_for_plugin(log_level(level), sentence(line)); });
  }
  static void changed(void* context) noexcept {
    with_host(context, [](PluginHost& host) { host.callbacks_.changed(); });
  }
  static int cancelled(void* context) noexcept {
    bool is_cancelled = true;  // without a host
    with_host(context, [&](PluginHost& host) { is_cancelled = host.is_cancelled(); });
    return is_cancelled ? 1 : 0;
  }
  static std::int64_t deadline(void* context) noexcept {
    std::int64_t deadline = 0;
    with_host(context, [&](PluginHost& host) { deadline = host.deadline_ns_; });
    return deadline;
  }
  static void problem(void* context, corsac_text code, corsac_text setting, corsac_text what,
                      corsac_text fix) noexcept {
    with_host(context, [&](PluginHost& host) {
      const std::lock_guard lock(host.mutex_);
      if (host.setting_problems_.size() >= kSettingProblemLimit) return;
      host.setting_problems_.push_back({.code = printable(code),
                                        .path = host.section_ + "." + printable(setting),
                                        .what = sentence(what),
                                        .fix = sentence(fix)});
    });
  }
  static void retry_after(void* context, std::int64_t nanoseconds) noexcept {
    with_host(context, [nanoseconds](PluginHost& host) {
      host.retry_after_ns_ = std::max<std::int64_t>(nanoseconds, 0);
    });
  }
  static void moved(void* context, std::uint64_t bytes, std::uint64_t total) noexcept {
    with_host(context, [=](PluginHost& host) {
      if (host.progress_) host.progress_(bytes, total);
    });
  }
  static void failed(void* context, const corsac_failure* told) noexcept {
    if (told == nullptr || told->size < sizeof(corsac_failure)) return;
    with_host(context, [told](PluginHost& host) {
      const std::string setting = printable(told->setting);
      Failure failure;
      failure.problem = {.code = printable(told->code),
                         .path = setting.empty() ? std::string() : host.section_ + "." + setting,
                         .what = sentence(told->what),
                         .fix = sentence(told->fix)};
      failure.has_written_nothing = told->has_written_nothing != 0;
      const std::lock_guard lock(host.mutex_);
      host.failure_ = std::move(failure);
    });
  }
  static void switched(void* context) noexcept {
    with_host(context, [](PluginHost& host) { host.is_switched_ = true; });
  }
  static const void* extension(void* context, corsac_text name) noexcept {
    static constexpr corsac_host_retry kRetry = {sizeof(corsac_host_retry), retry_after};
    static constexpr corsac_host_switch kSwitch = {sizeof(corsac_host_switch), switched};
    static constexpr corsac_host_progress kProgress = {sizeof(corsac_host_progress), moved};
    static constexpr corsac_host_failure kFailure = {sizeof(corsac_host_failure), failed};
    if (name.data == nullptr) return nullptr;
    const std::string_view wanted(name.data, name.size);
    if (wanted == CORSAC_HOST_RETRY) return &kRetry;
    if (wanted == CORSAC_HOST_SWITCH) return &kSwitch;
    const void* table = nullptr;
    with_host(context, [&](PluginHost& host) {
      const bool is_told = host.failures_ == Failures::Told;
      if (wanted == CORSAC_HOST_PROGRESS && host.progress_) table = &kProgress;
      if (wanted == CORSAC_HOST_FAILURE && is_told) table = &kFailure;
    });
    return table;
  }

  static corsac_host table() noexcept {
    corsac_host calls = {};
    calls.size = sizeof(corsac_host);
    calls.log = log;
    calls.changed = changed;
    calls.cancelled = cancelled;
    calls.deadline = deadline;
    calls.problem = problem;
    calls.feed_json = feed_json;
    calls.extension = extension;
    return calls;
  }
};

PluginHost::PluginHost(std::string plugin_name, WorkerCallbacks callbacks, Progress progress,
                       Failures failures)
    : plugin_name_(std::move(plugin_name)),
      section_(section_of(callbacks.role)),
      callbacks_(std::move(callbacks)),
      progress_(std::move(progress)),
      failures_(failures),
      slot_(HostSlot::take(*this, Calls::table())) {}

PluginHost::~PluginHost() { slot_.give_back(); }

void PluginHost::begin_call(std::chrono::steady_clock::time_point deadline) {
  is_cancelled_ = false;
  retry_after_ns_ = 0;
  is_switched_ = false;
  deadline_ns_ =
      std::chrono::duration_cast<std::chrono::nanoseconds>(deadline.time_since_epoch()).count();
  const std::lock_guard lock(mutex_);
  setting_problems_.clear();
  failure_.reset();
  last_error_line_.clear();
}

std::vector<Problem> PluginHost::take_setting_problems() {
  const std::lock_guard lock(mutex_);
  return std::exchange(setting_problems_, {});
}

std::optional<PluginHost::Failure> PluginHost::take_failure() {
  const std::lock_guard lock(mutex_);
  return std::exchange(failure_, std::nullopt);
}

std::string PluginHost::last_error_line() const {
  const std::lock_guard lock(mutex_);
  return last_error_line_;
}

void PluginHost::log_for_plugin(LogLevel level, const std::string& line) {
  RepeatedLines::Answer answer;
  {
    const std::lock_guard lock(mutex_);
    if (level == LogLevel::Error) last_error_line_ = line;
    answer = lines_.takes(level, line, std::chrono::steady_clock::now());
  }
  tell_repeated(answer.repeated);
  if (answer.is_written) log(level, line);
}

void PluginHost::tell_repeated() noexcept {
  std::uint64_t repeated = 0;
  {
    const std::lock_guard lock(mutex_);
    repeated = lines_.take_repeated();
  }
  tell_repeated(repeated);
}

void PluginHost::tell_repeated(std::uint64_t repeated) noexcept {
  if (repeated == 0) return;
  try {
    log(LogLevel::Info, "its last line came " + std::to_string(repeated) + " more times");
  } catch (...) {
    // As above.
  }
}

void PluginHost::log(LogLevel level, std::string_view line) noexcept {
  try {
    callbacks_.log(level, section_ + " " + plugin_name_ + ": " + std::string(line));
  } catch (...) {
    // As above.
  }
}

}  // namespace corsac
