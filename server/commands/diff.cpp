// corsac diff: what another policy would decide differently. Entry: diff. Test:
// tests/server/diff_test.py.

#include <chrono>
#include <cstdio>
#include <string>

#include <corsac/policy/diff.hpp>

#include "commands.hpp"
#include "load_policy.hpp"

namespace corsac::server {
namespace {

bool is_loaded(const LoadedPolicy& loaded) {
  if (loaded.snapshot != nullptr) return true;
  std::fputs(loaded.report.text().c_str(), stderr);
  return false;
}

}  // namespace

int diff(const DiffOptions& options) {
  const LoadedPolicy before = load_policy(options.old_policy);
  const LoadedPolicy after = load_policy(options.new_policy);
  const bool has_old = is_loaded(before);
  if (!is_loaded(after) || !has_old) return 1;
  const PolicyDiff found =
      diff_policies({before.policy, *before.snapshot}, {after.policy, *after.snapshot},
                    std::chrono::system_clock::now());
  if (options.as_json) {
    std::printf("%s\n", found.json().c_str());
  } else {
    std::fputs(found.text().c_str(), stdout);
  }
  return found.widens ? 3 : found.narrows ? 2 : 0;
}

}  // namespace corsac::server
