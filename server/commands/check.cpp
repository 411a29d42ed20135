// corsac check: every error and warning of a policy, and its tests that fail. Entry: check. Test:
// tests/server/commands_test.cpp.

#include <algorithm>
#include <cstdio>
#include <string>

#include "commands.hpp"
#include "load_policy.hpp"

namespace corsac::server {
namespace {

std::size_t count_of(const Report& report, Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(report.problems().begin(), report.problems().end(),
                    [&](const Problem& problem) { return problem.severity == severity; }));
}

std::string counted(std::size_t count, const char* word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

}  // namespace

int check(const CheckOptions& options) {
  const LoadedPolicy loaded = load_policy(options.policy);
  const Report report = report_as_loaded(loaded);
  const std::size_t errors = count_of(report, Severity::Error);
  const std::size_t warnings = count_of(report, Severity::Warning);
  if (options.as_json) {
    std::printf("%s\n", report.json().c_str());
  } else {
    std::fputs(report.text().c_str(), stdout);
    std::printf("%s: %s, %s\n", options.policy.c_str(), counted(errors, "error").c_str(),
                counted(warnings, "warning").c_str());
  }
  if (errors != 0 || loaded.snapshot == nullptr) return 1;
  return options.is_strict && warnings != 0 ? 3 : 0;
}

}  // namespace corsac::server
