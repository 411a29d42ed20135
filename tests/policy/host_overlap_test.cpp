#include "corsac/policy/host_overlap.hpp"

#include <string>

#include <gtest/gtest.h>

namespace corsac {
namespace {

[[nodiscard]] HostPattern pattern_of(const std::string& text) {
  const auto pattern = parse_host_pattern(text);
  EXPECT_TRUE(pattern) << text;
  return pattern ? *pattern : HostPattern{};
}

struct KeyRow {
  const char* desc;
  std::string pattern;
  std::string key;
};

TEST(HostKey, IsWhatEveryMatchingHostEndsIn) {
  const KeyRow rows[] = {
      {"an exact host", "api.example.com", "api.example.com"},
      {"an exact host with a port", "api.example.com:81", "api.example.com"},
      {"IPv6", "[::1]:*", "[::1]"},
      {"a subdomain wildcard", "*.example.com", ".example.com"},
      {"a glob", "pr-*.preview.example.com", ".preview.example.com"},
      {"a glob in a later label", "x.pr-*.example.com", ".example.com"},
  };
  for (const KeyRow& row : rows) EXPECT_EQ(host_key(pattern_of(row.pattern)), row.key) << row.desc;
}

struct PairRow {
  const char* desc;
  std::string a;
  std::string b;
  std::string host;  // of both; empty = none
};

TEST(HostOverlap, FindsAHostOfBothInEitherOrder) {
  const PairRow rows[] = {
      {"one host", "a.example", "a.example", "a.example"},
      {"two hosts", "a.example", "b.example", ""},
      {"a host and a longer one", "a.example", "x.a.example", ""},
      {"a host under a wildcard", "x.a.example", "*.a.example", "x.a.example"},
      {"the apex", "a.example", "*.a.example", ""},
      {"one wildcard", "*.a.example", "*.a.example", "a.a.example"},
      {"a wildcard under another", "*.a.example", "*.b.a.example", "a.b.a.example"},
      {"two wildcards", "*.a.example", "*.b.example", ""},
      {"a glob and a host", "pr-*.a.example", "pr-7.a.example", "pr-7.a.example"},
      {"a glob and nothing for its star", "pr-*.a.example", "pr.a.example", ""},
      {"a glob and a deeper host", "pr-*.a.example", "x.pr-7.a.example", ""},
      {"two globs", "pr-*.a.example", "p*-x.a.example", "pr-a-x.a.example"},
      {"two globs of other beginnings", "pr-*.a.example", "qr-*.a.example", ""},
      {"two globs of other ends", "*-x.a.example", "*-y.a.example", ""},
      {"an IPv6 address", "[::1]", "[::1]:8080", "[::1]:8080"},
      {"a port and none written", "a.example:81", "a.example", "a.example:81"},
      {"a port and any", "a.example:81", "a.example:*", "a.example:81"},
      {"two ports", "a.example:81", "a.example:82", ""},
      {"a port in a range", "a.example:85", "a.example:[80-90]", "a.example:85"},
      {"ranges that touch", "a.example:[80-85]", "a.example:[85-90]", "a.example:85"},
      {"ranges that do not", "a.example:[80-84]", "a.example:[85-90]", ""},
      {"sets that share their last", "a.example:[1,3,9]", "a.example:[2,4,9]", "a.example:9"},
  };
  for (const PairRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const auto host = host_of_both(pattern_of(row.a), pattern_of(row.b));
    EXPECT_EQ(host.value_or(""), row.host);
    EXPECT_EQ(host_of_both(pattern_of(row.b), pattern_of(row.a)).has_value(), host.has_value());
  }
}

}  // namespace
}  // namespace corsac
