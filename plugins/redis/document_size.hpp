#pragma once

#include "connection.hpp"
#include "fault.hpp"
#include "settings.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

// The bytes that a read of policy and origins receives, without reading them. Of a large set
// of origins about a hundred are looked at, and the others taken to be as long as these.
[[nodiscard]] Outcome<long long> document_bytes(Connection& connection,
                                                const RedisSettings& settings,
                                                const Waiter& waiter);

// The same of the hash of trusted origins.
[[nodiscard]] Outcome<long long> records_bytes(Connection& connection,
                                               const RedisSettings& settings, const Waiter& waiter);

}  // namespace corsac::redis_store
