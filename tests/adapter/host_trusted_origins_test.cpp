// The Trusted Origins API on a real server, by the bytes on the wire.

#include <atomic>
#include <thread>

#include "adapter/host_policy.hpp"
#include "authority/authority_fixture.hpp"
#include "corsac/base/sha256.hpp"

namespace corsac::testing {
namespace {

constexpr const char* kPath = "/api/v1/trustedOrigins";
constexpr const char* kId = "tos6474846204000ffff";
constexpr const char* kMade =
    R"({"name":"a","origin":"https://a.example/","scopes":[{"type":"CORS"}]})";

struct OriginsScene : AuthorityScene {
  std::shared_ptr<Authority> authority = open();

  [[nodiscard]] TrustedOriginsOptions options(unsigned requests_per_minute = 600) const {
    return {.tokens = {{"owner", AdminScope::Manage, sha256("manage-token")},
                       {"viewer", AdminScope::Read, sha256("read-token")}},
            .requests_per_minute = requests_per_minute,
            .clock = clock,
            .random_token = [] { return std::string(64, 'f'); }};
  }
};

// Names in any order, `more` with all that every answer has.
HeaderLines every_line(const std::string& remaining, const std::string& reset,
                       const HeaderLines& more = {}) {
  return lines({{"cache-control", "no-cache, no-store"},
                {"date", "Thu, 01 Jan 2026 00:00:00 GMT"},
                {"expires", "0"},
                {"pragma", "no-cache"},
                {"x-content-type-options", "nosniff"},
                {"x-okta-request-id", "req" + std::string(24, 'f')},
                {"x-rate-limit-limit", "60"},
                {"x-rate-limit-remaining", remaining},
                {"x-rate-limit-reset", reset}},
               more);
}

HeaderLines sent(const HeaderLines& more = {}, const char* authorization = "SSWS manage-token") {
  HeaderLines all = {{"Host", "api.example.com"}};
  if (*authorization != '\0') all.emplace_back("Authorization", authorization);
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::string with_body(const std::string& method, const std::string& target, const std::string& body,
                      const HeaderLines& more = {}) {
  HeaderLines all = sent(more);
  all.emplace_back("Content-Type", "application/json");
  all.emplace_back("Content-Length", std::to_string(body.size()));
  return request_text(method, target, all, body);
}

std::string json_of(bool is_active, const std::string& name = "a") {
  const std::string self = "http://api.example.com/api/v1/trustedOrigins/" + std::string(kId);
  const std::string to_self =
      R"("self":{"href":")" + self + R"(","hints":{"allow":["GET","PUT","DELETE"]}})";
  const auto step = [&self](const std::string& link) {
    return "\"" + link + R"(":{"href":")" + self + "/lifecycle/" + link +
           R"(","hints":{"allow":["POST"]}})";
  };
  return R"({"id":")" + std::string(kId) + R"(","name":")" + name +
         R"(","origin":"https://a.example/","scopes":[{"type":"CORS"}],"status":")" +
         (is_active ? "ACTIVE" : "INACTIVE") +
         R"(","created":"2026-01-01T00:00:00.000Z","createdBy":"owner",)"
         R"("lastUpdated":"2026-01-01T00:00:00.000Z","lastUpdatedBy":"owner","_links":{)" +
         (is_active ? to_self + "," + step("deactivate") : step("activate") + "," + to_self) + "}}";
}

std::string error_of(const std::string& code, const std::string& summary) {
  return R"({"errorCode":")" + code + R"(","errorSummary":")" + summary + R"(","errorLink":")" +
         code + R"(","errorId":"oae)" + std::string(22, 'f') + R"(","errorCauses":[]})";
}

// Proves M1, M4, M7, M8, M9, M10, M11, M12, M13, M16, M17, M18, M19, M20, M21, M22, M25, M26.
TEST(HostTrustedOrigins, AnswersOnTheWire) {
  const OriginsScene scene;
  const TestOriginsHost host(scene.authority, scene.options(60));
  ASSERT_EQ(host.problem(), "");
  const std::string one = std::string(kPath) + "/" + kId;
  const std::string renamed =
      R"({"name":"b","origin":"https://a.example/","scopes":[{"type":"CORS"}]})";
  const std::pair<std::string, std::string> json = {"content-type", "application/json"};
  const auto link = [](const std::string& query, const std::string& relation) {
    return std::pair<std::string, std::string>(
        "link",
        "<http://api.example.com/api/v1/trustedOrigins?" + query + ">; rel=\"" + relation + "\"");
  };
  const HeaderLines empty = {{"Content-Length", "0"}};
  const struct {
    const char* desc;
    std::string request;
    int status;
    HeaderLines more;
    std::string body;
  } rows[] = {
      {"create", with_body("POST", kPath, kMade), 200, {json}, json_of(true)},
      {"get", request_text("GET", one, sent()), 200, {json}, json_of(true)},
      {"list",
       request_text("GET", kPath, sent()),
       200,
       {json, link("limit=20", "self")},
       "[" + json_of(true) + "]"},
      {"search",
       request_text("GET", std::string(kPath) + "?q=HTTPS%3a%2F%2Fa&limit=3", sent()),
       200,
       {json, link("limit=3&q=HTTPS%3A%2F%2Fa", "self")},
       "[" + json_of(true) + "]"},
      {"filter",
       request_text("GET", std::string(kPath) + "?filter=name+eq+%22b%22", sent()),
       200,
       {json, link("limit=20&filter=name%20eq%20%22b%22", "self")},
       "[]"},
      {"replace", with_body("PUT", one, renamed), 200, {json}, json_of(true, "b")},
      {"deactivate",
       request_text("POST", one + "/lifecycle/deactivate", sent(empty)),
       200,
       {json},
       json_of(false, "b")},
      {"activate",
       request_text("POST", one + "/lifecycle/activate", sent(empty)),
       200,
       {json},
       json_of(true, "b")},
      {"delete", request_text("DELETE", one, sent()), 204, {}, ""},
      {"get what is gone",
       request_text("GET", one, sent()),
       404,
       {json},
       error_of("E0000007",
                "Not found: Resource not found: " + std::string(kId) + " (TrustedOrigin)")},
      {"an unknown path",
       request_text("GET", one + "/x", sent()),
       404,
       {json},
       error_of("E0000008", "The requested path was not found")},
      {"an unknown method",
       request_text("OPTIONS", kPath, sent()),
       405,
       {json, {"allow", "GET, HEAD, POST"}},
       error_of("E0000022", "The endpoint does not support the provided HTTP method")},
  };
  int remaining = 60;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    --remaining;
    const std::string reset = std::to_string(1'767'225'600 + 60 - remaining);
    const RawResponse response = exchange(host.port(), row.request);
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.header_set(), every_line(std::to_string(remaining), reset, row.more));
    EXPECT_EQ(response.body, row.body);
    EXPECT_TRUE(response.is_whole);
  }
  EXPECT_EQ(exchange(host.port(), request_text("GET", "/page", sent())).body, "page");
}

// Proves M2, M3, M5, M6, M11, M12, M14, M23.
TEST(HostTrustedOrigins, RefusesOnTheWire) {
  const OriginsScene scene;
  const TestOriginsHost host(scene.authority, scene.options());
  const auto post = [](const std::string& body) { return with_body("POST", kPath, body); };
  const std::string long_name(256, 'n');
  ASSERT_EQ(exchange(host.port(), post(kMade)).status, 200);
  const struct {
    const char* desc;
    std::string request;
    int status;
    std::string code;
    std::string cause;
  } rows[] = {
      {"a name that is taken",
       post(R"({"name":"a","origin":"https://b.example","scopes":[{"type":"CORS"}]})"), 400,
       "E0000001", "name: An object with this field already exists"},
      {"a name that is too long",
       post(R"({"name":")" + long_name +
            R"(","origin":"https://b.example","scopes":[{"type":"CORS"}]})"),
       400, "E0000001", "name: The field is too long"},
      {"no scheme", post(R"({"name":"b","origin":"b.example","scopes":[{"type":"CORS"}]})"), 400,
       "E0000001", "origin: The value"},
      {"a type in another case",
       post(R"({"name":"b","origin":"https://b.example","scopes":[{"type":"cors"}]})"), 400,
       "E0000003", "scopes[0].type: The value"},
      {"another app",
       post(R"({"name":"b","origin":"https://b.example",)"
            R"("scopes":[{"type":"IFRAME_EMBED","allowedOktaApps":["X"]}]})"),
       400, "E0000003", "scopes[0].allowedOktaApps[0]: The value"},
      {"no UTF-8", post("{\"name\":\"\xFF\"}"), 400, "E0000003", "body: It is not valid UTF-8"},
      {"deep", post(std::string(50'000, '[') + std::string(50'000, ']')), 413, "E0000003",
       "body: It is larger than"},
      {"a filter that is none", request_text("GET", std::string(kPath) + "?filter=name", sent()),
       400, "E0000031", "filter: At byte 5"},
      {"a cursor that is none", request_text("GET", std::string(kPath) + "?after=tos1", sent()),
       400, "E0000029", "after: The value is an invalid cursor"},
      {"no token", request_text("GET", kPath, sent({}, "")), 401, "E0000011", ""},
      {"a token that reads",
       request_text("POST", std::string(kPath) + "/x/lifecycle/activate",
                    sent({{"Content-Length", "0"}}, "Bearer read-token")),
       403, "E0000006", ""},
      {"a type that is none",
       request_text("GET", kPath, sent({{"Accept", "text/html"}, {"Accept", "image/png"}})), 400,
       "E0000019", "Accept: Only"},
      {"a long id", request_text("GET", std::string(kPath) + "/" + std::string(190, 'x'), sent()),
       404, "E0000007", ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const RawResponse response = exchange(host.port(), row.request);
    EXPECT_EQ(response.status, row.status);
    EXPECT_TRUE(response.body.starts_with(R"({"errorCode":")" + row.code + "\"")) << response.body;
    EXPECT_NE(response.body.find(R"("errorCauses":[)" +
                                 (row.cause.empty() ? "]" : R"({"errorSummary":")" + row.cause)),
              std::string::npos)
        << response.body;
    EXPECT_EQ(response.value("x-okta-request-id"), "req" + std::string(24, 'f'));
    EXPECT_TRUE(response.is_whole);
  }
  EXPECT_EQ(scene.shelf->records().size(), 1U);
  const std::string one = std::string(kPath) + "/" + std::string(2000, 'x');
  EXPECT_EQ(exchange(host.port(), request_text("GET", one, sent())).status, 404)
      << "the server's own";
}

// Proves M24.
TEST(HostTrustedOrigins, LimitsOnTheWire) {
  const OriginsScene scene;
  const TestOriginsHost host(scene.authority, scene.options(1));
  EXPECT_EQ(exchange(host.port(), request_text("GET", kPath, sent())).status, 200);
  const RawResponse limited = exchange(host.port(), with_body("POST", kPath, kMade));
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.value("date"), "Thu, 01 Jan 2026 00:00:00 GMT");
  EXPECT_EQ(limited.value("x-rate-limit-limit"), "1");
  EXPECT_EQ(limited.value("x-rate-limit-remaining"), "0");
  EXPECT_EQ(limited.value("x-rate-limit-reset"), "1767225660");
  EXPECT_EQ(limited.body,
            error_of("E0000047", "API call exceeded rate limit due to too many requests."));
  EXPECT_TRUE(scene.shelf->records().empty());
}

// Proves M14, M15.
TEST(HostTrustedOrigins, LinksStandOnLinesOfTheirOwn) {
  const OriginsScene scene;
  const TestOriginsHost host(scene.authority, scene.options());
  for (const char* const name : {"a", "b", "c"}) {
    ASSERT_TRUE(scene.authority->create(input_of(name), "owner"));
  }
  std::string target = std::string(kPath) + "?filter=type%20eq%20%22CORS%22&limit=2";
  std::vector<std::size_t> links;
  std::string bodies;
  while (!target.empty()) {
    const RawResponse response = exchange(host.port(), request_text("GET", target, sent()));
    links.push_back(response.values("link").size());
    bodies += response.body;
    target.clear();
    for (const std::string& link : response.values("link")) {
      const std::size_t end = link.find(">; rel=\"next\"");
      if (end == std::string::npos) continue;
      const std::string server = "<http://api.example.com";
      ASSERT_TRUE(link.starts_with(server)) << link;
      target = link.substr(server.size(), end - server.size());
    }
  }
  EXPECT_EQ(links, (std::vector<std::size_t>{2, 1}));
  for (const char* const name : {"a", "b", "c"}) {
    const std::string field = R"("name":")" + std::string(name) + "\"";
    EXPECT_NE(bodies.find(field), std::string::npos) << name;
    EXPECT_EQ(bodies.find(field), bodies.rfind(field)) << name;
  }
}

TEST(HostTrustedOrigins, HidesNoRequestInABody) {
  const OriginsScene scene;
  const TestOriginsHost host(scene.authority, scene.options());
  const std::string hidden = request_text("GET", "/page", sent());
  const HeaderLines length = {{"Content-Length", std::to_string(hidden.size())}};
  const struct {
    const char* desc;
    std::string head;
  } rows[] = {
      {"after a GET", request_text("GET", kPath, sent(length))},
      {"after a HEAD", request_text("HEAD", kPath, sent(length))},
      {"after a DELETE in chunks",
       request_text("DELETE", kPath, sent({{"Transfer-Encoding", "chunked"}}))},
      {"behind a chunk that is longer than it says",
       request_text("POST", kPath, sent({{"Transfer-Encoding", "chunked"}}), "4\r\nbodyXX\r\n")},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    RawConnection connection(host.port());
    connection.send(row.head);
    connection.send(hidden);
    connection.send(request_text("GET", kPath, sent({{"Connection", "close"}}, "")));
    EXPECT_EQ(connection.receive_until_closed().find("text/html"), std::string::npos);
  }
}

TEST(HostTrustedOrigins, StandsBehindTheMiddleware) {
  const OriginsScene scene;
  const TestOriginsHost host(scene.authority, scene.options(), make_test_gate());
  const RawResponse refused =
      exchange(host.port(), with_body("POST", kPath, kMade, {{"Origin", kEvil}}));
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(scene.shelf->records().empty()) << "the page's policy is asked first";
  EXPECT_EQ(exchange(host.port(), with_body("POST", kPath, kMade)).status, 200);
  EXPECT_EQ(exchange(host.port(), with_body("POST", kPath, kMade)).status, 400);
}

TEST(HostTrustedOrigins, MountsNothingWithWrongOptions) {
  const OriginsScene scene;
  TrustedOriginsOptions options = scene.options();
  options.base_url = "admin.example";
  const TestOriginsHost host(scene.authority, options);
  EXPECT_NE(host.problem().find("base-url"), std::string::npos) << host.problem();
  EXPECT_EQ(exchange(host.port(), request_text("GET", kPath, sent())).body, "");
}

TEST(HostTrustedOrigins, LosesNoneOfWhatManyPost) {
  constexpr int kClients = 4;
  constexpr int kEach = 100;
  const OriginsScene scene;
  const TestOriginsHost host(scene.authority, scene.options(1'000'000));
  std::atomic<int> made{0};
  std::vector<std::thread> clients;
  for (int client = 0; client < kClients; ++client) {
    clients.emplace_back([&, client] {
      for (int i = 0; i < kEach; ++i) {
        const std::string name = std::to_string(client) + "-" + std::to_string(i);
        const std::string body = R"({"name":")" + name + R"(","origin":"https://o)" + name +
                                 R"(.example","scopes":[{"type":"CORS"}]})";
        if (exchange(host.port(), with_body("POST", kPath, body)).status == 200) ++made;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(made, kClients * kEach);
  EXPECT_EQ(scene.shelf->records().size(), std::size_t{kClients * kEach});
}

}  // namespace
}  // namespace corsac::testing
