// Entry: run_write_script. Spec: design, 6 "redis". Tests: tests/plugins/redis_write_test.cpp,
// redis_record_write_test.cpp.

#include "write_script.hpp"

#include <cstdio>
#include <random>
#include <utility>

namespace corsac::redis_store {
namespace {

// Redis' own message names neither the command nor the key that failed.
constexpr std::string_view kHead = R"(
local function call(name, key, ...)
  local answer = redis.pcall(name, key, ...)
  if type(answer) == 'table' and answer.err then error({name, key, answer.err}) end
  return answer
end
local function write(raise, now, new)
)";

// The revision goes first: should the user be allowed to write one of the two only, readers look
// again in vain instead of missing a change. A message that may not be sent is no reason to undo
// anything: readers look regularly.
constexpr std::string_view kTail = R"(
end
local function run()
  local now = call('GET', KEYS[2]) or ''
  if ARGV[1] ~= '*' and ARGV[1] ~= '=' .. now then return {'conflict', now, 0} end
  local counter = tonumber(string.match(now, '^%d+')) or 0
  local new = string.format('%.0f', counter + 1) .. ':' .. ARGV[2]
  local number = write(function() call('SET', KEYS[2], new) end, now, new)
  if number == false then return {'conflict', now, 0} end
  if not number then return {'refused', now, 0} end
  redis.pcall('PUBLISH', ARGV[3], new)
  return {'written', new, number}
end
local is_done, answer = pcall(run)
if is_done then return answer end
if type(answer) ~= 'table' then error(answer) end
return {'failed', answer[1], answer[2], answer[3]}
)";

// Two writers on two sides of a fail-over may both make the counter 8; never the nonce as well.
std::string make_nonce() {
  std::random_device random;
  char digits[33];
  std::snprintf(digits, sizeof digits, "%08x%08x", static_cast<unsigned>(random()),
                static_cast<unsigned>(random()));
  return digits;
}

std::optional<WriteAnswer::Kind> kind_of(std::string_view word) {
  if (word == "written") return WriteAnswer::Kind::Written;
  if (word == "conflict") return WriteAnswer::Kind::Conflict;
  if (word == "refused") return WriteAnswer::Kind::Refused;
  return std::nullopt;
}

Outcome<WriteAnswer> parse_answer(const Reply& reply, const std::string& server) {
  const Fault strange = protocol_fault(server + " answers EVAL as no Redis does");
  if (!reply.is_list_of_at_least(3) || !reply.elements[0].is_text() ||
      !reply.elements[1].is_text()) {
    return strange;
  }
  const std::vector<Reply>& parts = reply.elements;
  if (parts[0].text == "failed") {
    if (parts.size() < 4 || !parts[2].is_text() || !parts[3].is_text()) return strange;
    return fault_of_error(parts[3].text, {parts[1].text, parts[2].text});
  }
  const auto kind = kind_of(parts[0].text);
  if (!kind || parts[2].kind != Reply::Kind::Integer) return strange;
  return WriteAnswer{*kind, parts[1].text, parts[2].integer};
}

}  // namespace

Outcome<WriteAnswer> run_write_script(Connection& connection, const Keys& keys,
                                      const WriteScript& script, const Waiter& waiter) {
  const std::string text = std::string(kHead) + std::string(script.body) + std::string(kTail);
  const std::string expected = script.expected ? "=" + std::string(*script.expected) : "*";
  const std::string nonce = make_nonce();
  const std::string key_count = std::to_string(2 + script.more_keys.size());
  Connection::Command command = {"EVAL", text, key_count, script.key, keys.revision};
  command.insert(command.end(), script.more_keys.begin(), script.more_keys.end());
  command.insert(command.end(), {expected, nonce, keys.channel});
  command.insert(command.end(), script.arguments.begin(), script.arguments.end());
  auto reply = connection.ask(command, waiter);
  if (!reply) return std::move(reply.fault());
  return parse_answer(*reply, connection.name());
}

}  // namespace corsac::redis_store
