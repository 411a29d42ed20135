#pragma once

#include <optional>
#include <string_view>

#include <corsac_store_changes.hpp>

#include "connection.hpp"
#include "document_write.hpp"
#include "fault.hpp"
#include "settings.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

// The fault of a call that no store takes: redis-too-many-changes (10,000 at most), redis-origin
// (an origin that is empty, or has a blank or a control byte).
[[nodiscard]] std::optional<Fault> fault_of_changes(const plugin::OriginChanges& changes);

// Changes the set of origins in one step: checks `expected` (nothing = whatever is there, empty =
// there is none), adds and takes away, writes what really came and went into the log of changes,
// raises the revision, and tells all subscribers. Of two changes about one origin the last counts.
// An entry that is larger than the whole log may be is left out, and the log begins anew.
//
// redis-key-missing: there is no policy that the origins could be of; redis-too-large: servers
// would not read it any more. New ones must leave an eighth of limit_bytes free, and what takes
// away alone is taken always, also by a Redis without memory. Faults as those of run_write_script.
[[nodiscard]] Outcome<WriteResult> write_origins(Connection& connection,
                                                 const RedisSettings& settings,
                                                 const plugin::OriginChanges& changes,
                                                 std::optional<std::string_view> expected,
                                                 const Waiter& waiter);

}  // namespace corsac::redis_store
