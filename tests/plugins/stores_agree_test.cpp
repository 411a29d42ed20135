// One policy in all three stores: a file, a Redis that it was put into as `corsac push` does, and a
// server that gives it as JSON. Gates on each of them, two on Redis, answer one table of requests
// alike, all at the same time.

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/policy/writer.hpp"
#include "corsac/runtime/gate.hpp"
#include "corsac/runtime/store_client.hpp"
#include "http_peer.hpp"
#include "policy/asked.hpp"
#include "support/redis_server.hpp"
#include "support/temp_folder.hpp"

namespace corsac {
namespace {

using testing::Asked;
using testing::get;
using testing::preflight;

constexpr const char* kOriginsFile = "# besides\nhttps://listed.example\n";

constexpr const char* kPolicy = R"(
version = 1

[cors]
allowed_origins = [
  "https://app.example.com",
  "https://*.preview.example.com",
  "https://pr-*.branch.example.com",
  "http://localhost:[3000,8000-8099]",
  "capacitor://localhost",
]
allowed_origins_file = "origins.txt"
allowed_methods = ["GET", "PUT", "DELETE"]
allowed_headers = ["Content-Type", "Authorization"]
exposed_headers = ["X-Request-Id", "ETag"]
allow_credentials = true
max_age_seconds = 600
excluded_paths = ["/admin", "/account*"]
timing_allow_origin = true

[[cors.rules]]
name = "keys"
paths = ["/.well-known/jwks.json"]
methods = ["GET"]
allowed_origins = ["*"]
allow_credentials = false
exposed_headers = []

[[cors.rules]]
name = "logs"
paths = ["/users/:id/logs"]
hosts = ["logs.example.com"]
on_denied = "mark"
max_age_seconds = 0

[[cors.rules]]
name = "sandbox"
paths = ["/sandbox"]
allowed_origins = []
allow_null_origin = true
allow_credentials = false

[[trusted_origins]]
name = "Partner"
origin = "https://PORTAL.example:443/"
scopes = ["CORS", "REDIRECT"]
valid_until = 2099-01-31T00:00:00+02:00

[[trusted_origins]]
name = "Gone"
origin = "https://gone.example"
scopes = ["CORS"]
valid_until = 2020-01-31T00:00:00Z

[[trusted_origins]]
name = "Off"
origin = "https://off.example"
scopes = ["CORS"]
status = "INACTIVE"

[hosts]
allowed = ["api.example.com", "logs.example.com:*"]

[[test]]
name = "the app may write"
origin = "https://app.example.com"
method = "PUT"
path = "/api"
expect = "allow"
)";

Asked with_host(Asked asked, std::string host) {
  asked.host = std::move(host);
  return asked;
}

Asked upgrade(Asked asked) {
  asked.is_websocket_upgrade = true;
  asked.has_cookie = true;
  return asked;
}

// An actual request of an origin that [cors] lists.
std::string granted(const std::string& origin) {
  return "cors: pass (replace); Access-Control-Allow-Origin: " + origin +
         "; Access-Control-Allow-Credentials: true; Access-Control-Expose-Headers: "
         "X-Request-Id,ETag; Timing-Allow-Origin: " +
         origin + "; Vary: Origin";
}

// A preflight of the app by a rule.
std::string answered(const std::string& rule, const std::string& own_headers) {
  return rule +
         ": answer 204; Access-Control-Allow-Origin: https://app.example.com; "
         "Access-Control-Allow-Credentials: true; " +
         own_headers +
         "; Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
}

std::string refused(const std::string& reason) {
  return "cors: refuse 403 " + reason + "; Vary: Origin";
}
std::string refused_preflight(const std::string& reason) {
  return refused(reason) + ", Access-Control-Request-Method, Access-Control-Request-Headers";
}

struct Row {
  const char* desc;
  Asked asked;
  std::string told;
};

constexpr const char* kApp = "https://app.example.com";
constexpr const char* kEvil = "https://evil.example";

std::vector<Row> actual_rows() {
  return {
      {"a listed origin", get(kApp, "/api"), granted(kApp)},
      {"one of the origins file", get("https://listed.example", "/api"),
       granted("https://listed.example")},
      {"a subdomain", get("https://a.b.preview.example.com", "/api"),
       granted("https://a.b.preview.example.com")},
      {"the apex of a wildcard", get("https://preview.example.com", "/api"),
       refused("origin_not_allowed")},
      {"a wildcard inside a label", get("https://pr-7.branch.example.com", "/api"),
       granted("https://pr-7.branch.example.com")},
      {"a port of a range", get("http://localhost:8042", "/api"), granted("http://localhost:8042")},
      {"a port beside it", get("http://localhost:8100", "/api"), refused("origin_not_allowed")},
      {"a custom scheme", get("capacitor://localhost", "/api"), granted("capacitor://localhost")},
      {"a stranger", get(kEvil, "/api"), refused("origin_not_allowed")},
      {"null", get("null", "/api"), refused("origin_null")},
      {"an origin that no browser sends", get("https://app.example.com/", "/api"),
       refused("origin_malformed")},
      {"a record, in its normal form", get("https://portal.example", "/api"),
       granted("https://portal.example")},
      {"a record that has ended", get("https://gone.example", "/api"),
       refused("origin_not_allowed")},
      {"a record that is off", get("https://off.example", "/api"), refused("origin_not_allowed")},
      {"no origin", Asked{.target = "/api"}, "cors: pass (replace); Vary: Origin"},
      {"a path that may be read in two ways", get(kApp, "/api/%2e%2e/admin"),
       refused("path_ambiguous")},
      {"another Host", with_host(get(kApp, "/api"), "evil.example"),
       "cors: refuse 421 host_not_allowed"},
      {"no Host", with_host(get(kApp, "/api"), ""), "cors: refuse 400 host_not_allowed"},
      {"an upgrade", upgrade(get(kApp, "/api")), "cors: pass (untouched)"},
      {"an upgrade of a stranger", upgrade(get(kEvil, "/api")), refused("origin_not_allowed")},
  };
}

std::vector<Row> preflight_rows() {
  return {
      {"a preflight", preflight(kApp, "PUT", "/api", {"content-type"}),
       answered("cors",
                "Access-Control-Allow-Methods: PUT; Access-Control-Allow-Headers: content-type; "
                "Access-Control-Max-Age: 600")},
      {"a tolerant list of names",
       preflight(kApp, "DELETE", "/api", {"Content-Type, , authorization"}),
       answered("cors",
                "Access-Control-Allow-Methods: DELETE; Access-Control-Allow-Headers: "
                "content-type,authorization; Access-Control-Max-Age: 600")},
      {"another method", preflight(kApp, "PATCH", "/api"),
       refused_preflight("requested_method_not_allowed")},
      {"another header", preflight(kApp, "PUT", "/api", {"x-other"}),
       refused_preflight("requested_header_not_allowed")},
      {"a stranger", preflight(kEvil, "PUT", "/api"), refused_preflight("origin_not_allowed")},
  };
}

std::vector<Row> rule_rows() {
  return {
      {"the rule of everybody", get(kEvil, "/.well-known/jwks.json"),
       "keys: pass (replace); Access-Control-Allow-Origin: *; Timing-Allow-Origin: *"},
      {"its path and another method", preflight(kEvil, "PUT", "/.well-known/jwks.json"),
       refused_preflight("origin_not_allowed")},
      {"an upgrade granted without credentials only", upgrade(get(kEvil, "/.well-known/jwks.json")),
       "keys: refuse 403 upgrade_not_allowed"},
      {"an excluded path", get(kApp, "/admin/users"), "excluded paths: pass (untouched)"},
      {"a preflight there", preflight(kApp, "PUT", "/accounts"),
       "excluded paths: refuse 403 preflight_on_excluded_path"},
      {"the rule of a host, which marks",
       with_host(get(kEvil, "/users/1/logs"), "logs.example.com:8443"),
       "logs: pass (replace) origin_not_allowed; Vary: Origin"},
      {"a preflight of that rule",
       with_host(preflight(kApp, "PUT", "/users/1/logs"), "logs.example.com"),
       answered("logs", "Access-Control-Allow-Methods: PUT; Access-Control-Max-Age: 0")},
      {"its path at another host", get(kEvil, "/users/1/logs"), refused("origin_not_allowed")},
      {"null where the switch is on", get("null", "/sandbox/x"),
       "sandbox: pass (replace); Access-Control-Allow-Origin: null; "
       "Access-Control-Expose-Headers: X-Request-Id,ETag; Timing-Allow-Origin: null; Vary: Origin"},
      {"the app where the list is empty", get(kApp, "/sandbox/x"),
       "sandbox: refuse 403 origin_not_allowed; Vary: Origin"},
  };
}

std::vector<Row> rows() {
  std::vector<Row> all = actual_rows();
  for (const auto& more : {preflight_rows(), rule_rows()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

// All that a gate says about a request.
std::string ask(Gate& gate, Asked asked) {
  RequestView request = asked.view();
  GateDecision result;
  gate.decide(request, result);
  return testing::told(*result.snapshot, result.decision);
}

class StoresAgree : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::has_redis()) GTEST_SKIP() << "there is no redis-server";
    folder_.write("origins.txt", kOriginsFile);
    folder_.write("policy.toml", kPolicy);
    redis_ = std::make_unique<test::RedisServer>();
    const std::string json = policy_to_json(read_file());
    put_into_redis(json);
    peer_.answer(test::PeerAnswer{.body = json});
  }

  [[nodiscard]] StoreConfig toml() const {
    return {.settings = {{"file", "policy.toml"}},
            .directory = folder_.path(),
            .plugin_folders = {CORSAC_TEST_PLUGINS}};
  }
  [[nodiscard]] StoreConfig redis() const {
    return {.plugin = "redis",
            .settings = {{"url", redis_->url()}},
            .plugin_folders = {CORSAC_TEST_PLUGINS}};
  }
  [[nodiscard]] StoreConfig remote() const {
    return {.plugin = "remote",
            .settings = {{"url", peer_.origin() + "/policy"}},
            .plugin_folders = {CORSAC_TEST_PLUGINS}};
  }

  // Every gate and what to call it.
  std::vector<std::pair<std::string, std::shared_ptr<Gate>>> open_gates() {
    std::vector<std::pair<std::string, std::shared_ptr<Gate>>> gates;
    for (auto& [name, config] : std::vector<std::pair<std::string, StoreConfig>>{
             {"toml", toml()}, {"redis", redis()}, {"redis too", redis()}, {"remote", remote()}}) {
      auto gate = open_gate(config);
      if (!gate) {
        ADD_FAILURE() << name << ": " << gate.error().text();
        continue;
      }
      gates.emplace_back(name, *gate);
    }
    return gates;
  }

 private:
  Policy read_file() {
    auto client = StoreClient::open(toml(), {});
    if (!client) {
      ADD_FAILURE() << client.error().text();
      return {};
    }
    ReadResult read = (*client)->read();
    EXPECT_EQ(read.status, ReadStatus::Read) << read.detail;
    return std::move(read.policy);
  }
  void put_into_redis(const std::string& json) {
    auto client = StoreClient::open(redis(), {});
    ASSERT_TRUE(client) << client.error().text();
    const WriteResult result = (*client)->put_document(json, "");
    ASSERT_EQ(result.status, WriteStatus::Written) << Report(result.problems).text();
  }

  const test::TempFolder folder_;
  std::unique_ptr<test::RedisServer> redis_;
  test::HttpPeer peer_;
};

TEST_F(StoresAgree, OnEveryRowAndAllAtOnce) {
  const auto gates = open_gates();
  ASSERT_EQ(gates.size(), 4u);
  std::vector<std::vector<std::string>> wrong(gates.size());  // each thread has its own
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < gates.size(); ++i) {
    threads.emplace_back([&gate = *gates[i].second, &found = wrong[i]] {
      for (int round = 0; round < 20; ++round) {
        for (const Row& row : rows()) {
          const std::string told = ask(gate, row.asked);
          if (told != row.told) found.push_back(row.desc + (": " + told));
        }
        if (!found.empty()) return;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < gates.size(); ++i) {
    EXPECT_TRUE(wrong[i].empty()) << gates[i].first << ": " << ::testing::PrintToString(wrong[i]);
  }
}

}  // namespace
}  // namespace corsac
