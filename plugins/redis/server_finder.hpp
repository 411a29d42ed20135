#pragma once

#include <string>
#include <vector>

#include "connection.hpp"
#include "fault.hpp"
#include "resolver.hpp"
#include "settings.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

// Leads to the Redis that holds the policy: the one that the settings name, or the primary that a
// Sentinel names and that says of itself that it is one. One thread at a time; each thread has its
// own.
class ServerFinder {
 public:
  // `settings` must outlive it.
  explicit ServerFinder(const RedisSettings& settings);

  [[nodiscard]] Outcome<Connection> connect(const Waiter& waiter);
  // To a Sentinel that answers; only with sentinels in the settings. Sentinels that fail are asked
  // last the next time.
  [[nodiscard]] Outcome<Connection> connect_to_sentinel(const Waiter& waiter);

 private:
  [[nodiscard]] Outcome<Connection> connect_through_sentinels(const Waiter& waiter);
  [[nodiscard]] Outcome<Address> primary_from(Connection& sentinel, const Waiter& waiter) const;
  [[nodiscard]] Outcome<Connection> connect_to_primary(const Address& address,
                                                       const Waiter& waiter);

  const RedisSettings& settings_;
  const ConnectionOptions server_options_;
  const ConnectionOptions sentinel_options_;
  std::vector<Address> sentinels_;  // in the order of asking
  Resolver resolver_ = {};
};

}  // namespace corsac::redis_store
