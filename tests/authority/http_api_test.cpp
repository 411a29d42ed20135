#include "corsac/authority/http_api.hpp"

#include "authority/api_fixture.hpp"

namespace corsac::testing {
namespace {

using ScopeType = TrustedOrigin::ScopeType;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kBase = "http://admin.example:8443/api/v1/trustedOrigins";
constexpr const char* kPath = "/api/v1/trustedOrigins";
constexpr const char* kId = "tos6474846204000ffff";
constexpr const char* kIdB = "tos6474846204001ffff";
constexpr const char* kIdC = "tos6474846204002ffff";

struct Shown {
  std::string id = kId;
  std::string name = "a";
  std::string origin = "https://a.example";
  std::string scopes = R"({"type":"CORS"})";
  bool is_active = true;
  std::string updated = "2026-01-01T00:00:00.000Z";
};

// A record as the API writes it.
std::string json_of(const Shown& shown) {
  const std::string self = std::string(kBase) + "/" + shown.id;
  const auto link = [&](const std::string& name, const std::string& end, const char* allow) {
    return "\"" + name + R"(":{"href":")" + self + end + R"(","hints":{"allow":[)" + allow + "]}}";
  };
  const std::string to_self = link("self", "", R"("GET","PUT","DELETE")");
  const std::string links =
      shown.is_active ? to_self + "," + link("deactivate", "/lifecycle/deactivate", R"("POST")")
                      : link("activate", "/lifecycle/activate", R"("POST")") + "," + to_self;
  return R"({"id":")" + shown.id + R"(","name":")" + shown.name + R"(","origin":")" + shown.origin +
         R"(","scopes":[)" + shown.scopes + R"(],"status":")" +
         (shown.is_active ? "ACTIVE" : "INACTIVE") +
         R"(","created":"2026-01-01T00:00:00.000Z","createdBy":"owner","lastUpdated":")" +
         shown.updated + R"(","lastUpdatedBy":"owner","_links":{)" + links + "}}";
}

std::string ok(const std::string& body, const std::vector<std::string>& links = {}) {
  std::string text = "200 application/json\n";
  for (const std::string& link : links) text += "Link: " + link + "\n";
  return text + body;
}

std::string link(const std::string& query, const std::string& relation) {
  return "<" + std::string(kBase) + "?" + query + ">; rel=\"" + relation + "\"";
}

std::string one(const std::string& id, const std::string& more = "") {
  return std::string(kPath) + "/" + id + more;
}

// One record's life, step by step.
TEST(HttpApi, AnswersWhole) {
  const ApiScene scene;
  const std::string made =
      R"({"name":"a","origin":"https://a.example","scopes":[{"type":"CORS"}]})";
  const Shown a;
  const Shown later = {.updated = "2026-01-01T00:00:01.000Z"};
  const Shown inactive = {.is_active = false, .updated = "2026-01-01T00:00:01.000Z"};
  const Shown replaced = {.name = "b",
                          .origin = "http://b.example:8080/",
                          .scopes = R"({"type":"REDIRECT"},)"
                                    R"({"type":"IFRAME_EMBED","allowedOktaApps":[]})",
                          .is_active = false,
                          .updated = "2026-01-01T00:00:01.000Z"};
  // As the SDK does: all of what was read, with one change.
  const std::string put = json_of(replaced);
  const std::string status = R"(,"status":"ACTIVE")";
  Shown active = replaced;
  active.is_active = true;
  const std::string not_found = error_text(
      404, "E0000007", std::string("Not found: Resource not found: ") + kId + " (TrustedOrigin)");
  const struct {
    const char* desc;
    Sent sent;
    std::string answer;
  } rows[] = {
      {"M9: an empty list", {}, ok("[]", {link("limit=20", "self")})},
      {"M1, M7, M8, M16: create", {.method = "POST", .body = made}, ok(json_of(a))},
      {"M17: get", {.target = one(kId), .content_type = ""}, ok(json_of(a))},
      {"M17: HEAD is as GET", {.method = "HEAD", .target = one(kId)}, ok(json_of(a))},
      {"M9: list", {}, ok("[" + json_of(a) + "]", {link("limit=20", "self")})},
      {"M23: by a token that reads", {.target = one(kId), .authorization = kRead}, ok(json_of(a))},
      {"M20: activate what is active",
       {.method = "POST", .target = one(kId, "/lifecycle/activate"), .content_type = ""},
       ok(json_of(a))},
      {"M8, M20: deactivate",
       {.method = "POST", .target = one(kId, "/lifecycle/deactivate"), .content_type = ""},
       ok(json_of(inactive))},
      {"M20: deactivate what is inactive",
       {.method = "POST", .target = one(kId, "/lifecycle/deactivate"), .content_type = ""},
       ok(json_of(inactive))},
      {"M4, M6, M18: replace with the whole record",
       {.method = "PUT", .target = one(kId), .body = put},
       ok(json_of(replaced))},
      {"M19: replace without a status",
       {.method = "PUT", .target = one(kId), .body = made},
       ok(json_of(inactive))},
      {"M18: replace with a status",
       {.method = "PUT",
        .target = one(kId),
        .body = made.substr(0, made.size() - 1) + status + "}"},
       ok(json_of(later))},
      {"M16: create again with a status that clients send",
       {.method = "POST",
        .body = R"({"status":"ACTIVE","origin":"https://c.example","name":"c","x":{"y":[1]},)"
                R"("scopes":[{"type":"IFRAME_EMBED","allowedOktaApps":["OKTA_ENDUSER"]}]})"},
       ok([] {
         std::string json =
             json_of({.id = "tos64748462f8240ffff",
                      .name = "c",
                      .origin = "https://c.example",
                      .scopes = R"({"type":"IFRAME_EMBED","allowedOktaApps":["OKTA_ENDUSER"]})",
                      .updated = "2026-01-01T00:00:01.000Z"});
         const std::size_t created = json.find("T00:00:00");
         return json.replace(created, 9, "T00:00:01");
       }())},
      {"M21: delete", {.method = "DELETE", .target = one(kId), .content_type = ""}, "204 \n"},
      {"M17: get what is gone", {.target = one(kId)}, not_found},
      {"M21: delete what is gone", {.method = "DELETE", .target = one(kId)}, not_found},
      {"replace what is gone", {.method = "PUT", .target = one(kId), .body = made}, not_found},
      {"activate what is gone",
       {.method = "POST", .target = one(kId, "/lifecycle/activate")},
       not_found},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    if (std::string_view(row.desc).find("deactivate") != std::string_view::npos &&
        scene.clock->wall_now() == test::FakeClock::kStart) {
      scene.clock->advance(seconds(1));
    }
    EXPECT_EQ(text_of(scene.ask(row.sent)), row.answer);
  }
}

// Proves M22, M24, M25.
TEST(HttpApi, EveryAnswerHasItsHeaders) {
  const ApiScene scene({.requests_per_minute = 60});
  scene.clock->advance(milliseconds(500));
  std::vector<std::pair<std::string, std::string>> every = {
      {"Date", "Thu, 01 Jan 2026 00:00:00 GMT"},
      {"Cache-Control", "no-cache, no-store"},
      {"Pragma", "no-cache"},
      {"Expires", "0"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Okta-Request-Id", "req6789abcdef0123456789abcd"},
      {"X-Rate-Limit-Limit", "60"},
      {"X-Rate-Limit-Remaining", "59"},
      {"X-Rate-Limit-Reset", "1767225602"},
  };
  EXPECT_EQ(scene.ask({.method = "DELETE", .target = one("x")}).headers, every);
  every.emplace_back("WWW-Authenticate", "Bearer realm=\"corsac\"");
  EXPECT_EQ(scene.ask({.authorization = ""}).headers, every) << "strangers have their own";
}

// Proves M13, M14, M15.
TEST(HttpApi, GoesThroughPagesByLinksAlone) {
  const ApiScene scene;
  const std::string a = scene.add("a");
  const std::string b = scene.add("b", {{ScopeType::Redirect}});
  const std::string c = scene.add("c");
  const Shown shown_b = {kIdB, "b", "https://b.example", R"({"type":"REDIRECT"})"};
  const Shown shown_c = {kIdC, "c", "https://c.example"};
  const std::string behind_b = to_cursor(RecordKey{1'767'225'600'000'000'000, b});
  const std::string behind_a = to_cursor(RecordKey{1'767'225'600'000'000'000, a});
  const std::string behind_text =
      to_cursor(TextPlace{"https://a.example", {1'767'225'600'000'000'000, a}});
  const std::string filter = "filter=status%20eq%20%22ACTIVE%22";
  const struct {
    const char* desc;
    std::string query;
    std::string answer;
  } rows[] = {
      {"the first two", "?limit=2",
       ok("[" + json_of({}) + "," + json_of(shown_b) + "]",
          {link("limit=2", "self"), link("after=" + behind_b + "&limit=2", "next")})},
      {"the rest", "?after=" + behind_b + "&limit=2",
       ok("[" + json_of(shown_c) + "]", {link("after=" + behind_b + "&limit=2", "self")})},
      {"M15: q is repeated", "?q=HTTPS%3A//&limit=1",
       ok("[" + json_of({}) + "]",
          {link("limit=1&q=HTTPS%3A%2F%2F", "self"),
           link("after=" + behind_text + "&limit=1&q=HTTPS%3A%2F%2F", "next")})},
      {"M15: the filter is repeated", "?filter=status+eq+%22ACTIVE%22&limit=1",
       ok("[" + json_of({}) + "]", {link("limit=1&" + filter, "self"),
                                    link("after=" + behind_a + "&limit=1&" + filter, "next")})},
      {"M11: a filter in one page", "?filter=type%20eq%20%22REDIRECT%22",
       ok("[" + json_of(shown_b) + "]",
          {link("limit=20&filter=type%20eq%20%22REDIRECT%22", "self")})},
      {"what it does not know, and a search for nothing", "?expand=x&q=&&",
       ok("[" + json_of({}) + "," + json_of(shown_b) + "," + json_of(shown_c) + "]",
          {link("limit=20", "self")})},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    EXPECT_EQ(text_of(scene.ask({.target = kPath + row.query})), row.answer);
  }
}

TEST(HttpApi, LinksBeginWhereClientsReachIt) {
  const struct {
    const char* desc;
    std::string base_url;
    bool is_tls;
    std::string self;
  } rows[] = {
      {"plain", "", false, "http://admin.example:8443"},
      {"TLS", "", true, "https://admin.example:8443"},
      {"behind a proxy", "https://outside.example", false, "https://outside.example"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const ApiScene scene({.base_url = row.base_url});
    const Sent sent;
    ApiRequest request = ApiScene::request_of(sent);
    request.is_tls = row.is_tls;
    EXPECT_EQ(scene.api->handle(request).headers.back().second,
              "<" + row.self + "/api/v1/trustedOrigins?limit=20>; rel=\"self\"");
  }
  for (const char* const bad : {"admin.example", "https://a.example/", "ftp://a.example", "null"}) {
    const auto api = TrustedOriginsApi::make(ApiScene().authority, {.base_url = bad});
    ASSERT_FALSE(api) << bad;
    EXPECT_EQ(api.error().problems().at(0).code, "base-url");
  }
}

// Proves M24.
TEST(HttpApi, LimitsEachTokenByItself) {
  const ApiScene scene({.requests_per_minute = 2});
  const std::string limited =
      error_text(429, "E0000047", "API call exceeded rate limit due to too many requests.");
  const auto remaining = [&](const char* authorization) {
    const ApiAnswer answer = scene.ask({.authorization = authorization});
    EXPECT_EQ(answer.status == 429, text_of(answer) == limited);
    return std::to_string(answer.status) + " " + answer.headers[7].second + " " +
           answer.headers[8].second;
  };
  EXPECT_EQ(remaining("SSWS wrong"), "401 1 1767225630");
  EXPECT_EQ(remaining(""), "401 0 1767225660");
  EXPECT_EQ(remaining("SSWS wrong"), "429 0 1767225660") << "strangers share one";
  EXPECT_EQ(remaining(kRead), "200 1 1767225630") << "and take nobody else's";
  EXPECT_EQ(remaining(kRead), "200 0 1767225660");
  EXPECT_EQ(remaining(kRead), "429 0 1767225660");
  EXPECT_EQ(remaining(kManage), "200 1 1767225630");
  scene.clock->advance(seconds(60));
  EXPECT_EQ(remaining(kRead), "200 1 1767225690") << "at the reset all of it is back";
}

TEST(HttpApi, ExchangesItsTokens) {
  AdminTokenSet tokens = {{"owner", AdminScope::Manage, sha256("manage-token")},
                          {"viewer", AdminScope::Read, sha256("read-token")}};
  const ApiScene scene({.tokens = tokens, .requests_per_minute = 2});
  const auto answer = [&](const char* authorization) {
    return scene.ask({.authorization = authorization}).status;
  };
  EXPECT_EQ(answer(kRead), 200);
  tokens.replace({{"owner", AdminScope::Manage, sha256("manage-token")}});
  EXPECT_EQ(answer(kRead), 401) << "withdrawn";
  EXPECT_EQ(answer(kManage), 200);
  tokens.replace({{"viewer", AdminScope::Read, sha256("read-token")}});
  EXPECT_EQ(answer(kRead), 200);
  EXPECT_EQ(answer(kRead), 429) << "the allowance is the one that it had";
}

TEST(HttpApi, TellsWhatComesOfRecordsWithinALimit) {
  const auto gate = make_gate({});
  ASSERT_TRUE(gate) << gate.error().text();
  const ApiScene scene({.gate = *gate});
  for (int i = 100; i < 160; ++i) {
    const std::string name = "n" + std::to_string(i);
    scene.shelf->put({.name = name,
                      .origin = "https://" + name + ".example",
                      .scopes = {{}},
                      .id = std::string(100, 'x') + name});
  }
  ASSERT_TRUE(scene.authority->refresh());
  std::vector<std::string> lines;
  for (const auto& [name, value] :
       scene.ask({.target = std::string(kPath) + "?limit=200"}).headers) {
    if (name == "X-Corsac-Without-Effect") lines.push_back(value);
  }
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[0].starts_with("CORS: without [cors] no record grants anything; ids=\"xxx"));
  EXPECT_LT(lines[0].size(), kEffectsLimitBytes + 100);
  EXPECT_EQ(lines[1], "...; ids=\"\"");
}

}  // namespace
}  // namespace corsac::testing
