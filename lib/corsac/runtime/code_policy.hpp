#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "corsac/base/clock.hpp"
#include "corsac/base/result.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/runtime/expiry_timer.hpp"
#include "corsac/runtime/policy_in_force.hpp"
#include "corsac/runtime/store_status.hpp"

namespace corsac {

// The policy of a gate without a store. Safe from any thread.
class CodePolicy {
 public:
  // `publish` gets each snapshot, never null, one after the other, on the thread that replaced the
  // policy or on that of the timer. It must not throw.
  CodePolicy(std::shared_ptr<const Clock> clock, ApplicationFacts application,
             std::function<void(SnapshotPtr)> publish);

  // Publishes `policy`: the answer is its warnings. On an error nothing changes; gate-failed when
  // there was no memory, or no thread to end grants.
  [[nodiscard]] Result<Report, Report> replace(Policy policy);

  // What the next policy is judged against.
  [[nodiscard]] JudgementBasis basis() const;
  [[nodiscard]] StoreStatus status() const;

 private:
  [[nodiscard]] Result<Report, Report> judge_and_take(Policy policy);
  void take(Judgement judgement, const Report& report);
  void expire() noexcept;
  [[nodiscard]] bool expire_if_due() noexcept;

  const std::shared_ptr<const Clock> clock_;
  const std::function<void(SnapshotPtr)> publish_;
  // Held while a document is judged, which may take long; mutex_ is not, because the timer must end
  // grants meanwhile. Taken before mutex_.
  std::mutex replace_mutex_;
  mutable std::mutex mutex_;  // guards what follows, up to the blank line
  PolicyInForce in_force_;
  StoreStatus status_ = {};

  ExpiryTimer timer_;  // last: its thread uses the rest
};

}  // namespace corsac
