#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "corsac/policy/policy.hpp"
#include "corsac/runtime/kept_policy.hpp"

namespace corsac {

// The last documents that came into force, to tell what changed. Bounded, whatever they hold: a
// policy of a million origins is told of and not kept. Any thread.
class PolicyHistory {
 public:
  static constexpr std::size_t kPolicies = 10;
  static constexpr std::size_t kPolicyBytes = std::size_t{256} * 1024;  // of one, as JSON

  // Whether it is short enough to be kept. Writes it as JSON to know that, when it is not clearly
  // too long.
  [[nodiscard]] static bool is_short(const Policy& policy);

  // The same revision again is no other document, unless it comes from elsewhere: trust may have
  // been taken out of the one in the cache.
  void note(const std::string& revision, std::shared_ptr<const Policy> policy,
            std::chrono::system_clock::time_point taken_at,
            PolicySource source = PolicySource::Store);

  // Changes of single origins came into force, and no document. Behind others they are told in the
  // place of those: else a few seconds of them push every document out.
  void note_changes(const std::string& revision, std::chrono::system_clock::time_point taken_at);

  // Newest first.
  [[nodiscard]] std::vector<KeptPolicy> policies() const;

 private:
  void push(KeptPolicy policy);

  mutable std::mutex mutex_;
  std::vector<KeptPolicy> policies_ = {};
  std::uint64_t last_number_ = 0;
  bool is_front_changes_ = false;
};

}  // namespace corsac
