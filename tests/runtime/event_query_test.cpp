#include "corsac/runtime/event_query.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/policy/compile.hpp"
#include "corsac/runtime/event_log.hpp"
#include "support/fake_clock.hpp"
#include "support/request.hpp"

namespace corsac {
namespace {

using std::chrono::seconds;

TEST(EventQuery, FindsAPartOfATextWithStars) {
  const struct {
    const char* desc;
    const char* text;
    const char* pattern;
    bool is_found;
  } rows[] = {
      {"a part", "https://evil.example", "evil", true},
      {"in any case", "https://evil.example", "EVIL", true},
      {"the whole", "evil", "evil", true},
      {"not a part", "https://evil.example", "good", false},
      {"M93: a star between", "https://evil.example", "https*example", true},
      {"a star that stands for nothing", "ab", "a*b", true},
      {"in the wrong order", "ab", "b*a", false},
      {"stars at the ends", "xaby", "*a*b*", true},
      {"the same bytes twice", "ab", "ab*ab", false},
      {"only a star", "", "*", true},
      {"nothing", "abc", "", true},
      {"something in nothing", "", "a", false},
      {"longer than the text", "ab", "abc", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(contains_pattern(row.text, row.pattern), row.is_found) << row.desc;
  }
}

// Five refusals, a second apart, from e0 to e4.
struct Scene {
  std::shared_ptr<test::FakeClock> clock = std::make_shared<test::FakeClock>();
  EventLog log{100, clock, {}};
  std::vector<std::chrono::system_clock::time_point> times = {};

  Scene() {
    Policy policy;
    policy.cors.allowed_origins = {"https://app.example.com"};
    policy.cors.debug = true;
    const auto compiled = compile_policy(policy, {});
    for (int i = 0; i < 5; ++i) {
      times.push_back(clock->wall_now());
      const std::string origin = i == 4 ? "null" : "https://e" + std::to_string(i) + ".example";
      test::Request request("GET", "/path" + std::to_string(i),
                            {{"Origin", origin}, {"X-Trace", "secret"}});
      log.record(*compiled->snapshot, request.view(), compiled->snapshot->decide(request.view()));
      clock->advance(seconds(1));
    }
  }
  // The paths of the page, in order, and how many there are: "/path4 /path3 of 5".
  std::string found(const EventQuery& query) const {
    const EventLog::Page page = log.find(query);
    std::string text;
    for (const Event& event : page.events) text += event.path + ' ';
    return text + "of " + std::to_string(page.total);
  }
};

TEST(EventQuery, SearchesAsFusionAuthDoes) {
  const Scene scene;
  const struct {
    const char* desc;
    EventQuery query;
    std::string found;
  } rows[] = {
      {"M93: newest first", {.count = 2}, "/path4 /path3 of 5"},
      {"M93: oldest first", {.order = EventOrder::OldestFirst, .count = 2}, "/path0 /path1 of 5"},
      {"M93: from a row on", {.start_row = 1, .count = 2}, "/path3 /path2 of 5"},
      {"M93: from a row on, oldest first",
       {.order = EventOrder::OldestFirst, .start_row = 3},
       "/path3 /path4 of 5"},
      {"M93: a text", {.message = "e1.ex"}, "/path1 of 1"},
      {"M93: a text with a star", {.message = "HTTPS*e2"}, "/path2 of 1"},
      {"a reason", {.reason = "origin_null"}, "/path4 of 1"},
      {"the name of a header", {.message = "x-trace", .count = 1}, "/path4 of 5"},
      {"M92: never its value", {.message = "secret"}, "of 0"},
      {"M93: from a moment", {.start = scene.times[3]}, "/path4 /path3 of 2"},
      {"M93: up to a moment", {.end = scene.times[1]}, "/path1 /path0 of 2"},
      {"M93: between two", {.start = scene.times[1], .end = scene.times[2]}, "/path2 /path1 of 2"},
      {"after a number", {.after = 3}, "/path4 /path3 of 2"},
      {"all of it at once",
       {.message = "example",
        .start = scene.times[1],
        .order = EventOrder::OldestFirst,
        .count = 1},
       "/path1 of 3"},
      {"none", {.count = 0}, "of 5"},
  };
  for (const auto& row : rows) EXPECT_EQ(scene.found(row.query), row.found) << row.desc;
}

}  // namespace
}  // namespace corsac
