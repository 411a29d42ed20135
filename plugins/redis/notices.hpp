#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include <corsac_store_plugin.hpp>

#include "server_finder.hpp"
#include "settings.hpp"
#include "subscription.hpp"

namespace corsac::redis_store {

// What happens elsewhere and is told: changes of the store, and fail-overs where there are
// Sentinels. Tells the host to read, and the operator when it is not told. Threads of its own,
// which end with it.
class Notices {
 public:
  // `settings` must outlive it. `switched` is called on one of its threads, before the host is
  // told, when another Redis became the primary.
  Notices(const plugin::Host& host, const RedisSettings& settings, std::function<void()> switched);
  Notices(const Notices&) = delete;  // its threads have its address
  Notices& operator=(const Notices&) = delete;

  // Whether the connection that listens for changes was lost since the loss was taken last.
  [[nodiscard]] bool is_connection_lost() const { return is_connection_lost_; }
  [[nodiscard]] bool take_connection_loss() { return is_connection_lost_.exchange(false); }

 private:
  [[nodiscard]] SubscriptionOptions change_options();
  [[nodiscard]] SubscriptionOptions switch_options();
  void follow_switch();

  const plugin::Host host_;
  const RedisSettings& settings_;
  const std::function<void()> switched_;
  std::atomic<bool> is_connection_lost_{false};
  ServerFinder listening_;  // of the first thread
  ServerFinder watching_;   // of the second
  // Last, in this order: their threads end before the rest goes, and the second restarts the first.
  std::unique_ptr<Subscription> changes_;
  std::unique_ptr<Subscription> switches_ = {};
};

}  // namespace corsac::redis_store
