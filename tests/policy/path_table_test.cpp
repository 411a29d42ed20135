#include "corsac/policy/path_table.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

constexpr std::uint32_t kDefault = 99;

[[nodiscard]] std::vector<HostPattern> hosts(const std::vector<std::string>& texts) {
  std::vector<HostPattern> patterns;
  for (const std::string& text : texts) {
    auto pattern = parse_host_pattern(text);
    EXPECT_TRUE(pattern) << text;
    if (pattern) patterns.push_back(*pattern);
  }
  return patterns;
}

// One selector; its place in the list is its rule.
struct Rule {
  std::vector<std::string> paths = {};
  std::vector<std::string> methods = {};
  std::vector<std::string> hosts = {};
};

[[nodiscard]] PathTable table_of(const std::vector<Rule>& rules) {
  std::vector<PathSelector> selectors;
  for (const Rule& rule : rules) {
    selectors.push_back({.paths = rule.paths,
                         .methods = rule.methods,
                         .hosts = hosts(rule.hosts),
                         .rule = static_cast<std::uint32_t>(selectors.size()),
                         .field = "cors.rules[" + std::to_string(selectors.size()) + "]"});
  }
  std::vector<Problem> problems;
  PathTable table = PathTable::build(selectors, kDefault, problems);
  for (const Problem& problem : problems) ADD_FAILURE() << problem.path << ": " << problem.what;
  return table;
}

struct PathRow {
  const char* desc;
  std::string pattern;
  std::string path;
  bool is_matched;
};

TEST(PathTable, MatchesEachFormOnSegmentBorders) {
  const PathRow rows[] = {
      {"itself", "/admin", "/admin", true},
      {"below", "/admin", "/admin/users/7", true},
      {"118: with a slash behind", "/admin", "/admin/", true},
      {"117: another path with the same beginning", "/admin", "/administrator", false},
      {"shorter", "/admin", "/adm", false},
      {"119: another case", "/api", "/API", false},
      {"further down", "/admin", "/x/admin", false},
      {"120: a query is not part of a path", "/api", "/x?y=/api", false},
      {"123: a plus is a plus", "/a b", "/a+b", false},
      {"121: decoded bytes", "/a b", "/a b", true},
      {"a path that was not decoded", "/api", "/%61pi", false},
      {"everything", "/", "/", true},
      {"everything, further down", "/", "/x/y", true},
      {"everything, a target that is no path", "/", "*", true},
      {"everything, the absolute form", "/", "http://x/api", true},
      {"124: the absolute form under a path", "/api", "http://x/api", false},
      {"an empty path", "/api", "", false},
      {"raw, itself", "/account*", "/account", true},
      {"raw, longer", "/account*", "/accounts", true},
      {"raw, below", "/account*", "/accounts/7/x", true},
      {"raw, shorter", "/account*", "/accoun", false},
      {"raw, further down", "/api/acc*", "/api/accounts", true},
      {"exactly", "/health$", "/health", true},
      {"exactly, below", "/health$", "/health/live", false},
      {"118: exactly, a slash behind", "/health$", "/health/", false},
      {"exactly the root", "/$", "/", true},
      {"exactly the root, below", "/$", "/x", false},
      {"exactly a path with a slash behind", "/api/$", "/api/", true},
      {"exactly a path with a slash behind, without", "/api/$", "/api", false},
      {"one segment", "/users/*/keys", "/users/7/keys", true},
      {"one segment, below", "/users/*/keys", "/users/7/keys/1", true},
      {"one segment, two there", "/users/*/keys", "/users/7/8/keys", false},
      {"one segment, none there", "/users/*/keys", "/users/keys", false},
      {"a named segment", "/users/:id/keys", "/users/7/keys", true},
      {"one segment at the end", "/users/*", "/users/7", true},
      {"one segment at the end, none there", "/users/*", "/users", false},
      {"one segment at the end, an empty one, as routers do", "/users/*", "/users/", true},
      {"one segment, exactly", "/users/*$", "/users/7", true},
      {"one segment, exactly, below", "/users/*$", "/users/7/x", false},
      {"one segment first", "/*", "/x", true},
  };
  for (const PathRow& row : rows) {
    const PathTable table = table_of({{.paths = {row.pattern}}});
    EXPECT_EQ(table.find(row.path, "GET", "a.example", false), row.is_matched ? 0U : kDefault)
        << row.desc;
  }
}

struct OrderRow {
  const char* desc;
  std::vector<Rule> rules;
  std::string request;  // method, blank, path
  std::uint32_t rule;
};

// Proves 125.
TEST(PathTable, LetsTheMostSpecificWin) {
  const OrderRow rows[] = {
      {"a longer path", {{{"/api"}}, {{"/api/v1"}}}, "GET /api/v1/x", 1},
      {"125: a longer path, whatever the order", {{{"/api/v1"}}, {{"/api"}}}, "GET /api/v1/x", 0},
      {"the shorter one elsewhere", {{{"/api"}}, {{"/api/v1"}}}, "GET /api/v2", 0},
      {"nothing elsewhere", {{{"/api"}}}, "GET /x", kDefault},
      {"a literal beats *", {{{"/users/*"}}, {{"/users/me"}}}, "GET /users/me", 1},
      {"an early literal beats a late one",
       {{{"/*/keys/public"}}, {{"/users/*"}}},
       "GET /users/keys/public",
       1},
      {"a longer one beats a shorter behind equal segments",
       {{{"/users/*"}}, {{"/users/*/keys"}}},
       "GET /users/7/keys",
       1},
      {"back to * when the literal leads nowhere",
       {{{"/users/me/keys"}}, {{"/users/*/mail"}}},
       "GET /users/me/mail",
       1},
      {"exactly beats below", {{{"/health"}}, {{"/health$"}}}, "GET /health", 1},
      {"below what is exact", {{{"/health"}}, {{"/health$"}}}, "GET /health/live", 0},
      {"below beats raw", {{{"/health*"}}, {{"/health"}}}, "GET /health/live", 1},
      {"exactly beats raw", {{{"/health*"}}, {{"/health$"}}}, "GET /health", 1},
      {"raw where nothing else is", {{{"/health*"}}, {{"/health"}}}, "GET /healthy", 0},
      {"a longer beginning", {{{"/acc*"}}, {{"/account*"}}}, "GET /accounts", 1},
      {"the shorter beginning", {{{"/acc*"}}, {{"/account*"}}}, "GET /access", 0},
      {"a beginning beside another", {{{"/ab*"}}, {{"/a*"}}, {{"/abc*"}}}, "GET /abd", 0},
      {"a beginning beats *", {{{"/*/x"}}, {{"/acc*"}}}, "GET /account/x", 1},
      {"a literal beats a beginning", {{{"/acc*"}}, {{"/account"}}}, "GET /account/x", 1},
      {"a rule with the method", {{{"/api"}}, {{"/api"}, {"PUT"}}}, "PUT /api", 1},
      {"the one without for the rest", {{{"/api"}}, {{"/api"}, {"PUT"}}}, "GET /api", 0},
      {"66: GET covers HEAD", {{{"/api"}}, {{"/api"}, {"GET"}}}, "HEAD /api", 1},
      {"HEAD does not cover GET", {{{"/api"}}, {{"/api"}, {"HEAD"}}}, "GET /api", 0},
      {"methods in the case of Fetch", {{{"/api"}, {"get"}}}, "GET /api", 0},
      {"methods are compared byte for byte", {{{"/api"}, {"PATCH"}}}, "patch /api", kDefault},
      {"the path counts before the method", {{{"/api/v1"}}, {{"/api"}, {"GET"}}}, "GET /api/v1", 0},
      {"a longer path of another method does not match",
       {{{"/api/v1"}, {"PUT"}}, {{"/api"}}},
       "GET /api/v1",
       1},
      {"GET open, PUT closed, on one path: GET",
       {{{"/x"}, {"GET"}}, {{"/x"}, {"PUT"}}},
       "GET /x",
       0},
      {"129: GET open, PUT closed, on one path: PUT",
       {{{"/x"}, {"GET"}}, {{"/x"}, {"PUT"}}},
       "PUT /x",
       1},
      {"a method without path", {{{}, {"GET"}}, {{"/api"}}}, "GET /x", 0},
      {"any path counts before a method", {{{}, {"GET"}}, {{"/api"}}}, "GET /api", 1},
  };
  for (const OrderRow& row : rows) {
    const PathTable table = table_of(row.rules);
    const std::size_t blank = row.request.find(' ');
    const std::string_view request = row.request;
    EXPECT_EQ(table.find(request.substr(blank + 1), request.substr(0, blank), "a.example", false),
              row.rule)
        << row.desc;
  }
}

struct HostRow {
  const char* desc;
  std::vector<Rule> rules;
  std::string host;
  bool is_tls;
  std::uint32_t rule;
};

TEST(PathTable, ComparesHostsLast) {
  const Rule any = {{"/api"}, {}, {}};
  const HostRow rows[] = {
      {"the host", {any, {{"/api"}, {}, {"a.example"}}}, "a.example", true, 1},
      {"another host", {any, {{"/api"}, {}, {"a.example"}}}, "b.example", true, 0},
      {"any case", {any, {{"/api"}, {}, {"a.example"}}}, "A.Example", true, 1},
      {"a dot behind", {any, {{"/api"}, {}, {"a.example"}}}, "a.example.", true, 1},
      {"no port written means any", {any, {{"/api"}, {}, {"a.example"}}}, "a.example:81", false, 1},
      {"the port", {any, {{"/api"}, {}, {"a.example:81"}}}, "a.example:81", false, 1},
      {"another port", {any, {{"/api"}, {}, {"a.example:81"}}}, "a.example:82", false, 0},
      {"two rules by port",
       {{{"/api"}, {}, {"a.example:81"}}, {{"/api"}, {}, {"a.example:[82-90]"}}},
       "a.example:85",
       false,
       1},
      {"a subdomain", {any, {{"/api"}, {}, {"*.a.example"}}}, "x.y.a.example", true, 1},
      {"not the apex", {any, {{"/api"}, {}, {"*.a.example"}}}, "a.example", true, 0},
      {"a glob", {any, {{"/api"}, {}, {"pr-*.a.example"}}}, "PR-7.a.example", true, 1},
      {"not the glob", {any, {{"/api"}, {}, {"pr-*.a.example"}}}, "qr-7.a.example", true, 0},
      {"IPv6", {any, {{"/api"}, {}, {"[::1]"}}}, "[::1]:8080", false, 1},
      {"one of several hosts",
       {any, {{"/api"}, {}, {"a.example", "b.example"}}},
       "b.example",
       true,
       1},
      {"a malformed host matches no host",
       {any, {{"/api"}, {}, {"a.example"}}},
       "a.example:x",
       true,
       0},
      {"no host", {any, {{"/api"}, {}, {"a.example"}}}, "", true, 0},
      {"no host and no other rule", {{{"/api"}, {}, {"a.example"}}}, "", true, kDefault},
      {"the method counts before the host",
       {{{"/api"}, {"GET"}, {}}, {{"/api"}, {}, {"a.example"}}},
       "a.example",
       true,
       0},
      {"method and host",
       {{{"/api"}, {"GET"}, {}}, {{"/api"}, {"GET"}, {"a.example"}}},
       "a.example",
       true,
       1},
      {"a host alone", {{{}, {}, {"a.example"}}}, "a.example", true, 0},
      {"a long run of dots",
       {any, {{"/api"}, {}, {"*.a.example"}}},
       std::string(5000, '.'),
       true,
       0},
  };
  for (const HostRow& row : rows) {
    EXPECT_EQ(table_of(row.rules).find("/api", "GET", row.host, row.is_tls), row.rule) << row.desc;
  }
}

TEST(PathTable, WithoutSelectorsIsTrivial) {
  const PathTable table = table_of({});
  EXPECT_TRUE(table.is_trivial());
  EXPECT_FALSE(table.has_path_rules());
  EXPECT_EQ(table.find("/x", "GET", "a.example", false), kDefault);
  EXPECT_TRUE(PathTable().is_trivial());
  EXPECT_EQ(PathTable().find("/x", "GET", "a.example", false), 0U);
}

TEST(PathTable, KnowsWhetherPathsMatter) {
  EXPECT_TRUE(table_of({{.paths = {"/api"}}}).has_path_rules());
  EXPECT_FALSE(table_of({{.methods = {"GET"}}}).has_path_rules());
  EXPECT_FALSE(table_of({{.hosts = {"a.example"}}}).has_path_rules());
  EXPECT_FALSE(table_of({{.hosts = {"a.example"}}}).is_trivial());
}

TEST(PathTable, CanBeCopiedAndMoved) {
  PathTable table = table_of({{.paths = {"/api"}, .hosts = {"*.a.example"}}});
  const PathTable copy = table;
  const PathTable moved = std::move(table);
  table = PathTable();
  EXPECT_EQ(copy.find("/api", "GET", "x.a.example", false), 0U);
  EXPECT_EQ(moved.find("/api", "GET", "x.a.example", false), 0U);
}

TEST(PathTable, FindsAmongTenThousandRulesWithoutAllocating) {
  std::vector<Rule> rules;
  for (int i = 0; i < 10'000; ++i) {
    const std::string number = std::to_string(i);
    rules.push_back({.paths = {"/tenants/t" + number, "/raw" + number + "x*"},
                     .methods = {"GET", "PUT"},
                     .hosts = {"t" + number + ".example.com", "*.t" + number + ".example.com"}});
  }
  const PathTable table = table_of(rules);
  const std::string_view paths[] = {
      "/tenants/t0", "/tenants/t9999/x", "/raw5000xyz", "/none", "*", ""};
  const std::string_view requested_hosts[] = {"t0.example.com", "a.b.t9999.example.com:8080",
                                              "T5000.EXAMPLE.com", "bad host", ""};
  std::vector<std::uint32_t> found;
  found.reserve(200);
  const testing::AllocationCounter counter;
  for (const std::string_view path : paths) {
    for (const std::string_view host : requested_hosts) {
      for (const std::string_view method : {"GET", "HEAD", "POST"}) {
        found.push_back(table.find(path, method, host, false));
      }
    }
  }
  EXPECT_EQ(counter.count(), 0U);
  std::size_t rules_found = 0;
  for (const std::uint32_t rule : found) rules_found += rule == kDefault ? 0 : 1;
  // Three paths with the one host each that goes with it, for GET and HEAD.
  EXPECT_EQ(rules_found, 6U);
  EXPECT_EQ(found.front(), 0U);
}

TEST(PathTable, IsFastOnPathsOfAnyLength) {
  std::vector<Rule> rules;
  rules.push_back({.paths = {"/a/*/a/*/a/*/a/*/a/*/b$"}});
  const PathTable table = table_of(rules);
  std::string path;
  for (int i = 0; i < 100'000; ++i) path += "/a";
  EXPECT_EQ(table.find(path, "GET", "", false), kDefault);
}

struct TargetRow {
  const char* desc;
  std::string target;
  bool is_ambiguous;
};

// Proves 121, 122, 124.
TEST(AmbiguousTarget, IsWhatARouterAndAPolicyCouldReadDifferently) {
  const TargetRow rows[] = {
      {"a plain path", "/api/items", false},
      {"the root", "/", false},
      {"a slash behind", "/api/", false},
      {"a query with everything in it", "/x?a=%2F&b=//&c=../&d=\\", false},
      {"an escaped letter", "/%61pi", false},
      {"an escaped blank", "/a%20b", false},
      {"an escaped percent sign", "/a%252Fb", false},
      {"dots in a segment", "/.well-known/a..b/...", false},
      {"a percent sign at the end", "/a%", false},
      {"half an escape at the end", "/a%2", false},
      {"no hexadecimal digit", "/a%0g", false},
      {"an escape above %1F", "/a%7F", false},
      {"%5B", "/a%5Bb", false},
      {"empty", "", true},
      {"no slash", "api", true},
      {"a star", "*", true},
      {"the absolute form", "http://x/api", true},
      {"only a query", "?x", true},
      {"%2F", "/a%2Fb", true},
      {"%2f", "/a%2fb", true},
      {"%5C", "/a%5Cb", true},
      {"%5c at the end", "/a%5c", true},
      {"%2E", "/a/%2E%2E/b", true},
      {"%2e in a word", "/a%2eb", true},
      {"%u", "/a%u002f", true},
      {"%U", "/a%U002f", true},
      {"%u at the end", "/a%u", true},
      {"%00", "/a%00", true},
      {"%0A", "/a%0A", true},
      {"%0a", "/a%0a", true},
      {"%10", "/a%10", true},
      {"%1F", "/a%1F", true},
      {"%1f", "/a%1f", true},
      {"a backslash", "/a\\b", true},
      {"two slashes", "//api", true},
      {"two slashes inside", "/a//b", true},
      {"two slashes at the end", "/a//", true},
      {"a dot", "/./api", true},
      {"a dot at the end", "/api/.", true},
      {"two dots", "/x/../api", true},
      {"two dots at the end", "/x/..", true},
      {"two dots before a query", "/x/..?y", true},
  };
  for (const TargetRow& row : rows) {
    EXPECT_EQ(is_ambiguous_target(row.target), row.is_ambiguous) << row.desc;
  }
}

}  // namespace
}  // namespace corsac
