#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/http/own_origin.hpp"

namespace corsac {
namespace {

using namespace std::string_literals;

using Fields = std::vector<std::pair<std::string, std::string>>;

class FieldList final : public HeaderFields {
 public:
  explicit FieldList(Fields fields) : fields_(std::move(fields)) {}
  void visit(Visitor visitor, void* context) const override {
    for (const auto& [name, value] : fields_) visitor(context, name, value);
  }

 private:
  Fields fields_;
};

OwnOrigin behind_proxies() {
  OwnOrigin::Config config;
  for (const std::string_view proxy : {"10.0.0.0/8", "fd00::/8"}) {
    config.trusted_proxies.push_back(IpRange::parse(proxy).value());
  }
  return OwnOrigin(std::move(config));
}

std::string address_for(std::string_view peer, const std::vector<std::string>& lines) {
  Fields fields;
  fields.emplace_back("Host", "a.example");
  for (const std::string& line : lines) fields.emplace_back("X-Forwarded-For", line);
  fields.emplace_back("X-Forwarded-Host", "192.0.2.66");
  fields.emplace_back("Forwarded", "for=192.0.2.66");
  const FieldList headers(std::move(fields));
  RequestView request;
  request.peer_address = peer;
  request.headers = &headers;
  return std::string(behind_proxies().client_address(request));
}

TEST(ClientAddress, IsTheRightmostEntryThatIsNotATrustedProxy) {
  const std::string peer = "10.0.0.1";
  const struct {
    const char* desc;
    std::vector<std::string> lines;
    std::string address;
  } rows[] = {
      {"no line", {}, peer},
      {"one entry", {"203.0.113.9"}, "203.0.113.9"},
      {"what stands left of it is the client's invention",
       {"198.51.100.1, 203.0.113.9"},
       "203.0.113.9"},
      {"one proxy more", {"203.0.113.9, 10.0.0.7"}, "203.0.113.9"},
      {"two proxies more", {"198.51.100.1,203.0.113.9,10.0.0.7,10.0.0.8"}, "203.0.113.9"},
      {"a mapped proxy", {"203.0.113.9, ::ffff:10.0.0.7"}, "203.0.113.9"},
      {"a proxy with IPv6", {"203.0.113.9, fd00::7"}, "203.0.113.9"},
      {"several lines: the last one counts first", {"198.51.100.1", "203.0.113.9"}, "203.0.113.9"},
      {"several lines, the last one a proxy",
       {"198.51.100.1", "203.0.113.9", "10.0.0.7, 10.0.0.8"},
       "203.0.113.9"},
      {"IPv6", {"2001:db8::9"}, "2001:db8::9"},
      {"IPv6 in brackets", {"[2001:db8::9]"}, "2001:db8::9"},
      {"IPv6 with a port", {"[2001:db8::9]:5678"}, "2001:db8::9"},
      {"IPv4 with a port", {"203.0.113.9:5678"}, "203.0.113.9"},
      {"a proxy with a port", {"203.0.113.9, 10.0.0.7:5678"}, "203.0.113.9"},
      {"a proxy in brackets", {"203.0.113.9, [fd00::7]:80"}, "203.0.113.9"},
      {"the longest address",
       {"0000:0000:0000:0000:0000:ffff:203.255.113.255"},
       "0000:0000:0000:0000:0000:ffff:203.255.113.255"},
      {"blanks, tabs and empty entries", {" ,\t203.0.113.9\t, ,", "", ","}, "203.0.113.9"},

      {"only proxies: the peer", {"10.0.0.7, 10.0.0.8"}, peer},
      {"only empty entries", {"", ",,"}, peer},
      {"a word", {"198.51.100.1, unknown"}, peer},
      {"an obfuscated name", {"198.51.100.1, _hidden"}, peer},
      {"a host name", {"198.51.100.1, client.example"}, peer},
      {"a word, then a proxy", {"198.51.100.1, unknown, 10.0.0.7"}, peer},
      {"a zone", {"198.51.100.1, fe80::1%eth0"}, peer},
      {"a trusted address with a zone", {"198.51.100.1, fd00::1%eth0"}, peer},
      {"a quoted address", {"\"203.0.113.9\""}, peer},
      {"two addresses with a blank between", {"198.51.100.1 203.0.113.9"}, peer},
      {"a leading zero", {"203.0.113.09"}, peer},
      {"port 0", {"203.0.113.9:0"}, peer},
      {"an empty port", {"203.0.113.9:"}, peer},
      {"a port above 65535", {"203.0.113.9:65536"}, peer},
      {"brackets round IPv4", {"[203.0.113.9]"}, peer},
      {"broken brackets", {"[2001:db8::9"}, peer},
      {"a block", {"203.0.113.0/24"}, peer},
      {"NUL", {"203.0.113.9\0"s}, peer},
      {"a terminal's escape", {"\x1b[31m203.0.113.9"}, peer},
      {"bytes beyond ASCII", {"\xFF\xFE"}, peer},
      {"markup", {"<script>alert(1)</script>"}, peer},
      {"8 KB", {std::string(8192, '1')}, peer},
      {"8 KB before a good one", {std::string(8192, '1') + ",203.0.113.9"}, "203.0.113.9"},
  };
  for (const auto& row : rows) EXPECT_EQ(address_for(peer, row.lines), row.address) << row.desc;
}

TEST(ClientAddress, IsThePeerWhenThePeerIsNotATrustedProxy) {
  for (const std::string_view peer : {"203.0.113.9", "::1", "2001:db8::9", "", "not an address"}) {
    EXPECT_EQ(address_for(peer, {"192.0.2.66"}), peer);
  }
}

TEST(ClientAddress, LooksAt64Entries) {
  const auto proxies = [](int count) {
    std::string line = "203.0.113.9";
    for (int i = 0; i < count; ++i) line += ",10.0.0.7";
    return line;
  };
  EXPECT_EQ(address_for("10.0.0.1", {proxies(63)}), "203.0.113.9");
  EXPECT_EQ(address_for("10.0.0.1", {proxies(64)}), "10.0.0.1");
  EXPECT_EQ(address_for("10.0.0.1", {"203.0.113.9", std::string(8000, ',')}), "10.0.0.1");
}

TEST(ClientAddress, KnowsTheNameInAnyCase) {
  Fields fields;
  fields.emplace_back("x-forwarded-FOR", "203.0.113.9");
  const FieldList headers(std::move(fields));
  RequestView request;
  request.peer_address = "10.0.0.1";
  request.headers = &headers;
  EXPECT_EQ(behind_proxies().client_address(request), "203.0.113.9");
}

TEST(ClientAddress, IsThePeerWhenTheHeadersAreNotKnown) {
  RequestView request;
  request.peer_address = "10.0.0.1";
  EXPECT_EQ(behind_proxies().client_address(request), "10.0.0.1");
}

}  // namespace
}  // namespace corsac
