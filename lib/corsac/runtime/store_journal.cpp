// The log of one store. Entry: StoreJournal::note_change. Spec: design, 6 "Supervisor": every
// transition is a log line; policy document, 5. Test: tests/runtime/store_journal_test.cpp.

#include "corsac/runtime/store_journal.hpp"

#include <algorithm>
#include <utility>

#include "corsac/base/printable.hpp"
#include "corsac/runtime/event_json.hpp"

namespace corsac {
namespace {

constexpr std::size_t kSourceBytes = 300;  // a path

// The two lines that a report has for one problem, as one.
std::string one_line(const Problem& problem, const std::vector<std::string>& sources) {
  const std::string text = Report({problem}, sources).text();
  std::string line;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n') {
      line += text[i];
    } else if (const std::size_t next = text.find_first_not_of(' ', i + 1);
               next != std::string::npos) {
      line += ": ";
      i = next - 1;
    }
  }
  return line;
}

LogLevel level_of(StoreState state) noexcept {
  switch (state) {
    case StoreState::Starting:
    case StoreState::Fresh:
      return LogLevel::Info;
    case StoreState::Degraded:
    case StoreState::Stale:
      return LogLevel::Warning;
    case StoreState::Closed:
      return LogLevel::Error;
  }
  return LogLevel::Error;
}

std::size_t count(const Report& report, Severity severity) {
  const auto& problems = report.problems();
  const auto is_counted = [severity](const Problem& problem) {
    return problem.severity == severity;
  };
  return static_cast<std::size_t>(std::count_if(problems.begin(), problems.end(), is_counted));
}

// ", 2 warnings"; nothing for 0.
std::string count_text(std::size_t count, std::string_view what) {
  if (count == 0) return {};
  return ", " + std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace

std::string first_line(const Report& report) {
  const auto& problems = report.problems();
  if (problems.empty()) return {};
  const auto error = std::find_if(problems.begin(), problems.end(), [](const Problem& problem) {
    return problem.severity == Severity::Error;
  });
  return one_line(error == problems.end() ? problems.front() : *error, report.sources());
}

StoreJournal::StoreJournal(StoreRole role, const StoreConfig& config, std::string_view plugin_name,
                           std::shared_ptr<const Clock> clock, LogSink sink)
    : role_(role),
      clock_(std::move(clock)),
      sink_(std::move(sink)),
      plugin_name_(to_printable(plugin_name)),
      source_(plugin_name_) {
  for (const auto& [name, value] : config.settings) {
    if (name == "file") source_ = plugin_name_ + ": " + to_printable(value, kSourceBytes);
  }
}

void StoreJournal::note_sources(const std::vector<std::string>& sources) {
  if (!sources.empty()) source_ = plugin_name_ + ": " + to_printable(sources[0], kSourceBytes);
}

void StoreJournal::note(LogLevel level, std::string_view line) const noexcept {
  write({.level = level}, line);
}

void StoreJournal::write(LogRecord record, std::string_view words) const noexcept {
  if (!sink_) return;
  try {
    std::string line(section_of(role_));
    line += " ";
    // What says its place by itself ("policy.toml:3:1: error...") has no need of the source before.
    const std::string_view source = source_;
    const std::string_view place = source.substr(std::min(plugin_name_.size() + 2, source.size()));
    const bool has_place = !place.empty() && words.substr(0, place.size()) == place;
    line += has_place ? plugin_name_ : source_;
    line += ": ";
    line += words;
    record.line = line;
    sink_(record);
  } catch (...) {
    // A log that fails must not stop the policy.
  }
}

void StoreJournal::note_change(const Change& change, const Report& report) {
  if (report.has_errors()) {
    last_error_ = first_line(report);
  } else if (change.is_document || change.after == StoreState::Fresh) {
    last_error_.clear();
  }
  if (change.is_document) note_load(change, report);
  if (change.before != change.after) note_state(change, report);
  if (change.is_document) note_problems(report);
}

void StoreJournal::note_load(const Change& change, const Report& report) const {
  const bool is_told_already = !change.is_taken && change.before == change.after &&
                               change.revision.empty() && report.text() == last_problems_;
  if (is_told_already) return;
  const std::string revision = to_printable(change.revision);
  const LoadRecord record{.section = section_of(role_),
                          .source = source_,
                          .revision = revision,
                          .is_taken = change.is_taken,
                          .errors = count(report, Severity::Error),
                          .warnings = count(report, Severity::Warning),
                          .changes = change.changes};
  const std::string json = load_line(record, clock_->wall_now());
  const std::string what = role_ == StoreRole::Policy ? "policy" : "records";
  std::string words = what + (change.is_taken ? " taken" : " refused");
  if (change.changes) {
    words += " by changes: +" + std::to_string(change.changes->added) + " -" +
             std::to_string(change.changes->removed);
  }
  if (!revision.empty()) words += ", revision " + revision;
  words += count_text(record.errors, "error") + count_text(record.warnings, "warning");
  const LogLevel level = change.is_taken ? LogLevel::Info : LogLevel::Error;
  write({.level = level, .type = "load", .json = json}, words);
}

void StoreJournal::note_state(const Change& change, const Report& report) const {
  const std::string_view from = to_text(change.before);
  const std::string_view to = to_text(change.after);
  const std::string json = store_line({.section = section_of(role_),
                                       .source = source_,
                                       .from = from,
                                       .to = to,
                                       .last_error = last_error_},
                                      clock_->wall_now());
  std::string words = std::string(from) + " -> " + std::string(to);
  if (report.has_errors()) words += ": " + last_error_;
  write({.level = level_of(change.after), .type = "store", .json = json}, words);
}

void StoreJournal::note_problems(const Report& report) {
  std::string text = report.text();
  if (text == last_problems_) return;
  last_problems_ = std::move(text);
  const auto& problems = report.problems();
  const std::size_t count = std::min(problems.size(), kLoggedProblems);
  for (std::size_t i = 0; i < count; ++i) {
    note(problems[i].severity == Severity::Error ? LogLevel::Error : LogLevel::Warning,
         one_line(problems[i], report.sources()));
  }
  if (count < problems.size()) {
    note(LogLevel::Warning, std::to_string(problems.size() - count) + " more problems");
  }
}

}  // namespace corsac
