#include "corsac/http/ip_range.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using namespace std::string_literals;

TEST(IpRange, TakesAddressesAndBlocks) {
  const struct {
    const char* desc;
    std::string text;
    bool is_one;
  } rows[] = {
      {"IPv4", "127.0.0.1", true},
      {"IPv4, the lowest", "0.0.0.0", true},
      {"IPv4, the highest", "255.255.255.255", true},
      {"IPv6", "::1", true},
      {"IPv6 in full", "2001:0db8:0000:0000:0000:0000:0000:0001", true},
      {"IPv6 in upper case", "FD00::A", true},
      {"the longest spelling", "0000:0000:0000:0000:0000:ffff:255.255.255.255", true},
      {"mapped IPv4", "::ffff:10.0.0.1", true},
      {"a block of IPv4", "10.0.0.0/8", true},
      {"a block that ends within a byte", "172.16.0.0/12", true},
      {"one address as a block", "10.1.2.3/32", true},
      {"all of IPv4", "0.0.0.0/0", true},
      {"a block of IPv6", "fd00::/8", true},
      {"a block of IPv6 that ends within a byte", "2001:db8:8000::/33", true},
      {"one IPv6 address as a block", "::1/128", true},
      {"all of IPv6", "::/0", true},
      {"a block of mapped IPv4", "::ffff:10.0.0.0/104", true},
      {"empty", "", false},
      {"a name", "localhost", false},
      {"three parts", "10.0.0", false},
      {"five parts", "10.0.0.0.0", false},
      {"a part above 255", "10.0.0.256", false},
      {"a leading zero", "10.0.0.01", false},
      {"octal", "0177.0.0.1", false},
      {"hexadecimal", "0x7f.0.0.1", false},
      {"one number", "2130706433", false},
      {"a blank before", " 10.0.0.1", false},
      {"a blank after", "10.0.0.1 ", false},
      {"a port", "10.0.0.1:80", false},
      {"brackets", "[::1]", false},
      {"a zone", "fe80::1%eth0", false},
      {"a wildcard", "10.0.0.*", false},
      {"a netmask", "10.0.0.0/255.0.0.0", false},
      {"a list", "10.0.0.1,10.0.0.2", false},
      {"NUL", "10.0.0.1\0"s, false},
      {"NUL and more", "10.0.0.1\0evil"s, false},
      {"IPv6 with two gaps", "1::2::3", false},
      {"nine groups", "1:2:3:4:5:6:7:8:9", false},
      {"a group of five digits", "12345::", false},
      {"very long", std::string(4096, '1'), false},
      {"no length", "10.0.0.0/", false},
      {"no address", "/8", false},
      {"only a slash", "/", false},
      {"two lengths", "10.0.0.0/8/8", false},
      {"a length with a sign", "10.0.0.0/+8", false},
      {"a length below zero", "10.0.0.0/-8", false},
      {"a length with a blank", "10.0.0.0/ 8", false},
      {"a length with a leading zero", "10.0.0.0/08", false},
      {"a length above 32", "10.0.0.0/33", false},
      {"a length above 128", "fd00::/129", false},
      {"a length that would wrap round", "10.0.0.0/4294967304", false},
      {"bits beyond the length", "10.0.0.1/8", false},
      {"bits beyond the length, within a byte", "172.24.0.0/12", false},
      {"bits beyond the length of IPv6", "fd00::1/8", false},
      {"bits beyond the length 0", "0.0.0.1/0", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(IpRange::parse(row.text).has_value(), row.is_one) << row.desc;
  }
}

TEST(IpRange, ContainsItsAddresses) {
  const struct {
    const char* desc;
    std::string_view range;
    std::string address;
    bool is_inside;
  } rows[] = {
      {"itself", "127.0.0.1", "127.0.0.1", true},
      {"its neighbour", "127.0.0.1", "127.0.0.2", false},
      {"mapped, as a dual-stack socket shows it", "127.0.0.1", "::ffff:127.0.0.1", true},
      {"mapped, in hexadecimal", "127.0.0.1", "::FFFF:7f00:1", true},
      {"mapped in the range", "::ffff:127.0.0.1", "127.0.0.1", true},
      {"compatible is not mapped", "127.0.0.1", "::127.0.0.1", false},
      {"first of a block", "10.0.0.0/8", "10.0.0.0", true},
      {"last of a block", "10.0.0.0/8", "10.255.255.255", true},
      {"before a block", "10.0.0.0/8", "9.255.255.255", false},
      {"after a block", "10.0.0.0/8", "11.0.0.0", false},
      {"mapped in a block", "10.0.0.0/8", "::ffff:10.9.8.7", true},
      {"last, within a byte", "172.16.0.0/12", "172.31.255.255", true},
      {"after, within a byte", "172.16.0.0/12", "172.32.0.0", false},
      {"all of IPv4 holds IPv4", "0.0.0.0/0", "203.0.113.9", true},
      {"all of IPv4 holds no IPv6", "0.0.0.0/0", "2001:db8::1", false},
      {"all of IPv6 holds IPv6", "::/0", "2001:db8::1", true},
      {"all of IPv6 holds no IPv4", "::/0", "203.0.113.9", false},
      {"all of IPv6 holds no mapped IPv4", "::/0", "::ffff:203.0.113.9", false},
      {"a short block of IPv6 holds no IPv4", "::/64", "203.0.113.9", false},
      {"a mapped block holds IPv4", "::ffff:10.0.0.0/104", "10.200.0.1", true},
      {"a mapped block has an end", "::ffff:10.0.0.0/104", "11.0.0.1", false},
      {"all mapped addresses are IPv4", "::ffff:0:0/96", "203.0.113.9", true},
      {"IPv6 in another spelling", "::1", "0:0:0:0:0:0:0:1", true},
      {"IPv6 in another case", "fd00::a", "FD00::A", true},
      {"first of a block of IPv6", "fd00::/8", "fd00::", true},
      {"last of a block of IPv6", "fd00::/8", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
      {"after a block of IPv6", "fd00::/8", "fe00::", false},
      {"a zone does not matter", "fe80::/10", "fe80::1%eth0", true},
      {"but it needs a name", "fe80::/10", "fe80::1%", false},
      {"and IPv4 has none", "10.0.0.0/8", "10.0.0.1%eth0", false},
      {"not an address", "0.0.0.0/0", "localhost", false},
      {"empty", "0.0.0.0/0", "", false},
      {"a port", "0.0.0.0/0", "10.0.0.1:80", false},
      {"brackets", "::/0", "[::1]", false},
      {"a block", "10.0.0.0/8", "10.0.0.0/8", false},
      {"NUL", "10.0.0.0/8", "10.0.0.1\0"s, false},
      {"a line break", "10.0.0.0/8", "10.0.0.1\r\n", false},
  };
  for (const auto& row : rows) {
    const auto range = IpRange::parse(row.range);
    ASSERT_TRUE(range) << row.desc;
    EXPECT_EQ(range->contains(row.address), row.is_inside) << row.desc;
  }
}

TEST(IpRange, CutsAtEveryLength) {
  for (unsigned bits = 0; bits <= 32; ++bits) {
    // A block of ones: one address with the first bit after it flipped is outside.
    std::string text;
    std::string outside;
    for (unsigned part = 0; part < 4; ++part) {
      unsigned value = 0;
      for (unsigned bit = 0; bit < 8; ++bit) value |= part * 8 + bit < bits ? 0x80U >> bit : 0U;
      unsigned flipped = value;
      if (bits != 0 && (bits - 1) / 8 == part) flipped ^= 0x80U >> ((bits - 1) % 8);
      text += (part == 0 ? "" : ".") + std::to_string(value);
      outside += (part == 0 ? "" : ".") + std::to_string(flipped);
    }
    const auto range = IpRange::parse(text + "/" + std::to_string(bits));
    ASSERT_TRUE(range) << bits;
    EXPECT_TRUE(range->contains(text)) << bits;
    EXPECT_TRUE(range->contains("255.255.255.255")) << bits;
    EXPECT_EQ(range->contains(outside), bits == 0) << bits;
  }
}

}  // namespace
}  // namespace corsac
