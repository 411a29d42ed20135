#include "corsac/origin/public_suffix.hpp"

#include <gtest/gtest.h>

namespace corsac {
namespace {

struct Row {
  const char* desc;
  std::string_view host;
  bool is_public_suffix;
  std::string_view registrable_domain;
};

TEST(PublicSuffix, KnowsWhoseNamesTheseAre) {
  const Row rows[] = {
      {"a top level", "com", true, ""},
      {"two labels", "co.uk", true, ""},
      {"private section", "github.io", true, ""},
      {"private section, previews", "vercel.app", true, ""},
      {"punycode top level", "xn--p1ai", true, ""},
      {"an unlisted top level", "corp", true, ""},
      {"wildcard rule of the list", "anything.ck", true, ""},
      {"exception of the list", "www.ck", false, "www.ck"},
      {"a final dot changes nothing", "co.uk.", true, ""},
      {"a registrable domain", "example.co.uk", false, "example.co.uk"},
      {"below it", "a.b.example.co.uk", false, "example.co.uk"},
      {"below it with a final dot", "app.example.com.", false, "example.com"},
      {"below a private suffix", "a.me.github.io", false, "me.github.io"},
      {"below an unlisted top level", "app.intranet.corp", false, "intranet.corp"},
      {"localhost is this machine", "localhost", false, ""},
      {"and so is what is below it", "app.localhost", false, ""},
      {"IPv4", "192.0.2.1", false, ""},
      {"IPv6", "[2001:db8::1]", false, ""},
      {"nothing", "", false, ""},
      {"a dot", ".", false, ""},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(is_public_suffix(row.host), row.is_public_suffix) << row.desc;
    EXPECT_EQ(registrable_domain(row.host), row.registrable_domain) << row.desc;
  }
}

TEST(PublicSuffix, TellsTheDateOfItsList) {
  const std::string date = public_suffix_list_version();
  ASSERT_EQ(date.size(), sizeof "2023-01-01" - 1);
  EXPECT_EQ(date[4], '-');
  EXPECT_EQ(date[7], '-');
  EXPECT_GE(date, "2013-01-01");  // libpsl is no older
}

}  // namespace
}  // namespace corsac
