#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <corsac_store_records.hpp>

#include "connection.hpp"
#include "fault.hpp"
#include "kept_records.hpp"
#include "settings.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

struct RecordWriteResult {
  bool is_written = false;    // false = Redis holds something else than was expected
  std::string revision = {};  // the one in Redis now; empty = none
};

// The fault of a call that is too large for any store: redis-too-many-changes (100,000 at most),
// redis-too-large (limit_bytes).
[[nodiscard]] std::optional<Fault> oversize_fault(const plugin::RecordChanges& changes,
                                                  std::size_t limit_bytes);

// Puts records and takes them away in one step: checks `expected` (empty = there is no revision),
// writes all changes and a new revision, and tells all subscribers. `kept` is what the hash holds
// in that revision. redis-too-large: servers would not read it any more. Faults as those of
// run_write_script.
//
// Whoever changes the hash by hand and does not raise the revision is seen where it is one of the
// same records, and its length is another one than in `kept`: what was taken away or switched off
// that way does not come back.
//
// A call that adds records must leave an eighth of limit_bytes free, so that those that are there
// can still be changed: whoever trusts too many can always switch one off. A call that makes the
// hash no larger is taken always, and one that adds none even by a Redis without memory.
[[nodiscard]] Outcome<RecordWriteResult> write_records(
    Connection& connection, const RedisSettings& settings, const plugin::RecordChanges& changes,
    std::string_view expected, const KeptRecords& kept, const Waiter& waiter);

}  // namespace corsac::redis_store
