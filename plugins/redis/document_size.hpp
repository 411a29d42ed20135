#pragma once

#include <cstddef>

#include "connection.hpp"
#include "fault.hpp"
#include "settings.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

// How many bytes there may be once new members came: an eighth of limit_bytes stays free for
// changing those that are there.
[[nodiscard]] constexpr long long limit_for_new(std::size_t limit_bytes) noexcept {
  const auto limit = static_cast<long long>(limit_bytes);
  return limit - limit / 8;
}

// The bytes that a read of policy and origins receives, without reading them. Of a large set
// of origins about a hundred are looked at, and the others taken to be as long as these.
[[nodiscard]] Outcome<long long> document_bytes(Connection& connection,
                                                const RedisSettings& settings,
                                                const Waiter& waiter);

// The same of the hash of trusted origins.
[[nodiscard]] Outcome<long long> records_bytes(Connection& connection,
                                               const RedisSettings& settings, const Waiter& waiter);

}  // namespace corsac::redis_store
