// server.toml as it is read: values, and every error with its place.

#include "config.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/temp_folder.hpp"

namespace corsac::server {
namespace {

// What stands in every file unless a row says otherwise: a store is needed.
constexpr const char* kStore = "[store]\nfile = \"policy.toml\"\n";

Result<ServerConfig, Report> read(const test::TempFolder& folder, const std::string& text) {
  return read_config(folder.write("server.toml", text));
}

TEST(ServerConfig, HasDefaults) {
  const test::TempFolder folder;
  const auto config = read(folder, kStore);
  ASSERT_TRUE(config.has_value()) << config.error().text();
  EXPECT_EQ(to_text(config->listen), "127.0.0.1:8080");
  EXPECT_FALSE(config->second_listen.has_value());
  EXPECT_FALSE(config->records.has_value());
  EXPECT_FALSE(config->admin.has_value());
  EXPECT_EQ(config->threads, 64U);
  EXPECT_EQ(config->store.plugin, "toml");
  EXPECT_EQ(config->store.directory, folder.path());
  EXPECT_EQ(config->log.file, "-");
  EXPECT_EQ(config->log.event_capacity, 10'000U);
}

TEST(ServerConfig, ReadsEveryField) {
  const test::TempFolder folder;
  const auto config = read(folder, R"(
[server]
listen = "[::1]:1"
second_listen = "localhost:2"
public_origins = ["https://api.example.com"]
trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]
threads = 4096
[store]
plugin = "other"
max_stale_seconds = 1
retry_max_seconds = 2
deadline_seconds = 3
refresh_seconds = 4
on_start_failure = "closed"
accept_empty = true
file = "policy.toml"
number = 7
flag = false
sentinels = ["a:1", "b:2"]
nobody = []
[records]
plugin = "remote"
kind = "okta"
max_stale_seconds = 5
on_start_failure = "cached"
cache_file = "records.cache"
[admin]
listen = "127.0.0.1:0"
public_url = "https://admin.example.com:8443/corsac"
token_file = "admin.tokens"
requests_per_minute = 7
[log]
file = "corsac.log"
event_capacity = 1
)");
  ASSERT_TRUE(config.has_value()) << config.error().text();
  EXPECT_EQ(to_text(config->listen), "[::1]:1");
  EXPECT_EQ(to_text(*config->second_listen), "localhost:2");
  EXPECT_EQ(config->public_origins, std::vector<std::string>{"https://api.example.com"});
  EXPECT_EQ(config->trusted_proxies, (std::vector<std::string>{"127.0.0.1", "10.0.0.0/8"}));
  EXPECT_EQ(config->threads, 4096U);
  EXPECT_EQ(config->store.plugin, "other");
  EXPECT_EQ(config->store.max_stale.count(), 1);
  EXPECT_EQ(config->store.retry_max.count(), 2);
  EXPECT_EQ(config->store.deadline.count(), 3);
  EXPECT_EQ(config->store.refresh.count(), 4);
  EXPECT_EQ(config->store.on_start_failure, OnStartFailure::Closed);
  EXPECT_TRUE(config->store.accept_empty);
  EXPECT_EQ(config->store.settings,
            (std::vector<std::pair<std::string, std::string>>{{"file", "policy.toml"},
                                                              {"flag", "false"},
                                                              {"nobody", ""},
                                                              {"number", "7"},
                                                              {"sentinels", "a:1, b:2"}}));
  ASSERT_TRUE(config->records.has_value());
  EXPECT_EQ(config->records->plugin, "remote");
  EXPECT_EQ(config->records->settings,
            (std::vector<std::pair<std::string, std::string>>{{"kind", "okta"}}));
  EXPECT_EQ(config->records->directory, folder.path());
  EXPECT_EQ(config->records->max_stale.count(), 5);
  EXPECT_EQ(config->records->retry_max.count(), 30) << "of a server on the network";
  EXPECT_EQ(config->records->on_start_failure, OnStartFailure::Cached);
  EXPECT_EQ(config->records->cache_file, "records.cache");
  EXPECT_EQ(to_text(config->admin->listen), "127.0.0.1:0");
  EXPECT_EQ(config->admin->public_url, "https://admin.example.com:8443/corsac");
  EXPECT_EQ(config->admin->public_host, "admin.example.com:8443");
  EXPECT_EQ(config->admin->token_file, folder.path() / "admin.tokens");
  EXPECT_EQ(config->admin->requests_per_minute, 7U);
  EXPECT_EQ(config->log.file, (folder.path() / "corsac.log").string());
  EXPECT_EQ(config->log.event_capacity, 1U);
}

TEST(ServerConfig, ReadsForwards) {
  const test::TempFolder folder;
  folder.write("ca.pem", "");
  const auto config = read(folder, std::string(kStore) + R"(
[[forward]]
path_prefix = "/api/protected"
upstream = "https://api.example.com:8443"
strip_prefix = true
headers = { "x.id" = "id", x-secret = { env = "PATH" } }
token_header = { name = "Authorization", values = { "id" = "i", "secret" = { env = "PATH" } } }
drop_request_headers = ["Cookie"]
drop_response_headers = ["X-A"]
connect_limit_seconds = 1
answer_limit_seconds = 2
idle_limit_seconds = 3
total_limit_seconds = 4
body_limit_bytes = 5
ca_file = "ca.pem"
dangerously_open = true
[[forward]]
path_prefix = "/other"
upstream = "http://127.0.0.1:1"
)");
  ASSERT_TRUE(config.has_value()) << config.error().text();
  ASSERT_EQ(config->forwards.size(), 2U);
  const ForwardOptions& forward = config->forwards[0];
  EXPECT_EQ(forward.path_prefix, "/api/protected");
  EXPECT_EQ(forward.upstream, "https://api.example.com:8443");
  EXPECT_TRUE(forward.strip_prefix);
  ASSERT_EQ(forward.headers.size(), 2U);
  EXPECT_EQ(forward.headers[0].first, "x-secret");
  EXPECT_EQ(forward.headers[0].second.env, "PATH");
  EXPECT_EQ(forward.headers[1].first, "x.id");
  EXPECT_EQ(forward.headers[1].second.text, "id");
  ASSERT_TRUE(forward.token_header.has_value());
  EXPECT_EQ(forward.token_header->name, "Authorization");
  ASSERT_EQ(forward.token_header->values.size(), 2U);
  EXPECT_EQ(forward.token_header->values[1].second.env, "PATH");
  EXPECT_EQ(forward.drop_request_headers, std::vector<std::string>{"Cookie"});
  EXPECT_EQ(forward.drop_response_headers, std::vector<std::string>{"X-A"});
  EXPECT_EQ(forward.connect_limit, std::chrono::seconds(1));
  EXPECT_EQ(forward.answer_limit, std::chrono::seconds(2));
  EXPECT_EQ(forward.idle_limit, std::chrono::seconds(3));
  EXPECT_EQ(forward.total_limit, std::chrono::seconds(4));
  EXPECT_EQ(forward.body_limit_bytes, 5U);
  EXPECT_EQ(forward.ca_file, (folder.path() / "ca.pem").string());
  EXPECT_TRUE(forward.dangerously_open);
  EXPECT_TRUE(config->forwards[1].drop_response_headers.empty());
  EXPECT_FALSE(config->forwards[1].dangerously_open);
}

struct WrongRow {
  const char* desc;
  std::string text;
  // "line:column code path" of each problem, in the report's order.
  std::vector<std::string> problems;
};

std::vector<std::string> places(const Report& report) {
  std::vector<std::string> found;
  for (const Problem& problem : report.problems()) {
    found.push_back(std::to_string(problem.place.line) + ":" +
                    std::to_string(problem.place.column) + " " +
                    std::string(std::string_view(problem.code)) + " " + problem.path);
  }
  return found;
}

void check_wrong(const std::vector<WrongRow>& rows) {
  const test::TempFolder folder;
  for (const WrongRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const auto config = read(folder, row.text + kStore);
    if (config) {
      ADD_FAILURE() << "taken";
      continue;
    }
    EXPECT_EQ(places(config.error()), row.problems);
    EXPECT_EQ(config.error().sources(),
              std::vector<std::string>{(folder.path() / "server.toml").string()});
  }
}

TEST(ServerConfig, WaitsLongerForARemoteStore) {
  const test::TempFolder folder;
  const auto config = read(folder, "[store]\nplugin = \"remote\"\nurl = \"https://a.example\"");
  ASSERT_TRUE(config.has_value()) << config.error().text();
  EXPECT_EQ(config->store.retry_max.count(), 30);
  const auto told = read(
      folder, "[store]\nretry_max_seconds = 2\nplugin = \"remote\"\nurl = \"https://a.example\"");
  ASSERT_TRUE(told.has_value()) << told.error().text();
  EXPECT_EQ(told->store.retry_max.count(), 2);
}

TEST(ServerConfig, NamesWhatHasTheWrongTypeOrRange) {
  check_wrong({
      {"a number for a text", "[server]\nlisten = 1\n", {"2:10 listen-address server.listen"}},
      {"no address", "[server]\nlisten = \"here\"\n", {"2:10 listen-address server.listen"}},
      {"no address for the second listener",
       "[server]\nsecond_listen = \"here\"\n",
       {"2:17 listen-address server.second_listen"}},
      {"a text for a list",
       "[server]\npublic_origins = \"https://a.example\"\n",
       {"2:18 field-type server.public_origins"}},
      {"a number in a list",
       "[server]\ntrusted_proxies = [\"127.0.0.1\", 1]\n",
       {"2:33 field-type server.trusted_proxies"}},
      {"a text for a number", "[server]\nthreads = \"8\"\n", {"2:11 field-type server.threads"}},
      {"no thread", "[server]\nthreads = 0\n", {"2:11 field-range server.threads"}},
      {"too many threads", "[server]\nthreads = 4097\n", {"2:11 field-range server.threads"}},
      {"a number for a section", "log = 1\n", {"1:7 field-type log"}},
      {"no requests",
       "[admin]\nrequests_per_minute = 0\n",
       {"2:23 field-range admin.requests_per_minute"}},
      {"no room for events",
       "[log]\nevent_capacity = 0\n",
       {"2:18 field-range log.event_capacity"}},
      {"no name for the log", "[log]\nfile = \"\"\n", {"2:8 field-range log.file"}},
      {"no name for the tokens",
       "[admin]\ntoken_file = \"\"\n",
       {"2:14 field-range admin.token_file"}},
      {"a number for the tokens",
       "[admin]\ntoken_file = 1\n",
       {"2:14 field-type admin.token_file"}},
      {"an unknown field",
       "[server]\nlistn = \"127.0.0.1:1\"\n",
       {"2:9 field-unknown server.listn"}},
      {"an unknown section", "[nonsense]\n", {"1:1 field-unknown nonsense"}},
      {"a forward that is no list", "[forward]\n", {"1:1 field-type forward"}},
      {"a forward without anything",
       "[[forward]]\n",
       {"1:1 forward-path-prefix forward[0].path_prefix",
        "1:1 forward-upstream forward[0].upstream"}},
      {"forwards with every kind of mistake",
       "[[forward]]\n"
       "path_prefix = \"/a\"\n"
       "upstream = \"https://api.example.com/v1\"\n"
       "headers = { \"x.a\" = { env = \"CORSAC_NOT_SET\" }, x-b = 7 }\n"
       "token_header = { name = \"Host\", values = { k = \"\" } }\n"
       "drop_response_headers = [\"Set-Cookie\", \"a b\"]\n"
       "body_limit_bytes = 1048577\n"
       "idle_limit = 1\n"
       "[[forward]]\n"
       "path_prefix = \"/a/b\"\n"
       "upstream = 7\n",
       {"4:55 field-type forward[0].headers.x-b", "7:20 field-range forward[0].body_limit_bytes",
        "8:14 field-unknown forward[0].idle_limit", "11:12 field-type forward[1].upstream",
        "3:12 forward-upstream forward[0].upstream",
        "4:21 forward-env-missing forward[0].headers.x.a",
        "5:25 forward-header-name forward[0].token_header.name",
        "5:48 forward-header-value forward[0].token_header.values.k",
        "6:40 forward-header-name forward[0].drop_response_headers[1]",
        "10:15 forward-prefix-overlap forward[1].path_prefix"}},
      {"a secret in the place of a header's name",
       "[[forward]]\n"
       "path_prefix = \"/a\"\n"
       "upstream = \"https://api.example.com\"\n"
       "headers = { \"Bearer x\" = 7 }\n"
       "[[forward]]\n"
       "path_prefix = \"/b\"\n"
       "upstream = \"https://api.example.com\"\n"
       "headers = { \"Bearer x\" = \"Authorization\" }\n",
       {"4:26 field-type forward[0].headers[0]", "8:11 forward-header-name forward[1].headers[0]"}},
      {"a number for records", "records = 1\n", {"1:11 field-type records"}},
  });
}

TEST(ServerConfig, NamesRecordsThatAreNone) {
  const test::TempFolder folder;
  const auto config = read(folder, std::string(kStore) + "[records]\nmax_stale_seconds = \"1\"\n" +
                                       "on_start_failure = \"open\"\n");
  ASSERT_FALSE(config.has_value());
  EXPECT_NE(config.error().text().find("records.max_stale_seconds"), std::string::npos);
  EXPECT_NE(config.error().text().find("records.on_start_failure"), std::string::npos);
}

TEST(ServerConfig, NamesAStoreThatIsNone) {
  const test::TempFolder folder;
  const struct {
    const char* desc;
    const char* text;
    std::vector<std::string> problems;
  } rows[] = {
      {"absent", "", {"0:0 field-missing store"}},
      {"a switch with a text",
       "[store]\naccept_empty = \"no\"\n",
       {"2:16 field-type store.accept_empty"}},
      {"no second", "[store]\nrefresh_seconds = 0\n", {"2:19 field-range store.refresh_seconds"}},
      {"another choice",
       "[store]\non_start_failure = \"open\"\n",
       {"2:20 field-range store.on_start_failure"}},
      {"a cache without a file",
       "[store]\non_start_failure = \"cached\"\n",
       {"2:20 field-missing store.on_start_failure"}},
      {"a cache file that is no text",
       "[store]\ncache_file = 1\n",
       {"2:14 field-type store.cache_file"}},
      {"a list of what are no texts, or two in one",
       "[store]\nurls = [\"x\", 1, \"a,b\"]\n",
       {"2:14 field-type store.urls", "2:17 field-range store.urls"}},
      {"a table for a setting of the plugin",
       "[store]\nurls = {a = 1}\n",
       {"2:8 field-type store.urls"}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const auto config = read(folder, row.text);
    ASSERT_FALSE(config.has_value());
    EXPECT_EQ(places(config.error()), row.problems);
  }
}

TEST(ServerConfig, NamesAFileThatIsNone) {
  const test::TempFolder folder;
  EXPECT_EQ(places(read_config(folder.path() / "nowhere").error()),
            std::vector<std::string>{"0:0 config-not-found "});
  EXPECT_EQ(places(read_config(folder.path()).error()),
            std::vector<std::string>{"0:0 config-not-a-file "});
  EXPECT_EQ(places(read(folder, std::string(5000, '#')).error()),
            std::vector<std::string>{"0:0 config-too-large "});
  EXPECT_EQ(places(read(folder, "[server\n").error()),
            std::vector<std::string>{"1:8 toml-syntax "});
}

TEST(ServerConfig, NamesWhatCannotBeOurOwnOrigin) {
  check_wrong({
      {"a slash behind an origin",
       "[server]\npublic_origins = [\"https://a.example\", \"https://b.example/\"]\n",
       {"2:40 option-public-origin server.public_origins[1]"}},
      {"a wildcard",
       "[server]\npublic_origins = [\"https://*.a.example\"]\n",
       {"2:19 option-public-origin server.public_origins[0]"}},
      {"a name for a proxy, behind what has the wrong type",
       "[server]\ntrusted_proxies = [1,\n  \"proxy.example\"]\n",
       {"2:20 field-type server.trusted_proxies",
        "3:3 option-trusted-proxy server.trusted_proxies[1]"}},
  });
}

TEST(ServerConfig, NamesAPublicUrlThatIsNone) {
  for (const char* url :
       {"", "admin.example.com", "https://", "https:///corsac", "https://*.example.com",
        "https://admin.example.com:*", "https://user@admin.example.com", "ftp://admin.example.com",
        "https://Admin.example.com", "https://admin.example.com?x", "https://admin example.com"}) {
    SCOPED_TRACE(url);
    check_wrong({{"",
                  std::string("[admin]\npublic_url = \"") + url + "\"\n",
                  {"2:14 admin-public-url admin.public_url"}}});
  }
}

TEST(ServerConfig, ShowsNoPasswordOfAPublicUrl) {
  const test::TempFolder folder;
  const auto config =
      read(folder, "[admin]\npublic_url = \"https://u:secret@x.example/\"\n" + std::string(kStore));
  ASSERT_FALSE(config.has_value());
  const std::string text = config.error().text();
  EXPECT_EQ(text.find("secret"), std::string::npos) << text;
  EXPECT_NE(text.find("https://***@x.example/"), std::string::npos) << text;
}

TEST(ServerConfig, WantsTokensWhereOthersCanReachTheAdminListener) {
  check_wrong({
      {"every address",
       "[admin]\nlisten = \"0.0.0.0:1\"\n",
       {"2:10 admin-not-loopback admin.listen"}},
      {"a name",
       "[admin]\nlisten = \"admin.example.com:1\"\n",
       {"2:10 admin-not-loopback admin.listen"}},
  });
  const test::TempFolder folder;
  const auto config = read(folder, std::string("[admin]\nlisten = \"0.0.0.0:1\"\n") +
                                       "token_file = \"admin.tokens\"\n" + kStore);
  EXPECT_TRUE(config.has_value()) << config.error().text();
}

TEST(ServerConfig, NamesAListenerThatHasTheAddressOfAnother) {
  check_wrong({
      {"the second one",
       "[server]\nlisten = \"127.0.0.1:1\"\nsecond_listen = \"127.0.0.1:1\"\n",
       {"3:17 listen-address-repeated server.second_listen"}},
      {"the admin one",
       "[server]\nlisten = \"127.0.0.1:1\"\n[admin]\nlisten = \"127.0.0.1:1\"\n",
       {"4:10 listen-address-repeated admin.listen"}},
      {"the admin one, which is not written",
       "[server]\nlisten = \"127.0.0.1:8081\"\n[admin]\n",
       {"3:1 listen-address-repeated admin.listen"}},
      {"all three",
       "[server]\nlisten = \"[::1]:1\"\nsecond_listen = \"[::1]:1\"\n[admin]\nlisten = "
       "\"[::1]:1\"\n",
       {"3:17 listen-address-repeated server.second_listen",
        "5:10 listen-address-repeated admin.listen"}},
  });
}

TEST(ServerConfig, LetsEveryListenerTakeAnyFreePort) {
  const test::TempFolder folder;
  const auto config = read(folder, std::string(kStore) +
                                       "[server]\nlisten = \"127.0.0.1:0\"\nsecond_listen = "
                                       "\"127.0.0.1:0\"\n[admin]\nlisten = \"127.0.0.1:0\"\n");
  EXPECT_TRUE(config.has_value()) << config.error().text();
}

}  // namespace
}  // namespace corsac::server
