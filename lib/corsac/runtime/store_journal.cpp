// The log lines of one store. Entry: StoreJournal::note_change. Spec: design, 6 "Supervisor": every
// transition is a log line. Test: tests/runtime/store_journal_test.cpp.

#include "corsac/runtime/store_journal.hpp"

#include <algorithm>
#include <utility>

#include "corsac/base/printable.hpp"

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

}  // namespace

std::string first_line(const Report& report) {
  const auto& problems = report.problems();
  if (problems.empty()) return {};
  const auto error = std::find_if(problems.begin(), problems.end(), [](const Problem& problem) {
    return problem.severity == Severity::Error;
  });
  return one_line(error == problems.end() ? problems.front() : *error, report.sources());
}

StoreJournal::StoreJournal(const StoreConfig& config, std::string_view plugin_name, LogSink sink)
    : sink_(std::move(sink)), plugin_name_(to_printable(plugin_name)), source_(plugin_name_) {
  for (const auto& [name, value] : config.settings) {
    if (name == "file") source_ = plugin_name_ + ": " + to_printable(value, kSourceBytes);
  }
}

void StoreJournal::note_sources(const std::vector<std::string>& sources) {
  if (!sources.empty()) source_ = plugin_name_ + ": " + to_printable(sources[0], kSourceBytes);
}

void StoreJournal::note(LogLevel level, std::string_view line) const noexcept {
  if (!sink_) return;
  try {
    sink_(level, "store " + source_ + ": " + std::string(line));
  } catch (...) {
    // A log that fails must not stop the policy.
  }
}

void StoreJournal::note_change(const Change& change, const Report& report) {
  std::string line;
  if (change.before != change.after) {
    line.append(to_text(change.before)).append(" -> ").append(to_text(change.after));
  }
  if (change.is_taken) {
    line.append(line.empty() ? "" : ", ").append("policy taken, revision ");
    line += to_printable(change.revision);
  }
  if (report.has_errors() && change.before != change.after) line += ": " + first_line(report);
  if (!line.empty()) note(level_of(change.after), line);
  if (change.is_document) note_problems(report);
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
