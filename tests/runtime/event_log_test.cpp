#include "corsac/runtime/event_log.hpp"

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "corsac/http/own_origin.hpp"
#include "corsac/policy/compile.hpp"
#include "corsac/runtime/event_line_limits.hpp"
#include "support/eventually.hpp"
#include "support/fake_clock.hpp"
#include "support/request.hpp"

namespace corsac {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

// Of a second.
constexpr int kLinesOfOneReason = kLinesPerSecond - kReservedLines;

using std::chrono::seconds;
using test::eventually;
using test::FakeClock;
using test::Request;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

SnapshotPtr a_snapshot() {
  Policy policy;
  policy.cors.allowed_origins = {"https://app.example.com"};
  policy.cors.allowed_methods = {"PUT"};
  policy.cors.debug = true;
  policy.revision = "7f";
  auto compiled = compile_policy(policy, {});
  EXPECT_TRUE(compiled.has_value());
  return compiled->snapshot;
}

// A log with a clock that stands still, and what it wrote.
struct Scene {
  std::shared_ptr<FakeClock> clock = std::make_shared<FakeClock>();
  SnapshotPtr snapshot = a_snapshot();
  mutable std::mutex mutex = {};
  std::vector<std::string> written = {};  // by mutex
  std::optional<EventLog> log = {};

  explicit Scene(std::size_t capacity = 100) {
    log.emplace(capacity, clock, [this](std::string_view line) {
      const std::lock_guard lock(mutex);
      written.emplace_back(line);
    });
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex);
    return written;
  }
  void forget_lines() {
    const std::lock_guard lock(mutex);
    written.clear();
  }
  Decision record(RequestView& request) {
    const Decision decision = snapshot->decide(request);
    EXPECT_NE(decision.reason, Reason::None);
    log->record(*snapshot, request, decision);
    return decision;
  }
  void record_origin(const std::string& origin) {
    Request request("GET", "/", {{"Origin", origin}, {"Host", "api.example.com"}});
    record(request.view());
  }
  Event last() const { return log->find({}).events.at(0); }
};

// Proves M91.
TEST(EventLog, TellsEverythingAboutARefusal) {
  Scene scene;
  const OwnOrigin own({.public_origins = {"https://api.example.com"}, .trusted_proxies = {}});
  Request request("POST", "/items?token=secret",
                  {{"Host", "api.example.com"},
                   {"Origin", "https://evil.example"},
                   {"Content-Type", "application/json"},
                   {"Referer", "https://evil.example/page?session=secret"},
                   {"Cookie", "session=secret"},
                   {"Authorization", "Bearer secret"},
                   {"X-Token", "secret"}});
  request.view().own = &own;
  const Decision decision = scene.record(request.view());
  ASSERT_EQ(scene.lines().size(), 1U);
  const Json event = Json::parse(scene.lines()[0]);
  EXPECT_THAT(event["hint"].get<std::string>(), Not(HasSubstr("secret")));
  EXPECT_NE(event["hint"], "");
  EXPECT_EQ(event, (Json{{"type", "event"},
                         {"time", "2026-01-01T00:00:00Z"},
                         {"seq", 1},
                         {"revision", "7f"},
                         {"outcome", "blocked"},
                         {"reason", "origin_not_allowed"},
                         {"value", "https://evil.example"},
                         {"rule", scene.snapshot->rule(decision.rule).name},
                         {"place", ""},
                         {"status", 403},
                         {"report_only", false},
                         {"own_origin", "https://api.example.com"},
                         {"method", "POST"},
                         {"path", "/items"},
                         {"target", ""},
                         {"content_type", "application/json"},
                         {"host", "api.example.com"},
                         {"origin", "https://evil.example"},
                         {"referer", "https://evil.example/page"},
                         {"client", "127.0.0.1"},
                         {"header_names", Json::array({"Host", "Origin", "Content-Type", "Referer",
                                                       "Cookie", "Authorization", "X-Token"})},
                         {"hint", event["hint"]},
                         {"near_miss", event["near_miss"]},
                         {"category", ""}}));
  EXPECT_THAT(scene.lines()[0], Not(HasSubstr("secret")));
  EXPECT_THAT(scene.lines()[0], ::testing::StartsWith(R"({"type":"event","time":)"));
}

TEST(EventLog, TellsNoUserinfoAndNoFragment) {
  struct Row {
    const char* desc;
    const char* origin;
    const char* referer;
    const char* told_origin;
    const char* told_referer;
  };
  const Row rows[] = {
      {"a password", "https://u:secret@evil.example", "https://u:secret@evil.example/a?secret",
       "https://***@evil.example", "https://***@evil.example/a"},
      {"a slash in it", "https://u:sec/secret@evil.example", "https://evil.example/a#secret",
       "https://***@evil.example", "https://evil.example/a"},
      {"no scheme", "u:secret@evil.example", "u:secret@evil.example", "***@evil.example",
       "***@evil.example"},
      {"one slash", "https:/u:secret@evil.example", "https:/u:secret@evil.example/a",
       "***@evil.example", "***@evil.example/a"},
      {"four slashes", "https:////u:secret@evil.example", "https:////u:secret@evil.example/a",
       "https://***@evil.example", "https://***@evil.example/a"},
      {"an @ in a path", "https://evil.example", "https://evil.example/@user",
       "https://evil.example", "https://evil.example/@user"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    Scene scene;
    Request request("GET", "/", {{"Origin", row.origin}, {"Referer", row.referer}});
    scene.record(request.view());
    const Json event = Json::parse(scene.lines().at(0));
    EXPECT_EQ(event["origin"], row.told_origin);
    EXPECT_EQ(event["referer"], row.told_referer);
    EXPECT_THAT(scene.lines()[0], Not(HasSubstr("secret")));
  }
}

TEST(EventLog, TellsAbsentFromEmptyAndFromNull) {
  struct Row {
    const char* desc;
    Request::Lines lines;
    Json origin, referer, content_type;
  };
  const Row rows[] = {
      {"absent", {{"Origin", "null"}}, "null", nullptr, nullptr},
      {"empty", {{"Origin", ""}, {"Referer", ""}, {"Content-Type", ""}}, "", "", ""},
      {"the text null",
       {{"Origin", "null"}, {"Referer", "null"}, {"Content-Type", "null"}},
       "null",
       "null",
       "null"},
  };
  for (const Row& row : rows) {
    Scene scene;
    Request request("GET", "/", row.lines);
    scene.record(request.view());
    const Json event = Json::parse(scene.lines().at(0));
    EXPECT_EQ(event["origin"], row.origin) << row.desc;
    EXPECT_EQ(event["referer"], row.referer) << row.desc;
    EXPECT_EQ(event["content_type"], row.content_type) << row.desc;
    EXPECT_EQ(event["host"], nullptr) << row.desc;
  }
}

TEST(EventLog, SaysWhatBecameOfTheRequest) {
  struct Row {
    const char* desc;
    Outcome outcome;
    Reason reason;
    std::uint16_t status;
    const char* text;
    int told_status;
  };
  const Row rows[] = {
      {"refused", Outcome::Refuse, Reason::HostNotAllowed, 421, "blocked", 421},
      {"marked: the handler decides the status", Outcome::Pass, Reason::OriginNotAllowed, 0,
       "marked", 0},
      {"a preflight answered without a grant", Outcome::Answer, Reason::OriginNotAllowed, 204,
       "blocked", 204},
      {"a diagnostic", Outcome::Pass, Reason::HandlerHeadersReplaced, 0, "diagnostic", 0},
  };
  for (const Row& row : rows) {
    Scene scene;
    Request request("GET", "/", {{"Origin", "https://evil.example"}});
    Decision decision;
    decision.outcome = row.outcome;
    decision.reason = row.reason;
    decision.status = row.status;
    scene.log->record(*scene.snapshot, request.view(), decision);
    const Json event = Json::parse(scene.lines().at(0));
    EXPECT_EQ(event["outcome"], row.text) << row.desc;
    EXPECT_EQ(event["status"], row.told_status) << row.desc;
    EXPECT_EQ(event["reason"], reason_info(row.reason).code) << row.desc;
  }
}

TEST(EventLog, ShowsAnAmbiguousTargetAsItWasSent) {
  const struct {
    const char* desc;
    Reason reason;
    std::string target;
    std::string path;
    std::string told;
  } rows[] = {
      {"an encoded slash", Reason::PathAmbiguous, "/a%2Fb", "/a/b", "/a%2Fb"},
      {"without the query", Reason::PathAmbiguous, "/a/../b?token=secret", "/a/../b", "/a/../b"},
      {"an @ in a path", Reason::PathAmbiguous, "//user@host/b", "//user@host/b", "//user@host/b"},
      {"without userinfo", Reason::PathAmbiguous, "http://user:secret@host/b", "/b",
       "http://***@host/b"},
      {"without an encoded query", Reason::PathAmbiguous, "/a/../b;c=1%3Ftoken=secret",
       "/a/../b;c=1?token=secret", "/a/../b;c=1%3F..."},
      {"in lower case", Reason::PathAmbiguous, "/a//b%3ftoken=secret", "/a//b?token=secret",
       "/a//b%3F..."},
      {"escaped", Reason::PathAmbiguous, "/\x1b[2J\\..", "/x", R"(/\x1B[2J\\..)"},
      {"cut", Reason::PathAmbiguous, "//" + std::string(8192, 'a'), "/x",
       "//" + std::string(1022, 'a') + "..."},
      {"far behind", Reason::PathAmbiguous, "/" + std::string(1000, 'a') + "/%2e%2e/b", "/x",
       "/" + std::string(1000, 'a') + "/%2e%2e/b"},
      {"of another reason", Reason::OriginNotAllowed, "/a%2Fb", "/a/b", ""},
  };
  for (const auto& row : rows) {
    Scene scene;
    Request request("GET", row.target, {{"Origin", "https://app.example.com"}});
    request.view().path = row.path;
    Decision decision;
    decision.outcome = Outcome::Refuse;
    decision.reason = row.reason;
    scene.log->record(*scene.snapshot, request.view(), decision);
    EXPECT_EQ(Json::parse(scene.lines().at(0))["target"], row.told) << row.desc;
    if (row.told.empty()) continue;
    EXPECT_EQ(scene.log->find({.message = row.told}).total, 1U) << row.desc;
  }
}

TEST(EventLog, TellsNoUserinfoOfATarget) {
  const struct {
    const char* desc;
    std::string target;
    std::string path;  // as hosts decode it
    std::string told_target;
    std::string told_path;
  } rows[] = {
      {"an absolute one", "http://u:secret@h/x/%2e%2e/a", "http://u:secret@h/x/../a",
       "http://***@h/x/%2e%2e/a", "http://***@h/x/../a"},
      {"one slash", "http:/u:secret@h/a", "http:/u:secret@h/a", "***@h/a", "***@h/a"},
      {"no slash", "http:u:secret@h/a", "http:u:secret@h/a", "***@h/a", "***@h/a"},
      {"four slashes", "http:////u:secret@h/a", "http:////u:secret@h/a", "http://***@h/a",
       "http://***@h/a"},
      {"backslashes", "http:\\u:secret@h/a", "http:\\u:secret@h/a", "***@h/a", "***@h/a"},
      {"encoded slashes", "http:%2F/u:secret@h/a", "http://u:secret@h/a", "***@h/a",
       "http://***@h/a"},
      {"an encoded slash in it", "http://u:secret%2Fsecret@h/a", "http://u:secret/secret@h/a",
       "http://***@h/a", "http://***@h/a"},
      {"an encoded ? in it", "http://u:secret%3Fsecret@h/a", "http://u:secret?secret@h/a",
       "***%3F...", "***"},
      {"an @ behind an encoded ?", "http://h/a%3Fsecret@secret", "http://h/a?secret@secret",
       "***%3F...", "***"},
      {"an encoded @", "http://u:secret%40h/a", "http://u:secret@h/a", "***", "http://***@h/a"},
      {"an @ in the query", "http://h/x/%2e%2e/a?secret@secret", "http://h/x/../a",
       "http://h/x/%2e%2e/a", "http://h/x/../a"},
      {"an @ in a path", "/@user/%2e%2e", "/@user/..", "/@user/%2e%2e", "/@user/.."},
      {"none", "http://h/x/%2e%2e/a", "http://h/x/../a", "http://h/x/%2e%2e/a", "http://h/x/../a"},
  };
  for (const auto& row : rows) {
    for (const Reason reason : {Reason::PathAmbiguous, Reason::OriginNotAllowed}) {
      SCOPED_TRACE(row.desc);
      Scene scene;
      Request request("GET", row.target, {{"Origin", "https://app.example.com"}});
      request.view().path = row.path;
      Decision decision;
      decision.outcome = Outcome::Refuse;
      decision.reason = reason;
      scene.log->record(*scene.snapshot, request.view(), decision);
      const Json event = Json::parse(scene.lines().at(0));
      EXPECT_EQ(event["target"], reason == Reason::PathAmbiguous ? row.told_target : "");
      EXPECT_EQ(event["path"], row.told_path);
      EXPECT_THAT(scene.lines()[0], Not(HasSubstr("secret")));
    }
  }
}

// Proves 45, S33. After CVE-2024-1681: a request must not be able to write lines of its own, or to
// reach a terminal, however it is made.
TEST(EventLog, LetsNoByteOfTheWireOutOfItsLine) {
  struct Row {
    const char* desc;
    std::string bytes;
  };
  const Row rows[] = {
      {"a line break", "https://a\r\n{\"type\":\"event\"}"},
      {"a lone line feed", "https://a\n"},
      {"a terminal escape", "\x1b[2J\x1b]0;owned\x07"},
      {"NUL", std::string("a\0b", 3)},
      {"bytes that are no UTF-8", "\xff\xfe\xc0\xaf"},
      {"Unicode line separators", "\xe2\x80\xa8\xe2\x80\xa9\xc2\x85"},
      {"right-to-left marks", "\xe2\x80\xae"},
      {"quotes and backslashes", R"(","reason":"none\")"},
      {"8 KB", std::string(8192, 'a')},
      {"8 KB of what is escaped", std::string(8192, '\x01')},
  };
  for (const Row& row : rows) {
    Scene scene;
    Request::Lines lines;
    for (const char* name : {"Origin", "Host", "Referer", "Content-Type"}) {
      lines.emplace_back(name, row.bytes);
    }
    for (int i = 0; i < 150; ++i) lines.emplace_back(row.bytes + std::to_string(i), "value");
    Request request(row.bytes, "/" + row.bytes, lines);
    request.view().peer_address = row.bytes;
    scene.record(request.view());
    ASSERT_EQ(scene.lines().size(), 1U) << row.desc;
    const std::string line = scene.lines()[0];
    for (const char c : line) {
      ASSERT_TRUE(c >= 0x20 && c < 0x7f) << row.desc << ": byte " << static_cast<int>(c);
    }
    EXPECT_LT(line.size(), 64'000U) << row.desc;
    const Json event = Json::parse(line);
    EXPECT_EQ(event["type"], "event") << row.desc;
    EXPECT_EQ(event["reason"], "origin_malformed") << row.desc;
    EXPECT_EQ(event["header_names"].size(), kEventHeaderNames) << row.desc;
  }
}

// Proves M93.
TEST(EventLog, FindsTheNewestFirst) {
  Scene scene;
  for (int i = 1; i <= 30; ++i) scene.record_origin("https://" + std::to_string(i) + ".example");
  Request put("OPTIONS", "/",
              {{"Origin", "https://app.example.com"}, {"Access-Control-Request-Method", "PATCH"}});
  scene.record(put.view());

  struct Row {
    const char* desc;
    EventQuery query;
    std::vector<std::uint64_t> seqs;  // the first and the last
    std::size_t count;
    std::uint64_t total;
  };
  const Row rows[] = {
      {"25 by default", {}, {31, 7}, 25, 31},
      {"the next page", {.start_row = 25}, {6, 1}, 6, 31},
      {"beyond the end", {.start_row = 31}, {}, 0, 31},
      {"a reason", {.reason = "requested_method_not_allowed"}, {31, 31}, 1, 1},
      {"another reason", {.reason = "origin_not_allowed", .count = 3}, {30, 28}, 3, 30},
      {"a reason that none has", {.reason = "host_not_allowed"}, {}, 0, 0},
      {"after a number", {.after = 28}, {31, 29}, 3, 3},
      {"after the last", {.after = 31}, {}, 0, 0},
      {"none wanted", {.count = 0}, {}, 0, 31},
  };
  for (const Row& row : rows) {
    const EventLog::Page page = scene.log->find(row.query);
    EXPECT_EQ(page.total, row.total) << row.desc;
    EXPECT_EQ(page.dropped, 0U) << row.desc;
    ASSERT_EQ(page.events.size(), row.count) << row.desc;
    if (row.count == 0) continue;
    EXPECT_EQ(page.events.front().seq, row.seqs[0]) << row.desc;
    EXPECT_EQ(page.events.back().seq, row.seqs[1]) << row.desc;
  }
}

// A search that held the ring for its whole time would find as many events as the ring holds, and
// none would be recorded meanwhile. It is asked until that is otherwise, which is with the first
// one or soon. (That the oldest are pushed out before it comes to them takes a recorder that is
// faster.)
TEST(EventLog, IsRecordedWhileItIsSearched) {
  constexpr std::size_t kCapacity = 2000;
  for (const EventOrder order : {EventOrder::NewestFirst, EventOrder::OldestFirst}) {
    Scene scene(kCapacity);
    for (std::size_t i = 0; i < kCapacity; ++i) scene.record_origin("https://evil.example");
    std::atomic<bool> is_over = false;
    std::atomic<std::uint64_t> recorded = 0;
    std::thread recorder([&] {
      for (; !is_over; ++recorded) scene.record_origin("https://evil.example");
    });
    EXPECT_TRUE(eventually([&] {
      const std::uint64_t before_search = recorded;
      const auto page = scene.log->find({.message = "e*v*i*l", .order = order, .count = kCapacity});
      EXPECT_EQ(page.events.size(), page.total);
      for (std::size_t i = 1; i < page.events.size(); ++i) {
        const std::uint64_t before = page.events[i - 1].seq;
        const std::uint64_t seq = page.events[i].seq;
        // Of the oldest ones some may be missing, and nothing is there twice.
        EXPECT_TRUE(order == EventOrder::NewestFirst ? seq == before - 1 : seq > before) << i;
      }
      return order == EventOrder::NewestFirst ? page.total < kCapacity
                                              : recorded > before_search + 10;
    }));
    is_over = true;
    recorder.join();
    EXPECT_EQ(scene.log->find({.order = order, .count = kCapacity}).total, kCapacity);
  }
}

TEST(EventLog, CountsWhatWasRecordedAndWhatFellOut) {
  Scene scene(3);
  EXPECT_EQ(scene.log->counts().recorded, 0U);
  for (int i = 0; i < 5; ++i) scene.record_origin("https://evil.example");
  EXPECT_EQ(scene.log->counts().recorded, 5U);
  EXPECT_EQ(scene.log->counts().dropped, 2U);
}

// Proves M93.
TEST(EventLog, KeepsTheNewestWithinItsCapacity) {
  Scene scene(10);
  for (int i = 1; i <= 25; ++i) scene.record_origin("https://" + std::to_string(i) + ".example");
  const EventLog::Page page = scene.log->find({});
  EXPECT_EQ(page.total, 10U);
  EXPECT_EQ(page.dropped, 15U);
  EXPECT_EQ(page.events.front().seq, 25U);
  EXPECT_EQ(page.events.back().seq, 16U);

  Scene none(0);
  none.record_origin("https://a.example");
  EXPECT_EQ(none.log->find({}).total, 0U);
  EXPECT_EQ(none.log->find({}).dropped, 1U);
  EXPECT_EQ(none.lines().size(), 1U) << "lines are written all the same";
}

TEST(EventLog, WritesTheSameOriginAndReasonOnceAMinute) {
  Scene scene;
  for (int i = 0; i < 5; ++i) scene.record_origin("https://a.example");
  EXPECT_EQ(scene.lines().size(), 1U);
  EXPECT_EQ(scene.log->find({}).total, 5U) << "the ring keeps every one";
  scene.clock->advance(minutes(1));
  scene.record_origin("https://a.example");
  int events = 0;
  for (const std::string& line : scene.lines()) {
    if (Json::parse(line)["type"] == "event") ++events;  // else what was suppressed is told
  }
  EXPECT_EQ(events, 2);
}

TEST(EventLog, TellsWhatWasSuppressedWithoutAnotherEvent) {
  Scene scene;
  for (int round = 0; round < 2; ++round) {
    scene.forget_lines();
    for (int i = 0; i < 5; ++i) scene.record_origin("https://a.example");
    scene.forget_lines();
    scene.clock->advance(milliseconds(9'999));
    EXPECT_TRUE(scene.lines().empty()) << "too early";
    scene.clock->advance(milliseconds(1));
    ASSERT_TRUE(eventually([&] { return !scene.lines().empty(); }));
    const Json line = Json::parse(scene.lines()[0]);
    EXPECT_EQ(line["type"], "suppressed");
    const int count = round == 0 ? 4 : 5;  // the first one was a line
    EXPECT_EQ(line["count"], count);
    EXPECT_EQ(line["repeated"], count);
    EXPECT_EQ(line["over_rate"], 0);
    EXPECT_EQ(line["reasons"], (Json{{"origin_not_allowed", count}}));
    EXPECT_EQ(line["changes"], Json::object());
    EXPECT_EQ(line["time"], round == 0 ? "2026-01-01T00:00:10Z" : "2026-01-01T00:00:20Z");
  }
}

TEST(EventLog, WritesSoManyLinesASecondAndCountsTheRest) {
  Scene scene;
  for (int i = 0; i < 250; ++i) scene.record_origin("https://" + std::to_string(i) + ".example");
  EXPECT_EQ(scene.lines().size(), std::size_t{kLinesOfOneReason});
  scene.log.reset();
  ASSERT_EQ(scene.lines().size(), std::size_t{kLinesOfOneReason} + 1)
      << "what was suppressed last is told at the end";
  const Json last = Json::parse(scene.lines().back());
  EXPECT_EQ(last["type"], "suppressed");
  EXPECT_EQ(last["over_rate"], 250 - kLinesOfOneReason);
  EXPECT_EQ(last["reasons"], (Json{{"origin_not_allowed", 250 - kLinesOfOneReason}}));
}

TEST(EventLog, GoesOnWhenTheSinkThrows) {
  const auto clock = std::make_shared<FakeClock>();
  EventLog log(10, clock, [](std::string_view) { throw std::runtime_error("disk full"); });
  const SnapshotPtr snapshot = a_snapshot();
  for (const char* origin : {"https://a.example", "https://b.example"}) {
    Request request("GET", "/", {{"Origin", origin}});
    log.record(*snapshot, request.view(), snapshot->decide(request.view()));
  }
  EXPECT_EQ(log.sink_failures(), 2U);
  EXPECT_EQ(log.find({}).total, 2U);
}

TEST(EventLog, NeedsNoSink) {
  EventLog log(10, std::make_shared<FakeClock>(), {});
  const SnapshotPtr snapshot = a_snapshot();
  Request request("GET", "/", {{"Origin", "https://a.example"}});
  log.record(*snapshot, request.view(), snapshot->decide(request.view()));
  EXPECT_EQ(log.find({}).total, 1U);
}

// S34: whoever sends a new origin with each request must not fill the memory.
// Proves S34.
TEST(EventLog, MemoryStaysFlatUnderRandomOrigins) {
  constexpr std::size_t kCapacity = 1000;
  Scene scene(kCapacity);
  std::size_t most = 0;
  for (int i = 0; i < 100'000; ++i) {
    if (i % 100 == 0) scene.clock->advance(milliseconds(10));
    scene.record_origin("https://" + std::to_string(i * 7919) + ".example");
    most = std::max(most, scene.log->memory_bytes());
    scene.forget_lines();
  }
  EXPECT_LE(most, kCapacity * kRingBytesPerEvent);
  EXPECT_EQ(scene.log->find({}).total, kCapacity) << "ordinary events fill the ring";
  EXPECT_EQ(scene.log->find({}).dropped, 100'000U - kCapacity);
}

TEST(EventLog, HoldsFewerEventsWhenTheyAreLarge) {
  constexpr std::size_t kCapacity = 50;
  Scene scene(kCapacity);
  Request::Lines lines = {{"Origin", "https://evil.example"}};
  for (int i = 0; i < 100; ++i) lines.emplace_back(std::string(64, '\x01'), "value");
  for (int i = 0; i < 200; ++i) {
    Request request("GET", "/" + std::string(500, '\x02'), lines);
    scene.record(request.view());
    ASSERT_LE(scene.log->memory_bytes(), kCapacity * kRingBytesPerEvent);
  }
  const EventLog::Page page = scene.log->find({.count = 1});
  EXPECT_GT(page.total, 0U);
  EXPECT_LT(page.total, kCapacity);
  EXPECT_EQ(page.total + page.dropped, 200U);
}

TEST(EventLog, IsSafeFromManyThreads) {
  std::atomic<int> lines{0};
  EventLog log(100, std::make_shared<FakeClock>(), [&lines](std::string_view) { ++lines; });
  const SnapshotPtr snapshot = a_snapshot();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        Request request("GET", "/",
                        {{"Origin", "https://" + std::to_string(t * 1000 + i) + ".example"}});
        log.record(*snapshot, request.view(), snapshot->decide(request.view()));
        const EventLog::Page page = log.find({.count = 100});
        for (std::size_t k = 1; k < page.events.size(); ++k) {
          ASSERT_EQ(page.events[k].seq + 1, page.events[k - 1].seq) << "no gap, in order";
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(log.find({}).total + log.find({}).dropped, 800U);
  EXPECT_EQ(lines, kLinesOfOneReason);
}

TEST(EventLog, IsFollowedFromAnyPlace) {
  Scene scene(3);
  EXPECT_EQ(scene.log->last_seq(), 0U);
  EXPECT_FALSE(scene.log->wait_behind(0, std::chrono::milliseconds(1)));
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    scene.record_origin("https://" + std::string(name) + ".example");
  }
  EXPECT_TRUE(scene.log->wait_behind(4, std::chrono::milliseconds(0)));
  const struct {
    const char* desc;
    std::uint64_t after;
    EventQuery query;
    std::vector<std::uint64_t> seqs;
    std::uint64_t first_seq;
  } rows[] = {
      {"from the begin: two fell out", 0, {}, {3, 4, 5}, 3},
      {"behind one that fell out", 1, {}, {3, 4, 5}, 3},
      {"behind the last that fell out", 2, {}, {3, 4, 5}, 3},
      {"in the ring", 4, {}, {5}, 5},
      {"at its end", 5, {}, {}, 6},
      {"filtered", 0, {.message = "d.example"}, {4}, 3},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const EventLog::Batch batch = scene.log->read_behind(row.after, row.query);
    std::vector<std::uint64_t> seqs;
    for (const Event& event : batch.events) seqs.push_back(event.seq);
    EXPECT_EQ(seqs, row.seqs);
    EXPECT_EQ(batch.first_seq, row.first_seq);
    EXPECT_EQ(batch.last_seq, 5U);
    EXPECT_TRUE(batch.is_whole_ring);
  }
}

TEST(EventLog, IsFollowedInPieces) {
  Scene scene(1000);
  for (int i = 0; i < 100; ++i) scene.record_origin("https://a.example");
  EventLog::Batch batch = scene.log->read_behind(0, {});
  EXPECT_EQ(batch.events.size(), EventLog::kEventsInBatch);
  EXPECT_FALSE(batch.is_whole_ring);
  batch = scene.log->read_behind(batch.last_seq, {});
  EXPECT_EQ(batch.events.size(), 100 - EventLog::kEventsInBatch);
  EXPECT_TRUE(batch.is_whole_ring);
}

}  // namespace
}  // namespace corsac
