#include "corsac/origin/regex_set.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

RegexSet::Match match(const std::vector<std::string>& patterns, std::string_view text) {
  const auto set = RegexSet::build(patterns);
  EXPECT_TRUE(set.has_value());
  return set ? (*set)->match(text) : RegexSet::Match::Unknown;
}

TEST(RegexSet, MatchesTheWholeText) {
  if (!RegexSet::is_available()) GTEST_SKIP() << "a build without RE2";
  using enum RegexSet::Match;
  const std::string dots = R"(https://\w+\.example\.com)";
  const struct {
    const char* desc;
    std::vector<std::string> patterns;
    std::string text;
    RegexSet::Match match;
  } rows[] = {
      {"M42: a match", {dots}, "https://a.example.com", Yes},
      {"S3: more behind", {dots}, "https://a.example.com.evil.test", No},
      {"S3: more before", {dots}, "xhttps://a.example.com", No},
      {"S3: a line break behind", {dots}, "https://a.example.com\n", No},
      {"S3: a dot is a dot", {dots}, "https://a.exampleXcom", No},
      {"anchors change nothing", {"^" + dots + "$"}, "https://a.example.com", Yes},
      {"the second of two", {"a", "b"}, "b", Yes},
      {"none of two", {"a", "b"}, "ab", No},
      {"S3: an alternative is whole too", {"a|b.*"}, "ax", No},
      {"no pattern at all", {}, "a", No},
      {"any byte",
       {"a.b"},
       "a\xFF"
       "b",
       Yes},
      {"case matters", {"a"}, "A", No},
      {"an empty text", {"a?"}, "", Yes},
      {"linear in time", {"(a*)*b"}, std::string(5000, 'a'), No},
  };
  for (const auto& row : rows) EXPECT_EQ(match(row.patterns, row.text), row.match) << row.desc;
}

TEST(RegexSet, SaysWhichPatternsAreNone) {
  const std::vector<std::string> patterns = {"a",        "(",      "b",     "[z-a]",    "(?=x)",
                                             R"(\Qa\E)", R"(a\E)", R"(\C)", R"(\\Q\\C)"};
  const auto set = RegexSet::build(patterns);
  ASSERT_FALSE(set.has_value());
  std::vector<std::size_t> wrong;
  for (const RegexError& error : set.error()) {
    EXPECT_FALSE(error.what.empty());
    wrong.push_back(error.index);
  }
  const std::vector<std::size_t> all = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  const std::vector<std::size_t> bad = {1, 3, 4, 5, 6, 7};
  EXPECT_EQ(wrong, RegexSet::is_available() ? bad : all);
}

TEST(RegexDomain, IsFixedWhereNobodyElseCanHaveSuchAnOrigin) {
  const struct {
    const char* desc;
    const char* pattern;
    bool is_fixed;
  } rows[] = {
      {"one host", R"(^https://app\.example\.com$)", true},
      {"the domain itself", R"(https://example\.com)", true},
      {"subdomains", R"(^https://\w+\.example\.com$)", true},
      {"any subdomain", R"(https://.+\.example\.com)", true},
      {"an optional subdomain", R"(^https://(\w+\.)?example\.com$)", true},
      {"any number of labels", R"(^https://([a-z0-9-]+\.)*example\.com$)", true},
      {"a group that is always there", R"(^https://(\w+\.)example\.com$)", true},
      {"a choice of hosts", R"(^https://(a|b)\.example\.com$)", true},
      {"escaped slashes", R"(^https:\/\/(\w+\.)?example\.com$)", true},
      {"an optional port", R"(^https://\w+\.example\.com(:\d+)?$)", true},
      {"under a public suffix of two labels", R"(^https://.*\.example\.co\.uk$)", true},
      {"an optional s", R"(^https?://.*\.example\.com$)", true},
      {"no border before the domain", R"(^https://.*example\.com$)", false},
      {"an optional label without a dot", R"(^https://(\w+)?example\.com$)", false},
      {"an optional label behind something", R"(^https://x(\w+\.)?example\.com$)", false},
      {"a dot that is none", R"(^https://\w+.example\.com$)", false},
      {"a dot in the domain that is none", R"(^https://\w+\.example.com$)", false},
      {"a public suffix", R"(^https://.*\.co\.uk$)", false},
      {"a shared host", R"(^https://.*\.github\.io$)", false},
      {"a top level", R"(^https://.*\.com$)", false},
      {"two patterns in one", R"(https://a\.example\.com|https://.*)", false},
      {"a domain inside a choice", R"(^https://(a\.example\.com|.*))", false},
      {"more behind", R"(^https://\w+\.example\.com.*$)", false},
      {"a class at the end", R"(^https://\w+\.example\.co[m]$)", false},
      {"an optional last letter", R"(^https://\w+\.example\.com?$)", false},
      {"a choice between quoted brackets",
       R"(https://\Q[\E|https://evil\.com|x\Q]\E\.example\.com)", false},
      {"a choice between brackets that stand first in their classes",
       R"(https://.*[^](]|https://[])]\.example\.com)", false},
      {"a choice between named classes",
       R"(https://.*[[:alnum:](]|https://[[:alpha:])]\.example\.com)", false},
      {"a class with a bracket and bars", R"(https://[]|(]\.example\.com)", true},
      {"a class that is not closed", R"(https://[^]\.example\.com)", false},
      {"any byte", R"(https://\C+\.example\.com)", false},
      {"an escaped slash before a Q", R"(https://\\Q\.example\.com)", true},
      {"everything", ".*", false},
      {"nothing", "", false},
      {"a group that is not closed", R"((https://a\.example\.com)", false},
      {"an escaped class", R"(https://\w\w\w)", false},
      {"nested groups", R"(^https://((a|b)\.)?example\.com$)", false},
  };
  for (const auto& row : rows) EXPECT_EQ(has_fixed_domain(row.pattern), row.is_fixed) << row.desc;
}

TEST(RegexDomain, IsHttpsWhereNothingElseMatches) {
  EXPECT_TRUE(is_https_only(R"(^https://\w+\.example\.com$)"));
  EXPECT_TRUE(is_https_only(R"(https:\/\/a\.example)"));
  for (const char* pattern : {"https?://a", "http://a", ".*", "(https|http)://a",
                              "https://a|http://b", "(https://a)?x", R"(https://\Q[\E|http://a)"}) {
    EXPECT_FALSE(is_https_only(pattern)) << pattern;
  }
}

}  // namespace
}  // namespace corsac
