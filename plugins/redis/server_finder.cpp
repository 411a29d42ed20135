// Entry: ServerFinder. Spec: Redis' "Guidelines for Sentinel clients" (ask, then check ROLE). Test:
// tests/plugins/redis_sentinel_test.cpp.

#include "server_finder.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace corsac::redis_store {
namespace {

std::string_view sentinel_setting(std::string_view setting) {
  if (setting == "user") return "sentinel_user";
  if (setting == "password_env") return "sentinel_password_env";
  return setting.empty() ? setting : "sentinels";
}

// The fault of one that knows no such command.
Fault no_sentinel_fault(const std::string& server) {
  return {FaultKind::Denied, "redis-no-sentinel", server + " is no Sentinel",
          "write the addresses of Sentinels, whose port is mostly 26379, or url instead of them",
          "sentinels"};
}

}  // namespace

ServerFinder::ServerFinder(const RedisSettings& settings)
    : settings_(settings),
      server_options_{settings.login, settings.database, settings.connect_limit,
                      settings.silence_limit},
      // A Sentinel answers at once or is not worth waiting for: there are others.
      sentinel_options_{settings.sentinel_login, 0, settings.connect_limit,
                        std::min(settings.connect_limit, settings.silence_limit), true},
      sentinels_(settings.sentinels) {}

Outcome<Connection> ServerFinder::connect(const Waiter& waiter) {
  if (sentinels_.empty()) {
    return Connection::open(settings_.server, server_options_, resolver_, waiter);
  }
  return connect_through_sentinels(waiter);
}

Outcome<Connection> ServerFinder::connect_to_sentinel(const Waiter& waiter) {
  Fault fault;
  for (std::size_t tries = sentinels_.size(); tries > 0; --tries) {
    auto sentinel = Connection::open(sentinels_.front(), sentinel_options_, resolver_, waiter);
    if (sentinel) return sentinel;
    fault = std::move(sentinel.fault());
    if (fault.kind == FaultKind::Cancelled) break;
    std::rotate(sentinels_.begin(), sentinels_.begin() + 1, sentinels_.end());
  }
  fault.setting = sentinel_setting(fault.setting);
  if (fault.kind != FaultKind::Cancelled) fault.what = "no Sentinel helps; the last: " + fault.what;
  return fault;
}

Outcome<Connection> ServerFinder::connect_through_sentinels(const Waiter& waiter) {
  Fault fault;
  std::vector<Address> tried;
  for (std::size_t tries = sentinels_.size(); tries > 0; --tries) {
    auto sentinel = connect_to_sentinel(waiter);
    if (!sentinel) return std::move(sentinel.fault());
    auto address = primary_from(*sentinel, waiter);
    if (!address) {
      fault = std::move(address.fault());
    } else if (std::find(tried.begin(), tried.end(), *address) == tried.end()) {
      tried.push_back(*address);
      auto primary = connect_to_primary(*address, waiter);
      if (primary) return primary;
      fault = std::move(primary.fault());
    }
    if (fault.kind == FaultKind::Cancelled) break;
    // Another one may know better.
    std::rotate(sentinels_.begin(), sentinels_.begin() + 1, sentinels_.end());
  }
  return fault;
}

Outcome<Address> ServerFinder::primary_from(Connection& sentinel, const Waiter& waiter) const {
  auto reply =
      sentinel.ask({"SENTINEL", "get-master-addr-by-name", settings_.primary_name}, waiter);
  if (!reply) {
    Fault& fault = reply.fault();
    if (fault.code == "redis-error") return no_sentinel_fault(sentinel.name());
    fault.setting = sentinel_setting(fault.setting);
    return std::move(fault);
  }
  if (reply->kind == Reply::Kind::Nil) {
    return Fault{FaultKind::Denied, "redis-sentinel-name",
                 "the Sentinel " + sentinel.name() + " knows no primary of the name " +
                     settings_.primary_name,
                 "set sentinel_master to the name in sentinel.conf", "sentinel_master"};
  }
  if (!reply->is_list_of_at_least(2) || !reply->elements[0].is_text() ||
      !reply->elements[1].is_text()) {
    return protocol_fault(sentinel.name() + " answers as no Sentinel does");
  }
  const std::string& host = reply->elements[0].text;
  const bool has_colon = host.find(':') != std::string::npos;
  const auto address =
      parse_address((has_colon ? "[" + host + "]" : host) + ":" + reply->elements[1].text, 0);
  if (!address) return protocol_fault(sentinel.name() + " names a primary without an address");
  return *address;
}

Outcome<Connection> ServerFinder::connect_to_primary(const Address& address, const Waiter& waiter) {
  auto primary = Connection::open(address, server_options_, resolver_, waiter);
  if (!primary) return primary;
  auto role = primary->ask({"ROLE"}, waiter);
  if (!role) return std::move(role.fault());
  if (!role->is_list_of_at_least(1) || !role->elements[0].is_text()) {
    return protocol_fault(primary->name() + " answers ROLE as no Redis does");
  }
  if (role->elements[0].text != "master") {
    return Fault{FaultKind::Unreachable, "redis-not-primary",
                 primary->name() +
                     " is named by a Sentinel and is no primary (a fail-over is under "
                     "way, or it came back)",
                 ""};
  }
  return primary;
}

}  // namespace corsac::redis_store
