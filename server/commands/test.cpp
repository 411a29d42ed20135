// corsac test: runs the [[test]] cases of a policy. Entry: run_tests. Test:
// tests/server/commands_test.cpp.

#include <cstdio>

#include <corsac/policy/self_test.hpp>

#include "commands.hpp"
#include "load_policy.hpp"

namespace corsac::server {

int run_tests(const TestOptions& options) {
  const LoadedPolicy loaded = load_policy(options.policy);
  if (loaded.snapshot == nullptr) {
    std::fputs(loaded.report.text().c_str(), stderr);
    return 1;
  }
  const auto outcomes = run_policy_tests(loaded.policy);
  std::size_t failed = 0;
  for (const TestOutcome& outcome : outcomes) {
    if (outcome.has_passed) {
      std::printf("ok      %s\n", outcome.name.c_str());
      continue;
    }
    ++failed;
    const std::string place = place_text(outcome.place, loaded.policy.sources);
    std::printf("FAILED  %s\n        %s%s%s\n", outcome.name.c_str(), place.c_str(),
                place.empty() ? "" : ": ", outcome.what.c_str());
  }
  std::printf("%zu passed, %zu failed\n", outcomes.size() - failed, failed);
  if (outcomes.empty()) {
    std::fprintf(stderr, "%s has no [[test]]: nothing was tested\n", options.policy.c_str());
    return 1;
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace corsac::server
