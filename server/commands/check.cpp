// corsac check: every error and warning of a policy, and its tests that fail. Entry: check. Test:
// tests/server/commands_test.py, check_output_test.py.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <corsac/base/printable.hpp>

#include "commands.hpp"
#include "load_policy.hpp"
#include "sarif.hpp"
#include "source_lines.hpp"

namespace corsac::server {
namespace {

constexpr std::size_t kNameLimit = 4096;  // PATH_MAX

std::size_t count_of(const Report& report, Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(report.problems().begin(), report.problems().end(),
                    [&](const Problem& problem) { return problem.severity == severity; }));
}

std::string counted(std::size_t count, const char* word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

// https://no-color.org: any value but an empty one.
bool has_colours() {
  // NOLINTBEGIN(concurrency-mt-unsafe): nobody sets one
  const char* kind = std::getenv("TERM");
  const char* none = std::getenv("NO_COLOR");
  // NOLINTEND(concurrency-mt-unsafe)
  const bool is_plain = none != nullptr && *none != '\0';
  return !is_plain && kind != nullptr && std::string_view(kind) != "dumb";
}

struct Colours {
  const char* bold = "";
  const char* error = "";
  const char* warning = "";
  const char* faint = "";
  const char* none = "";
};

Colours colours() {
  if (!has_colours()) return {};
  return {"\033[1m", "\033[1;31m", "\033[1;33m", "\033[2m", "\033[0m"};
}

// The head of a problem, in which place, kind and the rest are told apart.
std::string coloured_head(const Problem& problem, const std::string& head, const Colours& use) {
  const bool is_error = problem.severity == Severity::Error;
  const std::string kind = std::string(is_error ? "error" : "warning") + '[';
  const std::size_t at = head.find(kind);
  const std::size_t end = head.find(']', at);
  if (at == std::string::npos || end == std::string::npos) return head;
  return use.bold + head.substr(0, at) + use.none + (is_error ? use.error : use.warning) +
         head.substr(at, end + 1 - at) + use.none + head.substr(end + 1);
}

// As Report::text(), with the line of the source and a caret between the two lines.
std::string text_for_terminal(const Report& report, const SourceLines& lines) {
  const Colours use = colours();
  std::string text;
  for (const Problem* problem : report.in_order_of_place()) {
    const ProblemLines told = problem_lines(*problem, report.sources());
    text += coloured_head(*problem, told.head, use) + '\n';
    if (const std::string* line = lines.find(problem->place)) {
      const std::string number = std::to_string(std::uint32_t{problem->place.line});
      const ShownLine shown = show_line(*line, problem->place.column);
      text += use.faint + ("  " + number + " | ") + use.none + shown.text + '\n';
      if (!shown.caret.empty()) {
        text += use.faint + std::string(number.size() + 2, ' ') + " | " + use.none + use.bold +
                shown.caret + use.none + '\n';
      }
    }
    text += "    " + told.body + '\n';
  }
  return text;
}

void print_text(const Report& report) {
  if (::isatty(STDOUT_FILENO) == 1) {
    std::fputs(text_for_terminal(report, SourceLines(report)).c_str(), stdout);
  } else {
    std::fputs(report.text().c_str(), stdout);
  }
}

// What a server would log of its candidate once it runs: a warning, as the candidate decides
// nothing.
Report with_shadow(const LoadedPolicy& loaded, const std::string& file, Report report) {
  if (loaded.snapshot == nullptr || loaded.snapshot->shadow_file().empty()) return report;
  namespace fs = std::filesystem;
  const fs::path candidate = fs::path(file).parent_path() / loaded.snapshot->shadow_file();
  Problem problem{.severity = Severity::Warning,
                  .code = "shadow-not-usable",
                  .path = "shadow.file",
                  .value = loaded.snapshot->shadow_file(),
                  .place = loaded.policy.shadow.file.place()};
  std::error_code failed;
  if (!fs::exists(candidate, failed) && !failed) {
    problem.what = "the candidate is absent: there is no such file, and nothing is judged";
    problem.fix = "write it beside this policy, or take [shadow] out";
  } else if (fs::equivalent(candidate, file, failed) && !failed) {
    problem.what = "the candidate is this policy itself, so that nothing can differ";
    problem.fix = "name another file";
  } else {
    const LoadedPolicy judged = load_policy(candidate.string());
    const Report told = report_as_loaded(judged);
    const std::size_t errors = count_of(told, Severity::Error);
    if (errors == 0) return report;
    problem.what = "the candidate has " + counted(errors, "error") +
                   "; a server judges by the last good one that it has read, if any";
    problem.fix = "`corsac check` of that file lists them";
  }
  std::vector<Problem> problems = report.problems();
  problems.push_back(std::move(problem));
  return Report(std::move(problems), report.sources(), report.silenced());
}

}  // namespace

int check(const CheckOptions& options) {
  const LoadedPolicy loaded = load_policy(options.policy);
  const Report report = with_shadow(loaded, options.policy, report_as_loaded(loaded));
  const std::size_t errors = count_of(report, Severity::Error);
  const std::size_t warnings = count_of(report, Severity::Warning);
  if (options.as_json) {
    std::printf("%s\n", report.json().c_str());
  } else if (options.as_sarif) {
    std::printf("%s\n", to_sarif(report, options.policy, SourceLines(report)).c_str());
  } else {
    print_text(report);
    std::printf("%s: %s, %s\n", to_printable(options.policy, kNameLimit).c_str(),
                counted(errors, "error").c_str(), counted(warnings, "warning").c_str());
  }
  if (errors != 0 || loaded.snapshot == nullptr) return 1;
  return options.is_strict && warnings != 0 ? 3 : 0;
}

}  // namespace corsac::server
