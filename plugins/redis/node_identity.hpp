#pragma once

#include <optional>
#include <string>

#include "connection.hpp"
#include "fault.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

// Which Redis answered, as far as it may be asked (INFO, ROLE; without the permission a field is
// empty).
struct NodeIdentity {
  std::string server = {};  // "127.0.0.1:6379"
  std::string run_id = {};  // another one after each start of the process
  std::string role = {};    // master, slave, sentinel
};

[[nodiscard]] Outcome<NodeIdentity> ask_identity(Connection& connection, const Waiter& waiter);

// A line for the log when the two are not the same node in the same role; nothing when they are.
[[nodiscard]] std::optional<std::string> tell_difference(const NodeIdentity& before,
                                                         const NodeIdentity& now);

}  // namespace corsac::redis_store
