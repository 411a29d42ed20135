#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/clock.hpp"
#include "corsac/policy/origin_changes.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/runtime/log_sink.hpp"
#include "corsac/runtime/store_config.hpp"
#include "corsac/runtime/store_role.hpp"
#include "corsac/runtime/store_status.hpp"

namespace corsac {

// Problems of one document that become lines of the log; the rest is counted.
inline constexpr std::size_t kLoggedProblems = 20;

// What a store's life looks like in the log: a record "load" for each document judged, a record
// "store" for each change of state, and a line for each problem of a document that says something
// new. A store that fails in the same way again and again is silent after the first time. Not
// thread-safe.
class StoreJournal {
 public:
  // `clock` is never null.
  StoreJournal(StoreRole role, const StoreConfig& config, std::string_view plugin_name,
               std::shared_ptr<const Clock> clock, LogSink sink);

  // "toml: policy.toml": the plugin and the first source of its document; before there is one, the
  // setting `file`. Never another setting: those may hold secrets.
  [[nodiscard]] const std::string& source() const noexcept { return source_; }
  void note_sources(const std::vector<std::string>& sources);

  // A line of its own. Nothing that the sink throws leaves.
  void note(LogLevel level, std::string_view line) const noexcept;
  // A read was judged, or time went by.
  struct Change {
    StoreState before = StoreState::Starting;
    StoreState after = StoreState::Starting;
    bool is_document = false;        // the report is about a document that was judged now
    bool is_taken = false;           // and that is in force
    std::string_view revision = {};  // of that document; empty when it has none
    // It was not read: it is the one before with these.
    std::optional<OriginChangeCounts> changes = {};
  };
  void note_change(const Change& change, const Report& report);

 private:
  void write(LogRecord record, std::string_view words) const noexcept;
  void note_load(const Change& change, const Report& report) const;
  void note_state(const Change& change, const Report& report) const;
  void note_problems(const Report& report);

  const StoreRole role_;
  std::shared_ptr<const Clock> clock_;
  LogSink sink_;
  std::string plugin_name_;
  std::string source_;
  std::string last_problems_ = {};  // as logged last
  std::string last_error_ = {};     // of the newest document, or why there is none; empty = none
};

// The first error of a report, else the first warning, as one line; empty for an empty report.
[[nodiscard]] std::string first_line(const Report& report);

}  // namespace corsac
