#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "connection.hpp"
#include "fault.hpp"
#include "settings.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

// What a key holds that is a text; nothing without the key. More than `limit_bytes` is the fault
// redis-too-large.
[[nodiscard]] Outcome<std::optional<std::string>> read_text(Connection& connection,
                                                            const std::string& key,
                                                            std::size_t limit_bytes,
                                                            const Waiter& waiter);

// The revision; empty without the key. redis-revision: what the key holds is none.
[[nodiscard]] Outcome<std::string> read_revision(Connection& connection, const Keys& keys,
                                                 std::size_t limit_bytes, const Waiter& waiter);

// What STRLEN, SCARD or HLEN answers of a key; 0 without it.
[[nodiscard]] Outcome<long long> read_size(Connection& connection, std::string_view command,
                                           const std::string& key, const Waiter& waiter);

// 1 to 200 printable bytes without blanks.
[[nodiscard]] bool is_revision(std::string_view text) noexcept;

}  // namespace corsac::redis_store
