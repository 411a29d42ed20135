// Where a listener listens, row by row.

#include "listen_address.hpp"

#include <gtest/gtest.h>

namespace corsac::server {
namespace {

struct AddressRow {
  const char* desc;
  const char* text;
  const char* host;  // null = no address
  std::uint16_t port;
  const char* back = nullptr;  // as to_text writes it, where it differs
};

TEST(ListenAddress, IsHostAndPort) {
  const AddressRow rows[] = {
      {"an address", "127.0.0.1:8080", "127.0.0.1", 8080},
      {"a name", "localhost:80", "localhost", 80},
      {"any free port", "127.0.0.1:0", "127.0.0.1", 0},
      {"the last port", "127.0.0.1:65535", "127.0.0.1", 65535},
      {"IPv6", "[::1]:8080", "::1", 8080},
      {"every address", "0.0.0.0:1", "0.0.0.0", 1},
      {"every IPv6 address", "[::]:1", "::", 1},
      {"a port with zeros before it", "127.0.0.1:0080", "127.0.0.1", 80, "127.0.0.1:80"},
      {"no port", "127.0.0.1", nullptr, 0},
      {"an empty port", "127.0.0.1:", nullptr, 0},
      {"no host", ":8080", nullptr, 0},
      {"nothing", "", nullptr, 0},
      {"a colon", ":", nullptr, 0},
      {"a port beyond the last", "127.0.0.1:65536", nullptr, 0},
      {"a signed port", "127.0.0.1:-1", nullptr, 0},
      {"a port with a plus", "127.0.0.1:+1", nullptr, 0},
      {"a name for a port", "127.0.0.1:http", nullptr, 0},
      {"blanks", "127.0.0.1: 80", nullptr, 0},
      {"a blank in the host", "local host:80", nullptr, 0},
      {"IPv6 without brackets", "::1:8080", nullptr, 0},
      {"brackets around a name", "[localhost]:80", nullptr, 0},
      {"half a bracket", "[::1:80", nullptr, 0},
      {"a URL", "http://127.0.0.1:80", nullptr, 0},
  };
  for (const AddressRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const auto address = parse_listen_address(row.text);
    ASSERT_EQ(address.has_value(), row.host != nullptr);
    if (!address) continue;
    EXPECT_EQ(address->host, row.host);
    EXPECT_EQ(address->port, row.port);
    EXPECT_EQ(to_text(*address), row.back == nullptr ? row.text : row.back);
  }
}

TEST(ListenAddress, KnowsWhatOthersCannotReach) {
  for (const char* host : {"127.0.0.1", "127.255.0.7", "::1", "localhost"}) {
    EXPECT_TRUE(is_loopback({host, 80})) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "::2", "localhost.example.com",
                           "example.com", ""}) {
    EXPECT_FALSE(is_loopback({host, 80})) << host;
  }
}

}  // namespace
}  // namespace corsac::server
