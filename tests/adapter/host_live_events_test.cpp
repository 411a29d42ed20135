// Events as they happen, on a real listener.

#include <optional>

#include "adapter/host_policy.hpp"
#include "corsac/adapter/admin_api.hpp"
#include "corsac/adapter/live_events.hpp"
#include "corsac/base/sha256.hpp"
#include "support/eventually.hpp"

namespace corsac::testing {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

const HeaderLines kToken = {{"Host", "127.0.0.1"}, {"Authorization", "Bearer read-token"}};

struct Scene {
  explicit Scene(std::size_t event_capacity = 100,
                 LiveEventsOptions options = {.heartbeat = 15s, .step = 20ms}) {
    Policy policy = app_policy();
    policy.cors.debug = true;
    gate = make_test_gate(policy, {.event_capacity = event_capacity});
    const auto api = AdminApi::make(gate, {.tokens = tokens});
    live = LiveEvents::make(*api, gate, options);
    host.emplace(*api, live, 12U);
  }
  // So many refusals of this origin.
  void refuse(const std::string& origin, int times = 1) const {
    for (int i = 0; i < times; ++i) {
      RequestView request{.method = "GET", .target = "/a", .path = "/a"};
      request.origin = {.value = origin, .lines = 1};
      request.host = {.value = "api.example.com", .lines = 1};
      GateDecision decided;
      gate->decide(request, decided);
    }
  }
  [[nodiscard]] bool has_streams(std::size_t count) const {
    return test::eventually([&] { return live->streams() == count; });
  }

  AdminTokenSet tokens = {{"reader", AdminScope::Read, sha256("read-token")}};
  std::shared_ptr<Gate> gate;
  std::shared_ptr<LiveEvents> live;
  std::optional<TestAdminHost> host;
};

// One client that follows the stream.
struct Follower {
  explicit Follower(const Scene& scene, const std::string& query = "", HeaderLines more = {})
      : connection(scene.host->port()) {
    connection.send(request_text("GET", std::string(kLiveEventsPath) + query, lines(kToken, more)));
    head = connection.receive_until("retry: 3000\n\n");
  }
  // What comes up to the end of the block with this text in it.
  std::string read_to(const std::string& text) {
    std::string told = connection.receive_until(text);
    return told += connection.receive_until("\n\n");
  }
  RawConnection connection;
  std::string head;
};

std::string id(std::uint64_t seq) { return "id: " + std::to_string(seq) + "\n"; }

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(HostLiveEvents, TellWhatHappensFromNowOn) {
  const Scene scene;
  scene.refuse("https://before.example");
  Follower follower(scene);
  EXPECT_TRUE(has(follower.head, "HTTP/1.1 200"));
  EXPECT_TRUE(has(follower.head, "Content-Type: text/event-stream\r\n"));
  EXPECT_TRUE(has(follower.head, "Cache-Control: no-store\r\n"));
  EXPECT_FALSE(has(follower.head, "Access-Control"));
  scene.refuse(kEvil);
  const std::string told = follower.read_to(id(2));
  EXPECT_FALSE(has(told, "before.example"));
  EXPECT_TRUE(has(told, "data: {\"type\":\"event\",\"time\":")) << told;
  EXPECT_TRUE(has(told, R"("reason":"origin_not_allowed","value":"https://evil.example")")) << told;
}

TEST(HostLiveEvents, GoOnBehindTheLastOneThatTheClientHas) {
  const struct {
    const char* desc;
    std::string query;
    HeaderLines more;
    std::string end;                // of what is read
    std::vector<std::string> told;  // in it
    std::vector<std::string> untold;
  } rows[] = {
      {"by the header", "", {{"Last-Event-ID", "98"}}, id(100), {id(99)}, {id(98), "gap"}},
      {"by the parameter", "?after=98", {}, id(100), {id(99)}, {id(98), "gap"}},
      {"the header goes first", "?after=99", {{"Last-Event-ID", "97"}}, id(100), {id(98)}, {"gap"}},
      {"some fell out",
       "",
       {{"Last-Event-ID", "10"}},
       id(100),
       {"id: 90\nevent: gap\ndata: {\"type\":\"gap\",\"first\":11,\"last\":90,\"lost\":80,"
        "\"cause\":\"overwritten\"}\n\n",
        id(91)},
       {}},
      {"the program began again",
       "",
       {{"Last-Event-ID", "5000"}},
       id(100),
       {"\"first\":1,\"last\":0,\"lost\":0,\"cause\":\"restarted\"}\n\n", "\"lost\":90", id(91)},
       {}},
      {"filtered",
       "?after=90&message=*example.net*&reason=origin_not_allowed",
       {},
       id(100),
       {},
       {id(99)}},
  };
  const Scene scene(10);
  scene.refuse(kEvil, 99);
  scene.refuse("https://app.example.net");
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    Follower follower(scene, row.query, row.more);
    const std::string told = follower.read_to(row.end);
    for (const std::string& text : row.told) EXPECT_TRUE(has(told, text)) << text << "\n" << told;
    for (const std::string& text : row.untold) EXPECT_FALSE(has(told, text)) << text;
  }
  EXPECT_TRUE(scene.has_streams(0));
}

TEST(HostLiveEvents, AnswerWhatIsWrong) {
  const Scene scene;
  const struct {
    const char* desc;
    std::string request;
    int status;
    std::string part;
  } rows[] = {
      {"no token", request_text("GET", "/api/events/live", {{"Host", "127.0.0.1"}}), 401,
       "token_missing"},
      {"a token nobody knows",
       request_text("GET", "/api/events/live",
                    {{"Host", "127.0.0.1"}, {"Authorization", "Bearer x"}}),
       401, "token_unknown"},
      {"a rebound name",
       request_text("GET", "/api/events/live",
                    {{"Host", "rebound.example"}, {"Authorization", "Bearer read-token"}}),
       421, "host_not_allowed"},
      {"rows", request_text("GET", "/api/events/live?startRow=1", kToken), 400,
       "the parameters are reason message type start end after"},
      {"a reason that is none", request_text("GET", "/api/events/live?reason=x", kToken), 400,
       "write one of origin_not_allowed"},
      {"bytes that break a line", request_text("GET", "/api/events/live?a%0d%22=1", kToken), 400,
       "not understood: a\\\\x0D"},
      {"an id that is no number",
       request_text("GET", "/api/events/live", lines(kToken, {{"Last-Event-ID", "x"}})), 400,
       "Last-Event-ID"},
      {"two ids",
       request_text("GET", "/api/events/live",
                    lines(kToken, {{"Last-Event-ID", "1"}, {"Last-Event-ID", "2"}})),
       400, "Last-Event-ID"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const RawResponse response = exchange(scene.host->port(), row.request);
    EXPECT_EQ(response.status, row.status);
    EXPECT_TRUE(has(response.body, row.part)) << response.body;
    EXPECT_TRUE(response.is_whole);
  }
  const RawResponse head =
      exchange(scene.host->port(), request_text("HEAD", "/api/events/live", kToken));
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(scene.has_streams(0)) << "neither a refusal nor a HEAD keeps one";
}

TEST(HostLiveEvents, AreEightAtMostAndForgetWhoIsGone) {
  const Scene scene;
  std::vector<std::unique_ptr<Follower>> followers;
  for (int i = 0; i < 8; ++i) followers.push_back(std::make_unique<Follower>(scene));
  const std::string one_more = request_text("GET", "/api/events/live", kToken);
  const RawResponse refused = exchange(scene.host->port(), one_more);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.value("retry-after"), "10");
  EXPECT_TRUE(has(refused.body, "too_many_streams")) << refused.body;
  scene.refuse(kEvil);
  for (const auto& follower : followers) {
    EXPECT_TRUE(has(follower->read_to(id(1)), "evil.example"));
  }
  // Nothing is sent to them, and still it is noticed.
  followers.resize(3);
  EXPECT_TRUE(scene.has_streams(3));
  Follower follower(scene, "?after=0");
  EXPECT_TRUE(has(follower.read_to(id(1)), "evil.example"));
}

TEST(HostLiveEvents, AreKeptAliveByHeartbeats) {
  const Scene scene(100, {.heartbeat = 1ms, .step = 10ms});
  Follower follower(scene, "?reason=origin_null");
  EXPECT_TRUE(has(follower.read_to(": heartbeat"), "\n\n"));
  scene.refuse(kEvil);
  // What the filter leaves out moves the id, or a client that comes again would be told of a gap.
  const std::string told = follower.read_to(id(1));
  EXPECT_TRUE(has(told, ": heartbeat\n" + id(1))) << told;
  EXPECT_FALSE(has(told, "evil.example"));
}

TEST(HostLiveEvents, AreKeptAliveWhileOthersHappen) {
  const Scene scene(100, {.heartbeat = 1ms, .step = 10s});
  Follower follower(scene, "?reason=origin_null");
  // The step is long: each look comes from an event that the filter leaves out.
  EXPECT_TRUE(test::eventually([&] {
    scene.refuse(kEvil);
    return scene.gate->events().last_seq() > 3;
  }));
  EXPECT_TRUE(has(follower.read_to(": heartbeat"), ": heartbeat\nid: "));
}

TEST(HostLiveEvents, EndWithTheirToken) {
  Scene scene;
  Follower follower(scene);
  scene.refuse(kEvil);
  EXPECT_TRUE(has(follower.read_to(id(1)), "evil.example"));
  scene.tokens.replace({{"another", AdminScope::Read, sha256("another-token")}});
  EXPECT_TRUE(has(follower.connection.receive_until("0\r\n\r\n"), "0\r\n\r\n"));
  EXPECT_TRUE(scene.has_streams(0));
}

TEST(HostLiveEvents, EndInOrder) {
  const Scene scene;
  Follower first(scene);
  Follower second(scene);
  EXPECT_TRUE(scene.live->end(std::chrono::steady_clock::now() + 10s));
  for (Follower* follower : {&first, &second}) {
    EXPECT_TRUE(has(follower->connection.receive_until("0\r\n\r\n"), "0\r\n\r\n"))
        << "the last chunk";
  }
  EXPECT_EQ(exchange(scene.host->port(), request_text("GET", "/api/events/live", kToken)).status,
            503);
}

}  // namespace
}  // namespace corsac::testing
