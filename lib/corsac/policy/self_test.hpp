#pragma once

#include <string>
#include <vector>

#include "corsac/policy/policy.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy/snapshot.hpp"

namespace corsac {

struct TestOutcome {
  std::string name = {};
  bool has_passed = false;
  std::string what = {};  // for one that failed: what was expected and what came, with the reason
  Place place = {};
};

// Runs every [[test]] of `policy` against what `policy` compiles to (with expiries ignored, or at
// the test's own `at`): the requests that a browser would send, or those the test names. `policy`
// must compile.
[[nodiscard]] std::vector<TestOutcome> run_policy_tests(const Policy& policy);

// The failed ones as errors with code "test-failed".
[[nodiscard]] std::vector<Problem> failed_tests(const std::vector<TestOutcome>& outcomes);

}  // namespace corsac
