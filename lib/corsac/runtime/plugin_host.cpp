// The host table of the plugin contract. Entry: PluginHost. Spec: lib/abi/corsac_store_plugin.h,
// corsac_host. Test: tests/runtime/store_worker_test.cpp.
//
// The plugin counts as hostile: its texts are escaped and cut, its reports counted, and no
// exception of ours reaches it.

#include "corsac/runtime/plugin_host.hpp"

#include <algorithm>
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
  static PluginHost& of(void* context) noexcept { return *static_cast<PluginHost*>(context); }

  static void log(void* context, std::int32_t level, corsac_text line) noexcept {
    try {
      of(context).log_for_plugin(log_level(level), sentence(line));
    } catch (...) {
      // No memory: a line is lost.
    }
  }
  static void changed(void* context) noexcept { of(context).callbacks_.changed(); }
  static int cancelled(void* context) noexcept { return of(context).is_cancelled() ? 1 : 0; }
  static std::int64_t deadline(void* context) noexcept { return of(context).deadline_ns_; }
  static void problem(void* context, corsac_text code, corsac_text setting, corsac_text what,
                      corsac_text fix) noexcept {
    try {
      PluginHost& host = of(context);
      const std::lock_guard lock(host.mutex_);
      if (host.setting_problems_.size() >= kSettingProblemLimit) return;
      host.setting_problems_.push_back({.code = printable(code),
                                        .path = host.section_ + "." + printable(setting),
                                        .what = sentence(what),
                                        .fix = sentence(fix)});
    } catch (...) {
      // No memory: the status of the call still says that something was wrong.
    }
  }
  static void retry_after(void* context, std::int64_t nanoseconds) noexcept {
    of(context).retry_after_ns_ = std::max<std::int64_t>(nanoseconds, 0);
  }
  static void switched(void* context) noexcept { of(context).is_switched_ = true; }
  static const void* extension(void*, corsac_text name) noexcept {
    static constexpr corsac_host_retry kRetry = {sizeof(corsac_host_retry), retry_after};
    static constexpr corsac_host_switch kSwitch = {sizeof(corsac_host_switch), switched};
    if (name.data == nullptr) return nullptr;
    const std::string_view wanted(name.data, name.size);
    if (wanted == CORSAC_HOST_RETRY) return &kRetry;
    return wanted == CORSAC_HOST_SWITCH ? &kSwitch : nullptr;
  }
};

PluginHost::PluginHost(std::string plugin_name, WorkerCallbacks callbacks)
    : plugin_name_(std::move(plugin_name)),
      section_(section_of(callbacks.role)),
      callbacks_(std::move(callbacks)) {
  table_.size = sizeof(corsac_host);
  table_.context = this;
  table_.log = Calls::log;
  table_.changed = Calls::changed;
  table_.cancelled = Calls::cancelled;
  table_.deadline = Calls::deadline;
  table_.problem = Calls::problem;
  table_.feed_json = feed_json;
  table_.extension = Calls::extension;
}

void PluginHost::begin_call(std::chrono::steady_clock::time_point deadline) {
  is_cancelled_ = false;
  retry_after_ns_ = 0;
  is_switched_ = false;
  deadline_ns_ =
      std::chrono::duration_cast<std::chrono::nanoseconds>(deadline.time_since_epoch()).count();
  const std::lock_guard lock(mutex_);
  setting_problems_.clear();
  last_error_line_.clear();
}

std::vector<Problem> PluginHost::take_setting_problems() {
  const std::lock_guard lock(mutex_);
  return std::exchange(setting_problems_, {});
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
