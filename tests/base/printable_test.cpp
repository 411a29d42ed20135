#include "corsac/base/printable.hpp"

#include <string>

#include <gtest/gtest.h>

namespace corsac {
namespace {

struct Row {
  const char* desc;
  std::string value;
  std::string printed;
};

TEST(Printable, EscapesWhatCouldBreakALineOrATerminal) {
  const Row rows[] = {
      {"plain text stays", "https://a.example", "https://a.example"},
      {"empty stays empty", "", ""},
      {"line breaks", "a\r\nb", "a\\x0D\\x0Ab"},
      {"terminal escape", "\x1b[31mred", "\\x1B[31mred"},
      {"NUL in the middle", std::string("a\0b", 3), "a\\x00b"},
      {"bytes above ASCII",
       "b\xC3\xBC"
       "cher",
       "b\\xC3\\xBCcher"},
      {"DEL", "\x7f", "\\x7F"},
      {"quotes and backslashes", "\"\\", "\\\"\\\\"},
  };
  for (const Row& row : rows) EXPECT_EQ(to_printable(row.value), row.printed) << row.desc;
}

TEST(Printable, CutsAfterTheLimitAndSaysSo) {
  EXPECT_EQ(to_printable(std::string(120, 'a')), std::string(120, 'a'));
  EXPECT_EQ(to_printable(std::string(121, 'a')), std::string(120, 'a') + "...");
  EXPECT_EQ(to_printable("abc", 2), "ab...");
}

TEST(Printable, LeavesTheQuotesOfASentence) {
  EXPECT_EQ(to_one_line("the store \"toml\" has\nno \x1b"), "the store \"toml\" has\\x0Ano \\x1B");
  EXPECT_EQ(to_one_line(to_printable("a\"\n")), to_printable("a\"\n"));
  EXPECT_EQ(to_one_line("abc", 2), "ab...");
}

TEST(Printable, StandsBetweenQuotationMarks) {
  EXPECT_EQ(to_quoted("a\"b"), "\"a\\\"b\"");
  EXPECT_EQ(to_quoted(""), "\"\"");
}

TEST(Printable, TakesUserinfoOut) {
  const Row rows[] = {
      {"a password", "https://u:p@evil.example", "https://***@evil.example"},
      {"an @ and slashes in it", "https://u:p@//x@evil.example", "https://***@evil.example"},
      {"no scheme", "u:p@evil.example", "***@evil.example"},
      {"slashes behind it", "u:p@evil.example//x", "***@evil.example//x"},
      {"slashes in it, no scheme", "u:p//x@evil.example", "***@evil.example"},
      {"one slash behind the scheme", "https:/u:p@evil.example", "***@evil.example"},
      {"slashes instead of a scheme", "//u:p@evil.example", "//***@evil.example"},
      {"empty userinfo", "https://@evil.example", "https://***@evil.example"},
      {"none", "https://a.example", "https://a.example"},
      {"nothing", "", ""},
  };
  for (const Row& row : rows) EXPECT_EQ(without_userinfo(row.value), row.printed) << row.desc;
}

}  // namespace
}  // namespace corsac
