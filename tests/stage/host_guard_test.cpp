#include "corsac/stage/host_guard.hpp"

#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

struct GoodRow {
  const char* desc;
  std::string text;
  HostForm host_form;
  std::string host;
  PortForm port_form;
  std::vector<PortRange> ports;
};

TEST(HostPattern, TakesHostsWithOptionalPorts) {
  constexpr auto kExact = HostForm::Exact;
  constexpr auto kOne = PortForm::Exact;
  const GoodRow rows[] = {
      {"a host", "api.example.com", kExact, "api.example.com", kOne, {}},
      {"a port", "api.example.com:8080", kExact, "api.example.com", kOne, {{8080, 8080}}},
      {"a default port", "api.example.com:443", kExact, "api.example.com", kOne, {{443, 443}}},
      {"one label", "localhost", kExact, "localhost", kOne, {}},
      {"any port", "localhost:*", kExact, "localhost", PortForm::Any, {}},
      {"ports",
       "localhost:[3000-3999,80]",
       kExact,
       "localhost",
       PortForm::Set,
       {{80, 80}, {3000, 3999}}},
      {"IPv4", "127.0.0.1:8080", kExact, "127.0.0.1", kOne, {{8080, 8080}}},
      {"IPv6", "[::1]", kExact, "[::1]", kOne, {}},
      {"IPv6 with any port", "[::1]:*", kExact, "[::1]", PortForm::Any, {}},
      {"subdomains", "*.example.com", HostForm::Subdomain, ".example.com", kOne, {}},
      {"in-label wildcard",
       "pr-*.example.com:*",
       HostForm::Glob,
       "pr-*.example.com",
       PortForm::Any,
       {}},
      {"underscore", "a_b.example", kExact, "a_b.example", kOne, {}},
  };
  for (const GoodRow& row : rows) {
    const auto pattern = parse_host_pattern(row.text);
    ASSERT_TRUE(pattern) << row.desc << ": " << pattern.error().code;
    EXPECT_EQ(pattern->text, row.text) << row.desc;
    EXPECT_EQ(pattern->host_form, row.host_form) << row.desc;
    EXPECT_EQ(pattern->host, row.host) << row.desc;
    EXPECT_EQ(pattern->port_form, row.port_form) << row.desc;
    EXPECT_EQ(pattern->ports, row.ports) << row.desc;
  }
}

struct BadRow {
  const char* desc;
  std::string text;
  std::string_view code;
  std::string_view fix;  // empty = only advice
};

TEST(HostPattern, RefusesEverythingElseAndShowsTheFixedForm) {
  const BadRow rows[] = {
      {"empty", "", "host-empty", ""},
      {"blanks", " ", "host-empty", ""},
      {"a port alone", ":8080", "host-empty", ""},
      {"scheme", "https://api.example.com", "host-scheme", "api.example.com"},
      {"scheme and path", "https://api.example.com:8443/x", "host-scheme", "api.example.com:8443"},
      {"path", "api.example.com/v1", "host-path", "api.example.com"},
      {"query", "api.example.com?x", "host-path", "api.example.com"},
      {"upper case", "API.example.com", "host-upper-case", "api.example.com"},
      {"non-ASCII",
       "b\xC3\xBC"
       "cher.example",
       "host-non-ascii", "xn--bcher-kva.example"},
      {"blank inside", "a b.example", "host-bad-byte", ""},
      {"a list", "a.example,b.example", "host-bad-byte", ""},
      {"user info", "user:secret@a.example", "host-bad-byte", ""},
      {"port 0", "a.example:0", "host-port", "a.example"},
      {"port above 65535", "a.example:65536", "host-port", ""},
      {"leading zero", "a.example:080", "host-port", "a.example:80"},
      {"empty port", "a.example:", "host-port", "a.example"},
      {"part of a port", "a.example:30*", "host-port", ""},
      {"empty set", "a.example:[]", "host-port-set", ""},
      {"blank in a set", "a.example:[1, 2]", "host-port-set", "a.example:[1,2]"},
      {"empty label", "a..example", "host-empty-label", ""},
      {"a final dot", "a.example.", "host-empty-label", "a.example"},
      {"hyphen at the edge", "-a.example", "host-hyphen-label", ""},
      {"long label", std::string(64, 'a') + ".example", "host-long", ""},
      {"long host", std::string(300, 'a'), "host-long", ""},
      {"long text", std::string(5000, 'a'), "host-long", ""},
      {"any host", "*", "host-wildcard", ""},
      {"any host and port", "*:*", "host-wildcard", ""},
      {"a top level", "*.com", "host-wildcard", ""},
      {"wildcard on an address", "127.0.0.*", "host-wildcard", ""},
      {"wildcard at the end", "api.*", "host-wildcard", ""},
      {"two wildcards", "*.*.example.com", "host-wildcard", ""},
      {"IPv4 spelling", "127.1", "host-ip-spelling", "127.0.0.1"},
      {"IPv6 spelling", "[0:0:0:0:0:0:0:1]:*", "host-ip-spelling", "[::1]:*"},
      {"IPv6 without brackets", "::1", "host-ip-spelling", "[::1]"},
      {"IPv6 zone", "[fe80::1%eth0]", "host-ip-spelling", "[fe80::1]"},
  };
  std::set<std::string_view> codes;
  for (const BadRow& row : rows) {
    const auto pattern = parse_host_pattern(row.text);
    ASSERT_FALSE(pattern) << row.desc;
    const OriginPatternError& error = pattern.error();
    EXPECT_EQ(error.code, row.code) << row.desc;
    EXPECT_FALSE(error.what.empty()) << row.desc;
    if (row.fix.empty()) {
      EXPECT_THAT(error.fix, ::testing::Not(::testing::StartsWith("write \""))) << row.desc;
    } else {
      EXPECT_EQ(error.fix, "write \"" + std::string(row.fix) + '"') << row.desc;
    }
    EXPECT_EQ(error.may_show_value, row.text.find('@') == std::string::npos) << row.desc;
    EXPECT_THAT(error.what + error.fix, ::testing::Not(::testing::HasSubstr("secret"))) << row.desc;
    codes.insert(error.code);
  }
  const std::set<std::string_view> documented = {
      "host-empty",    "host-scheme",   "host-path",       "host-upper-case",  "host-non-ascii",
      "host-bad-byte", "host-port",     "host-port-set",   "host-empty-label", "host-hyphen-label",
      "host-long",     "host-wildcard", "host-ip-spelling"};
  EXPECT_EQ(codes, documented);
}

struct ParseRow {
  const char* desc;
  std::string text;
  bool is_tls;
  bool is_host;
  std::string_view host = {};
  std::int32_t port = -1;
};

TEST(ParseHost, ReadsWhatTheWireHas) {
  const ParseRow rows[] = {
      {"a name", "api.example.com", false, true, "api.example.com", -1},
      {"any case stays", "API.example.com", false, true, "API.example.com", -1},
      {"a port", "api.example.com:8080", false, true, "api.example.com", 8080},
      {"80 on plain", "api.example.com:80", false, true, "api.example.com", -1},
      {"443 on TLS", "api.example.com:443", true, true, "api.example.com", -1},
      {"443 on plain", "api.example.com:443", false, true, "api.example.com", 443},
      {"80 on TLS", "api.example.com:80", true, true, "api.example.com", 80},
      {"zeros before a port", "a:0080", false, true, "a", -1},
      {"an empty port is none", "a:", false, true, "a", -1},
      {"port 0", "a:0", false, true, "a", 0},
      {"a final dot", "a.example.", false, true, "a.example", -1},
      {"a final dot and a port", "a.example.:8080", false, true, "a.example", 8080},
      {"IPv4", "127.0.0.1:8080", false, true, "127.0.0.1", 8080},
      {"IPv6", "[::1]", false, true, "[::1]", -1},
      {"IPv6 and a port", "[::1]:8080", false, true, "[::1]", 8080},
      {"a name that no domain has", "a!b~c", false, true, "a!b~c", -1},
      {"percent", "a%2Eb", false, true, "a%2Eb", -1},
      {"empty", "", false, false},
      {"a dot", ".", false, false},
      {"a port alone", ":8080", false, false},
      {"port above 65535", "a:65536", false, false},
      {"port that overflows", "a:99999999999999999999", false, false},
      {"letters in the port", "a:80a", false, false},
      {"two ports", "a:80:81", false, false},
      {"a scheme", "http://a", false, false},
      {"a path", "a/b", false, false},
      {"user info", "u@a", false, false},
      {"a blank", "a b", false, false},
      {"NUL", std::string("a\0b", 3), false, false},
      {"UTF-8", "\xC3\xA4.example", false, false},
      {"half a percent", "a%2", false, false},
      {"no hex after percent", "a%2g", false, false},
      {"IPv6 without brackets", "::1", false, false},
      {"IPv6 cut off", "[::1", false, false},
      {"a name in brackets", "[a.example]", false, false},
      {"text after brackets", "[::1]a", false, false},
      {"a future address", "[v1.a]", false, false},
      {"a long name", std::string(254, 'a'), false, false},
  };
  for (const ParseRow& row : rows) {
    ParsedHost parsed = {};
    ASSERT_EQ(parse_host(row.text, row.is_tls, parsed), row.is_host) << row.desc;
    if (!row.is_host) continue;
    EXPECT_EQ(parsed.host, row.host) << row.desc;
    EXPECT_EQ(parsed.port, row.port) << row.desc;
    EXPECT_EQ(parsed.default_port, row.is_tls ? 443 : 80) << row.desc;
  }
}

struct MatchRow {
  const char* desc;
  std::string pattern;
  std::string host;
  bool with_port;        // as in hosts.allowed
  bool port_if_written;  // as in a rule
  bool is_tls = false;
};

TEST(MatchesHost, ComparesWithoutCaseAndWithPortsAsWritten) {
  const MatchRow rows[] = {
      {"itself", "api.example.com", "api.example.com", true, true},
      {"any case", "api.example.com", "API.Example.COM", true, true},
      {"a final dot", "api.example.com", "api.example.com.", true, true},
      {"the default port", "api.example.com", "api.example.com:80", true, true},
      {"the default port of TLS", "api.example.com", "api.example.com:443", true, true, true},
      {"another port", "api.example.com", "api.example.com:8080", false, true},
      {"the port", "api.example.com:8080", "api.example.com:8080", true, true},
      {"not the port", "api.example.com:8080", "api.example.com:8081", false, false},
      {"none for a port", "api.example.com:8080", "api.example.com", false, false},
      {"none for the default port", "api.example.com:80", "api.example.com", true, true},
      {"none for TLS's default port", "api.example.com:443", "api.example.com", true, true, true},
      {"none for the other default port", "api.example.com:443", "api.example.com", false, false},
      {"any port", "localhost:*", "localhost:5173", true, true},
      {"any port and none", "localhost:*", "localhost", true, true},
      {"a range", "localhost:[3000-3999]", "localhost:3456", true, true},
      {"beside a range", "localhost:[3000-3999]", "localhost:4000", false, false},
      {"a range over the default port", "localhost:[79-81]", "localhost", true, true},
      {"another host", "api.example.com", "evil.example.com", false, false},
      {"a prefix", "api.example.com", "api.example.com.evil.test", false, false},
      {"a suffix", "api.example.com", "evil-api.example.com", false, false},
      {"a subdomain", "*.example.com", "a.b.EXAMPLE.com", true, true},
      {"the apex", "*.example.com", "example.com", false, false},
      {"an empty label", "*.example.com", ".example.com", false, false},
      {"an empty label inside", "*.example.com", "a..example.com", false, false},
      {"a name that no domain has", "*.example.com", "a!b.example.com", false, false},
      {"a wildcard sent back", "*.example.com", "*.example.com", false, false},
      {"a glob", "pr-*.example.com", "PR-1.example.com", true, true},
      {"a glob covers no dot", "pr-*.example.com", "pr-1.a.example.com", false, false},
      {"IPv6", "[::1]:*", "[::1]:8080", true, true},
      {"IPv4 in another spelling", "127.0.0.1", "127.1", false, false},
  };
  for (const MatchRow& row : rows) {
    const auto pattern = parse_host_pattern(row.pattern);
    ASSERT_TRUE(pattern) << row.desc;
    ParsedHost host = {};
    ASSERT_TRUE(parse_host(row.host, row.is_tls, host)) << row.desc;
    EXPECT_EQ(matches_host(*pattern, host, HostForMatching::WithPort), row.with_port) << row.desc;
    EXPECT_EQ(matches_host(*pattern, host, HostForMatching::PortIfWritten), row.port_if_written)
        << row.desc;
  }
}

HostGuard guard_of(const std::vector<std::string>& texts) {
  std::vector<HostPattern> patterns;
  for (const std::string& text : texts) {
    auto pattern = parse_host_pattern(text);
    EXPECT_TRUE(pattern) << text;
    if (pattern) patterns.push_back(*std::move(pattern));
  }
  return HostGuard(std::move(patterns));
}

RequestView request_to(std::string_view host) {
  RequestView request = {};
  request.method = "GET";
  request.target = "/";
  request.path = "/";
  request.host = {host, 1};
  return request;
}

struct GuardRow {
  const char* desc;
  RequestView request;
  int status;  // 0 = goes on
};

// Proves S29, S30.
TEST(HostGuard, LetsInOnlyAllowedHosts) {
  const HostGuard guard = guard_of({"api.example.com", "localhost:*"});
  const auto with = [](RequestView request, auto change) {
    change(request);
    return request;
  };
  const GuardRow rows[] = {
      {"an allowed host", request_to("api.example.com"), 0},
      {"the second one", request_to("localhost:8080"), 0},
      {"another host: DNS rebinding", request_to("evil.test"), 421},
      {"another port", request_to("api.example.com:8080"), 421},
      {"malformed", request_to("api.example.com/"), 400},
      {"empty", request_to(""), 400},
      {"none under HTTP/1.1", with(request_to(""), [](auto& r) { r.host = {}; }), 400},
      {"none under HTTP/1.0",
       with(request_to(""),
            [](auto& r) {
              r.host = {};
              r.is_http_1_0 = true;
            }),
       421},
      {"allowed under HTTP/1.0",
       with(request_to("localhost"), [](auto& r) { r.is_http_1_0 = true; }), 0},
      {"malformed under HTTP/1.0", with(request_to("a b"), [](auto& r) { r.is_http_1_0 = true; }),
       400},
      {"two lines, the same", with(request_to("localhost"), [](auto& r) { r.host.lines = 2; }),
       400},
      {"443 on TLS", with(request_to("api.example.com:443"), [](auto& r) { r.is_tls = true; }), 0},
      {"443 on plain", request_to("api.example.com:443"), 421},
      {"a forwarded host proves nothing",
       with(request_to("evil.test"),
            [](auto& r) {
              r.forwarded_host = {"api.example.com", 1};
            }),
       421},
      {"nothing was parsed", with(request_to("evil.test"), [](auto& r) { r.target = {}; }), 0},
  };
  for (const GuardRow& row : rows) {
    Decision decision;
    const StageResult result = guard.on_request(row.request, decision);
    if (row.status == 0) {
      EXPECT_EQ(result, StageResult::Continue) << row.desc;
      EXPECT_EQ(decision.outcome, Outcome::Pass) << row.desc;
      EXPECT_EQ(decision.reason, Reason::None) << row.desc;
      continue;
    }
    EXPECT_EQ(result, StageResult::Stop) << row.desc;
    EXPECT_EQ(decision.outcome, Outcome::Refuse) << row.desc;
    EXPECT_EQ(decision.status, row.status) << row.desc;
    EXPECT_EQ(decision.reason, Reason::HostNotAllowed) << row.desc;
    EXPECT_EQ(decision.offending, row.request.host.value) << row.desc;
    EXPECT_FALSE(decision.has_grant()) << row.desc;
  }
}

TEST(HostGuard, NeverAllocates) {
  const HostGuard guard = guard_of({"*.example.com", "pr-*.b.example", "[::1]:*", "localhost"});
  const std::string hosts[] = {std::string(40, 'A') + ".example.com", "[::1]:8080", "evil.test",
                               "pr-" + std::string(60, 'x') + ".b.example", std::string(8192, 'a')};
  const corsac::testing::AllocationCounter counter;
  std::size_t passed = 0;
  for (const std::string& host : hosts) {
    Decision decision;
    const bool goes_on = guard.on_request(request_to(host), decision) == StageResult::Continue;
    passed += goes_on ? 1 : 0;
  }
  const std::size_t allocations = counter.count();
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(passed, 3U);
}

}  // namespace
}  // namespace corsac
