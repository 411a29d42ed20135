// The rows follow the URL standard's basic URL parser (4.4) and host parser (3.5); those that are
// also in the web platform tests (url/resources/urltestdata.json) keep their spelling.

#include "corsac/origin/target.hpp"

#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "corsac/origin/origin.hpp"
#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

// What a row expects: an origin, relative, or why the target is refused.
struct Reading {
  TargetKind kind = TargetKind::Refused;
  TargetFault fault = TargetFault::None;
  std::string origin = {};

  friend bool operator==(const Reading&, const Reading&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Reading& reading) {
    return out << "kind " << static_cast<int>(reading.kind) << ", fault "
               << static_cast<int>(reading.fault) << ", origin \"" << reading.origin << '"';
  }
};

const Reading kRelative = {.kind = TargetKind::Relative};
Reading origin(std::string text) { return {.kind = TargetKind::Origin, .origin = std::move(text)}; }
Reading refused(TargetFault fault) { return {.fault = fault}; }

Reading read(std::string_view text, PageScheme page) {
  const Target target = parse_target(text, page);
  return {target.kind, target.fault, std::string(target.origin())};
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    encoded += '%';
    encoded += "0123456789ABCDEF"[static_cast<unsigned char>(c) / 16];
    encoded += "0123456789abcdef"[static_cast<unsigned char>(c) % 16];
  }
  return encoded;
}

struct Row {
  const char* desc;
  std::string text;
  Reading expected;  // on an https page
};

void expect_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(read(row.text, PageScheme::Https), row.expected) << row.desc;
    // The scheme of the page plays no part but in targets that begin with two slashes.
    if (row.expected.kind != TargetKind::Origin) {
      EXPECT_EQ(read(row.text, PageScheme::Http), row.expected) << row.desc << " (http page)";
    }
  }
}

// URL standard, 4.4 "no scheme state", "relative state", "relative slash state".
TEST(Target, StaysAtThePageWhenItNamesNoHost) {
  expect_rows({
      {"empty", "", kRelative},
      {"blanks", " \t\r\n ", kRelative},
      {"root", "/", kRelative},
      {"a path", "/a/b", kRelative},
      {"a path without slash", "a/b", kRelative},
      {"a dot", ".", kRelative},
      {"parent folders", "../../x", kRelative},
      {"query first", "?next=https://evil.example", kRelative},
      {"fragment first", "#//evil.example", kRelative},
      {"query and then two slashes", "?//evil.example", kRelative},
      {"one backslash", "\\a", kRelative},
      {"backslash in the path", "/a\\b", kRelative},
      {"two slashes behind the first segment", "/a//evil.example", kRelative},
      {"backslashes behind the first segment", "a\\\\evil.example", kRelative},
      {"two slashes behind a dot segment", "/.//evil.example", kRelative},
      {"two slashes behind a parent segment", "/..//evil.example", kRelative},
      {"encoded slashes", "/%2Fevil.example", kRelative},
      {"encoded backslash", "/%5Cevil.example", kRelative},
      {"encoded first slash", "%2F/evil.example", kRelative},
      {"at sign", "/@evil.example", kRelative},
      {"at sign first", "@evil.example", kRelative},
      {"colon behind a slash", "/a:b", kRelative},
      {"colon first", ":a", kRelative},
      {"colon and slashes first", "://evil.example", kRelative},
      {"a scheme that begins with a digit", "1a:b", kRelative},
      {"a scheme with an underscore", "a_b:c", kRelative},
      {"a scheme with a blank", "java script:alert(1)", kRelative},
      {"an encoded scheme", "%6Aavascript:alert(1)", kRelative},
      {"a colon in the query", "a?b:c", kRelative},
      {"a blank between the slashes", "/ /evil.example", kRelative},
      {"beyond ASCII in the path", "/caf\xC3\xA9", kRelative},
      {"a line break in the path", "/a\nb", kRelative},
      {"brackets", "/[::1]", kRelative},
  });
}

// 4.4 "special authority slashes state", "special authority ignore slashes state".
TEST(Target, NamesAnOriginWhateverTheSlashes) {
  const Reading evil = origin("https://evil.example");
  expect_rows({
      {"https", "https://evil.example", evil},
      {"http", "http://evil.example", origin("http://evil.example")},
      {"upper case", "HTTPS://EVIL.Example", evil},
      {"path", "https://evil.example/a/b", evil},
      {"query", "https://evil.example?a", evil},
      {"fragment", "https://evil.example#a", evil},
      {"backslash behind the host", "https://evil.example\\@good.example", evil},
      {"two slashes", "//evil.example", evil},
      {"three slashes", "///evil.example", evil},
      {"many slashes", "//////evil.example/x", evil},
      {"two backslashes", "\\\\evil.example", evil},
      {"slash, backslash", "/\\evil.example", evil},
      {"backslash, slash", "\\/evil.example", evil},
      {"slash, backslash, slash", "/\\/evil.example", evil},
      {"no slash", "https:evil.example", evil},
      {"one slash", "https:/evil.example", evil},
      {"one backslash", "https:\\evil.example", evil},
      {"two backslashes behind the scheme", "https:\\\\evil.example", evil},
      {"slash and backslash behind the scheme", "https:/\\evil.example", evil},
      {"three slashes behind the scheme", "https:///evil.example", evil},
      {"blanks at the ends", " \t\n https://evil.example \r\n", evil},
      {"control bytes at the ends", std::string("\0\x01//evil.example\x1F\0", 18), evil},
      {"a tab in the scheme", "ht\ttps://evil.example", evil},
      {"a line break between the slashes", "/\n/evil.example", evil},
      {"tabs and line breaks everywhere", "h\tt\nt\rp\ts\n:\r/\t/\ne\rvil.exam\tple", evil},
      {"a tab between slash and backslash", "/\t\\evil.example", evil},
      {"the other scheme without slashes", "http:evil.example", origin("http://evil.example")},
      {"a path of the same scheme, which would be a host on an http page", "https:/callback",
       origin("https://callback")},
  });
  EXPECT_EQ(read("//evil.example", PageScheme::Http), origin("http://evil.example"));
  EXPECT_EQ(read("\\\\evil.example:443", PageScheme::Http), origin("http://evil.example:443"));
  EXPECT_EQ(read("https:evil.example", PageScheme::Http), evil);
  EXPECT_EQ(read("http:evil.example", PageScheme::Http), origin("http://evil.example"));
}

// 4.4 "authority state": user info ends at the last "@" before the path.
TEST(Target, ReadsTheHostBehindUserInfo) {
  expect_rows({
      {"a user", "https://good.example@evil.example", origin("https://evil.example")},
      {"user and password", "https://u:p@evil.example/", origin("https://evil.example")},
      {"a password that looks like a port", "https://good.example:80@evil.example",
       origin("https://evil.example")},
      {"two at signs", "https://a@good.example@evil.example", origin("https://evil.example")},
      {"empty user info", "https://@evil.example", origin("https://evil.example")},
      {"empty user and password", "https://:@evil.example", origin("https://evil.example")},
      {"an at sign in the path", "https://evil.example/@good.example",
       origin("https://evil.example")},
      {"an at sign in the query", "https://evil.example?@good.example",
       origin("https://evil.example")},
      {"an at sign in the fragment", "https://evil.example#@good.example",
       origin("https://evil.example")},
      {"an at sign behind a backslash", "https://evil.example\\@good.example",
       origin("https://evil.example")},
      {"an encoded at sign is no at sign", "https://evil.example%40good.example",
       refused(TargetFault::Host)},
      {"an encoded slash in user info", "https://good.example%2F@evil.example",
       origin("https://evil.example")},
      {"a bracket in user info", "https://[::1]@evil.example", origin("https://evil.example")},
      {"anything in user info", "https://\xC3\xBC*<>\"`{}|^@evil.example",
       origin("https://evil.example")},
      {"long user info", "https://" + std::string(5000, 'a') + "@evil.example",
       origin("https://evil.example")},
      {"user info without slashes before it", "https:a@evil.example",
       origin("https://evil.example")},
      {"user info without a host", "https://user@/evil.example", refused(TargetFault::NoHost)},
      {"nothing but an at sign", "https://@", refused(TargetFault::NoHost)},
      {"two at signs, no host", "https://@@/a", refused(TargetFault::NoHost)},
  });
}

// 4.4 "port state".
TEST(Target, ReadsPorts) {
  expect_rows({
      {"a port", "https://a.example:8443/x", origin("https://a.example:8443")},
      {"default port of https", "https://a.example:443", origin("https://a.example")},
      {"default port of http", "http://a.example:80/", origin("http://a.example")},
      {"the other scheme's default port", "http://a.example:443", origin("http://a.example:443")},
      {"leading zeros", "https://a.example:0008443", origin("https://a.example:8443")},
      {"default port with leading zeros", "http://a.example:00080", origin("http://a.example")},
      {"an empty port", "https://a.example:/x", origin("https://a.example")},
      {"an empty port at the end", "https://a.example:", origin("https://a.example")},
      {"highest port", "https://a.example:65535", origin("https://a.example:65535")},
      {"a backslash behind the port", "https://a.example:1\\x", origin("https://a.example:1")},
      {"a tab in the port", "https://a.example:8\t443", origin("https://a.example:8443")},
      {"port 0", "https://a.example:0", refused(TargetFault::Port)},
      {"above 65535", "https://a.example:65536", refused(TargetFault::Port)},
      {"80 in 16 bits", "https://a.example:65616", refused(TargetFault::Port)},
      {"80 in 64 bits", "https://a.example:18446744073709551696", refused(TargetFault::Port)},
      {"a sign", "https://a.example:+80", refused(TargetFault::Port)},
      {"a minus", "https://a.example:-1", refused(TargetFault::Port)},
      {"letters", "https://a.example:8a", refused(TargetFault::Port)},
      {"hex", "https://a.example:0x50", refused(TargetFault::Port)},
      {"a blank", "https://a.example:80 80", refused(TargetFault::Port)},
      {"an encoded digit", "https://a.example:8%30", refused(TargetFault::Port)},
      {"two ports", "https://a.example:80:81", refused(TargetFault::Port)},
      {"a colon more", "https://a.example::80", refused(TargetFault::Port)},
      {"no host", "https://:8443", refused(TargetFault::NoHost)},
  });
}

// 3.5 "host parser", "IPv4 parser", "ends in a number checker".
TEST(Target, NormalisesIpv4) {
  const Reading loopback = origin("http://127.0.0.1");
  expect_rows({
      {"dotted decimal", "http://127.0.0.1", loopback},
      {"two parts", "http://127.1", loopback},
      {"three parts", "http://127.0.1", loopback},
      {"one number", "http://2130706433", loopback},
      {"hex", "http://0x7f.0x0.0x0.0x1", loopback},
      {"hex and two parts", "http://0x7f.1", loopback},
      {"one hex number", "http://0x7F000001", loopback},
      {"upper-case X", "http://0X7F.1", loopback},
      {"octal", "http://0177.0.0.01", loopback},
      {"one octal number", "http://017700000001", loopback},
      {"an empty hex number is 0", "http://127.0x.0x.1", loopback},
      {"zeros in front", "http://0000000000000000000000177.1", loopback},
      {"a final dot", "http://127.0.0.1.", loopback},
      {"percent-encoded", "http://%31%32%37.0.0.1", loopback},
      {"an encoded dot", "http://127%2E1", loopback},
      {"zero", "http://0", origin("http://0.0.0.0")},
      {"the highest", "http://4294967295", origin("http://255.255.255.255")},
      {"with a port", "http://0x7f.1:8080", origin("http://127.0.0.1:8080")},
      {"above 32 bits", "http://4294967296", refused(TargetFault::Host)},
      {"above 64 bits", "http://18446744073709551617", refused(TargetFault::Host)},
      {"a part above 255", "http://256.0.0.1", refused(TargetFault::Host)},
      {"the last of four above 255", "http://1.2.3.256", refused(TargetFault::Host)},
      {"the last of two above 24 bits", "http://1.16777216", refused(TargetFault::Host)},
      {"five parts", "http://1.2.3.4.5", refused(TargetFault::Host)},
      {"an empty part", "http://1..2", refused(TargetFault::Host)},
      {"two final dots", "http://1.2.3.4..", refused(TargetFault::Host)},
      {"octal with an 8", "http://08", refused(TargetFault::Host)},
      {"a name that ends in a number", "http://a.example.1", refused(TargetFault::Host)},
      {"a name that ends in 0x", "http://a.0x", refused(TargetFault::Host)},
      {"a name whose last label is no number", "http://1.2.3.0xg", origin("http://1.2.3.0xg")},
      {"a minus", "http://127.-1", origin("http://127.-1")},
      {"full-width digits", "http://\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.1",
       refused(TargetFault::NonAsciiHost)},
  });
}

// 3.5 "IPv6 parser"; only the serialised spelling is taken.
TEST(Target, TakesIpv6AsItIsSerialised) {
  expect_rows({
      {"loopback", "http://[::1]", origin("http://[::1]")},
      {"with a port and a path", "https://[2001:db8::1]:8443/x",
       origin("https://[2001:db8::1]:8443")},
      {"default port", "https://[::1]:443", origin("https://[::1]")},
      {"upper case", "http://[2001:DB8::1]", origin("http://[2001:db8::1]")},
      {"mapped, in hex", "http://[::ffff:7f00:1]", origin("http://[::ffff:7f00:1]")},
      {"a tab inside", "http://[:\t:1]", origin("http://[::1]")},
      {"behind user info", "http://u@[::1]", origin("http://[::1]")},
      {"mapped, with dots", "http://[::ffff:127.0.0.1]", refused(TargetFault::Host)},
      {"uncompressed", "http://[0:0:0:0:0:0:0:1]", refused(TargetFault::Host)},
      {"leading zeros", "http://[::0001]", refused(TargetFault::Host)},
      {"a zone", "http://[fe80::1%25eth0]", refused(TargetFault::Host)},
      {"no end", "http://[::1", refused(TargetFault::Host)},
      {"no end, a port", "http://[::1:81", refused(TargetFault::Host)},
      {"no begin", "http://::1]", refused(TargetFault::NoHost)},
      {"empty", "http://[]", refused(TargetFault::Host)},
      {"something behind it", "http://[::1]a", refused(TargetFault::Host)},
      {"something behind it, and a port", "http://[::1]a:80", refused(TargetFault::Host)},
      {"something before it", "http://a[::1]", refused(TargetFault::Host)},
      {"two brackets", "http://[[::1]]", refused(TargetFault::Host)},
      {"a name", "http://[a.example]", refused(TargetFault::Host)},
      {"IPv4", "http://[127.0.0.1]", refused(TargetFault::Host)},
      {"a later address", "http://[v1.x]", refused(TargetFault::Host)},
      {"encoded brackets", "http://%5B::1%5D", refused(TargetFault::Host)},
      {"encoded inside", "http://[%3A:1]", refused(TargetFault::Host)},
      {"not closed before the path", "http://[::1/]", refused(TargetFault::Host)},
  });
}

// 3.5 "host parser", "domain to ASCII", "forbidden domain code point"; 1.3 "percent-decode".
TEST(Target, NormalisesNames) {
  const std::string longest = std::string(63, 'a') + '.' + std::string(63, 'b') + '.' +
                              std::string(63, 'c') + '.' + std::string(61, 'd');
  expect_rows({
      {"one label", "http://localhost", origin("http://localhost")},
      {"a final dot is another origin", "http://a.example.", origin("http://a.example.")},
      {"hyphens and underscores", "http://-a_-.example", origin("http://-a_-.example")},
      {"punycode", "http://xn--bcher-kva.example", origin("http://xn--bcher-kva.example")},
      {"punycode in upper case", "http://XN--BCHER-KVA.example",
       origin("http://xn--bcher-kva.example")},
      {"percent-encoded", "http://%65vil.example", origin("http://evil.example")},
      {"percent-encoded in upper case", "http://%45VIL.example", origin("http://evil.example")},
      {"an encoded dot", "http://evil%2eexample", origin("http://evil.example")},
      {"encoded in two hosts", "http://good.example@%65vil.example", origin("http://evil.example")},
      {"longest host", "http://" + longest, origin("http://" + longest)},
      {"longest host, all encoded", "http://" + percent_encoded(longest),
       origin("http://" + longest)},
      {"host over the limit", "http://" + longest + "d", refused(TargetFault::Host)},
      {"label over the limit", "http://" + std::string(64, 'a') + ".example",
       refused(TargetFault::Host)},
      {"very long host", "http://" + std::string(60000, 'a'), refused(TargetFault::Host)},
      {"no host", "http://", refused(TargetFault::NoHost)},
      {"a scheme and nothing", "https:", refused(TargetFault::NoHost)},
      {"slashes and nothing", "//", refused(TargetFault::NoHost)},
      {"a query in place of a host", "https:?a", refused(TargetFault::NoHost)},
      {"a fragment in place of a host", "//#a", refused(TargetFault::NoHost)},
      {"empty labels", "http://a..example", refused(TargetFault::Host)},
      {"an empty first label", "http://.example", refused(TargetFault::Host)},
      {"a dot", "http://.", refused(TargetFault::Host)},
      {"a blank", "http://a b.example", refused(TargetFault::Host)},
      {"an encoded blank", "http://a%20b", refused(TargetFault::Host)},
      {"an encoded NUL", "http://a%00b", refused(TargetFault::Host)},
      {"an encoded tab", "http://a%09b", refused(TargetFault::Host)},
      {"an encoded slash", "http://good.example%2F.evil.example", refused(TargetFault::Host)},
      {"an encoded colon", "http://a.example%3A81", refused(TargetFault::Host)},
      {"an encoded hash", "http://a.example%23", refused(TargetFault::Host)},
      {"an encoded question mark", "http://a.example%3F.b", refused(TargetFault::Host)},
      {"an encoded backslash", "http://a.example%5C.b", refused(TargetFault::Host)},
      {"an encoded percent sign", "http://%2565vil.example", refused(TargetFault::Host)},
      {"a percent sign alone", "http://a%", refused(TargetFault::Host)},
      {"half an encoded byte", "http://a%6", refused(TargetFault::Host)},
      {"no hex digits", "http://a%zz", refused(TargetFault::Host)},
      {"angle brackets", "http://a<b", refused(TargetFault::Host)},
      {"a pipe", "http://a|b", refused(TargetFault::Host)},
      {"an asterisk, which browsers take", "http://*.example", refused(TargetFault::Host)},
      {"a comma, which browsers take", "http://a.example,b.example", refused(TargetFault::Host)},
      {"a dollar sign, which browsers take", "http://$host", refused(TargetFault::Host)},
      {"beyond ASCII",
       "http://b\xC3\xBC"
       "cher.example",
       refused(TargetFault::NonAsciiHost)},
      {"beyond ASCII, encoded", "http://b%C3%BCcher.example", refused(TargetFault::NonAsciiHost)},
      {"an ideographic full stop",
       "http://evil\xE3\x80\x82"
       "example",
       refused(TargetFault::NonAsciiHost)},
      {"a soft hyphen, which browsers drop", "http://ev\xC2\xADil.example",
       refused(TargetFault::NonAsciiHost)},
      {"a full-width slash", "http://good.example\xEF\xBC\x8F.evil.example",
       refused(TargetFault::NonAsciiHost)},
      {"no UTF-8", "http://\xFF.example", refused(TargetFault::NonAsciiHost)},
      {"punycode of plain ASCII", "http://xn--evil-.example", refused(TargetFault::Host)},
      {"punycode of nothing", "http://a.xn--", refused(TargetFault::Host)},
      {"encoded punycode of plain ASCII", "http://xn-%2Devil-", refused(TargetFault::Host)},
  });
}

// 4.4 "scheme state": whatever the policy says, a page does not go there.
TEST(Target, RefusesEveryOtherScheme) {
  const Reading scheme = refused(TargetFault::Scheme);
  expect_rows({
      {"javascript", "javascript:alert(1)", scheme},
      {"javascript in upper case", "JavaScript:alert(1)", scheme},
      {"javascript with a tab", "java\tscript:alert(1)", scheme},
      {"javascript with line breaks", "\njava\r\nscript\n:alert(1)", scheme},
      {"javascript behind control bytes", "\x01\x02 javascript:alert(1)", scheme},
      {"javascript with slashes", "javascript://good.example/%0Aalert(1)", scheme},
      {"data", "data:text/html,x", scheme},
      {"blob", "blob:https://good.example/1", scheme},
      {"filesystem", "filesystem:https://good.example/temporary/x", scheme},
      {"view-source", "view-source:https://good.example", scheme},
      {"about", "about:blank", scheme},
      {"file", "file:///etc/passwd", scheme},
      {"file with a host", "file://good.example/x", scheme},
      {"ftp", "ftp://good.example", scheme},
      {"ws", "ws://good.example", scheme},
      {"wss", "wss://good.example", scheme},
      {"mailto", "mailto:a@good.example", scheme},
      {"an app", "com.example.app:/callback", scheme},
      {"an app with a host", "capacitor://localhost", scheme},
      {"every byte of a scheme", "a+b-c.9:x", scheme},
      {"a scheme that begins like https", "httpsx://good.example", scheme},
      {"a scheme that begins like http", "http.://good.example", scheme},
      {"a scheme that https begins with", "h://good.example", scheme},
      {"a host and a port", "good.example:443", scheme},
      {"a host, a port and a path", "localhost:8080/x", scheme},
      {"a very long scheme", std::string(5000, 'a') + ":x", scheme},
      {"a file name with a colon", "a.html:b", scheme},
  });
}

TEST(Target, RefusesWhatMayBeReadInTwoWays) {
  expect_rows({
      {"NUL in the path", std::string("/a\0b", 4), refused(TargetFault::ControlByte)},
      {"NUL between the slashes", std::string("/\0/evil.example", 15),
       refused(TargetFault::ControlByte)},
      {"a control byte in the host", "https://a\x01.example", refused(TargetFault::ControlByte)},
      {"escape", "/\x1B[2J", refused(TargetFault::ControlByte)},
      {"vertical tab between the slashes", "/\v/evil.example", refused(TargetFault::ControlByte)},
      {"DEL at the end", "/a\x7F", refused(TargetFault::ControlByte)},
      {"DEL at the begin", "\x7F//evil.example", refused(TargetFault::ControlByte)},
      {"a byte order mark first", "\xEF\xBB\xBF//evil.example", refused(TargetFault::FirstByte)},
      {"a no-break space first", "\xC2\xA0//evil.example", refused(TargetFault::FirstByte)},
      {"the same in Latin-1", " \xA0/x", refused(TargetFault::FirstByte)},
      {"the longest", "/" + std::string(kTargetLimitBytes - 1, 'a'), kRelative},
      {"one byte more", "/" + std::string(kTargetLimitBytes, 'a'), refused(TargetFault::TooLong)},
      {"blanks count", std::string(kTargetLimitBytes + 1, ' '), refused(TargetFault::TooLong)},
  });
}

TEST(Target, ShowsOriginsAsAnOriginHeaderWould) {
  for (const std::string text :
       {"https://A.Example:0443", "//0x7f.1", "http://u@[::1]:81/x", "http://%61.example:8080"}) {
    const Target target = parse_target(text, PageScheme::Http);
    ASSERT_EQ(target.kind, TargetKind::Origin) << text;
    EXPECT_TRUE(parse_origin(target.origin())) << text;
    const Target again = parse_target(target.origin(), PageScheme::Https);
    EXPECT_EQ(again.origin(), target.origin()) << text;
    const Target copy = target;  // NOLINT: the bytes must be the copy's own
    EXPECT_NE(copy.origin().data(), target.origin().data());
    EXPECT_EQ(copy.origin(), target.origin());
  }
}

TEST(Target, AllocatesNothing) {
  const std::string texts[] = {"/a/b?c",
                               "//evil.example",
                               "https://" + std::string(5000, 'a') + "@a.example:8443/",
                               "http://255.0xFFFFFF",
                               "http://[2001:db8:1111:2222:3333:4444:5555:6666]:8443",
                               "http://" + std::string(60000, 'a'),
                               "javascript:alert(1)",
                               "/" + std::string(70000, 'a')};
  for (const std::string& text : texts) {
    const testing::AllocationCounter counter;
    (void)parse_target(text, PageScheme::Https);
    const std::size_t count = counter.count();
    EXPECT_EQ(count, 0u) << text.substr(0, 40);
  }
}

}  // namespace
}  // namespace corsac
