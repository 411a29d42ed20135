#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <corsac_store_records.hpp>

#include "connection.hpp"
#include "fault.hpp"
#include "settings.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

struct RecordWriteResult {
  bool is_written = false;     // false = the revision in Redis is another one than expected
  std::string revision = {};   // the one in Redis now; empty = none
  std::size_t kept_bytes = 0;  // of the hash as it was written (RecordList::bytes)
};

// The fault of a call that is too large for any store: redis-too-many-changes (100,000 at most),
// redis-too-large (limit_bytes).
[[nodiscard]] std::optional<Fault> oversize_fault(const plugin::RecordChanges& changes,
                                                  std::size_t limit_bytes);

// Puts records and takes them away in one step: checks `expected` (empty = there is no revision),
// writes all changes and a new revision, and tells all subscribers. `kept_bytes` is the size of the
// hash in that revision. redis-too-large: servers would not read it any more. Faults as those of
// run_write_script.
//
// A call that adds records must leave an eighth of limit_bytes free, so that those that are there
// can still be changed: whoever trusts too many can always switch one off. A call that makes the
// hash no larger is taken always, and one that adds none even by a Redis without memory.
[[nodiscard]] Outcome<RecordWriteResult> write_records(
    Connection& connection, const RedisSettings& settings, const plugin::RecordChanges& changes,
    std::string_view expected, std::size_t kept_bytes, const Waiter& waiter);

}  // namespace corsac::redis_store
