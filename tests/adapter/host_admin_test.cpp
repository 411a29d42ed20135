// The admin API on a real listener.

#include "adapter/host_policy.hpp"
#include "corsac/adapter/admin_api.hpp"
#include "corsac/base/sha256.hpp"

namespace corsac::testing {
namespace {

std::shared_ptr<AdminApi> make_api() {
  const auto api = AdminApi::make(
      make_test_gate(), {.tokens = {{"owner", AdminScope::Manage, sha256("manage-token")}}});
  return api ? *api : nullptr;
}

const HeaderLines kToken = {{"Host", "127.0.0.1"}, {"Authorization", "Bearer manage-token"}};
const HeaderLines kNoToken = {{"Host", "127.0.0.1"}};

TEST(HostAdmin, AnswersOnTheWire) {
  const TestAdminHost host(make_api());
  const HeaderLines every = {{"cache-control", "no-store"}, {"x-content-type-options", "nosniff"}};
  const std::pair<std::string, std::string> json = {"content-type", "application/json"};
  const struct {
    const char* desc;
    std::string request;
    int status;
    HeaderLines headers;
  } rows[] = {
      {"health", request_text("GET", "/healthz", kNoToken), 200, lines(every, {kPlain})},
      {"health by HEAD", request_text("HEAD", "/healthz", kNoToken), 200, lines(every, {kPlain})},
      {"status", request_text("GET", "/api/status", kToken), 200, lines(every, {json})},
      {"a query", request_text("GET", "/api/events?numberOfResults=2&reason=origin_null", kToken),
       200, lines(every, {json})},
      {"a wrong query", request_text("GET", "/api/events?x=%0d%0aSet-Cookie:a", kToken), 400,
       lines(every, {json})},
      {"a reload as curl sends it, without a length", request_text("POST", "/api/reload", kToken),
       200, lines(every, {json})},
      {"no token", request_text("GET", "/api/status", kNoToken), 401,
       lines(every, {json, {"www-authenticate", "Bearer realm=\"corsac\""}})},
      {"a preflight is nobody's business",
       request_text(
           "OPTIONS", "/api/status",
           {{"Host", "127.0.0.1"}, {"Origin", kApp}, {"Access-Control-Request-Method", "GET"}}),
       401, lines(every, {json, {"www-authenticate", "Bearer realm=\"corsac\""}})},
      {"a rebound name", request_text("GET", "/page", {{"Host", "rebound.example"}}), 421,
       lines(every, {json})},
      {"a route of the listener", request_text("GET", "/page", kNoToken), 200,
       lines(every, {{"content-type", "text/html"}})},
      {"no route", request_text("GET", "/nowhere", kNoToken), 404, lines(every, {json})},
      {"garbage", "garbage\r\n\r\n", 400, lines(every, {json})},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const RawResponse response = exchange(host.port(), row.request);
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.header_set(), row.headers);
    EXPECT_TRUE(response.is_whole);
  }
}

TEST(HostAdmin, HidesNoRequestInABody) {
  const TestAdminHost host(make_api());
  const std::string hidden = request_text("GET", "/page", kNoToken);
  const HeaderLines length = lines(kNoToken, {{"Content-Length", std::to_string(hidden.size())}});
  const struct {
    const char* desc;
    std::string head;
  } rows[] = {
      {"after a POST", request_text("POST", "/api/reload", length)},
      {"after a GET", request_text("GET", "/healthz", length)},
      {"after a HEAD", request_text("HEAD", "/healthz", length)},
      {"after an upgrade", request_text("GET", "/healthz", upgrade(length))},
      {"after an upgrade without a token", request_text("GET", "/api/status", upgrade(length))},
      {"behind a length that is no number",
       request_text("GET", "/healthz", lines(kNoToken, {{"Content-Length", "5x92"}}))},
      {"behind a length with a blank before the colon",
       request_text("GET", "/healthz", lines(kNoToken, {{"Content-Length ", "92"}}))},
      {"behind a chunk that is longer than it says",
       request_text("POST", "/nowhere", lines(kNoToken, {{"Transfer-Encoding", "chunked"}}),
                    "4\r\nbodyXX\r\n")},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    RawConnection connection(host.port());
    connection.send(row.head);
    // The head alone: 0.53 names no length for what it answers to an upgrade.
    EXPECT_NE(connection.receive(AnswerTo::Head).status, 0);
    connection.send(hidden);
    connection.send(request_text("GET", "/healthz", lines(kNoToken, {{"Connection", "close"}})));
    EXPECT_EQ(connection.receive_until_closed().find("text/html"), std::string::npos);
  }
}

TEST(HostAdmin, AnswersRequestsWithABodyWhole) {
  const TestAdminHost host(make_api());
  const HeaderLines every = {{"cache-control", "no-store"}, {"x-content-type-options", "nosniff"}};
  const HeaderLines json = lines(every, {{"content-type", "application/json"}});
  const HeaderLines length = lines(kNoToken, {{"Content-Length", "4"}});
  const std::string refusal =
      R"({"error":"token_missing","message":"send the token as `Authorization: Bearer TOKEN`"})"
      "\n";
  const HeaderLines unauthorized = lines(json, {{"www-authenticate", "Bearer realm=\"corsac\""}});
  const struct {
    const char* desc;
    std::string request;
    int status;
    HeaderLines headers;
    std::string body;
    std::size_t length;
  } rows[] = {
      {"a GET", request_text("GET", "/healthz", length, "body"), 200, lines(every, {kPlain}),
       "ok\n", 3},
      {"a HEAD", request_text("HEAD", "/healthz", length, "body"), 200, lines(every, {kPlain}), "",
       3},
      {"a POST without a token", request_text("POST", "/api/reload", length, "body"), 401,
       unauthorized, refusal, refusal.size()},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const RawResponse response = exchange(host.port(), row.request);
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.header_set(), row.headers);
    EXPECT_EQ(response.body, row.body);
    EXPECT_EQ(response.value("content-length"), std::to_string(row.length));
    EXPECT_TRUE(response.is_whole);
  }
}

}  // namespace
}  // namespace corsac::testing
