#pragma once

// [store] of a server's configuration, as far as it is this plugin's.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <corsac_store_plugin.hpp>

#include "address.hpp"

namespace corsac::redis_store {

// Stands in no message, neither part of it.
struct Login {
  std::string user = {};      // empty = Redis' default user
  std::string password = {};  // empty = none
  [[nodiscard]] bool is_needed() const { return !user.empty() || !password.empty(); }
};

// The braces make them one slot of a cluster, so that one script may touch all of them.
struct Keys {
  std::string policy = {};    // "{corsac}:policy"
  std::string origins = {};   // "{corsac}:origins"
  std::string records = {};   // "{corsac}:trusted_origins"
  std::string revision = {};  // "{corsac}:revision"
  std::string changes = {};   // "{corsac}:changes"
  std::string channel = {};   // "{corsac}:changed"
};

struct RedisSettings {
  Address server = {};                  // unless there are sentinels
  std::vector<Address> sentinels = {};  // not empty <=> primary_name is not
  std::string primary_name = {};
  Login login = {};
  Login sentinel_login = {};
  std::uint32_t database = 0;
  bool only_policy = false;  // leave out what stands beside the policy: origins and records
  Keys keys = {};
  std::chrono::milliseconds connect_limit{1000};  // for each address, its look-up included
  std::chrono::milliseconds silence_limit{2000};  // without one byte of an answer
  std::chrono::seconds heartbeat{5};
  std::chrono::seconds full_read{300};         // how long changes alone are followed
  std::size_t limit_bytes = 64 * 1024 * 1024;  // of all that one read gets
};

// Nothing after every wrong setting was reported to `host`: setting-unknown (with the nearest known
// name), setting-missing, setting-repeated, setting-value, setting-conflict, setting-secret,
// setting-tls. Looks into the environment for passwords (not in set-user-ID programs).
[[nodiscard]] std::optional<RedisSettings> read_settings(const plugin::Host& host,
                                                         const plugin::Settings& settings);

}  // namespace corsac::redis_store
