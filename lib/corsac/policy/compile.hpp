#pragma once

#include <chrono>
#include <memory>

#include "corsac/base/result.hpp"
#include "corsac/policy/application_facts.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy/snapshot.hpp"

namespace corsac {

struct CompileOptions {
  // The moment for which `valid_until` is judged.
  std::chrono::system_clock::time_point now = {};
  // False = expiries are ignored ([[test]] cases without `at`).
  bool honours_expiry = true;
  ApplicationFacts application = {};
  // Adds what lint_policy finds to the warnings: for people at a terminal, not for each load.
  bool has_lints = false;
  // The snapshot in force: origin sets whose input did not change are shared with it. May be null;
  // not looked at after the call.
  const Snapshot* previous = nullptr;
};

struct Compiled {
  std::shared_ptr<const Snapshot> snapshot = {};  // never null
  Report warnings = {};                           // no errors in it
};

// Checks and compiles a whole document: taken whole or not at all. The error side holds every error
// and every warning at once, each once, however many rules inherit it; from kProblemLimit on they
// are counted (problems-left-out). `[[test]]` cases are not run here (self_test.hpp). Warnings that
// [[lint.allow]] names (its path names a field and what is in it) are left out, but for
// dangerous-switch.
//
// A rule inherits field by field; allowed_origins and allowed_origins_file are one field there.
//
// Codes of its own, besides those of compile_cors, parse_host_pattern and PathTable.
// Errors: version-unknown, profile-unknown, those of check_cloudflare and take_behaviour,
// value-unknown (an enumerated text that is none of its values), origins-file-unread (a file is
// named and the store reads none), rule-selects-nothing (a rule without selectors, or an empty list
// of them), rule-name-repeated, too-many-rules, path-selectors-exclusive, hosts-nothing-allowed
// (an empty [hosts] would refuse every request), method-malformed and method-forbidden (also of a
// rule's own methods).
// Warnings: rule-unreachable, own-origin-by-host (blocks without [hosts]), records-without-cors,
// content-type-missing (a method with a body is listed and content-type is not), debug-headers,
// private-network-obsolete, lint-allow-unused, setting-has-no-effect.
[[nodiscard]] Result<Compiled, Report> compile_policy(const Policy& policy,
                                                      const CompileOptions& options);

}  // namespace corsac
