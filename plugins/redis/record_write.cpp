// Entries: write_records, oversize_fault. Spec: design, 6 "redis". Test:
// tests/plugins/redis_record_write_test.cpp.
//
// Redis takes no part of a script back, so what may fail must fail before the first record is
// written: HSTRLEN finds a key of another type, raise() a full memory, a replica and a missing
// right, HDEL of a field that no record has (the nonce) its own missing right, and the first HSET
// comes before all that goes.
//
// The first write of a script decides about a full memory, and HDEL needs none: where it comes
// first, Redis takes what follows (Redis 7.0, script.c, scriptVerifyOOM).

#include "record_write.hpp"

#include <array>
#include <utility>
#include <vector>

#include "document_size.hpp"
#include "record_list.hpp"
#include "write_script.hpp"

namespace corsac::redis_store {
namespace {

// Redis 6 takes about a million arguments; Redis serves nobody else meanwhile.
constexpr std::size_t kChangesLimit = 100'000;

// ARGV: room in bytes, the same for calls that add records, bytes for each record besides its
// texts, and of each change its id, the length of its record as we know it, and the new record.
constexpr std::string_view kBody = R"(
  local adds, growth = false, 0
  for i = 7, #ARGV, 3 do
    local before, after = call('HSTRLEN', KEYS[1], ARGV[i]), #ARGV[i + 2]
    if before ~= tonumber(ARGV[i + 1]) then return false end
    local around = #ARGV[i] + ARGV[6]
    growth = growth + after - before
    if before == 0 and after > 0 then
      adds = true
      growth = growth + around
    end
    if before > 0 and after == 0 then growth = growth - around end
  end
  local room = tonumber(adds and ARGV[5] or ARGV[4])
  if growth > 0 and growth > room then return nil end
  if not adds then call('HDEL', KEYS[1], ARGV[2]) end
  raise()
  call('HDEL', KEYS[1], ARGV[2])
  for i = 7, #ARGV, 3 do
    if ARGV[i + 2] ~= '' then call('HSET', KEYS[1], ARGV[i], ARGV[i + 2]) end
  end
  for i = 7, #ARGV, 3 do
    if ARGV[i + 2] == '' then call('HDEL', KEYS[1], ARGV[i]) end
  end
  return 0
)";

bool puts_any(const plugin::RecordChanges& changes) {
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (!changes.record(i).empty()) return true;
  }
  return false;
}

Fault too_large_fault(std::string what) {
  return {FaultKind::Invalid, "redis-too-large", std::move(what),
          "write less, delete trusted origins, or raise limit_bytes here and on all servers"};
}

}  // namespace

std::optional<Fault> oversize_fault(const plugin::RecordChanges& changes, std::size_t limit_bytes) {
  if (changes.size() > kChangesLimit) {
    return Fault{FaultKind::Invalid, "redis-too-many-changes",
                 std::to_string(changes.size()) + " trusted origins are written in one step, and " +
                     std::to_string(kChangesLimit) + " may be",
                 "write them in several"};
  }
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    bytes += changes.id(i).size() + changes.record(i).size() + RecordList::kBytesAround;
  }
  if (bytes <= limit_bytes) return std::nullopt;
  return too_large_fault("the changes have " + std::to_string(bytes) +
                         " bytes, and limit_bytes allows " + std::to_string(limit_bytes));
}

Outcome<RecordWriteResult> write_records(Connection& connection, const RedisSettings& settings,
                                         const plugin::RecordChanges& changes,
                                         std::string_view expected, const KeptRecords& kept,
                                         const Waiter& waiter) {
  auto taken = static_cast<long long>(kept.bytes());
  if (puts_any(changes)) {
    auto document = document_bytes(connection, settings, waiter);
    if (!document) return std::move(document.fault());
    taken += *document;
  }
  const auto limit = static_cast<long long>(settings.limit_bytes);
  const std::array<std::string, 3> numbers = {
      std::to_string(limit - taken), std::to_string(limit_for_new(settings.limit_bytes) - taken),
      std::to_string(RecordList::kBytesAround)};
  WriteScript script = {kBody, settings.keys.records, {numbers.begin(), numbers.end()}, expected};
  std::vector<std::string> lengths;
  lengths.reserve(changes.size());  // views point into it
  for (std::size_t i = 0; i < changes.size(); ++i) {
    lengths.push_back(std::to_string(kept.json_bytes(changes.id(i))));
    script.arguments.insert(script.arguments.end(),
                            {changes.id(i), lengths.back(), changes.record(i)});
  }
  auto answer = run_write_script(connection, settings.keys, script, waiter);
  if (!answer) return std::move(answer.fault());
  if (answer->kind == WriteAnswer::Kind::Refused) {
    return too_large_fault(
        "policy, origins and trusted origins have about " + std::to_string(taken) +
        " bytes, and with these changes more than limit_bytes (" + std::to_string(limit) +
        ") allows; new ones must leave an eighth of it free");
  }
  return RecordWriteResult{answer->kind == WriteAnswer::Kind::Written, std::move(answer->revision)};
}

}  // namespace corsac::redis_store
