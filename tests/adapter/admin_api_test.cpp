// The admin API as requests and answers, without a socket.

#include "corsac/adapter/admin_api.hpp"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "corsac/base/sha256.hpp"
#include "corsac/http/request_view.hpp"

namespace corsac {
namespace {

using Json = nlohmann::json;

constexpr int kEventCapacity = 1000;
// A sanitizer makes each of them ten times as slow, and nothing here needs one.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kManyOrigins = 50'000;
#else
constexpr int kManyOrigins = 1'000'000;
#endif

class FakeClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const noexcept override {
    return std::chrono::steady_clock::time_point(std::chrono::seconds(seconds.load()));
  }
  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const noexcept override {
    return std::chrono::system_clock::time_point(std::chrono::seconds(seconds.load()));
  }
  std::atomic<long> seconds{1000};
};

std::shared_ptr<Gate> debug_gate() {
  auto gate = make_gate({.cors = {.allowed_origins = {"https://app.example.com"}, .debug = true}},
                        {.event_capacity = kEventCapacity});
  return gate ? *gate : nullptr;
}

// A request of an origin that is not listed: one refusal, one event.
struct Refused {
  std::string_view origin;
  std::string_view method = "GET";
  std::string_view path = "/items";
  std::string_view host = "api.example.com";
};

void refuse(Gate& gate, const Refused& refused) {
  RequestView view;
  view.method = refused.method;
  view.target = view.path = refused.path;
  view.host = {refused.host, 1};
  view.origin = {refused.origin, 1};
  GateDecision decision;
  gate.decide(view, decision);
}

void refuse_one(Gate& gate, std::string_view origin) { refuse(gate, {.origin = origin}); }

std::vector<AdminToken> tokens() {
  return {{"reader", AdminScope::Read, sha256("read-token")},
          {"owner", AdminScope::Manage, sha256("manage-token")}};
}

std::shared_ptr<AdminApi> make_api(std::shared_ptr<Gate> gate, AdminOptions options = {}) {
  if (options.tokens.get()->empty()) options.tokens = tokens();
  auto api = AdminApi::make(std::move(gate), std::move(options));
  if (!api) {
    ADD_FAILURE() << api.error().text();
    return nullptr;
  }
  return *api;
}

AdminRequest get(std::string_view path, std::string_view authorization = "Bearer read-token") {
  AdminRequest request;
  request.method = "GET";
  request.path = path;
  request.host = {"127.0.0.1:8081", 1};
  if (!authorization.empty()) request.authorization = {authorization, 1};
  return request;
}

std::string error_of(const AdminAnswer& answer) {
  const Json json = Json::parse(answer.body, nullptr, false);
  return json.is_object() && json.contains("error") ? json["error"].get<std::string>() : "";
}

std::string header_of(const AdminAnswer& answer, std::string_view name) {
  for (const auto& [known, value] : answer.headers) {
    if (known == name) return value;
  }
  return {};
}

TEST(AdminApi, LetsNobodyInWithoutARightToken) {
  const auto api = make_api(debug_gate());
  const struct {
    const char* desc;
    const char* path;
    const char* method;
    HeaderField authorization;
    int status;
    const char* error;
  } rows[] = {
      {"no token", "/api/status", "GET", {}, 401, "token_missing"},
      {"an empty one", "/api/status", "GET", {"Bearer ", 1}, 401, "token_missing"},
      {"another scheme", "/api/status", "GET", {"Basic read-token", 1}, 401, "token_missing"},
      {"a wrong one", "/api/status", "GET", {"Bearer read-toke", 1}, 401, "token_unknown"},
      {"a hash is none",
       "/api/status",
       "GET",
       {"Bearer 3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7", 1},
       401,
       "token_unknown"},
      {"two lines", "/api/status", "GET", {"Bearer read-token", 2}, 401, "token_missing"},
      {"metrics too", "/metrics", "GET", {}, 401, "token_missing"},
      {"events too", "/api/events", "GET", {}, 401, "token_missing"},
      {"a wrong method does not tell first", "/api/status", "POST", {}, 401, "token_missing"},
      {"who may look may not change",
       "/api/reload",
       "POST",
       {"Bearer read-token", 1},
       403,
       "scope"},
      {"who may change may look", "/api/status", "GET", {"Bearer manage-token", 1}, 200, ""},
      {"the scheme in any case", "/api/status", "GET", {"bearer read-token", 1}, 200, ""},
      {"who may change", "/api/reload", "POST", {"Bearer manage-token", 1}, 200, ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    AdminRequest request = get(row.path);
    request.method = row.method;
    request.authorization = row.authorization;
    const auto answer = api->handle(request);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, row.status);
    EXPECT_EQ(error_of(*answer), row.error);
    EXPECT_EQ(header_of(*answer, "WWW-Authenticate").empty(), row.status != 401);
  }
}

TEST(AdminApi, GuardsItsHost) {
  const auto api = make_api(debug_gate(), {.allowed_hosts = {"admin.example.com", "ops:*"}});
  const struct {
    const char* desc;
    HeaderField host;
    bool is_http_1_0;
    int status;
  } rows[] = {
      {"an address", {"127.0.0.1:8081", 1}, false, 200},
      {"an address without a port", {"10.1.2.3", 1}, false, 200},
      {"an IPv6 address", {"[::1]:8081", 1}, false, 200},
      {"localhost", {"localhost:8081", 1}, false, 200},
      {"localhost in capitals", {"LOCALHOST", 1}, false, 200},
      {"a listed name", {"admin.example.com", 1}, false, 200},
      {"a listed name on any port", {"ops:99", 1}, false, 200},
      {"a name that was rebound", {"rebound.example:8081", 1}, false, 421},
      {"a name that begins like an address", {"127.0.0.1.evil.example", 1}, false, 421},
      {"a name below localhost", {"localhost.evil.example", 1}, false, 421},
      {"none", {}, false, 400},
      {"none under HTTP/1.0", {}, true, 421},
      {"two", {"127.0.0.1", 2}, false, 400},
      {"malformed", {"a b", 1}, false, 400},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    for (const char* path : {"/healthz", "/api/status"}) {
      AdminRequest request = get(path);
      request.host = row.host;
      request.is_http_1_0 = row.is_http_1_0;
      const auto answer = api->handle(request);
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->status, row.status);
    }
    AdminRequest other = get("/page");
    other.host = row.host;
    other.is_http_1_0 = row.is_http_1_0;
    EXPECT_EQ(api->handle(other).has_value(), row.status != 200) << "other routes are behind it";
  }
}

TEST(AdminApi, RefusesAListOfHostsThatIsWrong) {
  const auto api = AdminApi::make(debug_gate(), {.allowed_hosts = {"ok.example", "http://x", ""}});
  ASSERT_FALSE(api);
  ASSERT_EQ(api.error().problems().size(), 2U);
  EXPECT_EQ(api.error().problems()[0].path, "allowed_hosts[1]");
  EXPECT_EQ(api.error().problems()[0].code, "host-scheme");
  EXPECT_EQ(api.error().problems()[1].code, "host-empty");
}

TEST(AdminApi, LeavesOtherPathsToTheListener) {
  const auto api = make_api(debug_gate());
  for (const char* path : {"/", "/api", "/api/", "/api/status/", "/healthz/x", "/API/status"}) {
    EXPECT_FALSE(api->handle(get(path))) << path;
  }
}

TEST(AdminApi, NamesTheMethodThatIsNeeded) {
  const auto api = make_api(debug_gate());
  AdminRequest request = get("/api/status");
  request.method = "DELETE";
  auto answer = api->handle(request);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 405);
  EXPECT_EQ(header_of(*answer, "Allow"), "GET, HEAD");
  answer = api->handle(get("/api/reload", "Bearer manage-token"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 405);
  EXPECT_EQ(header_of(*answer, "Allow"), "POST");
  request = get("/healthz", "");
  request.method = "HEAD";
  EXPECT_EQ(api->handle(request)->status, 200);
  request.method = "OPTIONS";
  EXPECT_EQ(api->handle(request)->status, 405) << "no CORS here";
}

TEST(AdminApi, CountsEachTokensRequestsForItself) {
  const auto clock = std::make_shared<FakeClock>();
  const auto api = make_api(debug_gate(), {.requests_per_minute = 3, .clock = clock});
  const auto status = [&api](const char* authorization) {
    return api->handle(get("/api/status", authorization))->status;
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status("Bearer wrong"), 401);
  EXPECT_EQ(status("Bearer wrong"), 429);
  EXPECT_EQ(status(""), 429) << "all strangers share one allowance";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status("Bearer read-token"), 200);
  const auto refused = api->handle(get("/api/status"));
  EXPECT_EQ(refused->status, 429);
  EXPECT_EQ(error_of(*refused), "too_many_requests");
  EXPECT_EQ(header_of(*refused, "Retry-After"), "20");
  EXPECT_EQ(status("Bearer manage-token"), 200);
  EXPECT_EQ(api->handle(get("/healthz", ""))->status, 200) << "probes are not counted";
  clock->seconds += 20;
  EXPECT_EQ(status("Bearer read-token"), 200);
  EXPECT_EQ(status("Bearer read-token"), 429);
}

TEST(AdminApi, SaysHowItIs) {
  const auto gate = debug_gate();
  const auto api = make_api(gate);
  refuse_one(*gate, "https://evil.example");
  const auto health = api->handle(get("/healthz", ""));
  EXPECT_EQ(health->status, 200);
  EXPECT_EQ(health->body, "ok\n");
  EXPECT_EQ(health->content_type, "text/plain");

  const auto status = api->handle(get("/api/status"));
  EXPECT_EQ(status->status, 200);
  EXPECT_EQ(status->content_type, "application/json");
  const Json json = Json::parse(status->body);
  EXPECT_EQ(json["state"], "fresh");
  EXPECT_EQ(json["source"], "code");
  EXPECT_EQ(json["is_closed"], false);
  EXPECT_EQ(json["debug"], true);
  EXPECT_EQ(json["last_error"], nullptr);
  EXPECT_EQ(json["records"], nullptr) << "there is no second store";
  EXPECT_TRUE(json["problems"].is_array());
  EXPECT_EQ(json["requests"]["refused"], 1);
  EXPECT_EQ(json["requests"]["reasons"], (Json{{"origin_not_allowed", 1}}));
  for (const char* name :
       {"revision", "loaded_at", "last_answer_at", "loads", "failures", "next_try_in_ms"}) {
    EXPECT_TRUE(json.contains(name)) << name;
  }
}

TEST(AdminApi, CountsInPrometheusText) {
  const auto gate = debug_gate();
  const auto api = make_api(gate);
  refuse_one(*gate, "https://evil.example");
  const auto answer = api->handle(get("/metrics"));
  EXPECT_EQ(answer->content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(answer->body.find("corsac_requests_total{outcome=\"refused\"} 1\n"), std::string::npos);
  EXPECT_NE(answer->body.find("corsac_events_total 1\n"), std::string::npos);
  EXPECT_NE(answer->body.find("corsac_store_state{section=\"store\",state=\"fresh\"} 1\n"),
            std::string::npos);
}

Json events_of(AdminApi& api, std::vector<std::pair<std::string_view, std::string_view>> query) {
  AdminRequest request = get("/api/events");
  request.query = std::move(query);
  const auto answer = api.handle(request);
  EXPECT_EQ(answer->status, 200) << answer->body;
  return Json::parse(answer->body);
}

TEST(AdminApi, ShowsEventsNewestFirstInPages) {
  const auto gate = debug_gate();
  const auto api = make_api(gate);
  for (int i = 0; i < 30; ++i) refuse_one(*gate, "https://evil" + std::to_string(i) + ".example");
  refuse_one(*gate, "null");

  Json page = events_of(*api, {});
  EXPECT_EQ(page["total"], 31);
  EXPECT_EQ(page["dropped"], 0);
  ASSERT_EQ(page["events"].size(), 25U);
  EXPECT_EQ(page["events"][0]["reason"], "origin_null");
  EXPECT_EQ(page["events"][1]["origin"], "https://evil29.example");

  page = events_of(*api, {{"startRow", "30"}, {"numberOfResults", "5"}});
  ASSERT_EQ(page["events"].size(), 1U);
  EXPECT_EQ(page["events"][0]["seq"], 1);

  page = events_of(*api, {{"reason", "origin_null"}});
  EXPECT_EQ(page["total"], 1);
  page = events_of(*api, {{"type", "event"}, {"after", "29"}});
  EXPECT_EQ(page["total"], 2);
  page = events_of(*api, {{"type", "Debug"}, {"message", "EVIL2*.example"}});
  EXPECT_EQ(page["total"], 11);  // 2 and 20 to 29
  page = events_of(*api, {{"orderBy", "insertInstant ASC"}, {"numberOfResults", "1"}});
  EXPECT_EQ(page["events"][0]["seq"], 1);
  page = events_of(*api, {{"orderBy", "time desc"}, {"numberOfResults", "1"}});
  EXPECT_EQ(page["events"][0]["seq"], 31);
  page = events_of(*api, {{"orderBy", "seq"}, {"numberOfResults", "1"}});
  EXPECT_EQ(page["events"][0]["seq"], 31);
  page = events_of(*api, {{"start", "1970-01-01T00:00:00Z"}, {"end", "9000000000000"}});
  EXPECT_EQ(page["total"], 31);
  page = events_of(*api, {{"start", "99999999999999999"}});  // beyond what a clock holds
  EXPECT_EQ(page["total"], 0);
  page = events_of(*api, {{"end", "0"}});
  EXPECT_EQ(page["total"], 0);
  page = events_of(*api, {{"numberOfResults", "0"}});
  EXPECT_EQ(page["total"], 31);
  EXPECT_TRUE(page["events"].empty());
}

// Proves S34.
TEST(AdminApi, HasNoMoreSeriesAfterAMillionOrigins) {
  const auto gate = debug_gate();
  const auto api = make_api(gate);
  const auto series = [&api] {
    const auto answer = api->handle(get("/metrics"));
    return std::count(answer->body.begin(), answer->body.end(), '\n');
  };
  refuse_one(*gate, "https://first.example");  // brings the series of its rule and reason
  const auto before = series();
  std::size_t heap_bytes = 0;
  for (int i = 1; i < kManyOrigins; ++i) {
    const std::string number = std::to_string(i);
    refuse(*gate, {.origin = "https://o" + number + ".example",
                   .method = "M" + number,
                   .path = "/items/" + number,
                   .host = number + ".example.com"});
    if (i == 10 * kEventCapacity) heap_bytes = ::mallinfo2().uordblks;
  }
  // Whatever it is kept in. (A sanitizer's own heap says nothing.)
  EXPECT_LT(::mallinfo2().uordblks, heap_bytes + 1024 * 1024);
  EXPECT_EQ(series(), before);
  EXPECT_LE(gate->events().memory_bytes(), kEventCapacity * kRingBytesPerEvent);
  EXPECT_EQ(events_of(*api, {})["dropped"], kManyOrigins - kEventCapacity);
}

TEST(AdminApi, RefusesAQueryThatItDoesNotUnderstand) {
  const auto api = make_api(debug_gate());
  const struct {
    const char* desc;
    std::string_view name;
    std::string_view value;
  } rows[] = {
      {"an unknown name", "limit", "3"},
      {"a name in other capitals", "startrow", "3"},
      {"an unknown reason", "reason", "origin"},
      {"an empty reason", "reason", ""},
      {"another type", "type", "loads"},
      {"a type of FusionAuth's that is none here", "type", "Error"},
      {"not a moment", "start", "yesterday"},
      {"a negative moment", "end", "-1"},
      {"an empty moment", "end", ""},
      {"an order by another field", "orderBy", "origin DESC"},
      {"an unknown direction", "orderBy", "insertInstant DOWN"},
      {"an empty order", "orderBy", ""},
      {"not a number", "startRow", "x"},
      {"half a number", "startRow", "3x"},
      {"a negative number", "startRow", "-1"},
      {"an empty number", "after", ""},
      {"a number beyond all", "after", "99999999999999999999"},
      {"too many rows", "numberOfResults", "1001"},
      {"a name with control bytes", "a\r\nb", "1"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    AdminRequest request = get("/api/events");
    request.query = {{row.name, row.value}};
    const auto answer = api->handle(request);
    EXPECT_EQ(answer->status, 400);
    EXPECT_EQ(error_of(*answer), "parameter");
  }
}

TEST(AdminApi, SaysWhatAParameterMayBe) {
  const auto api = make_api(debug_gate());
  const struct {
    const char* desc;
    std::string_view name;
    std::string_view part;
  } rows[] = {
      {"a reason", "reason", "not understood: reason; write one of origin_not_allowed "},
      {"an order", "orderBy", "write insertInstant DESC, or insertInstant ASC"},
      {"a number of rows", "numberOfResults", "write a number from 0 to 1000"},
      {"a moment", "start", "write a time in RFC 3339, its + as %2B, or milliseconds"},
      {"no parameter", "limit", "not understood: limit; the parameters are reason message type "},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    AdminRequest request = get("/api/events");
    request.query = {{row.name, "nope"}};
    EXPECT_NE(api->handle(request)->body.find(row.part), std::string::npos)
        << api->handle(request)->body;
  }
}

TEST(AdminApi, ReloadsAPolicyMadeInCodeToNoEffect) {
  const auto api = make_api(debug_gate());
  AdminRequest request = get("/api/reload", "Bearer manage-token");
  request.method = "POST";
  const auto answer = api->handle(request);
  EXPECT_EQ(answer->status, 200);
  const Json json = Json::parse(answer->body);
  EXPECT_EQ(json["taken"], true);
  EXPECT_EQ(json["state"], "fresh");
  EXPECT_EQ(json["problems"], Json::array());
}

TEST(AdminApi, GuardsRoutesBesideItsOwn) {
  const auto api = make_api(debug_gate());
  EXPECT_FALSE(api->refuse_unless(get("/x"), AdminScope::Read));
  EXPECT_FALSE(api->refuse_unless(get("/x", "Bearer manage-token"), AdminScope::Manage));
  EXPECT_EQ(api->refuse_unless(get("/x"), AdminScope::Manage)->status, 403);
  EXPECT_EQ(api->refuse_unless(get("/x", ""), AdminScope::Read)->status, 401);
}

}  // namespace
}  // namespace corsac
