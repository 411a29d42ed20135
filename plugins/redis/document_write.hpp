#pragma once

#include <string>
#include <string_view>

#include "connection.hpp"
#include "document.hpp"
#include "fault.hpp"
#include "settings.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

struct WriteResult {
  bool is_written = false;    // false = the revision in Redis is another one than expected
  std::string revision = {};  // the one in Redis now; empty = none
};

// Replaces the policy in one step: checks `expected` (empty = whatever is there), writes the
// document and a new revision, and tells all subscribers. A fault after which nobody knows whether
// it was written is Unreachable; faults of Kind ReadOnly and Denied wrote nothing.
[[nodiscard]] Outcome<WriteResult> write_document(Connection& connection, const Keys& keys,
                                                  std::string_view json, std::string_view expected,
                                                  const Waiter& waiter);

// The same over `before`, as it was read: under its revision, which may be none, and only when the
// policy there is still its own. What stands beside the policy is not looked at again.
[[nodiscard]] Outcome<WriteResult> write_document_over(Connection& connection, const Keys& keys,
                                                       std::string_view json,
                                                       const Document& before,
                                                       const Waiter& waiter);

}  // namespace corsac::redis_store
