#include "corsac/origin/pattern.hpp"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/origin/origin.hpp"

namespace corsac {
namespace {

std::string label(std::size_t size) { return std::string(size, 'a'); }

std::string long_host(std::size_t size) {
  std::string host;
  while (host.size() + 64 < size) host += label(63) + ".";
  return host + label(size - host.size());
}

struct GoodRow {
  const char* desc;
  std::string text;
  std::string scheme;
  HostForm host_form;
  std::string host;
  PortForm port_form;
  std::vector<PortRange> ports;
  std::string fixed_right_part;
  bool is_ip = false;
};

TEST(OriginPattern, TakesEveryFormOfThePolicyDocument) {
  constexpr auto kExact = HostForm::Exact;
  constexpr auto kOne = PortForm::Exact;
  const GoodRow rows[] = {
      {"a host",
       "https://app.example.com",
       "https",
       kExact,
       "app.example.com",
       kOne,
       {},
       "app.example.com"},
      {"http",
       "http://app.example.com",
       "http",
       kExact,
       "app.example.com",
       kOne,
       {},
       "app.example.com"},
      {"a port",
       "https://a.example:8443",
       "https",
       kExact,
       "a.example",
       kOne,
       {{8443, 8443}},
       "a.example"},
      {"4: the other scheme's default port",
       "http://a.example:443",
       "http",
       kExact,
       "a.example",
       kOne,
       {{443, 443}},
       "a.example"},
      {"IPv4",
       "http://127.0.0.1:8080",
       "http",
       kExact,
       "127.0.0.1",
       kOne,
       {{8080, 8080}},
       "127.0.0.1",
       true},
      {"24: IPv6",
       "https://[::1]:8443",
       "https",
       kExact,
       "[::1]",
       kOne,
       {{8443, 8443}},
       "[::1]",
       true},
      {"25: mapped IPv6 as browsers write it",
       "http://[::ffff:7f00:1]",
       "http",
       kExact,
       "[::ffff:7f00:1]",
       kOne,
       {},
       "[::ffff:7f00:1]",
       true},
      {"one label", "http://intranet", "http", kExact, "intranet", kOne, {}, "intranet"},
      {"29: underscore",
       "https://a_b.example",
       "https",
       kExact,
       "a_b.example",
       kOne,
       {},
       "a_b.example"},
      {"30: final dot",
       "https://a.example.",
       "https",
       kExact,
       "a.example.",
       kOne,
       {},
       "a.example."},
      {"punycode",
       "https://xn--bcher-kva.example",
       "https",
       kExact,
       "xn--bcher-kva.example",
       kOne,
       {},
       "xn--bcher-kva.example"},
      {"20: app shell",
       "capacitor://localhost",
       "capacitor",
       kExact,
       "localhost",
       kOne,
       {},
       "localhost"},
      {"custom scheme with a port",
       "app://localhost:3000",
       "app",
       kExact,
       "localhost",
       kOne,
       {{3000, 3000}},
       "localhost"},
      {"19: extension",
       "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
       "chrome-extension",
       kExact,
       "abcdefghijklmnopabcdefghijklmnop",
       kOne,
       {},
       "abcdefghijklmnopabcdefghijklmnop"},
      {"31: longest label and host",
       "https://" + long_host(253),
       "https",
       kExact,
       long_host(253),
       kOne,
       {},
       long_host(253)},
      {"14: subdomains",
       "https://*.example.com",
       "https",
       HostForm::Subdomain,
       ".example.com",
       kOne,
       {},
       "example.com"},
      {"subdomains with a port",
       "https://*.example.com:8443",
       "https",
       HostForm::Subdomain,
       ".example.com",
       kOne,
       {{8443, 8443}},
       "example.com"},
      {"subdomains of localhost",
       "http://*.localhost:*",
       "http",
       HostForm::Subdomain,
       ".localhost",
       PortForm::Any,
       {},
       "localhost"},
      {"subdomains with a final dot",
       "https://*.example.com.",
       "https",
       HostForm::Subdomain,
       ".example.com.",
       kOne,
       {},
       "example.com."},
      {"in-label, before",
       "https://pr-*.preview.example.com",
       "https",
       HostForm::Glob,
       "pr-*.preview.example.com",
       kOne,
       {},
       "preview.example.com"},
      {"in-label, after",
       "https://*-preview.example.com",
       "https",
       HostForm::Glob,
       "*-preview.example.com",
       kOne,
       {},
       "example.com"},
      {"in-label, both",
       "https://a*z.example.com",
       "https",
       HostForm::Glob,
       "a*z.example.com",
       kOne,
       {},
       "example.com"},
      {"a whole label inside",
       "https://a.*.example.com",
       "https",
       HostForm::Glob,
       "a.*.example.com",
       kOne,
       {},
       "example.com"},
      {"in-label inside",
       "https://a.pr-*.example.com",
       "https",
       HostForm::Glob,
       "a.pr-*.example.com",
       kOne,
       {},
       "example.com"},
      {"in-label below localhost",
       "http://app-*.localhost",
       "http",
       HostForm::Glob,
       "app-*.localhost",
       kOne,
       {},
       "localhost"},
      {"any port",
       "http://localhost:*",
       "http",
       kExact,
       "localhost",
       PortForm::Any,
       {},
       "localhost"},
      {"any port of an address",
       "http://[::1]:*",
       "http",
       kExact,
       "[::1]",
       PortForm::Any,
       {},
       "[::1]",
       true},
      {"port set",
       "http://localhost:[3000,3001,8000-8099]",
       "http",
       kExact,
       "localhost",
       PortForm::Set,
       {{3000, 3001}, {8000, 8099}},
       "localhost"},
      {"one port in a set",
       "http://localhost:[3000]",
       "http",
       kExact,
       "localhost",
       PortForm::Set,
       {{3000, 3000}},
       "localhost"},
      {"a default port in a set",
       "https://a.example:[443,8443]",
       "https",
       kExact,
       "a.example",
       PortForm::Set,
       {{443, 443}, {8443, 8443}},
       "a.example"},
      {"ranges are sorted, joined and merged",
       "http://localhost:[9,7-8,20-30,25-40,1-3,2]",
       "http",
       kExact,
       "localhost",
       PortForm::Set,
       {{1, 3}, {7, 9}, {20, 40}},
       "localhost"},
      {"a range inside another",
       "http://localhost:[1-65535,5-6]",
       "http",
       kExact,
       "localhost",
       PortForm::Set,
       {{1, 65535}},
       "localhost"},
      {"wildcards of host and port",
       "https://*.example.com:*",
       "https",
       HostForm::Subdomain,
       ".example.com",
       PortForm::Any,
       {},
       "example.com"},
      {"glob and port set",
       "https://pr-*.example.com:[1-2]",
       "https",
       HostForm::Glob,
       "pr-*.example.com",
       PortForm::Set,
       {{1, 2}},
       "example.com"},
  };
  for (const GoodRow& row : rows) {
    const auto pattern = parse_origin_pattern(row.text);
    ASSERT_TRUE(pattern) << row.desc << ": " << pattern.error().code;
    EXPECT_EQ(pattern->text, row.text) << row.desc;
    EXPECT_EQ(pattern->scheme, row.scheme) << row.desc;
    EXPECT_EQ(pattern->host_form, row.host_form) << row.desc;
    EXPECT_EQ(pattern->host, row.host) << row.desc;
    EXPECT_EQ(pattern->port_form, row.port_form) << row.desc;
    EXPECT_EQ(pattern->ports, row.ports) << row.desc;
    EXPECT_EQ(pattern->is_ip, row.is_ip) << row.desc;
    EXPECT_EQ(fixed_right_part(*pattern), row.fixed_right_part) << row.desc;
    EXPECT_EQ(pattern->is_exact(), row.host_form == kExact && row.port_form == kOne) << row.desc;
    // What is exact must be what a browser can send, or it would never match.
    EXPECT_EQ(parse_origin(row.text).has_value(), pattern->is_exact()) << row.desc;
  }
}

struct BadRow {
  const char* desc;
  std::string text;
  std::string_view code;
  std::string_view fix;  // empty = only advice, or nothing
};

const BadRow kBadRows[] = {
    {"empty", "", "origin-empty", ""},
    {"blanks", " \t", "origin-empty", ""},
    {"too long", "https://" + std::string(5000, 'a'), "origin-too-long", ""},
    {"7: no scheme", "example.com", "origin-no-scheme", "https://example.com"},
    {"a scheme without its colon", "https//app.example.com", "origin-no-scheme",
     "https://app.example.com"},
    {"a scheme without its colon, a port", "HTTP//example.com:8080", "origin-no-scheme",
     "http://example.com:8080"},
    {"a host called like a scheme", "httpsexample.com", "origin-no-scheme",
     "https://httpsexample.com"},
    {"no scheme, a port", "example.com:8443", "origin-no-scheme", "https://example.com:8443"},
    {"no scheme, port 80", "example.com:80", "origin-no-scheme", "http://example.com"},
    {"no scheme, port 443", "example.com:443", "origin-no-scheme", "https://example.com"},
    {"7: no scheme, localhost", "localhost:3000", "origin-no-scheme", "http://localhost:3000"},
    {"no scheme, loopback", "127.0.0.1", "origin-no-scheme", "http://127.0.0.1"},
    {"no scheme, loopback IPv6", "[::1]:8080", "origin-no-scheme", "http://[::1]:8080"},
    {"no scheme, a wildcard", "*.example.com", "origin-no-scheme", "https://*.example.com"},
    {"no scheme, a port wildcard", "localhost:*", "origin-no-scheme", "http://localhost:*"},
    {"scheme-relative", "//example.com", "origin-no-scheme", "https://example.com"},
    {"slashes forgotten", "https:example.com", "origin-no-scheme", "https://example.com"},
    {"one slash", "http:/example.com", "origin-no-scheme", "http://example.com"},
    {"empty scheme", "://example.com", "origin-no-scheme", "https://example.com"},
    {"scheme alone", "https:", "origin-no-scheme", ""},
    {"1: trailing slash", "https://app.example.com/", "origin-trailing-slash",
     "https://app.example.com"},
    {"trailing slash after a wildcard", "https://*.example.com:*/", "origin-trailing-slash",
     "https://*.example.com:*"},
    {"trailing slash under a custom scheme", "app://localhost/", "origin-trailing-slash",
     "app://localhost"},
    {"8: path", "https://a.example/app", "origin-path", "https://a.example"},
    {"backslash", "https://a.example\\app", "origin-path", "https://a.example"},
    {"three slashes", "https:///a.example", "origin-path", ""},
    {"comma in a path", "https://a.example/x,y", "origin-path", "https://a.example"},
    {"8: query", "https://a.example?x=y", "origin-query", "https://a.example"},
    {"query with an origin", "https://a.example?next=https://b.example", "origin-query",
     "https://a.example"},
    {"8: fragment", "https://a.example#x", "origin-query", "https://a.example"},
    {"8, 139: user info", "https://user:secret@a.example", "origin-userinfo", "https://a.example"},
    {"user info and a path", "https://secret@a.example:8443/x", "origin-userinfo",
     "https://a.example:8443"},
    {"user info without scheme", "user:secret@a.example", "origin-userinfo", "https://a.example"},
    {"user info with two at signs", "https://user:se@secret@a.example", "origin-userinfo",
     "https://a.example"},
    {"at signs before and in the path", "https://user:p@secret/x@a.example", "origin-userinfo", ""},
    {"password with a slash", "https://secret/x@a.example", "origin-path", ""},
    {"password with a question mark", "https://secret?x@a.example", "origin-query", ""},
    {"user info in a list", "https://user:secret@a.example, https://b.example", "origin-userinfo",
     ""},
    {"user info in a list's second entry", "https://a.example, https://secret@b.example",
     "origin-list", ""},
    {"2: upper-case host", "https://App.Example.COM", "origin-upper-case",
     "https://app.example.com"},
    {"upper-case scheme", "HTTPS://app.example.com", "origin-upper-case",
     "https://app.example.com"},
    {"upper-case custom scheme", "App://localhost", "origin-upper-case", "app://localhost"},
    {"upper case in a wildcard", "https://*.Example.com", "origin-upper-case",
     "https://*.example.com"},
    {"everything at once", "HTTPS://App.Example.COM:0443/x?y", "origin-path",
     "https://app.example.com"},
    {"3: default port of https", "https://example.com:443", "origin-default-port",
     "https://example.com"},
    {"default port of http", "http://example.com:80", "origin-default-port", "http://example.com"},
    {"default port after a wildcard", "https://*.example.com:443", "origin-default-port",
     "https://*.example.com"},
    {"9: comma list", "https://a.example,https://b.example", "origin-list",
     "https://a.example\", \"https://b.example"},
    {"comma and blank", "https://a.example, https://b.example/", "origin-list",
     "https://a.example\", \"https://b.example"},
    {"blanks", "https://a.example https://b.example", "origin-list",
     "https://a.example\", \"https://b.example"},
    {"semicolons", "https://a.example; b.example", "origin-list",
     "https://a.example\", \"https://b.example"},
    {"without schemes", "a.example,b.example", "origin-list",
     "https://a.example\", \"https://b.example"},
    {"slashes between", "https://a.example/, https://b.example/", "origin-list",
     "https://a.example\", \"https://b.example"},
    {"a port set beside another", "http://localhost:[1,2], https://[::1], https://b.example",
     "origin-list", "http://localhost:[1,2]\", \"https://[::1]\", \"https://b.example"},
    {"trailing comma", "https://a.example,", "origin-list", "https://a.example"},
    {"a list with a wrong entry", "https://a.example, https://*", "origin-list", ""},
    {"a long list", "a.x,b.x,c.x,d.x,e.x", "origin-list", ""},
    {"17, S5: null", "null", "origin-null", ""},
    {"17, S5: null in upper case", "NULL", "origin-null", ""},
    {"18: file", "file://", "origin-opaque-scheme", ""},
    {"file with a path", "file:///home/x", "origin-opaque-scheme", ""},
    {"file in upper case", "File://", "origin-opaque-scheme", ""},
    {"file with a host", "file://host", "origin-opaque-scheme", ""},
    {"22: data", "data:text/html,x", "origin-opaque-scheme", ""},
    {"22: blob", "blob:https://a.example/x", "origin-opaque-scheme", ""},
    {"22: about", "about:blank", "origin-opaque-scheme", ""},
    {"22: javascript", "javascript:alert(1)", "origin-opaque-scheme", ""},
    {"27, S12: non-ASCII",
     "https://b\xC3\xBC"
     "cher.example",
     "origin-non-ascii", "https://xn--bcher-kva.example"},
    {"non-ASCII and upper case",
     "https://B\xC3\x9C"
     "CHER.example:443",
     "origin-non-ascii", "https://xn--bcher-kva.example"},
    {"non-ASCII under a wildcard",
     "https://*.b\xC3\xBC"
     "cher.example",
     "origin-non-ascii", "https://*.xn--bcher-kva.example"},
    {"eszett stays (non-transitional)", "https://fa\xC3\x9F.example", "origin-non-ascii",
     "https://xn--fa-hia.example"},
    {"no UTF-8",
     "https://b\xFC"
     "cher.example",
     "origin-non-ascii", ""},
    {"blank inside", "https://a .example", "origin-bad-byte", ""},
    {"blank before", " https://a.example", "origin-bad-scheme", "https://a.example"},
    {"blank after", "https://a.example ", "origin-bad-byte", "https://a.example"},
    {"line break after", "https://a.example\n", "origin-bad-byte", "https://a.example"},
    {"NUL", std::string("https://a\0.example", 18), "origin-bad-byte", ""},
    {"percent", "https://a%2eexample", "origin-bad-byte", ""},
    {"DEL", "https://a\x7f.example", "origin-bad-byte", ""},
    {"S3: a regex", "https://(a|b)\\.example", "origin-path", ""},
    {"a template", "https://${HOST}", "origin-bad-byte", ""},
    {"scheme that begins with a digit", "1a://b", "origin-bad-scheme", ""},
    {"scheme with an underscore", "a_b://c", "origin-bad-scheme", ""},
    {"31: scheme over the limit", label(65) + "://a", "origin-bad-scheme", ""},
    {"WebSocket", "wss://a.example", "origin-bad-scheme", "https://a.example"},
    {"plain WebSocket", "ws://a.example:80", "origin-bad-scheme", "http://a.example"},
    {"ftp", "ftp://a.example", "origin-bad-scheme", ""},
    {"ftp in upper case", "FTP://a.example", "origin-bad-scheme", ""},
    {"23: IPv4 in hex", "http://0x7f.1", "origin-ip-spelling", "http://127.0.0.1"},
    {"23: IPv4 in two parts", "http://127.1:8080", "origin-ip-spelling", "http://127.0.0.1:8080"},
    {"23: IPv4 as a number", "http://2130706433", "origin-ip-spelling", "http://127.0.0.1"},
    {"23: IPv4 with leading zeros", "http://127.000.0.1", "origin-ip-spelling", "http://127.0.0.1"},
    {"IPv4 with a final dot", "http://127.0.0.1.", "origin-ip-spelling", "http://127.0.0.1"},
    {"IPv4 above 255", "http://127.0.0.256", "origin-ip-spelling", ""},
    {"a name that ends in a number", "https://a.example.1", "origin-ip-spelling", ""},
    {"24: IPv6 uncompressed", "http://[0:0:0:0:0:0:0:1]", "origin-ip-spelling", "http://[::1]"},
    {"24: IPv6 with leading zeros", "http://[::0001]:3000", "origin-ip-spelling",
     "http://[::1]:3000"},
    {"24: IPv6 in upper case", "http://[FE80::1]", "origin-ip-spelling", "http://[fe80::1]"},
    {"25: IPv6 mapped with dots", "http://[::ffff:127.0.0.1]", "origin-ip-spelling",
     "http://[::ffff:7f00:1]"},
    {"IPv6 without brackets", "http://::1", "origin-ip-spelling", "http://[::1]"},
    {"IPv6 cut off", "http://[::1", "origin-ip-spelling", ""},
    {"a name in brackets", "https://[a.example]", "origin-ip-spelling", ""},
    {"empty brackets", "https://[]", "origin-ip-spelling", ""},
    {"a bracket alone", "https://[", "origin-ip-spelling", ""},
    {"text after the brackets", "https://[::1]a", "origin-ip-spelling", ""},
    {"26: IPv6 zone", "http://[fe80::1%25eth0]", "origin-ipv6-zone", "http://[fe80::1]"},
    {"5, S7: port 0", "https://a.example:0", "origin-port", "https://a.example"},
    {"5, S7: port above 65535", "https://a.example:65536", "origin-port", ""},
    {"5, S7: port that overflows", "https://a.example:99999999999999999999", "origin-port", ""},
    {"5: port with leading zeros", "https://a.example:08443", "origin-port",
     "https://a.example:8443"},
    {"5, S7: empty port", "https://a.example:", "origin-port", "https://a.example"},
    {"S7: port with a sign", "https://a.example:+80", "origin-port", ""},
    {"S7: port with a blank", "https://a.example: 8443", "origin-port", "https://a.example:8443"},
    {"S7: port in hex", "https://a.example:0x50", "origin-port", ""},
    {"port with letters", "https://a.example:port", "origin-port", ""},
    {"range without brackets", "http://localhost:3000-3999", "origin-port", ""},
    {"empty set", "http://localhost:[]", "origin-port-set", ""},
    {"set without its end", "http://localhost:[3000", "origin-port-set", ""},
    {"bracket alone", "http://localhost:[", "origin-port-set", ""},
    {"empty item", "http://localhost:[3000,]", "origin-port-set", ""},
    {"blank in a set", "http://localhost:[3000, 3001]", "origin-port-set",
     "http://localhost:[3000,3001]"},
    {"range backwards", "http://localhost:[8099-8000]", "origin-port-set", ""},
    {"range with 0", "http://localhost:[0-80]", "origin-port-set", ""},
    {"range above 65535", "http://localhost:[1-65536]", "origin-port-set", ""},
    {"half a range", "http://localhost:[1-]", "origin-port-set", ""},
    {"two hyphens", "http://localhost:[1-2-3]", "origin-port-set", ""},
    {"text after a set", "http://localhost:[1]x", "origin-port-set", ""},
    {"no host", "https://", "origin-empty-label", ""},
    {"no host before a port", "https://:8080", "origin-empty-label", ""},
    {"21: no host under a custom scheme", "app://", "origin-empty-label", ""},
    {"31: empty label", "https://a..example", "origin-empty-label", ""},
    {"empty first label", "https://.example.com", "origin-empty-label", ""},
    {"two final dots", "https://a.example..", "origin-empty-label", ""},
    {"a dot", "https://.", "origin-empty-label", ""},
    {"empty label right of a wildcard", "https://*..example.com", "origin-empty-label", ""},
    {"31: label over 63 bytes", "https://" + label(64) + ".example", "origin-long-label", ""},
    {"31: host over 253 bytes", "https://" + long_host(254), "origin-long-host", ""},
    {"28: label that begins with a hyphen", "https://-a.example", "origin-hyphen-label", ""},
    {"label that ends with a hyphen", "https://a-.example", "origin-hyphen-label", ""},
    {"hyphen before an in-label wildcard", "https://-*.example.com", "origin-hyphen-label", ""},
    {"any", "*", "origin-wildcard-all", ""},
    {"12: any host", "https://*", "origin-wildcard-all", ""},
    {"12: any host and port", "https://*:*", "origin-wildcard-all", ""},
    {"12: any scheme and host", "*://*", "origin-wildcard-all", ""},
    {"any two labels", "https://*.*", "origin-wildcard-all", ""},
    {"any with a final dot", "https://*.", "origin-wildcard-all", ""},
    {"12: a letter and anything", "h*", "origin-wildcard-all", ""},
    {"13: one label", "https://*.com", "origin-wildcard-one-label", ""},
    {"one label and a final dot", "https://*.com.", "origin-wildcard-one-label", ""},
    {"one label right of a glob", "https://example-*.com", "origin-wildcard-one-label", ""},
    {"one label right of an inner one", "https://a.*.com", "origin-wildcard-one-label", ""},
    {"16: wildcard on IPv4", "http://*.0.0.1", "origin-wildcard-ip", ""},
    {"wildcard at the end of IPv4", "http://192.168.1.*", "origin-wildcard-ip", ""},
    {"wildcard inside IPv4", "http://192.*.1.1", "origin-wildcard-ip", ""},
    {"wildcard in IPv6", "http://[::*]", "origin-wildcard-ip", ""},
    {"wildcard as the top level", "https://example.*", "origin-wildcard-place", ""},
    {"wildcard in the top level", "https://example.c*", "origin-wildcard-place", ""},
    {"wildcard in a host of one label", "https://app*", "origin-wildcard-place", ""},
    {"two wildcards", "https://*.*.example.com", "origin-wildcard-place", ""},
    {"two in one label", "https://a*b*.example.com", "origin-wildcard-place", ""},
    {"a scheme wildcard", "*://example.com", "origin-wildcard-place", "https://example.com"},
    {"part of a scheme", "http*://example.com", "origin-wildcard-place", ""},
    {"part of a port", "http://localhost:30*", "origin-wildcard-place", ""},
    {"host wildcard under a custom scheme", "app://*.example.com", "origin-wildcard-scheme", ""},
    {"port wildcard under a custom scheme", "app://localhost:*", "origin-wildcard-scheme", ""},
    {"port set under a custom scheme", "app://localhost:[1-2]", "origin-wildcard-scheme", ""},
};

TEST(OriginPattern, RefusesEverythingElseAndShowsTheFixedForm) {
  for (const BadRow& row : kBadRows) {
    const auto pattern = parse_origin_pattern(row.text);
    ASSERT_FALSE(pattern) << row.desc;
    const OriginPatternError& error = pattern.error();
    EXPECT_EQ(error.code, row.code) << row.desc;
    EXPECT_FALSE(error.what.empty()) << row.desc;
    if (row.fix.empty()) {
      EXPECT_THAT(error.fix, testing::Not(testing::StartsWith("write \""))) << row.desc;
    } else {
      EXPECT_EQ(error.fix, "write \"" + std::string(row.fix) + '"') << row.desc;
    }
  }
}

TEST(OriginPattern, HasARowForEachCode) {
  std::set<std::string_view> codes;
  for (const BadRow& row : kBadRows) codes.insert(row.code);
  const std::set<std::string_view> documented = {
      "origin-empty",          "origin-too-long",     "origin-no-scheme",
      "origin-trailing-slash", "origin-path",         "origin-query",
      "origin-userinfo",       "origin-upper-case",   "origin-default-port",
      "origin-list",           "origin-null",         "origin-opaque-scheme",
      "origin-non-ascii",      "origin-bad-byte",     "origin-bad-scheme",
      "origin-ip-spelling",    "origin-ipv6-zone",    "origin-port",
      "origin-port-set",       "origin-empty-label",  "origin-long-label",
      "origin-long-host",      "origin-hyphen-label", "origin-wildcard-all",
      "origin-wildcard-place", "origin-wildcard-ip",  "origin-wildcard-one-label",
      "origin-wildcard-scheme"};
  EXPECT_EQ(codes, documented);
}

TEST(OriginPattern, SaysWhatStandsWhereASchemeBelongs) {
  const struct {
    const char* desc;
    const char* text;
    const char* said;  // a part
  } rows[] = {
      {"a regular expression", "^https://app\\.example\\.com$", "allowed_origin_regexes"},
      {"without anchors", "https?://app\\.example\\.com", "allowed_origin_regexes"},
      {"a blank", " https://a.example", "no blanks around it; write \"https://a.example\""},
      {"quotation marks", "'https://a.example'", "no quotation marks"},
      {"another scheme", "ftp://a.example", "no page is loaded over this scheme"},
      {"18: a file", "file://", "send \"null\"; set allow_null_origin = true"},
      {"22: data", "data:text/html,x", "send \"null\"; set allow_null_origin = true"},
      {"22: a blob", "blob:https://a.example/x", "send \"null\"; set allow_null_origin = true"},
      {"22: about", "about:blank", "send \"null\"; set allow_null_origin = true"},
      {"22: a script", "javascript:alert(1)", "send \"null\"; set allow_null_origin = true"},
  };
  for (const auto& row : rows) {
    const auto pattern = parse_origin_pattern(row.text);
    ASSERT_FALSE(pattern) << row.desc;
    const bool is_opaque = std::string_view(row.said).starts_with("send");
    EXPECT_EQ(pattern.error().code, is_opaque ? "origin-opaque-scheme" : "origin-bad-scheme")
        << row.desc;
    EXPECT_THAT(pattern.error().what + "; " + pattern.error().fix, testing::HasSubstr(row.said))
        << row.desc;
  }
}

TEST(OriginPattern, NeverPrintsUserInfo) {
  for (const BadRow& row : kBadRows) {
    const auto pattern = parse_origin_pattern(row.text);
    ASSERT_FALSE(pattern) << row.desc;
    EXPECT_EQ(pattern.error().may_show_value, row.text.find('@') == std::string::npos) << row.desc;
    const std::string said = pattern.error().what + pattern.error().fix;
    EXPECT_THAT(said, testing::Not(testing::HasSubstr("secret"))) << row.desc;
  }
}

TEST(OriginPattern, SuggestsOnlyWhatItTakes) {
  for (const BadRow& row : kBadRows) {
    if (row.fix.empty() || row.code == "origin-list") continue;
    const auto again = parse_origin_pattern(row.fix);
    EXPECT_TRUE(again) << row.desc;
  }
}

struct RecordRow {
  const char* desc;
  std::string written;
  std::string text;            // empty = an error
  std::string_view code = {};  // then
};

TEST(OriginPattern, TakesRecordsInTheirNormalForm) {
  const RecordRow rows[] = {
      {"as it is", "https://portal.example", "https://portal.example"},
      {"one trailing slash", "https://portal.example/", "https://portal.example"},
      {"upper case", "HTTPS://Portal.Example", "https://portal.example"},
      {"default port", "https://portal.example:443", "https://portal.example"},
      {"all of them", "HTTP://Portal.Example:80/", "http://portal.example"},
      {"another port", "http://portal.example:8080/", "http://portal.example:8080"},
      {"a port that ends like the default one", "https://portal.example:8443",
       "https://portal.example:8443"},
      {"a wildcard", "https://*.Example.com/", "https://*.example.com"},
      {"only one of two slashes", "https://portal.example//", "", "origin-trailing-slash"},
      {"a path", "https://portal.example/x", "", "origin-path"},
      {"ftp", "ftp://portal.example", "", "origin-bad-scheme"},
      {"17, S5: null", "null", "", "origin-null"},
      {"nothing", "", "", "origin-empty"},
      {"a slash", "/", "", "origin-empty"},
      {"4: the other scheme's default port", "https://portal.example:80",
       "https://portal.example:80"},
      {"the default port of IPv6", "https://[::1]:443/", "https://[::1]"},
      {"two ports, the second the default", "https://portal.example:8443:443", "", "origin-port"},
      {"the default port twice", "https://portal.example:443:443", "", "origin-port"},
      {"a scheme without a default port", "app://portal:-1", "", "origin-port"},
      {"a path that ends like the default port", "https://portal.example:443/x:443", "",
       "origin-path"},
  };
  for (const RecordRow& row : rows) {
    const auto pattern = parse_record_origin(row.written);
    ASSERT_EQ(pattern.has_value(), !row.text.empty()) << row.desc;
    EXPECT_EQ(normal_record_origin(row.written), pattern ? row.text : row.written) << row.desc;
    if (pattern) {
      EXPECT_EQ(pattern->text, row.text) << row.desc;
    } else {
      EXPECT_EQ(pattern.error().code, row.code) << row.desc;
    }
  }
}

struct MatchRow {
  const char* desc;
  std::string pattern;
  std::string origin;
  bool matches;
};

std::string many_labels(std::size_t count) {
  std::string host;
  for (std::size_t i = 0; i < count; ++i) host += "a.";
  return host + "example.com";
}

TEST(OriginPattern, MatchesWhatItSaysAndNothingElse) {
  const MatchRow rows[] = {
      {"itself", "https://a.example", "https://a.example", true},
      {"another scheme", "https://a.example", "http://a.example", false},
      {"another port", "https://a.example", "https://a.example:8443", false},
      {"no port for a port", "https://a.example:8443", "https://a.example", false},
      {"a final dot is another origin", "https://a.example", "https://a.example.", false},
      {"a subdomain", "https://*.example.com", "https://a.example.com", true},
      {"a deep one", "https://*.example.com", "https://a.b.c.example.com", true},
      {"not the apex", "https://*.example.com", "https://example.com", false},
      {"not an empty label", "https://*.example.com", "https://.example.com", false},
      {"not without a border", "https://*.example.com", "https://evilexample.com", false},
      {"not as a prefix", "https://*.example.com", "https://a.example.com.evil.test", false},
      {"not in a path", "https://*.example.com", "https://evil.test/?.example.com", false},
      {"not in user info", "https://*.example.com", "https://evil.test@a.example.com", false},
      {"not in upper case", "https://*.example.com", "https://A.example.com", false},
      {"not with a port", "https://*.example.com", "https://a.example.com:8443", false},
      {"not another scheme", "https://*.example.com", "http://a.example.com", false},
      {"not with a final dot", "https://*.example.com", "https://a.example.com.", false},
      {"a final dot when it is written", "https://*.example.com.", "https://a.example.com.", true},
      {"32 labels", "https://*.example.com", "https://" + many_labels(30), true},
      {"33 labels, the last one empty", "https://*.example.com.",
       "https://" + many_labels(30) + ".", false},
      {"33 labels", "https://*.example.com", "https://" + many_labels(31), false},
      {"a glob", "https://pr-*.example.com", "https://pr-42.example.com", true},
      {"a glob covers hyphens", "https://pr-*.example.com", "https://pr-a-b.example.com", true},
      {"a glob is never empty", "https://pr-*.example.com", "https://pr-.example.com", false},
      {"a glob covers no dot", "https://pr-*.example.com", "https://pr-a.b.example.com", false},
      {"a glob covers no underscore", "https://pr-*.example.com", "https://pr-a_b.example.com",
       false},
      {"a glob's parts never overlap", "https://ab*ba.example.com", "https://aba.example.com",
       false},
      {"nor touch", "https://ab*ba.example.com", "https://abba.example.com", false},
      {"one byte between them", "https://ab*ba.example.com", "https://abxba.example.com", true},
      {"nothing before a glob", "https://pr-*.example.com", "https://x.pr-1.example.com", false},
      {"an inner label", "https://a.*.example.com", "https://a.b.example.com", true},
      {"an inner label is one label", "https://a.*.example.com", "https://a.b.c.example.com",
       false},
      {"any port", "http://localhost:*", "http://localhost:5173", true},
      {"and none", "http://localhost:*", "http://localhost", true},
      {"any port is no default port", "http://localhost:*", "http://localhost:80", false},
      {"any port is no port 0", "http://localhost:*", "http://localhost:0", false},
      {"a port of a set", "http://localhost:[3000-3002]", "http://localhost:3001", true},
      {"not beside it", "http://localhost:[3000-3002]", "http://localhost:3003", false},
      {"a default port in a set stands for none", "https://a.example:[443,8443]",
       "https://a.example", true},
      {"and not for itself", "https://a.example:[443,8443]", "https://a.example:443", false},
      {"none is not in other sets", "https://a.example:[80,8443]", "https://a.example", false},
      {"a range over the default port", "http://a.example:[1-100]", "http://a.example", true},
      {"wildcards of host and port", "https://*.example.com:*", "https://a.example.com:8443", true},
      {"and neither", "https://*.example.com:*", "https://a.example.com", true},
      {"IPv6 with any port", "http://[::1]:*", "http://[::1]:8080", true},
      {"a custom scheme", "app://localhost", "app://localhost", true},
  };
  for (const MatchRow& row : rows) {
    const auto pattern = parse_origin_pattern(row.pattern);
    ASSERT_TRUE(pattern) << row.desc;
    EXPECT_EQ(matches_plainly(*pattern, row.origin), row.matches) << row.desc;
  }
}

}  // namespace
}  // namespace corsac
