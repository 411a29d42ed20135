#include "corsac/http/cookie.hpp"

#include <chrono>
#include <string>
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

TEST(SetCookie, IsExpiredByItsAgeOrItsDate) {
  const auto now = std::chrono::sys_days(std::chrono::year(2026) / 6 / 15) + std::chrono::hours(12);
  const struct {
    const char* desc;
    std::string_view attributes;
    bool is_expired;
  } rows[] = {
      {"neither", "; Path=/; Secure", false},
      {"an age", "; Max-Age=60", false},
      {"none left", "; Max-Age=0", true},
      {"zeros", "; max-age = 000 ; Path=/", true},
      {"less than none", ";MAX-AGE=-1", true},
      {"beyond all numbers", "; Max-Age=99999999999999999999", false},
      {"no number", "; Max-Age=0x; Max-Age=; Max-Age=-; Max-Age", false},
      {"the last one counts", "; Max-Age=0; Max-Age=60", false},
      {"the last one counts, over", "; Max-Age=60; Max-Age=0", true},
      {"the beginning", "; Expires=Thu, 01 Jan 1970 00:00:00 GMT", true},
      {"RFC 850", "; expires=Thursday, 01-Jan-70 00:00:00 GMT", true},
      {"asctime", "; Expires=Mon Jun 15 11:59:59 2026", true},
      {"now", "; Expires=Mon, 15 Jun 2026 12:00:00 GMT", true},
      {"in a second", "; Expires=Mon, 15 Jun 2026 12:00:01 GMT", false},
      {"beyond the clock", "; Expires=Fri, 31 Dec 9999 23:59:59 GMT", false},
      {"two digits of this century", "; Expires=Mon, 15-Jun-27 12:00:00 GMT", false},
      {"no date", "; Expires=yesterday", false},
      {"no such day", "; Expires=Mon, 31 Feb 2020 12:00:00 GMT", false},
      {"no such hour", "; Expires=Mon, 01 Feb 2020 24:00:00 GMT", false},
      {"the age goes before the date", "; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60",
       false},
      {"the same over", "; Max-Age=0; Expires=Fri, 31 Dec 9999 23:59:59 GMT", true},
      {"a value is no attribute", "Max-Age=0", false},
      {"nothing behind", ";;;", false},
  };
  for (const auto& row : rows) {
    const std::string line = "csrftoken=" + std::string(row.attributes);
    EXPECT_EQ(is_expired_set_cookie(line, now), row.is_expired) << row.desc;
  }
  EXPECT_FALSE(is_expired_set_cookie("", now));
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
