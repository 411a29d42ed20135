// Entries: write_origins, fault_of_changes. Spec: plugins/README.md, "Changes of origins". Test:
// tests/plugins/redis_origins_write_test.cpp.
//
// Redis takes no part of a script back, so what may fail must fail before the first origin is
// written: SCARD and LRANGE find keys of another type, raise() a full memory, a replica and a
// missing right, SREM of a member that no set has (the nonce) its own missing right, LPUSH and
// LTRIM of an entry that is none theirs, and the first SADD comes before all that goes. As in
// record_write.cpp what takes away alone begins with SREM, so that a full memory is no obstacle.

#include "origins_write.hpp"

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "change_log.hpp"
#include "document_size.hpp"
#include "write_script.hpp"

namespace corsac::redis_store {
namespace {

// Redis serves nobody else meanwhile, for about 3 us each, and they should fit into the log.
constexpr std::size_t kChangesLimit = 10'000;
constexpr std::size_t kBytesAround = 10;  // what the protocol adds to a member that is scanned

// KEYS: origins, revision, changes, policy. ARGV: how many come, entries and bytes that the log
// may have, and the origins: those that come, and those that go.
constexpr std::string_view kBody = R"(
  if call('STRLEN', KEYS[4]) == 0 then return nil end
  call('SCARD', KEYS[1])
  local adds, most, room = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
  local log = call('LRANGE', KEYS[3], 0, most - 2)
  if adds == 0 then call('SREM', KEYS[1], ARGV[2]) end
  raise()
  call('SREM', KEYS[1], ARGV[2])
  call('LPUSH', KEYS[3], '')
  call('LTRIM', KEYS[3], 1, -1)
  local entry = {now .. ' ' .. new, ''}
  for i = 7, #ARGV do
    local comes = i < 7 + adds
    if call(comes and 'SADD' or 'SREM', KEYS[1], ARGV[i]) == 1 then
      entry[#entry + 1] = (comes and '+' or '-') .. ARGV[i]
    end
  end
  entry[2] = '=' .. string.format('%.0f', call('SCARD', KEYS[1]))
  local text = table.concat(entry, ' ')
  room = room - #text
  if now == '' or room < 0 then
    call('LTRIM', KEYS[3], 1, 0)
    return 0
  end
  local kept = 0
  while log[kept + 1] and #log[kept + 1] <= room do
    kept = kept + 1
    room = room - #log[kept]
  end
  call('LPUSH', KEYS[3], text)
  call('LTRIM', KEYS[3], 0, kept)
  return 0
)";

struct SortedChanges {
  std::vector<std::string_view> added = {};
  std::vector<std::string_view> removed = {};
};

// The last change of each origin.
SortedChanges sort_changes(const plugin::OriginChanges& changes) {
  std::map<std::string_view, bool> last;
  for (std::size_t i = 0; i < changes.size(); ++i) last[changes[i].origin] = changes[i].is_added;
  SortedChanges sorted;
  for (const auto& [origin, is_added] : last) {
    (is_added ? sorted.added : sorted.removed).push_back(origin);
  }
  return sorted;
}

// Of what comes, when it is too much. What is there is estimated, and so is this.
Outcome<std::optional<Fault>> fault_of_size(Connection& connection, const RedisSettings& settings,
                                            const std::vector<std::string_view>& added,
                                            const Waiter& waiter) {
  auto document = document_bytes(connection, settings, waiter);
  if (!document) return std::move(document.fault());
  auto records = records_bytes(connection, settings, waiter);
  if (!records) return std::move(records.fault());
  long long bytes = *document + *records;
  for (const std::string_view origin : added) {
    bytes += static_cast<long long>(origin.size() + kBytesAround);
  }
  if (bytes <= limit_for_new(settings.limit_bytes)) return std::optional<Fault>();
  return std::optional(
      Fault{FaultKind::Invalid, "redis-too-large",
            "policy, origins and trusted origins would have about " + std::to_string(bytes) +
                " bytes; new origins must leave an eighth of limit_bytes (" +
                std::to_string(settings.limit_bytes) + ") free",
            "take others away first, or raise limit_bytes here and on all servers"});
}

Fault no_policy_fault(const Connection& connection, const RedisSettings& settings) {
  return {FaultKind::Invalid, "redis-key-missing",
          "there is no key " + settings.keys.policy + " in database " +
              std::to_string(settings.database) + " of " + connection.name() +
              ", so no policy that the origins could be of",
          "put a policy there first with `corsac push POLICY --to redis://...`, or correct key and "
          "database"};
}

}  // namespace

std::optional<Fault> fault_of_changes(const plugin::OriginChanges& changes) {
  if (changes.size() > kChangesLimit) {
    return Fault{FaultKind::Invalid, "redis-too-many-changes",
                 std::to_string(changes.size()) + " origins are changed in one step, and " +
                     std::to_string(kChangesLimit) + " may be",
                 "write them in several"};
  }
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (is_loggable_origin(changes[i].origin)) continue;
    return Fault{FaultKind::Invalid, "redis-origin",
                 "change " + std::to_string(i + 1) +
                     " is about a text that is empty, or has a blank or a control byte",
                 "write an origin, as https://app.example.com"};
  }
  return std::nullopt;
}

Outcome<WriteResult> write_origins(Connection& connection, const RedisSettings& settings,
                                   const plugin::OriginChanges& changes,
                                   std::optional<std::string_view> expected, const Waiter& waiter) {
  const SortedChanges sorted = sort_changes(changes);
  if (!sorted.added.empty()) {
    auto oversize = fault_of_size(connection, settings, sorted.added, waiter);
    if (!oversize) return std::move(oversize.fault());
    if (*oversize) return **std::move(oversize);
  }
  const std::array<std::string, 3> numbers = {std::to_string(sorted.added.size()),
                                              std::to_string(kLogEntriesLimit),
                                              std::to_string(kLogBytesLimit)};
  WriteScript script = {kBody,
                        settings.keys.origins,
                        {numbers.begin(), numbers.end()},
                        expected,
                        {settings.keys.changes, settings.keys.policy}};
  for (const auto* origins : {&sorted.added, &sorted.removed}) {
    script.arguments.insert(script.arguments.end(), origins->begin(), origins->end());
  }
  auto answer = run_write_script(connection, settings.keys, script, waiter);
  if (!answer) return std::move(answer.fault());
  if (answer->kind == WriteAnswer::Kind::Refused) return no_policy_fault(connection, settings);
  return WriteResult{answer->kind == WriteAnswer::Kind::Written, std::move(answer->revision)};
}

}  // namespace corsac::redis_store
