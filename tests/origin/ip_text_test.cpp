#include "corsac/origin/ip_text.hpp"

#include <gtest/gtest.h>

namespace corsac {
namespace {

struct SpellingRow {
  const char* desc;
  std::string_view written;
  std::string_view browser;  // empty = a browser takes it for no address
};

TEST(IpText, WritesIpv4AsBrowsersDo) {
  const SpellingRow rows[] = {
      {"already canonical", "127.0.0.1", "127.0.0.1"},
      {"hex and two parts", "0x7f.1", "127.0.0.1"},
      {"upper-case hex", "0X7F.0.0.1", "127.0.0.1"},
      {"two parts", "127.1", "127.0.0.1"},
      {"three parts", "127.1.2", "127.1.0.2"},
      {"one number", "2130706433", "127.0.0.1"},
      {"octal", "0177.0.0.1", "127.0.0.1"},
      {"leading zeros are octal", "127.000.000.010", "127.0.0.8"},
      {"0x alone is zero", "0x.0.0.0", "0.0.0.0"},
      {"a final dot is dropped", "10.0.0.1.", "10.0.0.1"},
      {"all ones", "0xffffffff", "255.255.255.255"},
      {"a part above 255", "256.0.0.1", ""},
      {"five parts", "1.2.3.4.5", ""},
      {"above 32 bits", "4294967296", ""},
      {"the last part overflows what is left", "1.2.65536", ""},
      {"8 in octal", "08.0.0.1", ""},
      {"an empty part", "1..2.3", ""},
      {"two final dots", "1.2.3.4..", ""},
      {"a name", "a.b", ""},
      {"nothing", "", ""},
  };
  for (const SpellingRow& row : rows) {
    EXPECT_EQ(to_serialised_ipv4(row.written), row.browser) << row.desc;
    EXPECT_EQ(is_serialised_ipv4(row.written), !row.browser.empty() && row.written == row.browser)
        << row.desc;
  }
}

TEST(IpText, WritesIpv6AsBrowsersDo) {
  const SpellingRow rows[] = {
      {"loopback", "::1", "::1"},
      {"any", "::", "::"},
      {"uncompressed", "0:0:0:0:0:0:0:1", "::1"},
      {"leading zeros", "::0001", "::1"},
      {"upper case", "FE80::A", "fe80::a"},
      {"zeros at the end", "1:0:0:0:0:0:0:0", "1::"},
      {"the longer run is compressed", "1:0:0:2:0:0:0:3", "1:0:0:2::3"},
      {"the first of equal runs", "1:0:0:2:3:0:0:4", "1::2:3:0:0:4"},
      {"one zero piece stays", "1:2:3:0:5:6:7:8", "1:2:3:0:5:6:7:8"},
      {"one zero piece is never ::", "1:2:3::5:6:7:8", "1:2:3:0:5:6:7:8"},
      {"full width", "1111:2222:3333:4444:5555:6666:7777:8888",
       "1111:2222:3333:4444:5555:6666:7777:8888"},
      {"mapped addresses are hex", "::ffff:127.0.0.1", "::ffff:7f00:1"},
      {"mapped in hex is what browsers send", "::ffff:7f00:1", "::ffff:7f00:1"},
      {"zone", "fe80::1%eth0", ""},
      {"two gaps", "1::2::3", ""},
      {"too short", "1:2:3", ""},
      {"five digits", "::12345", ""},
      {"a name", "a.example", ""},
      {"nothing", "", ""},
      {"NUL after an address", std::string_view("::1\0", 4), ""},
      {"longer than any address", "1111:2222:3333:4444:5555:6666:7777:8888:9999:0000", ""},
  };
  for (const SpellingRow& row : rows) {
    EXPECT_EQ(to_serialised_ipv6(row.written), row.browser) << row.desc;
    EXPECT_EQ(is_ipv6(row.written), !row.browser.empty()) << row.desc;
    EXPECT_EQ(is_serialised_ipv6(row.written), !row.browser.empty() && row.written == row.browser)
        << row.desc;
  }
}

struct NumberRow {
  const char* desc;
  std::string_view host;
  bool ends_in_number;
};

TEST(IpText, KnowsWhatBrowsersReadAsANumber) {
  const NumberRow rows[] = {
      {"an address", "127.0.0.1", true},
      {"digits alone", "1", true},
      {"digits after a name", "a.example.1", true},
      {"a final dot is ignored", "1.2.3.4.", true},
      {"hex", "a.0x7f", true},
      {"0x alone", "a.0x", true},
      {"0x and other letters", "a.0xg", false},
      {"digits and a letter", "a.1e", false},
      {"a digit first label", "1.example", false},
      {"a name", "example", false},
      {"nothing", "", false},
      {"a dot", ".", false},
  };
  for (const NumberRow& row : rows) {
    EXPECT_EQ(ends_in_number(row.host), row.ends_in_number) << row.desc;
  }
}

}  // namespace
}  // namespace corsac
