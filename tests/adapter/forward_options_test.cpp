// What a forward may be: each mistake, its code and place, and that no value of a header is told.

#include "corsac/adapter/forward_options.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

constexpr const char* kSecret = "s3cr3t-of-the-service";

ForwardSurroundings surroundings(bool has_tls = true) {
  return {.has_tls = has_tls,
          .environment = [](const std::string& name) -> std::optional<std::string> {
            if (name == "CF_ID") return "id.access";
            if (name == "CF_SECRET") return kSecret;
            if (name == "BROKEN") return std::string(kSecret) + "\r\nX-Injected: 1";
            if (name == "EMPTY") return "";
            return std::nullopt;
          }};
}

ForwardOptions good() {
  return {.path_prefix = "/api/protected",
          .upstream = "https://api.example.com",
          .headers = {{"cf-access-client-id", {.env = "CF_ID"}},
                      {"cf-access-client-secret", {.env = "CF_SECRET"}}}};
}

TEST(ForwardOptions, BecomeAForward) {
  ForwardOptions options = good();
  options.upstream = "https://[2001:db8::1]:8443";
  const auto forwards = compile_forwards({options}, surroundings());
  ASSERT_TRUE(forwards) << forwards.error().text();
  const Forward& forward = forwards->front();
  EXPECT_EQ(forward.host, "2001:db8::1");
  EXPECT_EQ(forward.port, 8443);
  EXPECT_EQ(forward.authority, "[2001:db8::1]:8443");
  EXPECT_TRUE(forward.is_tls);
  const std::vector<std::pair<std::string, std::string>> injected = {
      {"cf-access-client-id", "id.access"}, {"cf-access-client-secret", kSecret}};
  EXPECT_EQ(forward.injected, injected);
  EXPECT_EQ(forward.drop_response_headers, std::vector<std::string>{"Set-Cookie"});
}

TEST(ForwardOptions, AlwaysKeepCookiesOfTheUpstreamHere) {
  ForwardOptions options = good();
  options.drop_response_headers = {"Clear-Site-Data"};
  const auto forwards = compile_forwards({options}, surroundings());
  ASSERT_TRUE(forwards) << forwards.error().text();
  const std::vector<std::string> dropped = {"Clear-Site-Data", "Set-Cookie"};
  EXPECT_EQ(forwards->front().drop_response_headers, dropped);
}

// Proves M114.
TEST(ForwardOptions, MakeATokenOfOneHeader) {
  ForwardOptions options = good();
  options.headers.clear();
  options.token_header = {.name = "Authorization",
                          .values = {{"cf-access-client-id", {.text = R"(a"b\c)"}},
                                     {"cf-access-client-secret", {.env = "CF_SECRET"}}}};
  const auto forwards = compile_forwards({options}, surroundings());
  ASSERT_TRUE(forwards) << forwards.error().text();
  const std::vector<std::pair<std::string, std::string>> injected = {
      {"Authorization",
       R"({"cf-access-client-id":"a\"b\\c","cf-access-client-secret":"s3cr3t-of-the-service"})"}};
  EXPECT_EQ(forwards->front().injected, injected);
}

struct WrongRow {
  const char* desc;
  void (*change)(ForwardOptions&);
  std::vector<std::string> found;  // "code path value"
};

std::vector<std::string> told(const Report& report) {
  std::vector<std::string> lines;
  for (const Problem& problem : report.problems()) {
    lines.push_back(std::string(std::string_view(problem.code)) + " " + problem.path + " " +
                    problem.value);
    EXPECT_FALSE(problem.what.empty());
    EXPECT_FALSE(problem.fix.empty());
  }
  return lines;
}

TEST(ForwardOptions, SayWhatIsWrong) {
  const WrongRow rows[] = {
      {"no prefix",
       [](auto& o) { o.path_prefix = ""; },
       {"forward-path-prefix forward[0].path_prefix "}},
      {"everything",
       [](auto& o) { o.path_prefix = "/"; },
       {"forward-path-prefix forward[0].path_prefix /"}},
      {"a slash at the end",
       [](auto& o) { o.path_prefix = "/api/"; },
       {"forward-path-prefix forward[0].path_prefix /api/"}},
      {"no slash",
       [](auto& o) { o.path_prefix = "api"; },
       {"forward-path-prefix forward[0].path_prefix api"}},
      {"a dot segment",
       [](auto& o) { o.path_prefix = "/a/../b"; },
       {"forward-path-prefix forward[0].path_prefix /a/../b"}},
      {"two slashes",
       [](auto& o) { o.path_prefix = "/a//b"; },
       {"forward-path-prefix forward[0].path_prefix /a//b"}},
      {"a parameter of a route",
       [](auto& o) { o.path_prefix = "/a/:b"; },
       {"forward-path-prefix forward[0].path_prefix /a/:b"}},
      {"an escape",
       [](auto& o) { o.path_prefix = "/a%62"; },
       {"forward-path-prefix forward[0].path_prefix /a%62"}},
      {"a query",
       [](auto& o) { o.path_prefix = "/a?b"; },
       {"forward-path-prefix forward[0].path_prefix /a?b"}},
      {"no upstream", [](auto& o) { o.upstream = ""; }, {"forward-upstream forward[0].upstream "}},
      {"an upstream with a path",
       [](auto& o) { o.upstream = "https://api.example.com/v1"; },
       {"forward-upstream forward[0].upstream https://api.example.com/v1"}},
      {"with a trailing slash",
       [](auto& o) { o.upstream = "https://api.example.com/"; },
       {"forward-upstream forward[0].upstream https://api.example.com/"}},
      {"with a query",
       [](auto& o) { o.upstream = "https://api.example.com?a=b"; },
       {"forward-upstream forward[0].upstream https://api.example.com?a=b"}},
      {"with a password, which is not told",
       [](auto& o) { o.upstream = "https://me:s3cr3t-of-the-service@api.example.com"; },
       {"forward-upstream forward[0].upstream "}},
      {"several",
       [](auto& o) { o.upstream = "https://*.example.com"; },
       {"forward-upstream forward[0].upstream https://*.example.com"}},
      {"another scheme",
       [](auto& o) { o.upstream = "ftp://api.example.com"; },
       {"forward-upstream forward[0].upstream ftp://api.example.com"}},
      {"plain http over the network",
       [](auto& o) { o.upstream = "http://api.example.com"; },
       {"forward-upstream-not-tls forward[0].upstream http://api.example.com"}},
      {"a name that is none",
       [](auto& o) {
         o.headers = {{"a b", {.text = "x"}}};
       },
       {"forward-header-name forward[0].headers[0] "}},
      {"a line break in a name",
       [](auto& o) {
         o.headers = {{"a\r\nb", {.text = "x"}}};
       },
       {"forward-header-name forward[0].headers[0] "}},
      {"a header of the connection",
       [](auto& o) {
         o.headers = {{"Transfer_Encoding", {"x"}}};
       },
       {"forward-header-name forward[0].headers.Transfer_Encoding Transfer_Encoding"}},
      {"Host",
       [](auto& o) {
         o.headers = {{"host", {.text = "x"}}};
       },
       {"forward-header-name forward[0].headers.host host"}},
      {"a header twice",
       [](auto& o) {
         o.headers = {{"X-A", {"1"}}, {"x_a", {"2"}}};
       },
       {"forward-header-repeated forward[0].headers.x_a x_a"}},
      {"a pair and a single header of one name",
       [](auto& o) {
         o.token_header = {.name = "CF-Access-Client-Id", .values = {{"a", {"1"}}}};
       },
       {"forward-header-repeated forward[0].token_header.name CF-Access-Client-Id"}},
      {"a line break in a value, which is not told",
       [](auto& o) {
         o.headers = {{"X-A", {.env = "BROKEN"}}};
       },
       {"forward-header-value forward[0].headers.X-A BROKEN"}},
      {"a value that is not told",
       [](auto& o) {
         o.headers = {{"X-A", {.text = "s3cr3t-of-the-service\n"}}};
       },
       {"forward-header-value forward[0].headers.X-A "}},
      {"neither text nor variable",
       [](auto& o) {
         o.headers = {{"X-A", {}}};
       },
       {"forward-header-value forward[0].headers.X-A "}},
      {"both",
       [](auto& o) {
         o.headers = {{"X-A", {.text = "a", .env = "CF_ID"}}};
       },
       {"forward-header-value forward[0].headers.X-A "}},
      {"a variable that is not set",
       [](auto& o) {
         o.headers = {{"X-A", {.env = "NOT_SET"}}};
       },
       {"forward-env-missing forward[0].headers.X-A NOT_SET"}},
      {"or empty",
       [](auto& o) {
         o.headers = {{"X-A", {.env = "EMPTY"}}};
       },
       {"forward-env-missing forward[0].headers.X-A EMPTY"}},
      {"a secret where the name of its variable belongs",
       [](auto& o) {
         o.headers = {{"X-A", {.env = "Bearer s3cr3t-of-the-service"}}};
       },
       {"forward-env-missing forward[0].headers.X-A "}},
      {"name and value in each other's place",
       [](auto& o) {
         o.headers = {{"X-A", {"1"}}, {"Bearer s3cr3t-of-the-service", {.text = "Authorization"}}};
       },
       {"forward-header-name forward[0].headers[1] "}},
      {"likewise of a token",
       [](auto& o) {
         o.token_header = {.name = "Bearer s3cr3t-of-the-service",
                           .values = {{"\ns3cr3t-of-the-service", {.env = "NOT_SET"}}}};
       },
       {"forward-header-name forward[0].token_header.name ",
        "forward-env-missing forward[0].token_header.values[0] NOT_SET"}},
      {"likewise of what is dropped",
       [](auto& o) { o.drop_request_headers = {"Cookie: s3cr3t-of-the-service"}; },
       {"forward-header-name forward[0].drop_request_headers[0] "}},
      {"a token of nothing",
       [](auto& o) { o.token_header = {.name = "X-T", .values = {}}; },
       {"forward-header-value forward[0].token_header.values "}},
      {"what to drop",
       [](auto& o) {
         o.drop_response_headers = {"Set-Cookie", "a:b"};
       },
       {"forward-header-name forward[0].drop_response_headers[1] "}},
      {"no time",
       [](auto& o) { o.idle_limit = std::chrono::milliseconds(0); },
       {"forward-limit forward[0].idle_limit 0 ms"}},
      {"authorities that are not there",
       [](auto& o) { o.ca_file = "/nowhere/ca.pem"; },
       {"forward-ca-file forward[0].ca_file /nowhere/ca.pem"}},
      {"everything at once",
       [](auto& o) {
         o = {.path_prefix = "x", .headers = {{"", {.env = "NOT_SET"}}}};
       },
       {"forward-path-prefix forward[0].path_prefix x", "forward-upstream forward[0].upstream ",
        "forward-header-name forward[0].headers[0] ",
        "forward-env-missing forward[0].headers[0] NOT_SET"}},
  };
  for (const WrongRow& row : rows) {
    SCOPED_TRACE(row.desc);
    ForwardOptions options = good();
    row.change(options);
    const auto forwards = compile_forwards({options}, surroundings());
    ASSERT_FALSE(forwards);
    EXPECT_EQ(told(forwards.error()), row.found);
    EXPECT_EQ(forwards.error().text().find(kSecret), std::string::npos);
  }
}

// In words about an upstream, not about the origins of pages.
TEST(ForwardOptions, SayWhatAnUpstreamIs) {
  struct Row {
    const char* upstream;
    const char* what;
    const char* fix;
  };
  constexpr const char* kExample = "write scheme and host, as \"https://api.example.com\"";
  constexpr const char* kOneServer = "an upstream is exactly one https server";
  constexpr const char* kPort = "a port is a number from 1 to 65535 without leading zeros";
  const Row rows[] = {
      {"", "it is missing", kExample},
      {"https://h:99999", kPort, "write a port from 1 to 65535, or none for 443"},
      {"https://h:", kPort, "write a port from 1 to 65535, or none for 443"},
      {"https://h:*", kOneServer, kExample},
      {"https://h:[1,2]", kOneServer, kExample},
      {"ftp://h", kOneServer, kExample},
      {"FTP://h", kOneServer, kExample},
      {"ws://h", kOneServer, "write \"http://h\""},
      {"null", kOneServer, kExample},
      {"*", kOneServer, kExample},
      {"https://*", kOneServer, kExample},
      {"https://*.Example.com", "scheme and host are written in lower case", kExample},
      {"https://API.example.com", "scheme and host are written in lower case",
       "write \"https://api.example.com\""},
      {"https://api.example.com:443", "the default port of a scheme is left out",
       "write \"https://api.example.com\""},
      {"https://api.example.com/v1", "an upstream has no path",
       "write \"https://api.example.com\""},
      {"api.example.com", "an upstream begins with its scheme",
       "write \"https://api.example.com\""},
      {"https://a.example, https://b.example", kOneServer, kExample},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.upstream);
    ForwardOptions options = good();
    options.upstream = row.upstream;
    const auto forwards = compile_forwards({options}, surroundings());
    ASSERT_FALSE(forwards);
    const Problem& problem = forwards.error().problems().front();
    EXPECT_EQ(problem.code, "forward-upstream");
    EXPECT_EQ(problem.what, row.what);
    EXPECT_EQ(problem.fix, row.fix);
  }
}

TEST(ForwardOptions, NeedTlsInTheProgram) {
  const auto forwards = compile_forwards({good()}, surroundings(false));
  ASSERT_FALSE(forwards);
  EXPECT_EQ(
      told(forwards.error()),
      std::vector<std::string>{"forward-tls-missing forward[0].upstream https://api.example.com"});
}

TEST(ForwardOptions, LoopbackMayBePlain) {
  for (const char* upstream :
       {"http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost:8080"}) {
    ForwardOptions options = good();
    options.upstream = upstream;
    EXPECT_TRUE(compile_forwards({options}, surroundings(false))) << upstream;
  }
}

struct OverlapRow {
  const char* first;
  const char* second;
  bool overlap;
};

TEST(ForwardOptions, DoNotLieWithinEachOther) {
  const OverlapRow rows[] = {
      {"/api", "/api", true},   {"/api", "/api/v1", true}, {"/api/v1", "/api", true},
      {"/api", "/api2", false}, {"/a", "/b", false},
  };
  for (const OverlapRow& row : rows) {
    SCOPED_TRACE(std::string(row.first) + " " + row.second);
    ForwardOptions first = good(), second = good();
    first.path_prefix = row.first;
    second.path_prefix = row.second;
    const auto forwards = compile_forwards({first, second}, surroundings());
    EXPECT_EQ(forwards.has_value(), !row.overlap);
    if (!forwards) {
      EXPECT_EQ(told(forwards.error()),
                std::vector<std::string>{
                    std::string("forward-prefix-overlap forward[1].path_prefix ") + row.second});
    }
  }
}

}  // namespace
}  // namespace corsac
