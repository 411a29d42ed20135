#include "corsac/http/own_origin.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

using namespace std::string_view_literals;

// An absent header, one line, or several of which only the first is kept.
HeaderField line(std::string_view value) { return {value, 1}; }
HeaderField lines(std::string_view first, std::uint32_t count) { return {first, count}; }
const HeaderField kAbsent = {};

OwnOrigin make_own(std::vector<std::string> public_origins,
                   const std::vector<std::string_view>& trusted_proxies) {
  OwnOrigin::Config config;
  config.public_origins = std::move(public_origins);
  for (const std::string_view proxy : trusted_proxies) {
    config.trusted_proxies.push_back(IpRange::parse(proxy).value());
  }
  return OwnOrigin(std::move(config));
}

TEST(OwnOrigin, IsProvedByTheBrowser) {
  const struct {
    const char* desc;
    HeaderField site;
    HeaderField origin;
    bool is_own;
  } rows[] = {
      {"same-origin", line("same-origin"), line("https://a.example"), true},
      {"same-origin without an Origin", line("same-origin"), kAbsent, true},
      {"same-origin with `null`, as under no-referrer", line("same-origin"), line("null"), true},
      {"same-site", line("same-site"), line("https://a.example"), false},
      {"cross-site", line("cross-site"), line("https://a.example"), false},
      {"none: typed by the user", line("none"), kAbsent, false},
      {"repeated", lines("same-origin", 2), line("https://a.example"), false},
      {"repeated without an Origin", lines("same-origin", 2), kAbsent, false},
      {"a list", line("same-origin, same-origin"), line("https://a.example"), false},
      {"another case: a token is compared byte for byte", line("Same-Origin"), kAbsent, false},
      {"with parameters", line("same-origin;a=1"), kAbsent, false},
      {"empty", line(""), kAbsent, false},
      {"several Origin lines", line("same-origin"), lines("https://a.example", 2), false},
  };
  const OwnOrigin nothing_configured;
  const OwnOrigin configured = make_own({"https://other.example"}, {"10.0.0.1"});
  for (const auto& row : rows) {
    RequestView request;
    request.sec_fetch_site = row.site;
    request.origin = row.origin;
    request.host = line("b.example");
    EXPECT_EQ(nothing_configured.is_same_origin(request), row.is_own) << row.desc;
    EXPECT_EQ(configured.is_same_origin(request), row.is_own) << row.desc;
  }
}

TEST(OwnOrigin, IsOneOfThePublicOrigins) {
  const OwnOrigin own =
      make_own({"https://api.example.com", "http://localhost:8080", "https://[::1]:8443"}, {});
  const struct {
    const char* desc;
    HeaderField origin;
    bool is_own;
  } rows[] = {
      {"the first", line("https://api.example.com"), true},
      {"another", line("http://localhost:8080"), true},
      {"IPv6", line("https://[::1]:8443"), true},
      {"another case", line("HTTPS://API.example.COM"), true},
      {"another scheme", line("http://api.example.com"), false},
      {"another port", line("http://localhost:8081"), false},
      {"a port where there is none", line("https://api.example.com:8443"), false},
      {"a subdomain", line("https://x.api.example.com"), false},
      {"a longer host", line("https://api.example.com.evil.example"), false},
      {"a path", line("https://api.example.com/"), false},
      {"`null`", line("null"), false},
      {"empty", line(""), false},
      {"absent", kAbsent, false},
      {"several lines", lines("https://api.example.com", 2), false},
      {"a list", line("https://api.example.com, https://api.example.com"), false},
      {"NUL at the end", line("https://api.example.com\0"sv), false},
  };
  for (const auto& row : rows) {
    RequestView request;
    request.origin = row.origin;
    EXPECT_EQ(own.is_same_origin(request), row.is_own) << row.desc;
    request.sec_fetch_site = line("cross-site");
    EXPECT_EQ(own.is_same_origin(request), row.is_own) << row.desc << " (cross-site)";
  }
}

TEST(OwnOrigin, IgnoresHostAndProxiesOncePublicOriginsAreConfigured) {
  RequestView request;
  request.origin = line("https://shop.example");
  request.host = line("shop.example");
  request.peer_address = "10.0.0.1";
  request.forwarded_proto = line("https");
  request.forwarded_host = line("shop.example");
  EXPECT_TRUE(make_own({}, {"10.0.0.1"}).is_same_origin(request));
  EXPECT_TRUE(make_own({}, {}).is_same_origin(request));
  EXPECT_FALSE(make_own({"https://api.example.com"}, {"10.0.0.1"}).is_same_origin(request));
}

struct ForwardedRow {
  const char* desc;
  std::string_view origin;
  HeaderField proto;
  HeaderField host;
  HeaderField port;
  bool is_own;
};

// Proves M82.
TEST(OwnOrigin, IsWhatATrustedProxyForwarded) {
  const ForwardedRow rows[] = {
      {"scheme and host", "https://a.example", line("https"), line("a.example"), kAbsent, true},
      {"plain http", "http://a.example", line("http"), line("a.example"), kAbsent, true},
      {"another case", "https://a.example", line("HTTPS"), line("A.Example"), kAbsent, true},
      {"an Origin in another case", "HTTPS://A.example", line("https"), line("a.example"), kAbsent,
       true},
      {"the default port in X-Forwarded-Port", "https://a.example", line("https"),
       line("a.example"), line("443"), true},
      {"the default port in X-Forwarded-Host", "https://a.example", line("https"),
       line("a.example:443"), kAbsent, true},
      {"the default port of http", "http://a.example", line("http"), line("a.example"), line("80"),
       true},
      {"a port in X-Forwarded-Port", "https://a.example:8443", line("https"), line("a.example"),
       line("8443"), true},
      {"a port in X-Forwarded-Host", "https://a.example:8443", line("https"),
       line("a.example:8443"), kAbsent, true},
      {"the same port in both", "https://a.example:8443", line("https"), line("a.example:8443"),
       line("8443"), true},
      {"IPv6", "https://[2001:db8::1]:8443", line("https"), line("[2001:db8::1]:8443"), kAbsent,
       true},
      {"IPv6 and X-Forwarded-Port", "https://[2001:db8::1]:8443", line("https"),
       line("[2001:DB8::1]"), line("8443"), true},

      {"two ports that differ, the Origin has the host's", "https://a.example:8443", line("https"),
       line("a.example:8443"), line("9443"), false},
      {"two ports that differ, the Origin has the other", "https://a.example:9443", line("https"),
       line("a.example:8443"), line("9443"), false},
      {"two ports that differ, one the default", "https://a.example", line("https"),
       line("a.example:443"), line("8443"), false},
      {"another scheme", "http://a.example", line("https"), line("a.example"), kAbsent, false},
      {"the port of the other scheme", "https://a.example", line("https"), line("a.example"),
       line("80"), false},
      {"another host", "https://b.example", line("https"), line("a.example"), kAbsent, false},
      {"a longer host", "https://a.example.evil.example", line("https"), line("a.example"), kAbsent,
       false},
      {"a trailing dot is another host", "https://a.example.", line("https"), line("a.example"),
       kAbsent, false},
      {"a port that was not forwarded", "https://a.example:8443", line("https"), line("a.example"),
       kAbsent, false},
      {"a port that the Origin lacks", "https://a.example", line("https"), line("a.example"),
       line("8443"), false},

      {"no scheme forwarded", "https://a.example", kAbsent, line("a.example"), kAbsent, false},
      {"no host forwarded", "https://a.example", line("https"), kAbsent, kAbsent, false},
      {"only a port", "https://a.example", kAbsent, kAbsent, line("443"), false},
      {"two X-Forwarded-Proto lines", "https://a.example", lines("https", 2), line("a.example"),
       kAbsent, false},
      {"two X-Forwarded-Host lines", "https://a.example", line("https"), lines("a.example", 2),
       kAbsent, false},
      {"two X-Forwarded-Port lines", "https://a.example", line("https"), line("a.example"),
       lines("443", 2), false},
      {"a list of schemes", "https://a.example", line("https,http"), line("a.example"), kAbsent,
       false},
      {"a list of hosts", "https://a.example", line("https"), line("a.example, b.example"), kAbsent,
       false},
      {"a list of ports", "https://a.example", line("https"), line("a.example"), line("443,443"),
       false},
      {"an unknown scheme", "ftp://a.example", line("ftp"), line("a.example"), kAbsent, false},
      {"an empty scheme", "://a.example", line(""), line("a.example"), kAbsent, false},
      {"an empty host", "https://", line("https"), line(""), kAbsent, false},
      {"an empty X-Forwarded-Port", "https://a.example", line("https"), line("a.example"), line(""),
       false},
      {"an empty port in X-Forwarded-Host", "https://a.example", line("https"), line("a.example:"),
       kAbsent, false},
      {"port 0", "https://a.example:0", line("https"), line("a.example"), line("0"), false},
      {"port 65536", "https://a.example:65536", line("https"), line("a.example:65536"), kAbsent,
       false},
      {"a port that would wrap round", "https://a.example:443", line("https"),
       line("a.example:4294967739"), kAbsent, false},
      {"a port with a leading zero", "https://a.example", line("https"), line("a.example:0443"),
       kAbsent, false},
      {"a port with a sign", "https://a.example", line("https"), line("a.example"), line("+443"),
       false},
      {"a path behind the host", "https://a.example", line("https"), line("a.example/x"), kAbsent,
       false},
      {"user info before the host", "https://a.example", line("https"), line("x@a.example"),
       kAbsent, false},
      {"a broken IPv6 address", "https://[::1", line("https"), line("[::1"), kAbsent, false},
      {"IPv6 without brackets", "https://::1", line("https"), line("::1"), kAbsent, false},
      {"brackets round a name", "https://[a.example]", line("https"), line("[a.example]"), kAbsent,
       false},
      {"`null`", "null", line("https"), line("a.example"), kAbsent, false},
      {"an Origin with a path", "https://a.example/", line("https"), line("a.example"), kAbsent,
       false},
      {"an Origin with user info", "https://x@a.example", line("https"), line("a.example"), kAbsent,
       false},
      {"an Origin that is a list", "https://a.example https://a.example", line("https"),
       line("a.example"), kAbsent, false},
      {"an Origin without a scheme", "a.example", line("https"), line("a.example"), kAbsent, false},
      {"an empty Origin", "", line("https"), line("a.example"), kAbsent, false},
  };
  const OwnOrigin own = make_own({}, {"10.0.0.0/8", "fd00::/8"});
  for (const ForwardedRow& row : rows) {
    RequestView request;
    request.origin = line(row.origin);
    request.host = line("internal:8080");
    request.forwarded_proto = row.proto;
    request.forwarded_host = row.host;
    request.forwarded_port = row.port;
    for (const std::string_view proxy :
         {"10.1.2.3", "::ffff:10.1.2.3", "fd00::7", "fd00::7%eth0"}) {
      request.peer_address = proxy;
      request.sec_fetch_site = kAbsent;
      EXPECT_EQ(own.is_same_origin(request), row.is_own) << row.desc << ", from " << proxy;
      request.sec_fetch_site = line("same-site");
      EXPECT_EQ(own.is_same_origin(request), row.is_own) << row.desc << " (same-site)";
    }
    // Nobody else is believed.
    for (const std::string_view peer : {"203.0.113.9", "11.0.0.1", "::1", "fe00::1", "", "proxy"}) {
      request.peer_address = peer;
      request.sec_fetch_site = kAbsent;
      EXPECT_FALSE(own.is_same_origin(request)) << row.desc << ", from " << peer;
    }
  }
}

TEST(OwnOrigin, EqualsHostWhereTheBrowserSaysNothing) {
  const struct {
    const char* desc;
    std::string_view origin;
    HeaderField host;
    bool is_tls;
    bool is_own;
  } rows[] = {
      {"plain", "http://a.example", line("a.example"), false, true},
      {"with a port", "http://a.example:8080", line("a.example:8080"), false, true},
      {"another case", "http://A.example", line("a.EXAMPLE"), false, true},
      {"IPv4", "http://127.0.0.1:8080", line("127.0.0.1:8080"), false, true},
      {"IPv6", "http://[::1]:8080", line("[::1]:8080"), false, true},
      {"the default port written", "http://a.example", line("a.example:80"), false, true},
      {"TLS ends before this process", "https://a.example", line("a.example"), false, true},
      {"TLS ends before this process, port written", "https://a.example", line("a.example:443"),
       false, true},
      {"TLS ends here", "https://a.example", line("a.example"), true, true},
      {"TLS ends here, a page of plain http", "http://a.example", line("a.example"), true, false},
      {"TLS ends here, plain http on the same port", "http://a.example:8443",
       line("a.example:8443"), true, false},
      {"TLS ends here, plain http on its port", "http://a.example:443", line("a.example"), true,
       false},
      {"TLS ends here on another port", "https://a.example:8443", line("a.example:8443"), true,
       true},
      {"the port of the other scheme", "https://a.example", line("a.example:80"), false, false},
      {"another port", "http://a.example:8081", line("a.example:8080"), false, false},
      {"a port that Host lacks", "http://a.example:8080", line("a.example"), false, false},
      {"a port that Origin lacks", "http://a.example", line("a.example:8080"), false, false},
      {"another host", "http://b.example", line("a.example"), false, false},
      {"a subdomain", "http://x.a.example", line("a.example"), false, false},
      {"Host is the end of it", "http://evil-a.example", line("a.example"), false, false},
      {"a trailing dot is another host", "http://a.example", line("a.example."), false, false},
      {"another IPv6 address", "http://[::2]:8080", line("[::1]:8080"), false, false},
      {"no Host", "http://a.example", kAbsent, false, false},
      {"an empty Host", "http://", line(""), false, false},
      {"several Host lines", "http://a.example", lines("a.example", 2), false, false},
      {"a list as Host", "http://a.example", line("a.example, a.example"), false, false},
      {"a Host with user info", "http://a.example", line("x@a.example"), false, false},
      {"a Host with an empty port", "http://a.example", line("a.example:"), false, false},
      {"`null`", "null", line("null"), false, false},
      {"a scheme of its own", "capacitor://localhost", line("localhost"), false, false},
      {"an extension", "chrome-extension://abc", line("abc"), false, false},
      {"an Origin without a scheme", "a.example", line("a.example"), false, false},
      {"an Origin with a path", "http://a.example/", line("a.example"), false, false},
      {"an empty Origin", "", line(""), false, false},
      {"bytes beyond ASCII", "http://\xC3\xBC.example", line("\xC3\xBC.example"), false, false},
      {"blanks", "http://a b", line("a b"), false, false},
  };
  const OwnOrigin own;
  for (const auto& row : rows) {
    RequestView request;
    request.origin = line(row.origin);
    request.host = row.host;
    request.is_tls = row.is_tls;
    EXPECT_EQ(own.is_same_origin(request), row.is_own) << row.desc;
    // A browser that says where the request comes from is believed instead, whatever it says.
    for (const HeaderField& site : {line("same-site"), line("cross-site"), line("none"), line(""),
                                    lines("same-origin", 2), line("same-origin, same-origin")}) {
      request.sec_fetch_site = site;
      EXPECT_FALSE(own.is_same_origin(request)) << row.desc << ", site " << site.value;
    }
    request.sec_fetch_site = kAbsent;
    request.origin.lines = 2;
    EXPECT_FALSE(own.is_same_origin(request)) << row.desc << ", two Origin lines";
  }
}

TEST(OwnOrigin, BelievesHostBesideATrustedProxy) {
  const OwnOrigin own = make_own({}, {"10.0.0.1"});
  RequestView request;
  request.origin = line("https://a.example");
  request.host = line("a.example");
  request.peer_address = "10.0.0.1";
  EXPECT_TRUE(own.is_same_origin(request)) << "a proxy that keeps Host and forwards nothing";
  request.forwarded_proto = line("https");
  request.forwarded_host = line("b.example");
  EXPECT_TRUE(own.is_same_origin(request)) << "one proof is enough";
}

TEST(OwnOrigin, AllocatesNothingWhileDeciding) {
  const OwnOrigin with_proxy = make_own({}, {"10.0.0.0/8", "fd00::/8"});
  const OwnOrigin with_origins = make_own({"https://api.example.com"}, {"10.0.0.0/8"});
  const std::string long_origin = "https://" + std::string(8000, 'a');
  for (const std::string_view origin :
       {std::string_view("https://a.example:8443"), std::string_view(long_origin)}) {
    RequestView request;
    request.origin = line(origin);
    request.host = line("a.example");
    request.peer_address = "10.0.0.1";
    request.forwarded_proto = line("https");
    request.forwarded_host = line("a.example:8443");
    const testing::AllocationCounter counter;
    const bool is_own = with_proxy.is_same_origin(request);
    const bool is_public = with_origins.is_same_origin(request);
    const std::size_t counted = counter.count();
    EXPECT_EQ(counted, 0U);
    EXPECT_EQ(is_own, origin.size() < 100);
    EXPECT_FALSE(is_public);
  }
}

TEST(OwnOrigin, DescribesHowTheRequestReachedIt) {
  const struct {
    const char* desc;
    std::vector<std::string> public_origins;
    std::string_view peer;
    bool is_tls;
    HeaderField host;
    HeaderField proto;
    HeaderField forwarded_host;
    std::string_view described;
  } rows[] = {
      {"the public origin",
       {"https://a.example"},
       "",
       false,
       line("x"),
       kAbsent,
       kAbsent,
       "https://a.example"},
      {"the public origin that Host names",
       {"https://a.example", "https://b.example"},
       "",
       false,
       line("B.example"),
       kAbsent,
       kAbsent,
       "https://b.example"},
      {"the first one when Host names none",
       {"https://a.example", "https://b.example"},
       "",
       false,
       line("c.example"),
       kAbsent,
       kAbsent,
       "https://a.example"},
      {"what a trusted proxy forwarded",
       {},
       "10.0.0.1",
       false,
       line("internal:8080"),
       line("https"),
       line("a.example:8443"),
       "https://a.example:8443"},
      {"without the default port",
       {},
       "10.0.0.1",
       false,
       line("internal:8080"),
       line("HTTPS"),
       line("a.example:443"),
       "https://a.example"},
      {"not what anybody else says",
       {},
       "203.0.113.9",
       false,
       line("a.example:8080"),
       line("https"),
       line("evil.example"),
       "http://a.example:8080"},
      {"not what does not parse",
       {},
       "10.0.0.1",
       false,
       line("internal:8080"),
       line("https"),
       line("a.example, b.example"),
       "http://internal:8080"},
      {"the connection's scheme and Host",
       {},
       "",
       true,
       line("a.example"),
       kAbsent,
       kAbsent,
       "https://a.example"},
      {"nothing without a Host", {}, "", true, kAbsent, kAbsent, kAbsent, ""},
  };
  for (const auto& row : rows) {
    RequestView request;
    request.peer_address = row.peer;
    request.is_tls = row.is_tls;
    request.host = row.host;
    request.forwarded_proto = row.proto;
    request.forwarded_host = row.forwarded_host;
    EXPECT_EQ(make_own(row.public_origins, {"10.0.0.1"}).describe(request), row.described)
        << row.desc;
  }
}

TEST(CameByTls, BelievesATrustedProxyAndNobodyElse) {
  const struct {
    const char* desc;
    bool is_tls;
    const char* peer;
    HeaderField proto;
    bool came;
  } rows[] = {
      {"a plain connection", false, "203.0.113.9", kAbsent, false},
      {"a connection by TLS", true, "203.0.113.9", kAbsent, true},
      {"anybody may say https", false, "203.0.113.9", line("https"), false},
      {"anybody may say http", true, "203.0.113.9", line("http"), true},
      {"a trusted proxy got TLS", false, "10.0.0.1", line("https"), true},
      {"in any case", false, "10.0.0.1", line("HTTPS"), true},
      {"a trusted proxy got plain http and sent it on by TLS", true, "10.0.0.1", line("http"),
       false},
      {"a trusted proxy says nothing", true, "10.0.0.1", kAbsent, true},
      {"a list of two proxies", true, "10.0.0.1", line("https, https"), false},
      {"two lines", true, "10.0.0.1", lines("https", 2), false},
      {"empty", true, "10.0.0.1", line(""), false},
  };
  const OwnOrigin own = make_own({"https://a.example"}, {"10.0.0.1"});
  for (const auto& row : rows) {
    RequestView request;
    request.is_tls = row.is_tls;
    request.peer_address = row.peer;
    request.forwarded_proto = row.proto;
    request.own = &own;
    EXPECT_EQ(came_by_tls(request), row.came) << row.desc;
    request.own = nullptr;
    EXPECT_EQ(came_by_tls(request), row.is_tls) << row.desc << ", nothing configured";
  }
}

TEST(CameByPlainHttp, IsTrueOnlyWhereItIsCertain) {
  using Origins = std::vector<std::string>;
  const Origins https = {"https://a.example"};
  const Origins both = {"https://a.example", "http://b.example"};
  const char* const proxy = "10.0.0.1";
  const char* const other = "203.0.113.9";
  const struct {
    const char* desc;
    Origins public_origins;
    bool is_tls;
    const char* peer;
    HeaderField proto;
    bool came;
  } rows[] = {
      {"a plain connection", {}, false, other, kAbsent, true},
      {"a connection by TLS", {}, true, other, kAbsent, false},
      {"a plain connection, and every public origin is https", https, false, other, kAbsent, false},
      {"a plain connection, and one is http", both, false, other, kAbsent, true},
      {"anybody may say http", https, false, other, line("http"), false},
      {"anybody may say https", both, false, other, line("https"), true},
      {"anybody may say http on TLS", both, true, other, line("http"), false},
      {"a trusted proxy got plain http", https, false, proxy, line("http"), true},
      {"in any case", https, true, proxy, line("HTTP"), true},
      {"a trusted proxy got TLS", both, false, proxy, line("https"), false},
      {"a trusted proxy says nothing", both, false, proxy, kAbsent, true},
      {"a trusted proxy says nothing, all https", https, false, proxy, kAbsent, false},
      {"a list of https", both, false, proxy, line("https, https"), false},
      {"a list of http", both, false, proxy, line("http, http"), false},
      {"two lines", both, false, proxy, lines("http", 2), false},
      {"empty", both, false, proxy, line(""), false},
      {"another scheme", both, false, proxy, line("wss"), false},
  };
  for (const auto& row : rows) {
    const OwnOrigin own = make_own(row.public_origins, {proxy});
    RequestView request;
    request.is_tls = row.is_tls;
    request.peer_address = row.peer;
    request.forwarded_proto = row.proto;
    request.own = &own;
    EXPECT_EQ(came_by_plain_http(request), row.came) << row.desc;
    request.own = nullptr;
    EXPECT_EQ(came_by_plain_http(request), !row.is_tls) << row.desc << ", nothing configured";
  }
}

TEST(OwnOrigin, KeepsItsPublicOrigins) {
  EXPECT_EQ(make_own({"https://b.example", "https://a.example"}, {}).public_origins(),
            (std::vector<std::string>{"https://b.example", "https://a.example"}));
  EXPECT_TRUE(OwnOrigin().public_origins().empty());
}

}  // namespace
}  // namespace corsac
