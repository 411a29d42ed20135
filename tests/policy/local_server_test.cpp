#include "corsac/policy/local_server.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/http/own_origin.hpp"
#include "corsac/policy/compile.hpp"
#include "policy/asked.hpp"

namespace corsac {
namespace {

using testing::ask;
using testing::Asked;
using testing::get;
using testing::preflight;

std::shared_ptr<const Snapshot> compiled(const LocalServerOptions& options) {
  auto result = compile_policy(local_server_policy(options), {});
  if (!result) {
    ADD_FAILURE() << result.error().text();
    return Snapshot::closed_at_start();
  }
  EXPECT_EQ(result->warnings.text(), "");
  return result->snapshot;
}

// As by http://localhost:8080, unless a row says otherwise.
Asked post(std::optional<std::string> origin, std::string host = "localhost:8080") {
  static const OwnOrigin kNoPublicOrigins;
  Asked asked;
  asked.own = &kNoPublicOrigins;
  asked.method = "POST";
  asked.origin = std::move(origin);
  asked.host = std::move(host);
  return asked;
}

Asked at_localhost(Asked asked) {
  asked.host = "localhost:8080";
  return asked;
}

Asked from_site(Asked asked, std::string site) {
  asked.sec_fetch_site = std::move(site);
  return asked;
}

Asked upgrade(Asked asked, bool has_cookie) {
  asked.is_websocket_upgrade = true;
  asked.has_cookie = has_cookie;
  return asked;
}

std::string granted(const std::string& origin) {
  return "cors: pass (replace); Access-Control-Allow-Origin: " + origin +
         "; Access-Control-Expose-Headers: *; Vary: Origin";
}

struct Row {
  const char* desc;
  Asked asked;
  std::string told;
};

constexpr const char* kPassed = "cors: pass (replace); Vary: Origin";
constexpr const char* kStranger = "https://stranger.example";

TEST(LocalServer, IsForProgramsAndPagesOfTheMachineAlone) {
  const auto snapshot = compiled({.app_origins = {"tauri://localhost"}});
  const std::string foreign = "cors: refuse 403 origin_not_allowed; Vary: Origin";
  const std::string rebound = "cors: refuse 421 host_not_allowed";
  const Row rows[] = {
      {"the app's shell", post("tauri://localhost"), granted("tauri://localhost")},
      {"a page of any port", post("http://localhost:5173"), granted("http://localhost:5173")},
      {"by its address", post("http://127.0.0.1:3000"), granted("http://127.0.0.1:3000")},
      {"by IPv6", post("http://[::1]:3000"), granted("http://[::1]:3000")},
      {"over https", post("https://localhost:8443"), granted("https://localhost:8443")},
      {"a preflight of it, with what protocols send",
       at_localhost(preflight("tauri://localhost", "DELETE", "/",
                              {"authorization,content-type,mcp-session-id"})),
       "cors: answer 204; Access-Control-Allow-Origin: tauri://localhost; "
       "Access-Control-Allow-Methods: DELETE; Access-Control-Allow-Headers: "
       "authorization,content-type,mcp-session-id; Vary: Origin, Access-Control-Request-Method, "
       "Access-Control-Request-Headers"},
      {"its own page", from_site(post("http://localhost:8080"), "same-origin"),
       granted("http://localhost:8080")},
      {"a program without Origin", post({}), kPassed},
      {"on another port, as where it is forwarded", post({}, "127.0.0.1:49152"), kPassed},
      {"by IPv6", post({}, "[::1]:8080"), kPassed},
      {"a socket of a page", upgrade(at_localhost(get("http://localhost:5173")), false),
       "cors: pass (untouched)"},
      {"S29: a stranger's fetch, or form", post(kStranger), foreign},
      {"S29: a stranger's preflight", at_localhost(preflight(kStranger, "PUT")),
       "cors: refuse 403 origin_not_allowed; Vary: Origin, Access-Control-Request-Method, "
       "Access-Control-Request-Headers"},
      {"S29: a sandboxed frame", post("null"), "cors: refuse 403 origin_null; Vary: Origin"},
      {"S29: a write of a page whose Origin was taken away", from_site(post({}), "cross-site"),
       "cors: refuse 403 cross_site_write; Vary: Origin"},
      {"S29: a stranger's socket", upgrade(at_localhost(get(kStranger)), false), foreign},
      {"a name that only ends in localhost", post("http://evil.localhost.example"), foreign},
      {"another app's shell", post("app://other"), foreign},
      {"S30: a name that was made to lead here", post("http://evil.test:8080", "evil.test:8080"),
       rebound},
      {"S30: a read by it",
       [] {
         Asked asked;
         asked.host = "evil.test:8080";
         return asked;
       }(),
       rebound},
      {"S29: 0.0.0.0 leads here as well", post("http://0.0.0.0:8080", "0.0.0.0:8080"), rebound},
      {"a page of a loopback port has no cookies",
       upgrade(at_localhost(get("http://localhost:1")), true),
       "cors: refuse 403 upgrade_not_allowed; Vary: Origin"},
  };
  for (const Row& row : rows) EXPECT_EQ(ask(*snapshot, row.asked), row.told) << row.desc;
}

TEST(LocalServer, TakesNoLoopbackPagesButThoseOfThePorts) {
  const std::string foreign = "cors: refuse 403 origin_not_allowed; Vary: Origin";
  const struct {
    const char* desc;
    LocalServerOptions options;
    std::string origin;
    std::string told;
  } rows[] = {
      {"a port of the list",
       {.loopback_ports = "[3000,5173]"},
       "http://localhost:5173",
       granted("http://localhost:5173")},
      {"another one", {.loopback_ports = "[3000,5173]"}, "http://localhost:5174", foreign},
      {"one port",
       {.loopback_ports = "5173"},
       "http://127.0.0.1:5173",
       granted("http://127.0.0.1:5173")},
      {"none", {.loopback_ports = ""}, "http://localhost:5173", foreign},
      {"none, and a site",
       {.app_origins = {"https://app.example.com"}, .loopback_ports = ""},
       "https://app.example.com",
       granted("https://app.example.com")},
      {"none, and the own page", {.loopback_ports = ""}, "http://localhost:8080", kPassed},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(ask(*compiled(row.options), post(row.origin)), row.told) << row.desc;
  }
}

TEST(LocalServer, RefusesOptionsThatOpenIt) {
  const struct {
    const char* desc;
    LocalServerOptions options;
    std::vector<std::string> errors;
  } rows[] = {
      {"null",
       {.app_origins = {"null"}, .loopback_ports = ""},
       {"origin-null csrf.trusted_origins[0]", "origin-null cors.allowed_origins[0]"}},
      {"any origin",
       {.app_origins = {"*"}, .loopback_ports = ""},
       {"origin-any-guard csrf.trusted_origins[0]"}},
      {"plain http from elsewhere",
       {.app_origins = {"http://app.example.com"}, .loopback_ports = ""},
       {"origin-insecure-credentials csrf.trusted_origins[0]"}},
  };
  for (const auto& row : rows) {
    const auto result = compile_policy(local_server_policy(row.options), {});
    ASSERT_FALSE(result) << row.desc;
    std::vector<std::string> errors;
    for (const Problem& problem : result.error().problems()) {
      if (problem.severity != Severity::Error) continue;
      errors.push_back(std::string(problem.code) + ' ' + problem.path);
    }
    EXPECT_EQ(errors, row.errors) << row.desc;
  }
  // Each entry that a wrong port makes is told, in either list.
  const auto wrong = compile_policy(local_server_policy({.loopback_ports = "80800"}), {});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().problems().size(), 12U) << wrong.error().text();
}

}  // namespace
}  // namespace corsac
