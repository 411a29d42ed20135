// The last policies. Entry: PolicyHistory. Spec: README, "Operating". Test:
// tests/runtime/load_history_test.cpp.

#include "corsac/runtime/policy_history.hpp"

#include <utility>

#include "corsac/base/printable.hpp"
#include "corsac/policy/writer.hpp"

namespace corsac {
namespace {

// An origin that is written takes more bytes than this.
constexpr std::size_t kLeastBytesOfValue = 8;

template <class Section>
std::size_t count_origins(const Section& section) {
  return section.allowed_origins.size() + section.allowed_origins_from_file.size();
}

// Of the lists that may be very long.
std::size_t count_values(const Policy& policy) {
  std::size_t count = count_origins(policy.cors) + policy.trusted_origins.size() +
                      policy.tests.size() + policy.cors.rules.size();
  for (const CorsRule& rule : policy.cors.rules) count += count_origins(rule);
  return count;
}

}  // namespace

bool PolicyHistory::is_short(const Policy& policy) {
  return count_values(policy) <= kPolicyBytes / kLeastBytesOfValue &&
         policy_to_json(policy).size() <= kPolicyBytes;
}

void PolicyHistory::note(const std::string& revision, std::shared_ptr<const Policy> policy,
                         std::chrono::system_clock::time_point taken_at, PolicySource source) {
  const std::string shown = to_printable(revision, 255);
  const std::lock_guard lock(mutex_);
  is_front_changes_ = false;
  const bool is_known = !policies_.empty() && !shown.empty() &&
                        policies_.front().revision == shown && policies_.front().source == source;
  if (is_known) return;
  push({.revision = shown, .taken_at = taken_at, .source = source, .policy = std::move(policy)});
}

void PolicyHistory::note_changes(const std::string& revision,
                                 std::chrono::system_clock::time_point taken_at) {
  KeptPolicy now{.revision = to_printable(revision, 255), .taken_at = taken_at};
  const std::lock_guard lock(mutex_);
  if (!std::exchange(is_front_changes_, true)) return push(std::move(now));
  now.number = ++last_number_;
  policies_.front() = std::move(now);
}

// With mutex_.
void PolicyHistory::push(KeptPolicy policy) {
  policy.number = last_number_ + 1;
  policies_.insert(policies_.begin(), std::move(policy));
  ++last_number_;
  if (policies_.size() > kPolicies) policies_.pop_back();
}

std::vector<KeptPolicy> PolicyHistory::policies() const {
  const std::lock_guard lock(mutex_);
  return policies_;
}

}  // namespace corsac
