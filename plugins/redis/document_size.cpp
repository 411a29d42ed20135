// Entry: document_bytes. Test: tests/plugins/redis_record_write_test.cpp.

#include "document_size.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace corsac::redis_store {
namespace {

constexpr std::string_view kSampleCount = "100";

Fault shape_fault(const Connection& connection, std::string_view command) {
  return protocol_fault(connection.name() + " answers " + std::string(command) +
                        " with something that is no answer");
}

Outcome<long long> size_of(Connection& connection, std::string_view command, const std::string& key,
                           const Waiter& waiter) {
  auto reply = connection.ask({command, key}, waiter);
  if (!reply) return std::move(reply.fault());
  if (reply->kind != Reply::Kind::Integer) return shape_fault(connection, command);
  return reply->integer;
}

// A scan goes by hashes, so where it begins says nothing of how long the members are.
Outcome<long long> bytes_of_members(Connection& connection, const RedisSettings& settings,
                                    long long count, const Waiter& waiter) {
  const std::size_t begun_at = connection.received_bytes();
  long long seen = 0;
  std::string cursor = "0";
  do {
    auto reply =
        connection.ask_for_data({"SSCAN", settings.keys.origins, cursor, "COUNT", kSampleCount},
                                waiter, settings.limit_bytes);
    if (!reply) return std::move(reply.fault());
    if (!reply->is_list_of_at_least(2) || !reply->elements[0].is_text() ||
        reply->elements[1].kind != Reply::Kind::List) {
      return shape_fault(connection, "SSCAN");
    }
    seen += static_cast<long long>(reply->elements[1].elements.size());
    cursor = std::move(reply->elements[0].text);
  } while (seen == 0 && cursor != "0");
  if (seen == 0) return 0LL;  // gone meanwhile
  const auto received = static_cast<double>(connection.received_bytes() - begun_at);
  return static_cast<long long>(received * static_cast<double>(count) / static_cast<double>(seen));
}

}  // namespace

Outcome<long long> document_bytes(Connection& connection, const RedisSettings& settings,
                                  const Waiter& waiter) {
  auto policy = size_of(connection, "STRLEN", settings.keys.policy, waiter);
  if (!policy) return policy;
  auto count = size_of(connection, "SCARD", settings.keys.origins, waiter);
  if (!count) return count;
  if (*count == 0) return policy;
  auto members = bytes_of_members(connection, settings, *count, waiter);
  if (!members) return members;
  return *policy + *members;
}

}  // namespace corsac::redis_store
