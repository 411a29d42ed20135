#pragma once

#include <cstddef>
#include <optional>

#include "change_log.hpp"
#include "connection.hpp"
#include "fault.hpp"
#include "settings.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

// Reads the log of changes, the newest entries first, until the chain is whole or broken, or the
// log ends. A piece of it that has more than `limit_bytes` is the fault redis-too-large.
[[nodiscard]] std::optional<Fault> read_log(Connection& connection, const Keys& keys,
                                            std::size_t limit_bytes, const Waiter& waiter,
                                            ChangeChain& chain);

}  // namespace corsac::redis_store
