// corsac test: runs the [[test]] cases of a policy. Entry: run_tests. Test:
// tests/server/commands_test.cpp.

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <corsac/policy/self_test.hpp>

#include "commands.hpp"
#include "load_policy.hpp"

namespace corsac::server {
namespace {

using Json = nlohmann::ordered_json;

void print_text(const std::vector<TestOutcome>& outcomes, const LoadedPolicy& loaded,
                std::size_t failed) {
  for (const TestOutcome& outcome : outcomes) {
    if (outcome.has_passed) {
      std::printf("ok      %s\n", outcome.name.c_str());
      continue;
    }
    const std::string place = place_text(outcome.place, loaded.policy.sources);
    std::printf("FAILED  %s\n        %s%s%s\n", outcome.name.c_str(), place.c_str(),
                place.empty() ? "" : ": ", outcome.what.c_str());
  }
  std::printf("%zu passed, %zu failed\n", outcomes.size() - failed, failed);
}

// `what` and `place` of a test that passed are null; `problems` is what `check --json` prints.
void print_json(const std::vector<TestOutcome>& outcomes, const LoadedPolicy& loaded,
                std::size_t failed) {
  Json tests = Json::array();
  for (const TestOutcome& outcome : outcomes) {
    Json test = {{"name", outcome.name}, {"passed", outcome.has_passed}};
    test["what"] = outcome.has_passed ? Json() : Json(outcome.what);
    test["place"] =
        outcome.has_passed ? Json() : Json(place_text(outcome.place, loaded.policy.sources));
    tests.push_back(std::move(test));
  }
  const Json told = {{"passed", outcomes.size() - failed},
                     {"failed", failed},
                     {"tests", std::move(tests)},
                     {"problems", Json::parse(loaded.report.json())}};
  std::printf("%s\n", told.dump(-1, ' ', true, Json::error_handler_t::replace).c_str());
}

}  // namespace

int run_tests(const TestOptions& options) {
  const LoadedPolicy loaded = load_policy(options.policy);
  const bool is_loaded = loaded.snapshot != nullptr;
  const auto outcomes = is_loaded ? run_policy_tests(loaded.policy) : std::vector<TestOutcome>();
  const auto failed = static_cast<std::size_t>(
      std::count_if(outcomes.begin(), outcomes.end(),
                    [](const TestOutcome& outcome) { return !outcome.has_passed; }));
  if (options.as_json) {
    print_json(outcomes, loaded, failed);
  } else if (is_loaded) {
    print_text(outcomes, loaded, failed);
  } else {
    std::fputs(loaded.report.text().c_str(), stderr);
  }
  if (is_loaded && outcomes.empty()) {
    std::fprintf(stderr, "%s has no [[test]]: nothing was tested\n", options.policy.c_str());
  }
  return failed == 0 && !outcomes.empty() ? 0 : 1;
}

}  // namespace corsac::server
