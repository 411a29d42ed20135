#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "corsac/policy/report.hpp"
#include "corsac/runtime/log_sink.hpp"
#include "corsac/runtime/store_config.hpp"
#include "corsac/runtime/store_status.hpp"

namespace corsac {

// Problems of one document that become lines of the log; the rest is counted.
inline constexpr std::size_t kLoggedProblems = 20;

// What a store's life looks like in the log: one line for each change of state and each document
// taken, and one for each problem of a document that says something new. A store that fails in the
// same way again and again is silent after the first time. Not thread-safe.
class StoreJournal {
 public:
  StoreJournal(const StoreConfig& config, std::string_view plugin_name, LogSink sink);

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
    bool is_document = false;        // the report is about a document
    bool is_taken = false;           // another document is in force
    std::string_view revision = {};  // of the policy in force
  };
  void note_change(const Change& change, const Report& report);

 private:
  void note_problems(const Report& report);

  LogSink sink_;
  std::string plugin_name_;
  std::string source_;
  std::string last_problems_ = {};  // as logged last
};

// The first error of a report, else the first warning, as one line; empty for an empty report.
[[nodiscard]] std::string first_line(const Report& report);

}  // namespace corsac
