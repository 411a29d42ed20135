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
  // Of a replica only.
  std::string primary = {};  // "127.0.0.1:6379"
  bool is_synced = true;     // false = it has no copy of its primary's data yet, or an old one

  [[nodiscard]] bool is_replica() const { return role == "slave"; }
};

[[nodiscard]] Outcome<NodeIdentity> ask_identity(Connection& connection, const Waiter& waiter);

// The fault of a command that wrote nothing: with the primary's address where it was sent to a
// replica, and redis-sentinel where it was sent to a Sentinel.
[[nodiscard]] Fault write_fault_of(Connection& connection, Fault fault, const Waiter& waiter);
// redis-not-synced, where nothing was found because `node` is a replica that has no data to find it
// in.
[[nodiscard]] std::optional<Fault> not_synced_fault_of(const NodeIdentity& node);

// A line for the log when the two are not the same node in the same role; nothing when they are.
[[nodiscard]] std::optional<std::string> tell_difference(const NodeIdentity& before,
                                                         const NodeIdentity& now);

}  // namespace corsac::redis_store
