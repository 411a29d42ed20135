#include "corsac/origin/origin.hpp"

#include <string>

#include <gtest/gtest.h>

namespace corsac {
namespace {

// By the parser, and by the shorter question, which must agree.
bool is_one(std::string_view text) {
  const bool is_parsed = parse_origin(text).has_value();
  EXPECT_EQ(is_origin(text), is_parsed) << text;
  return is_parsed;
}

struct GoodRow {
  const char* desc;
  std::string text;
  std::string scheme;
  std::string host;
  std::int32_t port;
  bool is_ip;
};

std::string label(std::size_t size) { return std::string(size, 'a'); }

// Labels of 63 bytes up to `size` bytes.
std::string long_host(std::size_t size) {
  std::string host;
  while (host.size() + 64 < size) host += label(63) + ".";
  return host + label(size - host.size());
}

TEST(Origin, TakesWhatABrowserSends) {
  const GoodRow rows[] = {
      {"https", "https://app.example.com", "https", "app.example.com", -1, false},
      {"http", "http://app.example.com", "http", "app.example.com", -1, false},
      {"port", "https://app.example.com:8443", "https", "app.example.com", 8443, false},
      {"lowest port", "https://a.example:1", "https", "a.example", 1, false},
      {"highest port", "https://a.example:65535", "https", "a.example", 65535, false},
      {"the other scheme's default port", "http://a.example:443", "http", "a.example", 443, false},
      {"80 under https", "https://a.example:80", "https", "a.example", 80, false},
      {"one label", "http://localhost", "http", "localhost", -1, false},
      {"digits, hyphens, underscores", "https://a-1_b.2x.example", "https", "a-1_b.2x.example", -1,
       false},
      {"hyphens at the edges, as browsers take them", "https://-a-.example", "https", "-a-.example",
       -1, false},
      {"punycode", "https://xn--bcher-kva.example", "https", "xn--bcher-kva.example", -1, false},
      {"a final dot is another origin", "https://a.example.", "https", "a.example.", -1, false},
      {"IPv4", "http://127.0.0.1:8080", "http", "127.0.0.1", 8080, true},
      {"IPv6", "http://[::1]", "http", "[::1]", -1, true},
      {"IPv6 with a port", "https://[2001:db8::1]:8443", "https", "[2001:db8::1]", 8443, true},
      {"mapped IPv6 as browsers write it", "http://[::ffff:7f00:1]", "http", "[::ffff:7f00:1]", -1,
       true},
      {"label that begins with 0x but is no number", "https://a.0xyz", "https", "a.0xyz", -1,
       false},
      {"label that begins with a digit", "https://a.1e", "https", "a.1e", -1, false},
      {"an app shell", "capacitor://localhost", "capacitor", "localhost", -1, false},
      {"an extension", "chrome-extension://abcdefghijklmnopabcdefghijklmnop", "chrome-extension",
       "abcdefghijklmnopabcdefghijklmnop", -1, false},
      {"an extension with a uuid", "moz-extension://01234567-89ab-cdef-0123-456789abcdef",
       "moz-extension", "01234567-89ab-cdef-0123-456789abcdef", -1, false},
      {"every byte of a scheme", "a+b-c.9://h:80", "a+b-c.9", "h", 80, false},
      {"the shortest", "a://b", "a", "b", -1, false},
      {"a scheme that begins like another", "httpsx://a", "httpsx", "a", -1, false},
      {"longest label", "https://" + label(63) + ".example", "https", label(63) + ".example", -1,
       false},
      {"longest host", "https://" + long_host(253), "https", long_host(253), -1, false},
      {"longest scheme", label(64) + "://a", label(64), "a", -1, false},
      {"longest of all", label(64) + "://" + long_host(253) + ":65535", label(64), long_host(253),
       65535, false},
  };
  for (const GoodRow& row : rows) {
    const auto origin = parse_origin(row.text);
    ASSERT_TRUE(origin && is_one(row.text)) << row.desc;
    EXPECT_EQ(origin->scheme, row.scheme) << row.desc;
    EXPECT_EQ(origin->host, row.host) << row.desc;
    EXPECT_EQ(origin->port, row.port) << row.desc;
    EXPECT_EQ(origin->is_ip, row.is_ip) << row.desc;
  }
}

struct BadRow {
  const char* desc;
  std::string text;
};

// Proves S6, S12.
TEST(Origin, RefusesEverythingElse) {
  const BadRow rows[] = {
      {"empty", ""},
      {"null is no origin", "null"},
      {"any", "*"},
      {"no scheme", "a.example"},
      {"scheme alone", "https://"},
      {"scheme without slashes", "https:a.example"},
      {"one slash", "https:/a.example"},
      {"three slashes", "https:///a.example"},
      {"slashes alone", "://a.example"},
      {"scheme that begins with a digit", "1a://b"},
      {"scheme with an underscore", "a_b://c"},
      {"upper-case scheme", "HTTPS://a.example"},
      {"upper-case first letter", "Https://a.example"},
      {"upper-case custom scheme", "App://a.example"},
      {"scheme over the limit", label(65) + "://a"},
      {"upper-case host", "https://A.example"},
      {"trailing slash", "https://a.example/"},
      {"path", "https://a.example/x"},
      {"backslash", "https://a.example\\"},
      {"query", "https://a.example?x"},
      {"fragment", "https://a.example#x"},
      {"user info", "https://u:p@a.example"},
      {"default port of https", "https://a.example:443"},
      {"default port of http", "http://a.example:80"},
      {"default port of wss", "wss://a.example:443"},
      {"default port of ws", "ws://a.example:80"},
      {"default port of ftp", "ftp://a.example:21"},
      {"port 0", "https://a.example:0"},
      {"port 65536", "https://a.example:65536"},
      {"port that overflows 64 bits", "https://a.example:99999999999999999999"},
      {"port that is 80 in 16 bits", "https://a.example:65616"},
      {"empty port", "https://a.example:"},
      {"leading zero", "https://a.example:0080"},
      {"sign", "https://a.example:+80"},
      {"blank in the port", "https://a.example: 80"},
      {"hex port", "https://a.example:0x50"},
      {"letter in the port", "https://a.example:80a"},
      {"two ports", "https://a.example:80:81"},
      {"digits and no colon before a port", "https://a.example8080:"},
      {"port wildcard", "https://a.example:*"},
      {"no host before a port", "https://:8080"},
      {"empty first label", "https://.example"},
      {"empty label", "https://a..example"},
      {"a dot alone", "https://."},
      {"two final dots", "https://a.example.."},
      {"label over the limit", "https://" + label(64) + ".example"},
      {"last label over the limit", "https://a." + label(64)},
      {"host over the limit", "https://" + long_host(254)},
      {"longer than any origin", "https://" + std::string(8192, 'a')},
      {"host wildcard", "https://*.example"},
      {"comma list", "https://a.example, https://b.example"},
      {"list with a blank", "https://a.example https://b.example"},
      {"blank before", " https://a.example"},
      {"blank after", "https://a.example "},
      {"tab", "https://a.exam\tple"},
      {"line break after", "https://a.example\n"},
      {"NUL in the middle", std::string("https://a\0.example", 18)},
      {"NUL at the end", std::string("https://a.example\0", 18)},
      {"DEL", "https://a\x7f.example"},
      {"UTF-8",
       "https://b\xC3\xBC"
       "cher.example"},
      {"a byte above ASCII at the end", "https://a.example\xFF"},
      {"percent", "https://a%2eexample"},
      {"IPv4 with a leading zero", "http://127.0.0.01"},
      {"IPv4 in three parts", "http://127.0.1"},
      {"IPv4 as one number", "http://2130706433"},
      {"IPv4 in hex", "http://0x7f.0.0.0x1"},
      {"IPv4 part above 255", "http://127.0.0.256"},
      {"IPv4 with a final dot", "http://127.0.0.1."},
      {"IPv4 with five parts", "http://1.2.3.4.5"},
      {"a name that ends in a number", "https://a.example.1"},
      {"a name that ends in 0x", "https://a.0x"},
      {"IPv6 without brackets", "http://::1"},
      {"IPv6 uncompressed", "http://[0:0:0:0:0:0:0:1]"},
      {"IPv6 in upper case", "http://[FE80::1]"},
      {"IPv6 with leading zeros", "http://[::0001]"},
      {"IPv6 mapped with dots", "http://[::ffff:127.0.0.1]"},
      {"IPv6 with a zone", "http://[fe80::1%25eth0]"},
      {"IPv6 without its end", "http://[::1"},
      {"empty brackets", "http://[]"},
      {"bracket alone", "http://["},
      {"text after the bracket", "http://[::1]a"},
      {"a name in brackets", "https://[a.example]"},
      {"brackets after a name", "https://a[::1]"},
  };
  for (const BadRow& row : rows) EXPECT_FALSE(is_one(row.text)) << row.desc;
  EXPECT_FALSE(parse_origin(std::string_view())) << "no bytes at all";
}

// The rule for a domain name, one byte after the other, against the parser's sixteen at a time.
bool is_domain_plainly(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  std::size_t label_bytes = 0;
  for (std::size_t i = 0; i < host.size(); ++i) {
    if (host[i] == '.') {
      if (label_bytes == 0) return false;
      label_bytes = 0;
    } else if (std::string_view("abcdefghijklmnopqrstuvwxyz0123456789-_").find(host[i]) ==
                   std::string_view::npos ||
               ++label_bytes > 63) {
      return false;
    }
  }
  return true;
}

TEST(Origin, SeesEachByteOfAHostOfAnyLength) {
  for (std::size_t size = 1; size <= 80; ++size) {
    const std::string good = "https://" + std::string(size, 'g');
    EXPECT_EQ(is_one(good), size <= 63) << size;
    for (std::size_t at = 0; at < size; ++at) {
      for (unsigned c = 0; c < 256; ++c) {
        std::string host(size, 'g');
        host[at] = static_cast<char>(c);
        EXPECT_EQ(is_one("https://" + host),
                  is_domain_plainly(host) && !(at + 1 == size && size == 1 && c >= '0' && c <= '9'))
            << size << ' ' << at << ' ' << c;
      }
    }
  }
}

// What the short way of is_origin looks at: the last two bytes, and names of 8 to 63 bytes.
TEST(Origin, AsksTheShortQuestionAlike) {
  const std::string bytes = "agxyz059-_.";
  for (const std::size_t size : {7, 8, 9, 15, 16, 17, 31, 32, 33, 62, 63, 64}) {
    for (const char before : bytes) {
      for (const char last : bytes) {
        for (const char* middle : {"a", "0", ".", ".0x"}) {
          std::string host = std::string(size, 'a') + middle + before + last;
          host.erase(0, host.size() - size);
          (void)is_one("https://" + host);
          (void)is_one("https://" + host + ":8443");
        }
      }
    }
  }
}

TEST(Origin, SeesEmptyLabelsAnywhere) {
  for (const char* scheme : {"https://", "http://", "a://"}) {
    for (std::size_t size = 2; size <= 300; ++size) {
      for (std::size_t at = 0; at + 1 < size; ++at) {
        std::string host = std::string(size, 'g');
        for (std::size_t dot = 40; dot < size; dot += 41) host[dot] = '.';
        ASSERT_EQ(is_one(scheme + host), is_domain_plainly(host)) << size;
        host[at] = '.';
        ASSERT_EQ(is_one(scheme + host), is_domain_plainly(host)) << size << ' ' << at;
        host[at + 1] = '.';
        ASSERT_FALSE(is_one(scheme + host)) << size << ' ' << at;
      }
    }
  }
}

struct LoopbackRow {
  const char* desc;
  std::string_view host;
  bool is_loopback;
};

TEST(Origin, KnowsLoopbackHosts) {
  const LoopbackRow rows[] = {
      {"localhost", "localhost", true},
      {"its absolute form", "localhost.", true},
      {"a name below it", "app.localhost", true},
      {"absolute name below it", "app.localhost.", true},
      {"127.0.0.1", "127.0.0.1", true},
      {"all of 127/8", "127.255.3.4", true},
      {"IPv6", "[::1]", true},
      {"a name that ends alike", "notlocalhost", false},
      {"a name that begins alike", "localhost.example", false},
      {"a name that begins like 127/8", "127.0.0.1.example", false},
      {"another address", "128.0.0.1", false},
      {"any IPv6", "[::]", false},
      {"IPv6 without brackets", "::1", false},
      {"nothing", "", false},
      {"a dot", ".", false},
  };
  for (const LoopbackRow& row : rows) {
    EXPECT_EQ(is_loopback_host(row.host), row.is_loopback) << row.desc;
  }
}

TEST(Origin, KnowsDefaultPorts) {
  const std::pair<std::string_view, std::int32_t> rows[] = {
      {"http", 80}, {"https", 443}, {"ws", 80}, {"wss", 443},
      {"ftp", 21},  {"app", -1},    {"", -1},   {"HTTPS", -1},
  };
  for (const auto& [scheme, port] : rows) EXPECT_EQ(default_port(scheme), port) << scheme;
}

}  // namespace
}  // namespace corsac
