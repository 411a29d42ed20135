#pragma once

#include <chrono>
#include <memory>

#include "corsac/base/result.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy/snapshot.hpp"

namespace corsac {

struct CompileOptions {
  // The moment for which `valid_until` is judged.
  std::chrono::system_clock::time_point now = {};
  // False = expiries are ignored ([[test]] cases without `at`).
  bool honours_expiry = true;
  // The snapshot in force: origin sets whose input did not change are shared with it. May be null.
  const Snapshot* previous = nullptr;
};

struct Compiled {
  std::shared_ptr<const Snapshot> snapshot = {};  // never null
  Report warnings = {};                           // no errors in it
};

// Checks and compiles a whole document: taken whole or not at all. The error side holds every error
// and every warning at once. `[[test]]` cases are not run here (self_test.hpp). Warnings that
// [[lint.allow]] names are left out.
//
// Codes of its own, besides those of the stages and PathTable: version-unknown, profile-unknown,
// value-unknown (an enumerated text that is none of its values), rule-selects-nothing,
// rule-name-repeated, rule-unreachable (warning), too-many-rules, path-selectors-exclusive,
// own-origin-by-host (warning: blocks without [hosts]), records-without-cors (warning),
// record-beside-any (warning), content-type-missing (warning: POST or PUT is allowed and
// content-type is not), debug-headers (warning), private-network-obsolete (warning),
// lint-allow-unused (warning), setting-has-no-effect (warning).
[[nodiscard]] Result<Compiled, Report> compile_policy(const Policy& policy,
                                                      const CompileOptions& options);

}  // namespace corsac
