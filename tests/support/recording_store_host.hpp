#pragma once

// A core for tests of store plugins: a host and a sink that write down what they are told, one line
// a call.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac_store_plugin.h"

namespace corsac::test {

[[nodiscard]] inline std::string to_string(corsac_text text) {
  return text.data == nullptr ? std::string() : std::string(text.data, text.size);
}

// Lines such as `text allowed_origins "https://a.example" 3:20`; `-` for an empty field.
class RecordingSink {
 public:
  RecordingSink() = default;
  RecordingSink(const RecordingSink&) = delete;
  RecordingSink& operator=(const RecordingSink&) = delete;

  [[nodiscard]] const corsac_sink* sink() const { return &sink_; }
  [[nodiscard]] const std::vector<std::string>& calls() const { return calls_; }
  // From this call on (1 = the first) every call is answered with stop.
  void stop_at(std::size_t call) { stop_at_ = call; }
  // Called with the line of each call before it is answered.
  void on_call(std::function<void(std::string_view line)> hook) { hook_ = std::move(hook); }
  // For documents that are too long to write down: only count.
  void count_only() { is_counting_only_ = true; }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::string revision() const { return revision_; }

 private:
  static RecordingSink& of(void* context) { return *static_cast<RecordingSink*>(context); }
  static std::string field_text(corsac_text field) {
    return field.size == 0 ? "-" : to_string(field);
  }
  static std::string place_text(corsac_place place) {
    return " " + std::to_string(place.line) + ":" + std::to_string(place.column);
  }
  static std::string quoted(corsac_text text) { return "\"" + to_string(text) + "\""; }

  template <class Line>
  int record(Line line) {
    ++count_;
    if (!is_counting_only_) calls_.push_back(line());
    if (hook_) hook_(calls_.back());
    return count_ >= stop_at_ ? 0 : 1;
  }

  static int on_source(void* context, corsac_text name) {
    return of(context).record([&] { return "source " + to_string(name); });
  }
  static int on_begin_list(void* context, corsac_text field, corsac_place place) {
    return of(context).record(
        [&] { return "begin_list " + field_text(field) + place_text(place); });
  }
  static int on_end_list(void* context) {
    return of(context).record([&] { return std::string("end_list"); });
  }
  static int on_begin_item(void* context, corsac_text field, corsac_place place) {
    return of(context).record(
        [&] { return "begin_item " + field_text(field) + place_text(place); });
  }
  static int on_end_item(void* context) {
    return of(context).record([&] { return std::string("end_item"); });
  }
  static int on_text(void* context, corsac_text field, corsac_text value, corsac_place place) {
    return of(context).record(
        [&] { return "text " + field_text(field) + " " + quoted(value) + place_text(place); });
  }
  static int on_integer(void* context, corsac_text field, std::int64_t value, corsac_place place) {
    return of(context).record([&] {
      return "integer " + field_text(field) + " " + std::to_string(value) + place_text(place);
    });
  }
  static int on_real(void* context, corsac_text field, double value, corsac_place place) {
    return of(context).record([&] {
      char digits[64];
      std::snprintf(digits, sizeof digits, "%g", value);
      return "real " + field_text(field) + " " + digits + place_text(place);
    });
  }
  static int on_flag(void* context, corsac_text field, int value, corsac_place place) {
    return of(context).record([&] {
      return "flag " + field_text(field) + (value != 0 ? " true" : " false") + place_text(place);
    });
  }
  static int on_null(void* context, corsac_text field, corsac_place place) {
    return of(context).record([&] { return "null " + field_text(field) + place_text(place); });
  }
  static int on_problem(void* context, corsac_text code, corsac_text what, corsac_text fix,
                        corsac_place place) {
    return of(context).record([&] {
      return "problem " + to_string(code) + place_text(place) + ": " + to_string(what) + "; " +
             to_string(fix);
    });
  }
  static int on_finish(void* context, corsac_text revision) {
    of(context).revision_ = to_string(revision);
    return of(context).record([&] { return std::string("finish"); });
  }

  corsac_sink sink_ = {sizeof(corsac_sink), this,          on_source,   on_begin_list,
                       on_end_list,         on_begin_item, on_end_item, on_text,
                       on_integer,          on_real,       on_flag,     on_null,
                       on_problem,          on_finish};
  std::vector<std::string> calls_ = {};
  std::function<void(std::string_view)> hook_ = {};
  std::string revision_ = {};
  std::size_t count_ = 0;
  std::size_t stop_at_ = std::numeric_limits<std::size_t>::max();
  bool is_counting_only_ = false;
};

// The host of one store. Safe from any thread where the contract says so.
class RecordingHost {
 public:
  RecordingHost() = default;
  RecordingHost(const RecordingHost&) = delete;
  RecordingHost& operator=(const RecordingHost&) = delete;

  [[nodiscard]] const corsac_host* host() const { return &host_; }
  // What feed_json does; nothing is read without it.
  void set_feed_json(decltype(corsac_host::feed_json) feed_json) { host_.feed_json = feed_json; }

  // Called each time that the store asks whether it was cancelled, with the number of the question
  // from 1. Set it while the store is not called.
  void on_cancelled_asked(std::function<void(std::size_t)> hook) {
    questions_ = 0;
    hook_ = std::move(hook);
  }
  void cancel(bool is_cancelled = true) { is_cancelled_ = is_cancelled; }
  void set_deadline(std::chrono::steady_clock::time_point deadline) {
    deadline_ =
        std::chrono::duration_cast<std::chrono::nanoseconds>(deadline.time_since_epoch()).count();
  }

  [[nodiscard]] std::vector<std::string> log() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return log_;
  }
  // Of the settings: "code setting: what; fix".
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

  // That the store asked for, in reads.
  [[nodiscard]] const std::vector<std::chrono::nanoseconds>& pauses() const { return pauses_; }

  // Why calls failed: "code setting: what; fix", and ", nothing written" where that was told.
  [[nodiscard]] const std::vector<std::string>& failures() const { return failures_; }

  // How often a read said that another server gives the document.
  [[nodiscard]] std::size_t switches() const { return switches_; }

  [[nodiscard]] std::size_t changes() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return changes_;
  }
  // True when there were more than `count` changes within `limit`.
  [[nodiscard]] bool wait_for_more_changes_than(
      std::size_t count, std::chrono::milliseconds limit = std::chrono::seconds(10)) const {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return changes_ > count; });
  }

 private:
  static RecordingHost& of(void* context) { return *static_cast<RecordingHost*>(context); }

  static void on_log(void* context, std::int32_t level, corsac_text line) {
    RecordingHost& self = of(context);
    const std::lock_guard<std::mutex> lock(self.mutex_);
    self.log_.push_back(std::to_string(level) + " " + to_string(line));
  }
  static void on_changed(void* context) {
    RecordingHost& self = of(context);
    const std::lock_guard<std::mutex> lock(self.mutex_);
    ++self.changes_;
    self.changed_.notify_all();
  }
  static int on_cancelled(void* context) {
    RecordingHost& self = of(context);
    if (self.hook_) self.hook_(++self.questions_);
    return self.is_cancelled_ ? 1 : 0;
  }
  static std::int64_t on_deadline(void* context) { return of(context).deadline_; }
  static void on_problem(void* context, corsac_text code, corsac_text setting, corsac_text what,
                         corsac_text fix) {
    of(context).problems_.push_back(to_string(code) + " " + to_string(setting) + ": " +
                                    to_string(what) + "; " + to_string(fix));
  }
  static std::int32_t no_json(void*, const corsac_sink*, const char*, std::size_t) {
    return CORSAC_FAILED;
  }
  static void on_retry_after(void* context, std::int64_t nanoseconds) {
    of(context).pauses_.emplace_back(nanoseconds);
  }
  static void on_switched(void* context) { ++of(context).switches_; }
  static void on_failed(void* context, const corsac_failure* failure) {
    of(context).failures_.push_back(to_string(failure->code) + " " + to_string(failure->setting) +
                                    ": " + to_string(failure->what) + "; " +
                                    to_string(failure->fix) +
                                    (failure->has_written_nothing != 0 ? ", nothing written" : ""));
  }
  static const void* on_extension(void*, corsac_text name) {
    static constexpr corsac_host_failure kFailure = {sizeof(corsac_host_failure), on_failed};
    static constexpr corsac_host_retry kRetry = {sizeof(corsac_host_retry), on_retry_after};
    static constexpr corsac_host_switch kSwitch = {sizeof(corsac_host_switch), on_switched};
    if (to_string(name) == CORSAC_HOST_FAILURE) return &kFailure;
    if (to_string(name) == CORSAC_HOST_RETRY) return &kRetry;
    return to_string(name) == CORSAC_HOST_SWITCH ? &kSwitch : nullptr;
  }

  corsac_host host_ = {sizeof(corsac_host), this,       on_log,  on_changed,  on_cancelled,
                       on_deadline,         on_problem, no_json, on_extension};
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::string> log_ = {};                  // by mutex_
  std::size_t changes_ = 0;                            // by mutex_
  std::vector<std::string> problems_ = {};             // during open() only
  std::vector<std::chrono::nanoseconds> pauses_ = {};  // during read() only
  std::vector<std::string> failures_ = {};             // of the store's own thread
  std::size_t switches_ = 0;                           // during read() only
  std::function<void(std::size_t)> hook_ = {};
  std::size_t questions_ = 0;  // of the store's own thread
  std::atomic<bool> is_cancelled_{false};
  std::atomic<std::int64_t> deadline_{std::numeric_limits<std::int64_t>::max()};
};

// One open store of a loaded plugin; closes it.
class OpenStore {
 public:
  using Settings = std::vector<std::pair<std::string, std::string>>;

  OpenStore(const corsac_store_plugin_v1& table, const RecordingHost& host,
            const std::string& directory, const Settings& settings)
      : table_(&table) {
    std::vector<corsac_setting> entries;
    for (const auto& [name, value] : settings) {
      entries.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
    }
    const corsac_settings c_settings = {sizeof(corsac_settings),
                                        {directory.data(), directory.size()},
                                        entries.data(),
                                        entries.size()};
    status_ = table.open(host.host(), &c_settings, &store_);
  }
  ~OpenStore() { close(); }
  OpenStore(const OpenStore&) = delete;
  OpenStore& operator=(const OpenStore&) = delete;

  [[nodiscard]] std::int32_t status() const { return status_; }
  // Only when status() is CORSAC_OK, as are all below.
  std::int32_t read(const RecordingSink& sink) { return read(*sink.sink()); }
  std::int32_t read(const corsac_sink& sink) { return table_->read(store_, &sink); }
  void interrupt() { table_->interrupt(store_); }
  void close() {
    if (status_ == CORSAC_OK && store_ != nullptr) table_->close(store_);
    store_ = nullptr;
  }

 private:
  const corsac_store_plugin_v1* table_;
  void* store_ = nullptr;
  std::int32_t status_ = CORSAC_FAILED;
};

}  // namespace corsac::test
