#include "corsac/http/response_edits.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using namespace std::string_literals;

// Proves 100, 101, 102.
TEST(MergeVary, MakesOneLineOfEachNameOnce) {
  const struct {
    const char* desc;
    std::vector<std::string_view> lines;
    std::string_view added;
    std::string_view merged;
  } rows[] = {
      {"nothing there", {}, "Origin", "Origin"},
      {"nothing there, several added",
       {},
       "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
       "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
      {"the handler's stay first", {"Accept-Encoding"}, "Origin", "Accept-Encoding, Origin"},
      {"their order is kept", {"b, a", "c"}, "Origin", "b, a, c, Origin"},
      {"already there", {"Origin"}, "Origin", "Origin"},
      {"already there in another case", {"origin"}, "Origin", "origin"},
      {"already there in the middle",
       {"Accept, ORIGIN, Cookie"},
       "Origin",
       "Accept, ORIGIN, Cookie"},
      {"repeats among the handler's own", {"a, A", "a"}, "Origin", "a, Origin"},
      {"several lines", {"a", "b", "Origin"}, "Origin", "a, b, Origin"},
      {"`*` alone is left alone", {"*"}, "Origin", "*"},
      {"`*` among others says it all", {"Accept, *"}, "Origin", "*"},
      {"`*` on a later line", {"Accept", " * "}, "Origin", "*"},
      {"`*` is added", {"Accept"}, "*", "*"},
      {"blanks, tabs and empty elements", {" , a ,\t,,b\t", "", ","}, " Origin ,", "a, b, Origin"},
      {"no blank after the comma", {"a,b"}, "Origin", "a, b, Origin"},
      {"nothing to add", {"Accept"}, "", "Accept"},
      {"nothing at all", {}, "", ""},
      {"nothing that is a name", {"a b", "x:y"}, "", ""},
      {"a name that merely contains another", {"X-Origin"}, "Origin", "X-Origin, Origin"},
  };
  for (const auto& row : rows) EXPECT_EQ(merge_vary(row.lines, row.added), row.merged) << row.desc;
}

// Proves S16.
TEST(MergeVary, DropsWhatCouldBreakTheResponse) {
  const std::string nul = "a\0b"s;
  const std::vector<std::string_view> lines = {"a\r\nSet-Cookie: x=1", nul, "b\x7f", "\xC3\xBC",
                                               "Accept"};
  EXPECT_EQ(merge_vary(lines, "Origin"), "Accept, Origin");
}

TEST(MergeVary, KeepsOrderAndDropsRepeatsInALongList) {
  std::string line;
  std::string expected;
  for (int i = 0; i < 2000; ++i) {
    const std::string name = "x-" + std::to_string((i * 7919) % 1000);
    if (i != 0) line += ',';
    line += name;
    if (i < 1000) expected += name + ", ";
  }
  const std::vector<std::string_view> lines = {line};
  EXPECT_EQ(merge_vary(lines, "Origin"), expected + "Origin");
}

TEST(ResponseEdits, KnowTheHeadersThatTheResponsePassOwns) {
  for (const std::string_view name :
       {"Access-Control-Allow-Origin", "access-control-allow-credentials", "ACCESS-CONTROL-MAX-AGE",
        "Access-Control-Expose-Headers", "Access-Control-Allow-Headers",
        "Access-Control-Allow-Private-Network", "Timing-Allow-Origin", "timing-allow-origin"}) {
    EXPECT_TRUE(is_cors_response_header(name)) << name;
  }
  for (const std::string_view name :
       {"Vary", "Content-Type", "Access-Control", "Access-Control-",
        "X-Access-Control-Allow-Origin", "Timing-Allow-Origins", "Set-Cookie", ""}) {
    EXPECT_FALSE(is_cors_response_header(name)) << name;
  }
}

}  // namespace
}  // namespace corsac
