// Entry: write_document. Spec: design, 6 "redis". Test: tests/plugins/redis_write_test.cpp.

#include "document_write.hpp"

#include <cstdint>
#include <cstdio>
#include <random>

namespace corsac::redis_store {
namespace {

// The revision goes first: should the user be allowed to write one of the two only, readers look
// again in vain instead of missing a change. A message that may not be sent is no reason to undo
// anything: readers look regularly.
constexpr std::string_view kScript = R"(
local now = redis.call('GET', KEYS[2]) or ''
if ARGV[2] ~= '' and ARGV[2] ~= now then return {0, now} end
local counter = tonumber(string.match(now, '^%d+')) or 0
local new = string.format('%.0f', counter + 1) .. ':' .. ARGV[3]
redis.call('SET', KEYS[2], new)
redis.call('SET', KEYS[1], ARGV[1])
redis.pcall('PUBLISH', ARGV[4], new)
return {1, new}
)";

// Two writers on two sides of a fail-over may both make the counter 8; never the nonce as well.
std::string make_nonce() {
  std::random_device random;
  char digits[33];
  std::snprintf(digits, sizeof digits, "%08x%08x", static_cast<unsigned>(random()),
                static_cast<unsigned>(random()));
  return digits;
}

}  // namespace

Outcome<WriteResult> write_document(Connection& connection, const Keys& keys, std::string_view json,
                                    std::string_view expected, const Waiter& waiter) {
  const std::string nonce = make_nonce();
  auto reply = connection.ask(
      {"EVAL", kScript, "2", keys.policy, keys.revision, json, expected, nonce, keys.channel},
      waiter);
  if (!reply) {
    Fault fault = std::move(reply.fault());
    // The only key that the script reads; SET replaces what is of another type.
    if (fault.code == "redis-wrong-type") fault.what = keys.revision + ": " + fault.what;
    return fault;
  }
  if (!reply->is_list_of_at_least(2) || reply->elements[0].kind != Reply::Kind::Integer ||
      !reply->elements[1].is_text()) {
    return protocol_fault(connection.name() + " answers EVAL as no Redis does");
  }
  return WriteResult{reply->elements[0].integer == 1, std::move(reply->elements[1].text)};
}

}  // namespace corsac::redis_store
