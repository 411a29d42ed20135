// Reads the plugin's settings. Entry: read_settings. Test: tests/plugins/redis_settings_test.cpp.
//
// No value is repeated in a message, and no name of a variable: a password may have been written in
// any of them by mistake.

#include "settings.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>  // secure_getenv
#include <string_view>
#include <utility>
#include <variant>

#include "../parts/setting_names.hpp"
#include "url.hpp"

namespace corsac::redis_store {
namespace {

constexpr std::array<std::string_view, 15> kNames = {"url",
                                                     "user",
                                                     "password_env",
                                                     "database",
                                                     "key",
                                                     "only_policy",
                                                     "connect_timeout_milliseconds",
                                                     "limit_bytes",
                                                     "command_timeout_milliseconds",
                                                     "sentinels",
                                                     "heartbeat_seconds",
                                                     "full_read_seconds",
                                                     "sentinel_user",
                                                     "sentinel_master",
                                                     "sentinel_password_env"};

constexpr std::uint16_t kSentinelPort = 26379;
constexpr std::uint32_t kDatabaseLimit = 999'999;
constexpr std::uint32_t kTimeoutLimitMilliseconds = 600'000;
constexpr std::uint32_t kHeartbeatLimitSeconds = 3600;
constexpr std::uint32_t kFullReadLimitSeconds = 86'400;
constexpr std::uint32_t kSmallestLimitBytes = 1024;
constexpr std::uint32_t kLargestLimitBytes = 1024U * 1024 * 1024;
constexpr std::size_t kSentinelLimit = 32;
constexpr std::size_t kNameLimitBytes = 128;

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte < 127; });
}

// Reads the entries one by one, and remembers that something was wrong.
class Reading {
 public:
  Reading(const plugin::Host& host, const plugin::Settings& settings)
      : host_(host), settings_(settings) {}

  [[nodiscard]] std::optional<RedisSettings> all() {
    is_fine_ = store_parts::check_setting_names(host_, settings_, "redis", kNames, advice_for);
    read_place();
    read_login("user", "password_env", result_.login);
    read_login("sentinel_user", "sentinel_password_env", result_.sentinel_login);
    read_keys();
    read_limits();
    if (!is_fine_) return std::nullopt;
    return std::move(result_);
  }

 private:
  void wrong(std::string_view code, std::string_view setting, std::string_view what,
             std::string_view fix) {
    host_.problem(code, setting, what, fix);
    is_fine_ = false;
  }

  static std::string advice_for(std::string_view name) {
    if (name == "password" || name == "sentinel_password") {
      return "write " + std::string(name) + "_env, the name of an environment variable";
    }
    return store_parts::advice_for_name(name, kNames);
  }

  void read_place() {
    const auto url = settings_.find("url");
    const auto sentinels = settings_.find("sentinels");
    if (url && sentinels) {
      wrong("setting-conflict", "sentinels", "url names one Redis, and sentinels know another way",
            "remove one of the two");
    } else if (!url && !sentinels) {
      wrong("setting-missing", "url", "nothing says where Redis is",
            "add url = \"redis://127.0.0.1:6379/0\"");
    }
    if (url) read_url(*url);
    read_database();
    read_sentinels(sentinels);
  }

  void read_url(std::string_view value) {
    auto parsed = parse_url(value);
    if (const auto* problem = std::get_if<UrlProblem>(&parsed)) {
      return wrong(problem->code, "url", problem->what, problem->fix);
    }
    RedisUrl& url = std::get<RedisUrl>(parsed);
    result_.server = std::move(url.address);
    result_.login.user = std::move(url.user);
    has_url_database_ = url.database.has_value();
    result_.database = url.database.value_or(0);
  }

  void read_database() {
    const auto value = settings_.find("database");
    if (!value) return;
    if (has_url_database_) {
      return wrong("setting-conflict", "database", "the URL names a database as well",
                   "remove one of the two");
    }
    if (!read_number("database", 0, kDatabaseLimit, result_.database)) {
      wrong("setting-value", "database", "this is no number of a database", "write database = 0");
    }
  }

  void read_sentinels(std::optional<std::string_view> value) {
    const auto name = settings_.find("sentinel_master");
    if (name && (name->empty() || name->size() > kNameLimitBytes || !is_printable(*name))) {
      wrong("setting-value", "sentinel_master", "this is no name of a primary",
            "write the name of its line in sentinel.conf, as mymaster");
    }
    if (!value) {
      for (const std::string_view other :
           {"sentinel_master", "sentinel_user", "sentinel_password_env"}) {
        if (!settings_.find(other)) continue;
        wrong("setting-conflict", other, "it needs sentinels, and there are none",
              "add sentinels = \"host:26379, host:26379\"");
      }
      return;
    }
    if (!name) {
      wrong("setting-missing", "sentinel_master", "nothing says which primary to ask for",
            "add sentinel_master = \"mymaster\"");
    } else {
      result_.primary_name = *name;
    }
    if (!read_addresses(*value)) {
      wrong("setting-value", "sentinels", "this is no list of addresses",
            "write \"host:26379, host:26379\"");
    }
  }

  bool read_addresses(std::string_view list) {
    constexpr std::string_view kBlanks = " \t";
    while (result_.sentinels.size() < kSentinelLimit) {
      const std::size_t end = std::min(list.find(','), list.size());
      std::string_view text = list.substr(0, end);
      text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
      text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
      const auto address = parse_address(text, kSentinelPort);
      if (!address) return false;
      result_.sentinels.push_back(*address);
      if (end == list.size()) return true;
      list.remove_prefix(end + 1);
    }
    return false;
  }

  void read_login(std::string_view user_name, std::string_view password_name, Login& login) {
    if (const auto user = settings_.find(user_name)) {
      if (!login.user.empty()) {
        wrong("setting-conflict", user_name, "the URL names a user as well",
              "remove one of the two");
      } else if (user->empty() || user->find('\0') != std::string_view::npos) {
        wrong("setting-value", user_name, "this is no name of a user", "remove it");
      } else {
        login.user = *user;
      }
    }
    const auto variable = settings_.find(password_name);
    if (!variable) return;
    const char* password = store_parts::is_variable_name(*variable)
                               ? ::secure_getenv(std::string(*variable).c_str())
                               : nullptr;
    if (!store_parts::is_variable_name(*variable)) {
      wrong("setting-value", password_name, "this is no name of an environment variable",
            "write the name, as CORSAC_REDIS_PASSWORD, and put the password into the variable");
    } else if (password == nullptr) {
      wrong("setting-value", password_name, "the environment variable of that name is not set",
            "set it for the program, or remove this setting");
    } else if (*password == '\0') {
      wrong("setting-value", password_name,
            "the environment variable of that name is set and empty",
            "put the password into it, or remove this setting");
    } else {
      login.password = password;
    }
  }

  void read_keys() {
    const std::string_view name = settings_.find("key").value_or("corsac");
    if (name.empty() || name.size() > kNameLimitBytes || !is_printable(name) ||
        name.find_first_of("{}") != std::string_view::npos) {
      return wrong("setting-value", "key",
                   "this is no name of at most 128 printable bytes without braces",
                   "write key = \"corsac\"");
    }
    const std::string tag = "{" + std::string(name) + "}:";
    result_.keys = {tag + "policy",   tag + "origins", tag + "trusted_origins",
                    tag + "revision", tag + "changes", tag + "changed"};
    const std::string_view only = settings_.find("only_policy").value_or("false");
    if (only != "true" && only != "false") {
      wrong("setting-value", "only_policy", "this is neither true nor false",
            "write only_policy = false");
    }
    result_.only_policy = only == "true";
  }

  void read_limits() {
    read_milliseconds("connect_timeout_milliseconds", result_.connect_limit);
    read_milliseconds("command_timeout_milliseconds", result_.silence_limit);
    read_seconds("heartbeat_seconds", kHeartbeatLimitSeconds, result_.heartbeat);
    read_seconds("full_read_seconds", kFullReadLimitSeconds, result_.full_read);
    auto bytes = static_cast<std::uint32_t>(result_.limit_bytes);
    if (!read_number("limit_bytes", kSmallestLimitBytes, kLargestLimitBytes, bytes)) {
      wrong("setting-value", "limit_bytes", "this is no number of bytes from 1024 to 1073741824",
            "write limit_bytes = 67108864");
    }
    result_.limit_bytes = bytes;
  }

  void read_seconds(std::string_view name, std::uint32_t most, std::chrono::seconds& time) {
    auto value = static_cast<std::uint32_t>(time.count());
    if (!read_number(name, 1, most, value)) {
      wrong("setting-value", name, "this is no number of seconds from 1 to " + std::to_string(most),
            "write " + std::string(name) + " = " + std::to_string(time.count()));
    }
    time = std::chrono::seconds(value);
  }

  void read_milliseconds(std::string_view name, std::chrono::milliseconds& time) {
    auto value = static_cast<std::uint32_t>(time.count());
    if (!read_number(name, 1, kTimeoutLimitMilliseconds, value)) {
      wrong("setting-value", name, "this is no number of milliseconds from 1 to 600000",
            "write " + std::string(name) + " = " + std::to_string(time.count()));
    }
    time = std::chrono::milliseconds(value);
  }

  // False when it stands there and is no such number.
  bool read_number(std::string_view name, std::uint32_t least, std::uint32_t most,
                   std::uint32_t& number) {
    const auto text = settings_.find(name);
    if (!text) return true;
    const auto value = parse_number(*text, most);
    if (!value || *value < least) return false;
    number = *value;
    return true;
  }

  const plugin::Host& host_;
  const plugin::Settings& settings_;
  RedisSettings result_ = {};
  bool has_url_database_ = false;
  bool is_fine_ = true;
};

}  // namespace

std::optional<RedisSettings> read_settings(const plugin::Host& host,
                                           const plugin::Settings& settings) {
  return Reading(host, settings).all();
}

}  // namespace corsac::redis_store
