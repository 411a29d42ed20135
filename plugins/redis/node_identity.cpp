// Entries: ask_identity, tell_difference. Test: tests/plugins/redis_sentinel_test.cpp.

#include "node_identity.hpp"

#include <algorithm>
#include <string_view>

namespace corsac::redis_store {
namespace {

constexpr std::size_t kNameLimitBytes = 64;

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

// Nothing when the permission is missing, or the command; the faults of a broken connection stay.
bool is_only_denied(const Fault& fault) {
  return fault.code == "redis-no-permission" || fault.code == "redis-error";
}

}  // namespace

Outcome<NodeIdentity> ask_identity(Connection& connection, const Waiter& waiter) {
  NodeIdentity identity;
  identity.server = connection.name();
  auto info = connection.ask({"INFO", "server"}, waiter);
  if (!info && !is_only_denied(info.fault())) return std::move(info.fault());
  if (info && info->is_text()) identity.run_id = info_field(info->text, "run_id");
  auto role = connection.ask({"ROLE"}, waiter);
  if (!role && !is_only_denied(role.fault())) return std::move(role.fault());
  if (role && role->is_list_of_at_least(1)) {
    identity.role = role->elements[0].text.substr(0, kNameLimitBytes);
  }
  return identity;
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
