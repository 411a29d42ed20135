#include "corsac/policy/path_pattern.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using End = PathPattern::End;

// "/users|*|keys" for a pattern that was read.
[[nodiscard]] std::string shape(const PathPattern& pattern) {
  std::string text;
  for (const PathPattern::Segment& segment : pattern.segments) {
    text += '|' + (segment.is_any ? std::string("*") : segment.text);
  }
  return text;
}

struct GoodRow {
  const char* desc;
  std::string text;
  std::string shape;
  End end;
};

TEST(PathPattern, ReadsEveryForm) {
  const GoodRow rows[] = {
      {"everything", "/", "", End::Below},
      {"a path and below", "/admin", "|admin", End::Below},
      {"several segments", "/api/v1/users", "|api|v1|users", End::Below},
      {"exactly the root", "/$", "|", End::Exact},
      {"exactly one path", "/health$", "|health", End::Exact},
      {"exactly one path that ends in a slash", "/api/$", "|api|", End::Exact},
      {"a raw beginning", "/account*", "|account", End::Raw},
      {"a raw beginning further down", "/api/acc*", "|api|acc", End::Raw},
      {"one segment", "/users/*/keys", "|users|*|keys", End::Below},
      {"a named segment is the same", "/users/:id/keys", "|users|*|keys", End::Below},
      {"one segment at the end", "/users/*", "|users|*", End::Below},
      {"exactly one segment more", "/users/:id$", "|users|*", End::Exact},
      {"one segment first", "/*", "|*", End::Below},
      {"a dollar elsewhere is a byte", "/a$b", "|a$b", End::Below},
      {"a blank, since the router sees it decoded", "/a b", "|a b", End::Below},
      {"non-ASCII bytes likewise", "/b\xC3\xBC", "|b\xC3\xBC", End::Below},
      {"a plus stays a plus", "/a+b", "|a+b", End::Below},
      {"a percent sign that escapes nothing", "/100%", "|100%", End::Below},
      {"dots inside a segment", "/.well-known/a..b/...", "|.well-known|a..b|...", End::Below},
      {"upper case", "/API", "|API", End::Below},
      {"as many bytes as may be", "/" + std::string(1023, 'a'), "|" + std::string(1023, 'a'),
       End::Below},
  };
  for (const GoodRow& row : rows) {
    const auto pattern = parse_path_pattern(row.text);
    ASSERT_TRUE(pattern) << row.desc << ": " << pattern.error().what;
    EXPECT_EQ(shape(*pattern), row.shape) << row.desc;
    EXPECT_EQ(pattern->end, row.end) << row.desc;
  }
}

struct BadRow {
  const char* desc;
  std::string text;
  std::string code;
  std::string fix;
};

[[nodiscard]] std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(PathPattern, RefusesTheRestAndShowsTheFixedForm) {
  const BadRow rows[] = {
      {"empty", "", "path-malformed", "write \"/\""},
      {"a star alone", "*", "path-malformed", "write \"/\""},
      {"no slash", "admin", "path-malformed", "write \"/admin\""},
      {"no slash, and wrong besides", "a//b", "path-malformed", ""},
      {"a URL", "https://a.example/api", "path-malformed", "write \"/api\""},
      {"an origin", "https://a.example", "path-malformed", "write \"/\""},
      {"a query", "/x?y=/api", "path-malformed", "write \"/x\""},
      {"a fragment", "/x#y", "path-malformed", "write \"/x\""},
      {"an escaped letter", "/%61pi", "path-malformed", "write \"/api\""},
      {"an escaped blank", "/a%20b", "path-malformed", "write \"/a b\""},
      {"an escaped slash", "/a%2Fb", "path-malformed", "write \"/a/b\""},
      {"an escaped dot segment", "/a/%2e%2E/b", "path-malformed", ""},
      {"an escaped escape", "/a%2541", "path-malformed", ""},
      {"an escaped NUL", "/a%00", "path-malformed", ""},
      {"a NUL", std::string("/a\0b", 4), "path-malformed", ""},
      {"a line break", "/a\n", "path-malformed", ""},
      {"DEL", "/a\x7f", "path-malformed", ""},
      {"too long", "/" + std::string(1024, 'a'), "path-malformed", ""},
      {"too many segments", repeated("/a", 65), "path-malformed", ""},
      {"a backslash", "/a\\b", "path-ambiguous-form", ""},
      {"two slashes", "/a//b", "path-ambiguous-form", ""},
      {"two slashes first", "//a", "path-ambiguous-form", ""},
      {"a dot segment", "/a/./b", "path-ambiguous-form", ""},
      {"a dot segment at the end", "/a/.", "path-ambiguous-form", ""},
      {"two dots", "/../a", "path-ambiguous-form", ""},
      {"two dots, exactly", "/a/..$", "path-ambiguous-form", ""},
      {"a slash at the end", "/api/", "path-ambiguous-form",
       "write \"/api\" for both, \"/api/$\" for exactly this path"},
      {"a star inside a segment", "/a*b", "path-star-place", ""},
      {"a star at the end of a segment before the last", "/a*/b", "path-star-place", ""},
      {"a star that begins a segment", "/*a", "path-star-place", ""},
      {"two stars", "/api/**", "path-star-place", "write \"/api\""},
      {"two stars alone", "/**", "path-star-place", "write \"/\""},
      {"a beginning that is exact", "/a*$", "path-star-place", ""},
      {"a star behind a name", "/:id*", "path-star-place", ""},
      {"a colon without name", "/users/:", "path-malformed", ""},
      {"a colon with more than a name", "/users/:id.json", "path-malformed", ""},
  };
  for (const BadRow& row : rows) {
    const auto pattern = parse_path_pattern(row.text);
    ASSERT_FALSE(pattern) << row.desc;
    EXPECT_EQ(pattern.error().code, row.code) << row.desc;
    EXPECT_EQ(pattern.error().fix, row.fix) << row.desc;
    EXPECT_FALSE(pattern.error().what.empty()) << row.desc;
  }
}

TEST(PathPattern, OfAsManySegmentsAsMayBeIsFine) {
  EXPECT_TRUE(parse_path_pattern(repeated("/a", 64)));
}

}  // namespace
}  // namespace corsac
