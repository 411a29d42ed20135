// The place of a Redis in one line. Entry: parse_url. Spec: RFC 3986, and IANA's "redis" scheme.
// Test: tests/plugins/redis_settings_test.cpp.

#include "url.hpp"

#include <algorithm>

namespace corsac::redis_store {
namespace {

constexpr std::uint16_t kDefaultPort = 6379;
constexpr std::uint32_t kDatabaseLimit = 999'999;
constexpr std::size_t kPathLimitBytes = 107;  // sockaddr_un, with its final zero

constexpr UrlProblem kNoUrl = {"setting-value", "this is no address of a Redis",
                               "write redis://host:6379/0, or unix:///run/redis/redis.sock"};
constexpr UrlProblem kNoPort = {"setting-value", "the port is no number from 1 to 65535",
                                "write redis://host:6379/0"};
constexpr UrlProblem kTls = {
    "setting-tls", "this store speaks no TLS",
    "use redis:// through a tunnel (stunnel, a service mesh), or a unix socket"};
constexpr UrlProblem kSecret = {
    "setting-secret", "a password stands in the URL, where files and lists of processes show it",
    "take it out, and write password_env = \"CORSAC_REDIS_PASSWORD\""};

int digit_of(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return -1;
}

// %XX as bytes; nothing for a wrong one, or a zero byte.
std::optional<std::string> decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char byte = text[i];
    if (byte == '%') {
      const int high = i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? digit_of(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      byte = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (byte == '\0') return std::nullopt;
    result.push_back(byte);
  }
  return result;
}

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

// Takes "user@" from the front. The last @ counts: one in a password is often not encoded.
std::optional<UrlProblem> take_user(std::string_view& rest, RedisUrl& url) {
  const std::size_t at = rest.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view info = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  if (info.find(':') != std::string_view::npos) return kSecret;
  const auto user = decoded(info);
  if (!user || info.find('/') != std::string_view::npos) return kNoUrl;
  url.user = *user;
  return std::nullopt;
}

std::variant<RedisUrl, UrlProblem> parse_tcp(std::string_view rest) {
  RedisUrl url;
  if (const auto problem = take_user(rest, url)) return *problem;
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view place = rest.substr(0, slash);
  const auto address = parse_address(place, kDefaultPort);
  const bool has_host = parse_address(place.substr(0, place.rfind(':')), kDefaultPort).has_value();
  if (!address) return has_host ? kNoPort : kNoUrl;
  url.address = *address;
  const std::string_view database = rest.substr(std::min(slash + 1, rest.size()));
  if (database.empty()) return url;
  url.database = parse_number(database, kDatabaseLimit);
  if (!url.database) {
    return UrlProblem{"setting-value", "what follows the host is no number of a database",
                      "write redis://host:6379/0"};
  }
  return url;
}

std::variant<RedisUrl, UrlProblem> parse_unix(std::string_view rest) {
  constexpr std::string_view kDatabase = "db=";
  RedisUrl url;
  if (const auto problem = take_user(rest, url)) return *problem;
  const std::size_t mark = std::min(rest.find('?'), rest.size());
  const auto path = decoded(rest.substr(0, mark));
  if (!path || !starts_with(*path, "/") || path->size() > kPathLimitBytes) {
    return UrlProblem{"setting-value", "this is no absolute path of a socket, or it is too long",
                      "write unix:///run/redis/redis.sock, at most 107 bytes of path"};
  }
  url.address.path = *path;
  if (mark == rest.size()) return url;
  const std::string_view query = rest.substr(mark + 1);
  if (starts_with(query, kDatabase)) {
    url.database = parse_number(query.substr(kDatabase.size()), kDatabaseLimit);
  }
  if (!url.database) {
    return UrlProblem{"setting-value", "the part behind ? is not known",
                      "write unix:///run/redis/redis.sock?db=0"};
  }
  return url;
}

}  // namespace

std::variant<RedisUrl, UrlProblem> parse_url(std::string_view url) {
  constexpr std::string_view kTcp = "redis://";
  constexpr std::string_view kUnix = "unix://";
  if (starts_with(url, "rediss://")) return kTls;
  if (starts_with(url, kTcp)) return parse_tcp(url.substr(kTcp.size()));
  if (starts_with(url, kUnix)) return parse_unix(url.substr(kUnix.size()));
  return kNoUrl;
}

}  // namespace corsac::redis_store
