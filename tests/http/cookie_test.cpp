#include "corsac/http/cookie.hpp"

#include <string_view>

#include <gtest/gtest.h>

#include "support/allocation_counter.hpp"
#include "support/request.hpp"

namespace corsac {
namespace {

using namespace std::string_view_literals;
using Lines = test::Request::Lines;

TEST(FindCookie, CountsEachOfTheName) {
  const struct {
    const char* desc;
    Lines lines;
    std::string_view value;
    int count;
  } rows[] = {
      {"alone", {{"Cookie", "csrftoken=abc"}}, "abc", 1},
      {"among others", {{"Cookie", "a=1; csrftoken=abc; b=2"}}, "abc", 1},
      {"the name of the header in any case", {{"cOOKIE", "csrftoken=abc"}}, "abc", 1},
      {"without blanks, with many", {{"Cookie", "a=1;csrftoken=abc ;\t b=2"}}, "abc", 1},
      {"twice", {{"Cookie", "csrftoken=abc; csrftoken=def"}}, "abc", 2},
      {"on two lines", {{"Cookie", "csrftoken=abc"}, {"Cookie", "csrftoken=abc"}}, "abc", 2},
      {"another case is another name", {{"Cookie", "CSRFToken=abc"}}, "", 0},
      {"a longer name", {{"Cookie", "xcsrftoken=abc; csrftokenx=abc"}}, "", 0},
      {"in a value", {{"Cookie", "a=csrftoken=abc"}}, "", 0},
      {"quotation marks belong to it", {{"Cookie", "csrftoken=\"abc\""}}, "\"abc\"", 1},
      {"an equals sign belongs to it", {{"Cookie", "csrftoken=a=b"}}, "a=b", 1},
      {"empty", {{"Cookie", "csrftoken="}}, "", 1},
      {"a coded separator is none", {{"Cookie", "x=%3B%20csrftoken=abc"}}, "", 0},
      {"one that the host has decoded: the known limit",
       {{"Cookie", "x=; csrftoken=abc"}},
       "abc",
       1},
      {"the same beside the real one", {{"Cookie", "x=;csrftoken=b; csrftoken=abc"}}, "b", 2},
      {"a name alone", {{"Cookie", "csrftoken"}}, "", 0},
      {"only separators", {{"Cookie", ";;;"}}, "", 0},
      {"another header", {{"X-Cookie", "csrftoken=abc"}}, "", 0},
      {"none", {}, "", 0},
  };
  for (const auto& row : rows) {
    test::Request request("GET", "/", row.lines);
    const testing::AllocationCounter counter;
    const FoundCookie found = find_cookie(request.view(), "csrftoken");
    EXPECT_EQ(counter.count(), 0U) << row.desc;
    EXPECT_EQ(found.value, row.value) << row.desc;
    EXPECT_EQ(found.count, row.count) << row.desc;
  }
  EXPECT_EQ(find_cookie(RequestView{}, "csrftoken").count, 0) << "no headers are known";
  test::Request nameless("GET", "/", {{"Cookie", "=abc; x"}});
  EXPECT_EQ(find_cookie(nameless.view(), "").count, 0) << "no name";
}

TEST(SetCookie, IsReadUpToItsAttributes) {
  const struct {
    const char* desc;
    std::string_view line;
    std::string_view name;
    std::string_view value;
  } rows[] = {
      {"alone", "csrftoken=abc", "csrftoken", "abc"},
      {"with attributes", "csrftoken=abc; Path=/; SameSite=Lax", "csrftoken", "abc"},
      {"with blanks", " csrftoken = abc ;Path=/", "csrftoken", "abc"},
      {"taken away", "csrftoken=\"\"; Max-Age=0", "csrftoken", "\"\""},
      {"a name among the attributes", "a=1; csrftoken=abc", "a", "1"},
      {"no value", "csrftoken; Path=/", "", ""},
      {"nothing", "", "", ""},
  };
  for (const auto& row : rows) {
    const SetCookiePair pair = parse_set_cookie(row.line);
    EXPECT_EQ(pair.name, row.name) << row.desc;
    EXPECT_EQ(pair.value, row.value) << row.desc;
  }
}

// RFC 6265, 4.1.1: cookie-octet.
TEST(CookieValue, HasNoByteThatEndsIt) {
  for (int byte = 0; byte < 256; ++byte) {
    const char text[] = {'a', static_cast<char>(byte), 'b'};
    const bool is_taken = (byte == 0x21) || (byte >= 0x23 && byte <= 0x2B) ||
                          (byte >= 0x2D && byte <= 0x3A) || (byte >= 0x3C && byte <= 0x5B) ||
                          (byte >= 0x5D && byte <= 0x7E);
    EXPECT_EQ(is_cookie_value({text, 3}), is_taken) << byte;
  }
  EXPECT_FALSE(is_cookie_value(""));
}

}  // namespace
}  // namespace corsac
