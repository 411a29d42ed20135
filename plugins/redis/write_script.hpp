#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connection.hpp"
#include "fault.hpp"
#include "settings.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

// One step in Redis: the revision is compared, something is written, the revision is raised, and
// all subscribers are told.
struct WriteScript {
  // Lua, the inside of a function that gets raise, `now` and `new`, the revision there ('' = none)
  // and the one to be. It looks first and writes then: calls raise() once before the
  // first write to KEYS[1], and returns an integer; or writes nothing and returns nil, which
  // refuses, or false, which is a conflict as another revision is. Of Redis it asks by call(name,
  // key, ...) alone. ARGV[4] is the first of `arguments`. Redis takes back nothing: after the first
  // write no call may fail.
  std::string_view body;
  const std::string& key;                        // KEYS[1]
  std::vector<std::string_view> arguments;       // ARGV[4] and those behind it
  std::optional<std::string_view> expected;      // revision; nothing = any, empty = there is none
  std::vector<std::string_view> more_keys = {};  // KEYS[3] and those behind it
};

struct WriteAnswer {
  enum class Kind : unsigned char { Written, Conflict, Refused };
  Kind kind = Kind::Conflict;
  std::string revision = {};  // the one in Redis now; empty = none
  long long number = 0;       // what the body returned
};

// A fault after which nobody knows whether it was written is Unreachable or Cancelled; after all
// others nothing of KEYS[1] was. Faults name the command of the script and its key.
[[nodiscard]] Outcome<WriteAnswer> run_write_script(Connection& connection, const Keys& keys,
                                                    const WriteScript& script,
                                                    const Waiter& waiter);

}  // namespace corsac::redis_store
