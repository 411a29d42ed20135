#pragma once

#include <optional>
#include <string>

#include "change_log.hpp"
#include "connection.hpp"
#include "fault.hpp"
#include "known_document.hpp"
#include "settings.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

// What became of the origins since a document.
struct FollowedChanges {
  std::string revision = {};              // of the key, now
  std::optional<ChangeChain> chain = {};  // whole; nothing = the revision is the same
  MemberSum origins = {};                 // of the set, now
};

// Follows the log from `known` to the revision that the key has now. Nothing when that cannot be
// told, and all must be read: no log that leads there without a gap, a malformed entry, a policy
// that is another, or another number of origins or of trusted origins than there must be. The log
// is believed where all of that fits the keys between two looks at the revision that are the same.
//
// Of LRANGE, SCARD and HLEN, which a reader without changes does not need, one may be refused
// (is_command_refused).
[[nodiscard]] Outcome<std::optional<FollowedChanges>> follow_changes(Connection& connection,
                                                                     const RedisSettings& settings,
                                                                     const KnownDocument& known,
                                                                     const Waiter& waiter);

}  // namespace corsac::redis_store
