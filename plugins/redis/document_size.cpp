// Entries: document_bytes, records_bytes. Tests: tests/plugins/redis_record_write_test.cpp,
// redis_origins_write_test.cpp.

#include "document_size.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "text_key.hpp"

namespace corsac::redis_store {
namespace {

constexpr std::string_view kSampleCount = "100";

// How one scans a key: "SSCAN", and how many elements of an answer are one member.
struct Scan {
  std::string_view command;
  const std::string& key;
  std::size_t elements_a_member;
};

// A scan goes by hashes, so where it begins says nothing of how long the members are.
Outcome<long long> bytes_of_members(Connection& connection, const RedisSettings& settings,
                                    const Scan& scan, long long count, const Waiter& waiter) {
  if (count == 0) return 0LL;
  const std::size_t begun_at = connection.received_bytes();
  std::size_t seen = 0;
  std::string cursor = "0";
  do {
    auto reply = connection.ask_for_data({scan.command, scan.key, cursor, "COUNT", kSampleCount},
                                         waiter, settings.limit_bytes);
    if (!reply) return std::move(reply.fault());
    if (!reply->is_list_of_at_least(2) || !reply->elements[0].is_text() ||
        reply->elements[1].kind != Reply::Kind::List) {
      return shape_fault(connection.name(), scan.command);
    }
    seen += reply->elements[1].elements.size() / scan.elements_a_member;
    cursor = std::move(reply->elements[0].text);
  } while (seen == 0 && cursor != "0");
  if (seen == 0) return 0LL;  // gone meanwhile
  const auto received = static_cast<double>(connection.received_bytes() - begun_at);
  return static_cast<long long>(received * static_cast<double>(count) / static_cast<double>(seen));
}

}  // namespace

Outcome<long long> document_bytes(Connection& connection, const RedisSettings& settings,
                                  const Waiter& waiter) {
  auto policy = read_size(connection, "STRLEN", settings.keys.policy, waiter);
  if (!policy) return policy;
  auto count = read_size(connection, "SCARD", settings.keys.origins, waiter);
  if (!count) return count;
  auto members =
      bytes_of_members(connection, settings, {"SSCAN", settings.keys.origins, 1}, *count, waiter);
  if (!members) return members;
  return *policy + *members;
}

Outcome<long long> records_bytes(Connection& connection, const RedisSettings& settings,
                                 const Waiter& waiter) {
  auto count = read_size(connection, "HLEN", settings.keys.records, waiter);
  if (!count) return count;
  return bytes_of_members(connection, settings, {"HSCAN", settings.keys.records, 2}, *count,
                          waiter);
}

}  // namespace corsac::redis_store
