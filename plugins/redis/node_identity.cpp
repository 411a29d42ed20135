// Entries: ask_identity, tell_difference. Test: tests/plugins/redis_sentinel_test.cpp.

#include "node_identity.hpp"

#include <algorithm>
#include <string_view>

namespace corsac::redis_store {
namespace {

constexpr std::size_t kNameLimitBytes = 64;
constexpr std::size_t kHostLimitBytes = 255;

// The value of "name:value\r\n"; only letters and digits of it.
std::string info_field(std::string_view info, std::string_view name) {
  const std::string start = std::string(name) + ":";
  std::size_t at = info.find(start);
  while (at != std::string_view::npos && at != 0 && info[at - 1] != '\n') {
    at = info.find(start, at + 1);
  }
  if (at == std::string_view::npos) return {};
  std::string_view value = info.substr(at + start.size());
  value = value.substr(0, std::min({value.find_first_of("\r\n"), value.size(), kNameLimitBytes}));
  return std::string(value);
}

// ROLE of a replica is "slave", the host and the port of its primary, and the state of their link.
void take_primary(const Reply& role, NodeIdentity& identity) {
  if (!identity.is_replica() || !role.is_list_of_at_least(4)) return;
  const std::string& host = role.elements[1].text;
  const bool is_fine =
      !host.empty() && host.size() <= kHostLimitBytes &&
      std::all_of(host.begin(), host.end(), [](char byte) { return byte > ' ' && byte < 127; });
  if (is_fine) {
    const bool has_colon = host.find(':') != std::string::npos;
    identity.primary =
        (has_colon ? "[" + host + "]" : host) + ":" + std::to_string(role.elements[2].integer);
  }
  identity.is_synced = role.elements[3].text == "connected";
}

}  // namespace

Outcome<NodeIdentity> ask_identity(Connection& connection, const Waiter& waiter) {
  NodeIdentity identity;
  identity.server = connection.name();
  auto info = connection.ask({"INFO", "server"}, waiter);
  if (!info && !is_command_refused(info.fault())) return std::move(info.fault());
  if (info && info->is_text()) identity.run_id = info_field(info->text, "run_id");
  auto role = connection.ask({"ROLE"}, waiter);
  if (!role && !is_command_refused(role.fault())) return std::move(role.fault());
  if (role && role->is_list_of_at_least(1)) {
    identity.role = role->elements[0].text.substr(0, kNameLimitBytes);
    take_primary(*role, identity);
  }
  return identity;
}

Fault write_fault_of(Connection& connection, Fault fault, const Waiter& waiter) {
  const bool may_be_elsewhere = fault.code == "redis-read-only" || fault.code == "redis-error" ||
                                fault.code == "redis-no-permission";
  if (!may_be_elsewhere) return fault;
  auto node = ask_identity(connection, waiter);
  if (!node) return fault;
  if (node->role == "sentinel") return sentinel_fault(node->server);
  if (!node->is_replica() || node->primary.empty()) return fault;
  return {FaultKind::ReadOnly, "redis-read-only",
          node->server + " is a replica of " + node->primary + ", and takes no writes",
          "write to the primary, redis://" + node->primary, "url"};
}

std::optional<Fault> not_synced_fault_of(const NodeIdentity& node) {
  if (!node.is_replica() || node.is_synced) return std::nullopt;
  return Fault{FaultKind::Unreachable, "redis-not-synced",
               node.server + " is a replica without the data of its primary " + node.primary,
               "look into its log; where the primary has users it needs masteruser and masterauth"};
}

std::optional<std::string> tell_difference(const NodeIdentity& before, const NodeIdentity& now) {
  const auto role_text = [](const NodeIdentity& node) {
    return node.role.empty() ? std::string() : " (" + node.role + ")";
  };
  const std::string to = now.server + role_text(now);
  if (before.server != now.server) {
    return "the policy comes from " + to + " from now on, before from " + before.server +
           role_text(before);
  }
  if (before.run_id != now.run_id && !before.run_id.empty() && !now.run_id.empty()) {
    return now.server + " was started again, or is another Redis: run id " + now.run_id;
  }
  if (before.role != now.role && !before.role.empty() && !now.role.empty()) {
    return now.server + " changed its role from " + before.role + " to " + now.role;
  }
  return std::nullopt;
}

}  // namespace corsac::redis_store
