#pragma once

#include <functional>
#include <string>
#include <vector>

#include "corsac/policy/policy.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy/snapshot.hpp"

namespace corsac {

struct TestOutcome {
  std::string name = {};
  bool has_passed = false;
  std::string what = {};   // for one that failed: what was expected and what came, with the reason
  std::string field = {};  // "test[2]"
  // Of one that expects a refusal of an origin that a record names: `"Partner" at
  // records.toml:9:10`.
  std::string record = {};
  Place place = {};
};

// Runs every [[test]] of `policy` against what `policy` compiles to (with expiries ignored, or at
// the test's own `at`). `policy` must compile. `compiled`, when not null, is what it compiled to
// just now: origin sets are shared with it instead of built again.
//
// What is sent: AsBrowser as Fetch would for a page of another origin, a preflight first when the
// method or a header is not safelisted, the request itself only when the preflight was granted;
// Preflight and Actual one of them; Both both, and each must meet the expectation. Methods are
// normalised as browsers do; headers are the names that the page sets: Content-Type and Range count
// as not safelisted, since only an unusual value makes them worth naming. The connection is plain
// HTTP/1.1 and nothing proves the request own.
//
// What is expected: allow = a grant is given and no guard refuses, or, without Origin, nothing is
// refused; deny = the contrary, with `reason` when the test names one. Where CORS is off nothing is
// granted, so that of a guard alone only a `reason` says something.
//
// `is_wanted`, when not empty, is asked before each test: a test may need a compilation of its own,
// so that thousands take minutes. When it says no, the answer is empty.
[[nodiscard]] std::vector<TestOutcome> run_policy_tests(
    const Policy& policy, const Snapshot* compiled = nullptr,
    const std::function<bool()>& is_wanted = {});

// Whether all of them pass against `snapshot`, whatever moments they name: for a policy without
// records, which decides the same at every moment. Nothing is compiled.
[[nodiscard]] bool passes_all_tests(const Policy& policy, const Snapshot& snapshot);

// The Host of a test that names none: one that the first entry of hosts.allowed takes (`a` for each
// wildcard, the first port of several), or, without [hosts], a name that nobody has.
[[nodiscard]] std::string host_of_tests(const Snapshot& snapshot);

// The failed ones as errors with code "test-failed".
[[nodiscard]] std::vector<Problem> failed_tests(const std::vector<TestOutcome>& outcomes);

}  // namespace corsac
