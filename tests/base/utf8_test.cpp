#include "corsac/base/utf8.hpp"

#include <string>

#include <gtest/gtest.h>

namespace corsac {
namespace {

struct Row {
  const char* desc;
  std::string text;
  bool is_utf8;
};

TEST(Utf8, TakesExactlyWhatUnicodeCallsWellFormed) {
  const Row rows[] = {
      {"empty", "", true},
      {"ASCII", "https://app.example.com", true},
      {"NUL", std::string("a\0b", 3), true},
      {"two bytes", "b\xC3\xBC", true},
      {"three bytes", "\xE2\x82\xAC", true},
      {"four bytes", "\xF0\x9F\x98\x80", true},
      {"the last character", "\xF4\x8F\xBF\xBF", true},
      {"before the surrogates", "\xED\x9F\xBF", true},
      {"a surrogate", "\xED\xA0\x80", false},
      {"above the last character", "\xF4\x90\x80\x80", false},
      {"a first byte that is none", "\xF5\x80\x80\x80", false},
      {"over-long slash, two bytes", "\xC0\xAF", false},
      {"over-long slash, three bytes", "\xE0\x80\xAF", false},
      {"over-long slash, four bytes", "\xF0\x80\x80\xAF", false},
      {"a second byte alone", "\x80", false},
      {"cut after the first byte", "a\xC3", false},
      {"cut after the third byte", "\xF0\x9F\x98", false},
      {"a second byte that is none", "\xC3(", false},
      {"a third byte that is none", "\xE2\x82(", false},
      {"0xFF", "\xFF", false},
  };
  for (const Row& row : rows) EXPECT_EQ(is_utf8(row.text), row.is_utf8) << row.desc;
}

}  // namespace
}  // namespace corsac
