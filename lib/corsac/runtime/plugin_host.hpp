#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/runtime/host_slot.hpp"
#include "corsac/runtime/log_sink.hpp"
#include "corsac/runtime/repeated_lines.hpp"
#include "corsac/runtime/worker_callbacks_door.hpp"
#include "corsac_store_plugin.h"

namespace corsac {

// What one store's plugin may call: the host table and what stands behind it. Safe from any thread.
// The plugin keeps the table's address, which outlives this object: see HostSlot.
class PluginHost {
 public:
  // Bytes that the call under way has moved, and of how many (0 = not known). On the thread of the
  // call; what it throws is swallowed.
  using Progress = std::function<void(std::uint64_t bytes, std::uint64_t total)>;

  // Whether somebody waits for each call and is told why it fails (CORSAC_HOST_FAILURE).
  enum class Failures : unsigned char { Logged, Told };

  // Why a call failed, in the plugin's words, escaped.
  struct Failure {
    Problem problem = {};  // with a path: that setting must be changed; else none is wrong
    bool has_written_nothing = false;
  };

  // Without `progress`, and with Logged failures, the plugin finds no such extension.
  PluginHost(std::string plugin_name, WorkerCallbacks callbacks, Progress progress = {},
             Failures failures = Failures::Logged);
  ~PluginHost();
  PluginHost(const PluginHost&) = delete;
  PluginHost& operator=(const PluginHost&) = delete;

  [[nodiscard]] const corsac_host& table() const noexcept { return slot_.table; }
  [[nodiscard]] WorkerCallbacksDoor& callbacks() noexcept { return callbacks_; }

  // A call into the plugin begins; forgets what the one before left.
  void begin_call(std::chrono::steady_clock::time_point deadline);
  // From now on the plugin hears that the call under way is cancelled.
  void cancel() noexcept { is_cancelled_ = true; }
  [[nodiscard]] bool is_cancelled() const noexcept { return is_cancelled_; }

  // What the plugin reported about its settings during the call.
  [[nodiscard]] std::vector<Problem> take_setting_problems();
  // What the plugin told last of why the call fails.
  [[nodiscard]] std::optional<Failure> take_failure();
  // The last line that it logged as an error during the call, escaped; empty = none.
  [[nodiscard]] std::string last_error_line() const;
  // How long the plugin wished to be left alone, during the call; zero = no wish.
  [[nodiscard]] std::chrono::nanoseconds retry_after() const noexcept {
    return std::chrono::nanoseconds(retry_after_ns_);
  }
  // The plugin said, during the call, that another server answers it.
  [[nodiscard]] bool is_switched() const noexcept { return is_switched_; }
  // Logs a line about the plugin, with its name in front.
  void log(LogLevel level, std::string_view line) noexcept;
  // Says how often the plugin's last line was left out because it was the same; nothing for 0.
  void tell_repeated() noexcept;

 private:
  void log_for_plugin(LogLevel level, const std::string& line);
  void tell_repeated(std::uint64_t repeated) noexcept;
  struct Calls;  // the C functions

  const std::string plugin_name_;
  const std::string section_;  // of the role that the callbacks name
  WorkerCallbacksDoor callbacks_;
  const Progress progress_;
  const Failures failures_;
  std::atomic<bool> is_cancelled_{false};
  std::atomic<std::int64_t> deadline_ns_{0};
  std::atomic<std::int64_t> retry_after_ns_{0};
  std::atomic<bool> is_switched_{false};
  mutable std::mutex mutex_;  // guards what follows
  std::vector<Problem> setting_problems_ = {};
  std::optional<Failure> failure_ = {};
  std::string last_error_line_ = {};
  RepeatedLines lines_ = {};
  HostSlot& slot_;  // last, so that nobody comes before all is there
};

}  // namespace corsac
