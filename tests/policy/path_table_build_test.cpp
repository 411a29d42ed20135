// What PathTable::build refuses: wrong patterns, ties, and tables that are too large.

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/policy/path_table.hpp"
#include "corsac/policy/rule_ties.hpp"

namespace corsac {
namespace {

const std::vector<std::string> kSources = {"policy.toml"};

// A selector of its own rule at line `number` of the document.
[[nodiscard]] PathSelector rule(std::uint32_t number, std::vector<std::string> paths,
                                std::vector<std::string> methods = {},
                                const std::vector<std::string>& hosts = {}) {
  PathSelector selector{.paths = std::move(paths),
                        .methods = std::move(methods),
                        .rule = number,
                        .field = "cors.rules[" + std::to_string(number) + "]",
                        .name = "rule " + std::to_string(number),
                        .place = {.line = number + 1, .column = 1, .source = 0}};
  for (const std::string& host : hosts) {
    const auto pattern = parse_host_pattern(host);
    EXPECT_TRUE(pattern) << host;
    if (pattern) selector.hosts.push_back(*pattern);
  }
  return selector;
}

[[nodiscard]] std::vector<Problem> problems_of(const std::vector<PathSelector>& selectors) {
  std::vector<Problem> problems;
  (void)PathTable::build(selectors, 0, problems, kSources);
  return problems;
}

struct TieRow {
  const char* desc;
  std::vector<PathSelector> rules;
  std::string request;  // of the example; empty = no tie
};

// Proves 125.
TEST(PathTableBuild, FindsRulesThatTieForSomeRequest) {
  const TieRow rows[] = {
      {"one path", {rule(0, {"/api"}), rule(1, {"/api"})}, "GET /api"},
      {"one path among several", {rule(0, {"/x", "/api"}), rule(1, {"/y", "/api"})}, "GET /api"},
      {"two paths", {rule(0, {"/api"}), rule(1, {"/api/v1"})}, ""},
      {"* and a name",
       {rule(0, {"/users/*/keys"}), rule(1, {"/users/:id/keys"})},
       "GET /users/x/keys"},
      {"the three ends are three patterns",
       {rule(0, {"/api"}), rule(1, {"/api$"}), rule(2, {"/api*"})},
       ""},
      {"exactly", {rule(0, {"/api$"}), rule(1, {"/api$"})}, "GET /api"},
      {"raw", {rule(0, {"/api*"}), rule(1, {"/api*"})}, "GET /api"},
      {"everything, written or not", {rule(0, {"/"}), rule(1, {}, {}, {})}, "GET /"},
      {"a literal and *, though both match", {rule(0, {"/a/*"}), rule(1, {"/*/b"})}, ""},
      {"one rule twice", {rule(0, {"/api", "/api"}), rule(0, {"/api"})}, ""},
      {"one method", {rule(0, {"/api"}, {"PUT"}), rule(1, {"/api"}, {"PUT", "GET"})}, "PUT /api"},
      {"two methods", {rule(0, {"/api"}, {"PUT"}), rule(1, {"/api"}, {"GET"})}, ""},
      {"GET covers HEAD", {rule(0, {"/api"}, {"HEAD"}), rule(1, {"/api"}, {"GET"})}, "HEAD /api"},
      {"a method and none", {rule(0, {"/api"}, {"PUT"}), rule(1, {"/api"})}, ""},
      {"one host",
       {rule(0, {"/api"}, {}, {"a.example"}), rule(1, {"/api"}, {}, {"b.example", "a.example"})},
       "GET /api with Host a.example"},
      {"two hosts",
       {rule(0, {"/api"}, {}, {"a.example"}), rule(1, {"/api"}, {}, {"b.example"})},
       ""},
      {"a host and none", {rule(0, {"/api"}, {}, {"a.example"}), rule(1, {"/api"})}, ""},
      {"a method and a host",
       {rule(0, {"/api"}, {"GET"}), rule(1, {"/api"}, {}, {"a.example"})},
       ""},
      {"a host under a wildcard, in either order",
       {rule(0, {"/api"}, {}, {"x.a.example"}), rule(1, {"/api"}, {}, {"*.a.example"})},
       "GET /api with Host x.a.example"},
      {"the apex is not under it",
       {rule(0, {"/api"}, {}, {"*.a.example"}), rule(1, {"/api"}, {}, {"a.example"})},
       ""},
      {"two wildcards",
       {rule(0, {"/api"}, {}, {"*.b.a.example"}), rule(1, {"/api"}, {}, {"*.a.example"})},
       "GET /api with Host a.b.a.example"},
      {"two wildcards side by side",
       {rule(0, {"/api"}, {}, {"*.b.example.com"}), rule(1, {"/api"}, {}, {"*.a.example.com"})},
       ""},
      {"a glob under a wildcard",
       {rule(0, {"/api"}, {}, {"pr-*.a.example"}), rule(1, {"/api"}, {}, {"*.a.example"})},
       "GET /api with Host pr-a.a.example"},
      {"two globs that meet",
       {rule(0, {"/api"}, {}, {"pr-*.a.example"}), rule(1, {"/api"}, {}, {"*-x.a.example"})},
       "GET /api with Host pr-a-x.a.example"},
      {"two globs that do not",
       {rule(0, {"/api"}, {}, {"pr-*.a.example"}), rule(1, {"/api"}, {}, {"qr-*.a.example"})},
       ""},
      {"a wildcard below the label of a glob",
       {rule(0, {"/api"}, {}, {"x.pr-*.a.example"}), rule(1, {"/api"}, {}, {"*.pr-7.a.example"})},
       "GET /api with Host x.pr-7.a.example"},
      {"one port",
       {rule(0, {"/api"}, {}, {"a.example:81"}), rule(1, {"/api"}, {}, {"a.example:[80-90]"})},
       "GET /api with Host a.example:81"},
      {"two ports",
       {rule(0, {"/api"}, {}, {"a.example:81"}), rule(1, {"/api"}, {}, {"a.example:82"})},
       ""},
      {"a port and any",
       {rule(0, {"/api"}, {}, {"a.example:81"}), rule(1, {"/api"}, {}, {"a.example"})},
       "GET /api with Host a.example:81"},
      {"a more specific rule takes the simplest example",
       {rule(0, {"/api"}), rule(1, {"/api"}), rule(2, {"/api$"})},
       "GET /api/x"},
      {"a more specific rule takes the usual method",
       {rule(0, {"/api"}), rule(1, {"/api"}), rule(2, {"/api"}, {"GET"})},
       "POST /api"},
  };
  for (const TieRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const std::vector<Problem> problems = problems_of(row.rules);
    if (row.request.empty()) {
      EXPECT_TRUE(problems.empty()) << problems.front().what;
      continue;
    }
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].code, "rule-tie");
    const std::string what = problems[0].what;
    EXPECT_TRUE(what.ends_with(" for a request such as " + row.request)) << what;
  }
}

TEST(PathTableBuild, NamesBothRulesOfATieWithTheirPlaces) {
  PathSelector excluded = rule(0, {"/a", "/admin"});
  excluded.field = "cors.excluded_paths";
  excluded.name = "";
  excluded.path_places = {{.line = 4, .column = 20, .source = 0},
                          {.line = 4, .column = 26, .source = 0}};
  PathSelector second = rule(1, {"/admin"});
  second.path_places = {{.line = 9, .column = 10, .source = 0}};
  const std::vector<Problem> problems = problems_of({excluded, second});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].severity, Severity::Error);
  EXPECT_EQ(problems[0].path, "cors.rules[1].paths[0]");
  EXPECT_EQ(problems[0].value, "/admin");
  EXPECT_EQ(problems[0].place, second.path_places[0]);
  EXPECT_EQ(problems[0].what,
            "it ties with cors.excluded_paths[1] (policy.toml:4:26) for a request such as "
            "GET /admin");

  const std::vector<Problem> without_paths =
      problems_of({rule(2, {}, {"PUT"}), rule(3, {}, {"PUT"})});
  ASSERT_EQ(without_paths.size(), 1U);
  EXPECT_EQ(without_paths[0].path, "cors.rules[3]");
  EXPECT_EQ(without_paths[0].what,
            "it ties with cors.rules[2] of \"rule 2\" (policy.toml:3:1) for a request such as "
            "PUT /");
}

TEST(PathTableBuild, ReportsEachPairOfRulesOnceAndNotAllOfThem) {
  const std::vector<std::string> paths = {"/a", "/b", "/c"};
  EXPECT_EQ(problems_of({rule(0, paths, {"GET"}), rule(1, paths, {"GET"})}).size(), 1U);
  std::vector<PathSelector> rules;
  for (std::uint32_t i = 0; i < 500; ++i) rules.push_back(rule(i, {"/a"}));
  EXPECT_EQ(problems_of(rules).size(), kTieReportLimit);
}

struct PatternRow {
  const char* desc;
  std::string path;
  std::string code;
};

TEST(PathTableBuild, ReportsEveryWrongPathWithItsPlace) {
  const PatternRow rows[] = {
      {"no slash", "admin", "path-malformed"},
      {"two slashes", "/a//b", "path-ambiguous-form"},
      {"a star inside", "/a*b", "path-star-place"},
  };
  PathSelector selector = rule(0, {"/fine"});
  selector.path_places = {{.line = 5, .column = 1, .source = 0}};
  for (const PatternRow& row : rows) {
    selector.paths.push_back(row.path);
    selector.path_places.push_back({.line = 5, .column = 10, .source = 0});
  }
  const std::vector<Problem> problems = problems_of({selector});
  ASSERT_EQ(problems.size(), std::size(rows));
  for (std::size_t i = 0; i < problems.size(); ++i) {
    EXPECT_EQ(problems[i].code, rows[i].code) << rows[i].desc;
    EXPECT_EQ(problems[i].path, "cors.rules[0].paths[" + std::to_string(i + 1) + "]");
    EXPECT_EQ(problems[i].value, rows[i].path);
    EXPECT_EQ(problems[i].place.column, 10U);
  }
}

struct LimitRow {
  const char* desc;
  std::vector<PathSelector> rules;
};

[[nodiscard]] std::vector<std::string> numbered(const std::string& before, int count,
                                                const std::string& behind = "") {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) texts.push_back(before + std::to_string(i) + behind);
  return texts;
}

// Every path of `depth` segments, each "a" or "*".
[[nodiscard]] std::vector<std::string> both_ways(int depth) {
  std::vector<std::string> paths = {""};
  for (int i = 0; i < depth; ++i) {
    std::vector<std::string> longer;
    for (const std::string& path : paths) {
      longer.push_back(path + "/a");
      longer.push_back(path + "/*");
    }
    paths = longer;
  }
  return paths;
}

// `count` paths of 60 segments of their own.
[[nodiscard]] std::vector<std::string> deep_paths(int count) {
  std::vector<std::string> paths = numbered("/p", count);
  for (std::string& path : paths) {
    for (int i = 0; i < 59; ++i) path += "/s";
  }
  return paths;
}

TEST(PathTableBuild, RefusesWhatWouldNotEnd) {
  const LimitRow rows[] = {
      {"combinations in one rule",
       {rule(0, numbered("/p", 101), numbered("M", 100), numbered("h", 100, ".example.com"))}},
      {"combinations in all rules",
       {rule(0, numbered("/p", 700), numbered("M", 1000)),
        rule(1, numbered("/q", 700), numbered("M", 1000))}},
      {"segments", {rule(0, deep_paths(17'000))}},
      {"* beside literals", {rule(0, both_ways(10))}},
      {"hosts that differ in ports only",
       {rule(0, {"/a"}, {}, numbered("a.example:1", 100)),
        rule(1, {"/a"}, {}, numbered("a.example:2", 100)),
        rule(2, {"/a"}, {}, numbered("a.example:3", 100))}},
      {"hosts that must be compared, on many paths",
       {rule(0, numbered("/p", 70), {}, numbered("a.example:1", 125)),
        rule(1, numbered("/p", 70), {}, numbered("a.example:2", 125))}},
  };
  for (const LimitRow& row : rows) {
    const std::vector<Problem> problems = problems_of(row.rules);
    ASSERT_FALSE(problems.empty()) << row.desc;
    EXPECT_EQ(problems.back().code, "too-many-paths") << row.desc;
    EXPECT_EQ(problems.back().path, "cors.rules[0]") << row.desc;
  }
}

TEST(PathTableBuild, TakesWhatIsNearTheLimits) {
  EXPECT_TRUE(problems_of({rule(0, both_ways(8))}).empty());
  EXPECT_TRUE(problems_of({rule(0, {"/a"}, {}, numbered("a.example:1", 100)),
                           rule(1, {"/a"}, {}, numbered("a.example:2", 100))})
                  .empty());
}

}  // namespace
}  // namespace corsac
