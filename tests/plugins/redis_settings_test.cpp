// What the redis plugin says about its settings; no Redis is asked.

#include <cstdlib>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/recording_store_host.hpp"
#include "toml_store_fixture.hpp"

namespace corsac {
namespace {

using Settings = test::OpenStore::Settings;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> problems_of(const Settings& settings) {
  test::RecordingHost host;
  const test::OpenStore store(test::load_built_plugin("redis"), host, "/", settings);
  EXPECT_EQ(store.status(), host.problems().empty() ? CORSAC_OK : CORSAC_INVALID);
  return host.problems();
}

struct UrlRow {
  const char* desc;
  const char* url;
  const char* code;  // empty = taken
};

constexpr UrlRow kUrls[] = {
    {"host", "redis://127.0.0.1", ""},
    {"host and port", "redis://127.0.0.1:1", ""},
    {"host, port and database", "redis://localhost:1/3", ""},
    {"a slash and no database", "redis://127.0.0.1:1/", ""},
    {"user", "redis://reader@127.0.0.1:1", ""},
    {"user with %XX", "redis://re%40der@127.0.0.1:1", ""},
    {"IPv6", "redis://[::1]:1/0", ""},
    {"a socket", "unix:///nowhere/redis.sock", ""},
    {"a socket and a database", "unix:///nowhere/redis.sock?db=2", ""},
    {"a socket and a user", "unix://reader@/nowhere/redis.sock", ""},
    {"empty", "", "setting-value"},
    {"no scheme", "127.0.0.1:6379", "setting-value"},
    {"another scheme", "http://127.0.0.1", "setting-value"},
    {"TLS", "rediss://127.0.0.1:6379", "setting-tls"},
    {"TLS with a password", "rediss://u:hunter2@127.0.0.1:6379", "setting-tls"},
    {"no host", "redis://", "setting-value"},
    {"port 0", "redis://h:0", "setting-value"},
    {"port too large", "redis://h:65536", "setting-value"},
    {"port with a sign", "redis://h:+1", "setting-value"},
    {"port that is none", "redis://h:x", "setting-value"},
    {"IPv6 without brackets", "redis://::1:6379", "setting-value"},
    {"IPv6 that does not end", "redis://[::1", "setting-value"},
    {"blank in the host", "redis://h h", "setting-value"},
    {"database that is none", "redis://h/x", "setting-value"},
    {"database that is negative", "redis://h/-1", "setting-value"},
    {"query", "redis://h?db=1", "setting-value"},
    {"user with a wrong %XX", "redis://a%4@h", "setting-value"},
    {"user with a zero byte", "redis://a%00@h", "setting-value"},
    {"password", "redis://u:hunter2@h", "setting-secret"},
    {"password without a user", "redis://:hunter2@h", "setting-secret"},
    {"password with @", "redis://u:hunter2@x@h", "setting-secret"},
    {"password with /", "redis://u:hunter2/x@h", "setting-secret"},
    {"password for a socket", "unix://u:hunter2@/s", "setting-secret"},
    {"a socket with a relative path", "unix://run/redis.sock", "setting-value"},
    {"another query of a socket", "unix:///s?x=1", "setting-value"},
};

TEST(RedisSettings, ReadsUrls) {
  for (const UrlRow& row : kUrls) {
    SCOPED_TRACE(row.desc);
    const auto problems = problems_of({{"url", row.url}});
    if (*row.code == '\0') {
      EXPECT_THAT(problems, testing::IsEmpty());
      continue;
    }
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_THAT(problems[0], testing::StartsWith(std::string(row.code) + " url: "));
    EXPECT_THAT(problems[0], Not(HasSubstr("hunter2")));
  }
}

struct SettingsRow {
  const char* desc;
  Settings settings;
  std::vector<std::string> codes;  // "code setting"
};

std::vector<SettingsRow> settings_rows() {
  const Settings::value_type url = {"url", "redis://127.0.0.1:1"};
  const Settings::value_type sentinels = {"sentinels", "127.0.0.1:1, [::1]:2 ,h"};
  const Settings::value_type master = {"sentinel_master", "mymaster"};
  return {
      {"nothing", {}, {"setting-missing url"}},
      {"all of them",
       {url,
        {"user", "u"},
        {"password_env", "CORSAC_TEST_SET"},
        {"database", "3"},
        {"key", "k"},
        {"connect_timeout_milliseconds", "1"},
        {"command_timeout_milliseconds", "1"},
        {"heartbeat_seconds", "1"},
        {"full_read_seconds", "86400"},
        {"limit_bytes", "1024"}},
       {}},
      {"sentinels",
       {sentinels, master, {"sentinel_user", "u"}, {"sentinel_password_env", "CORSAC_TEST_SET"}},
       {}},
      {"unknown", {url, {"keys", "x"}}, {"setting-unknown keys"}},
      {"a password", {url, {"password", "hunter2"}}, {"setting-unknown password"}},
      {"twice", {url, url}, {"setting-repeated url"}},
      {"two places", {url, sentinels, master}, {"setting-conflict sentinels"}},
      {"sentinels without a name", {sentinels}, {"setting-missing sentinel_master"}},
      {"a name without sentinels", {url, master}, {"setting-conflict sentinel_master"}},
      {"an empty sentinel", {{"sentinels", "h:1,,h:2"}, master}, {"setting-value sentinels"}},
      {"no sentinel", {{"sentinels", ""}, master}, {"setting-value sentinels"}},
      {"two users", {{"url", "redis://u@h"}, {"user", "v"}}, {"setting-conflict user"}},
      {"two databases",
       {{"url", "redis://127.0.0.1/1"}, {"database", "2"}},
       {"setting-conflict database"}},
      {"a variable that is not set",
       {url, {"password_env", "CORSAC_TEST_UNSET"}},
       {"setting-value password_env"}},
      {"a password where a name belongs",
       {url, {"password_env", "hunter2!"}},
       {"setting-value password_env"}},
      {"a password that looks like a name",
       {url, {"password_env", "hunter2"}},
       {"setting-value password_env"}},
      {"braces in the key", {url, {"key", "{x}"}}, {"setting-value key"}},
      {"everything at once",
       {{"url", "redis://u:hunter2@h"},
        {"key", ""},
        {"database", "x"},
        {"connect_timeout_milliseconds", "0"},
        {"command_timeout_milliseconds", "600001"},
        {"heartbeat_seconds", "-1"},
        {"full_read_seconds", "86401"},
        {"limit_bytes", "5000000000"},
        {"nonsense", "hunter2"}},
       {"setting-unknown nonsense", "setting-secret url", "setting-value database",
        "setting-value key", "setting-value connect_timeout_milliseconds",
        "setting-value command_timeout_milliseconds", "setting-value heartbeat_seconds",
        "setting-value full_read_seconds", "setting-value limit_bytes"}},
  };
}

TEST(RedisSettings, ReportsAllThatIsWrongAndNoSecret) {
  ::setenv("CORSAC_TEST_SET", "hunter2", 1);
  ::unsetenv("CORSAC_TEST_UNSET");
  for (const SettingsRow& row : settings_rows()) {
    SCOPED_TRACE(row.desc);
    std::vector<std::string> codes;
    for (const std::string& problem : problems_of(row.settings)) {
      EXPECT_THAT(problem, Not(HasSubstr("hunter2")));
      codes.push_back(problem.substr(0, problem.find(':')));
    }
    EXPECT_EQ(codes, row.codes);
  }
}

TEST(RedisSettings, SaysWhatToDo) {
  EXPECT_THAT(problems_of({{"url", "redis://u:hunter2@h"}, {"kei", "x"}}),
              ElementsAre("setting-unknown kei: the store \"redis\" has no such setting; write "
                          "key, or remove it",
                          "setting-secret url: a password stands in the URL, where files and lists "
                          "of processes show it; take it out, and write password_env = "
                          "\"CORSAC_REDIS_PASSWORD\""));
  EXPECT_THAT(problems_of({{"url", "redis://h:99999/0"}, {"colour", "x"}}),
              ElementsAre(testing::StartsWith(
                              "setting-unknown colour: the store \"redis\" has no such setting; "
                              "remove it; the settings are url, user, password_env, "),
                          "setting-value url: the port is no number from 1 to 65535; write "
                          "redis://host:6379/0"));
}

}  // namespace
}  // namespace corsac
