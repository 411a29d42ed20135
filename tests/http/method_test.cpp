#include "corsac/http/method.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using namespace std::string_literals;

TEST(Method, IsATokenOfAtMost32Bytes) {
  const struct {
    const char* desc;
    std::string text;
    bool is_one;
  } rows[] = {
      {"the usual", "GET", true},
      {"lower case is another method, but a method", "patch", true},
      {"one byte", "X", true},
      {"every kind of token byte", "a0!#$%&'*+-.^_`|~", true},
      {"`*` is a token, whatever a policy makes of it", "*", true},
      {"32 bytes", std::string(32, 'A'), true},
      {"33 bytes", std::string(33, 'A'), false},
      {"4 KB", std::string(4096, 'A'), false},
      {"empty", "", false},
      {"a comma would make two", "GET,PUT", false},
      {"a blank", "GET PUT", false},
      {"a leading blank", " GET", false},
      {"a line break", "GET\r\n", false},
      {"NUL", "GET\0"s, false},
      {"DEL", "GET\x7f", false},
      {"beyond ASCII", "G\xC3\x8BT", false},
      {"a colon", "GET:", false},
      {"brackets", "<script>", false},
  };
  for (const auto& row : rows) EXPECT_EQ(is_method(row.text), row.is_one) << row.desc;
}

TEST(Method, NormalizesSixNamesAndNoOther) {
  const struct {
    const char* desc;
    std::string_view method;
    std::string_view normalized;
  } rows[] = {
      {"delete", "delete", "DELETE"},
      {"get", "gEt", "GET"},
      {"head", "Head", "HEAD"},
      {"options", "options", "OPTIONS"},
      {"post", "poST", "POST"},
      {"put", "put", "PUT"},
      {"upper case stays", "PUT", "PUT"},
      {"patch is not PATCH", "patch", "patch"},
      {"PATCH stays", "PATCH", "PATCH"},
      {"unknown ones stay", "Purge", "Purge"},
      {"a longer name stays", "gets", "gets"},
      {"empty stays", "", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(normalize_method(row.method), row.normalized) << row.desc;
}

TEST(Method, KnowsTheSafelistedAndTheForbidden) {
  const struct {
    const char* desc;
    std::string_view method;
    bool is_safelisted;
    bool is_forbidden;
  } rows[] = {
      {"GET", "GET", true, false},
      {"HEAD", "HEAD", true, false},
      {"POST", "POST", true, false},
      {"the safelist is about bytes", "get", false, false},
      {"PUT", "PUT", false, false},
      {"a longer name", "GETS", false, false},
      {"CONNECT", "CONNECT", false, true},
      {"connect", "connect", false, true},
      {"Trace", "Trace", false, true},
      {"TRACK", "TRACK", false, true},
      {"a longer name than a forbidden one", "TRACKS", false, false},
      {"empty", "", false, false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(is_safelisted_method(row.method), row.is_safelisted) << row.desc;
    EXPECT_EQ(is_forbidden_method(row.method), row.is_forbidden) << row.desc;
  }
}

TEST(MethodSet, ComparesByteForByte) {
  const MethodSet methods({"PUT", "PATCH", "purge", "PROPFIND", "UPDATEREDIRECTREF", "PUT"});
  EXPECT_FALSE(methods.is_empty());
  const struct {
    const char* desc;
    std::string method;
    bool is_contained;
  } rows[] = {
      {"three bytes", "PUT", true},
      {"five bytes", "PATCH", true},
      {"eight bytes", "PROPFIND", true},
      {"more than eight bytes", "UPDATEREDIRECTREF", true},
      {"lower case as written", "purge", true},
      {"another case", "put", false},
      {"another case of a long one", "updateredirectref", false},
      {"a prefix", "PU", false},
      {"an extension", "PUTS", false},
      {"an extension beyond eight bytes", "PROPFINDS", false},
      {"padded with NUL to the same word", "PUT\0"s, false},
      {"padded with NUL to eight bytes", "PUT\0\0\0\0\0"s, false},
      {"NUL in the middle", "P\0T"s, false},
      {"only NUL", "\0"s, false},
      {"empty", "", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(methods.contains(row.method), row.is_contained) << row.desc;
  }
}

TEST(MethodSet, TellsEveryLengthFromItsNeighbours) {
  const std::string text = "ABCDEFGHIJKL";
  for (std::size_t stored = 1; stored <= text.size(); ++stored) {
    const MethodSet methods({text.substr(0, stored)});
    for (std::size_t asked = 0; asked <= text.size(); ++asked) {
      EXPECT_EQ(methods.contains(text.substr(0, asked)), asked == stored) << stored << ' ' << asked;
    }
    // Each byte counts, wherever it stands.
    for (std::size_t changed = 0; changed < stored; ++changed) {
      std::string other = text.substr(0, stored);
      other[changed] = 'x';
      EXPECT_FALSE(methods.contains(other)) << other;
    }
  }
}

TEST(MethodSet, IsEmptyWithoutMethods) {
  EXPECT_TRUE(MethodSet().is_empty());
  EXPECT_TRUE(MethodSet(std::vector<std::string>{}).is_empty());
  EXPECT_FALSE(MethodSet().contains("GET"));
  EXPECT_FALSE(MethodSet({"LONGER-THAN-EIGHT"}).is_empty());
}

}  // namespace
}  // namespace corsac
