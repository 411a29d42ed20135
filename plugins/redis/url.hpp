#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "address.hpp"

namespace corsac::redis_store {

struct RedisUrl {
  Address address = {};
  std::string user = {};  // decoded; empty = none
  std::optional<std::uint32_t> database = {};
};

// Repeats nothing of the URL, which may hold a password in any place.
struct UrlProblem {
  std::string_view code;
  std::string_view what;
  std::string_view fix;
};

// redis://[user@]host[:port][/database] or unix://[user@]/path[?db=N]; %XX in user and path. Codes:
// setting-value; setting-secret for a password; setting-tls for rediss://.
[[nodiscard]] std::variant<RedisUrl, UrlProblem> parse_url(std::string_view url);

}  // namespace corsac::redis_store
