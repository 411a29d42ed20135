// Rows for token files, and the look-up of a token.

#include "corsac/authority/admin_tokens.hpp"

#include <gtest/gtest.h>

#include "corsac/base/sha256.hpp"

namespace corsac {
namespace {

// printf %s abc | sha256sum
constexpr const char* kHashOfAbc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kOtherHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(AdminTokens, ReadsNamesScopesAndHashes) {
  const std::string text = std::string("# who\n\nalice manage ") + kHashOfAbc +
                           "\r\n\tbob  read\t" + kOtherHash + "  \n   # end";
  const auto tokens = parse_admin_tokens(text, "admin.tokens");
  ASSERT_TRUE(tokens) << tokens.error().text();
  ASSERT_EQ(tokens->size(), 2U);
  EXPECT_EQ((*tokens)[0].name, "alice");
  EXPECT_EQ((*tokens)[0].scope, AdminScope::Manage);
  EXPECT_EQ(to_text((*tokens)[0].sha256), kHashOfAbc);
  EXPECT_EQ((*tokens)[1].name, "bob");
  EXPECT_EQ((*tokens)[1].scope, AdminScope::Read);
}

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

TEST(AdminTokens, TakesNamesUpToTheirLimit) {
  for (const std::string& name :
       {std::string(255, 'b'), repeated("\u20ac", 85), std::string("j\u00fcrgen\U0001F98A")}) {
    const auto tokens = parse_admin_tokens(name + " read " + kHashOfAbc, "admin.tokens");
    ASSERT_TRUE(tokens) << tokens.error().text();
    EXPECT_EQ(tokens->front().name, name);
  }
}

TEST(AdminTokens, RefusesWithPlaceAndCode) {
  const std::string good = std::string("alice read ") + kHashOfAbc + "\n";
  const struct {
    const char* desc;
    std::string text;
    const char* code;
    std::uint32_t line;
  } rows[] = {
      {"nothing", "", "token-none", 0},
      {"only remarks", "# a\n\n# b\n", "token-none", 0},
      {"two fields", "alice read\n", "token-fields", 1},
      {"four fields", "alice read " + std::string(kHashOfAbc) + " x\n", "token-fields", 1},
      {"five fields", "alice read " + std::string(kHashOfAbc) + " x y\n", "token-fields", 1},
      {"another scope", good + "bob admin " + kOtherHash, "token-scope", 2},
      {"a scope in capitals", good + "bob READ " + kOtherHash, "token-scope", 2},
      {"the token itself", good + "bob read s3cret-token", "token-hash", 2},
      {"a hash cut short", good + "bob read " + std::string(kOtherHash, 63), "token-hash", 2},
      {"a name of 256 bytes", good + std::string(256, 'b') + " read " + kOtherHash, "token-name",
       2},
      {"a name of 85 characters of three bytes, and one more",
       good + repeated("\u20ac", 85) + "b read " + kOtherHash, "token-name", 2},
      {"a name that is not UTF-8", good + "b\xFF read " + kOtherHash, "token-name", 2},
      {"a name cut within a character", good + "b\xC3 read " + kOtherHash, "token-name", 2},
      {"a name with an escape", good + "b\x1B[2J read " + kOtherHash, "token-name", 2},
      {"a name with DEL", good + "b\x7F read " + kOtherHash, "token-name", 2},
      {"a name with NUL", good + std::string("b\0b", 3) + " read " + kOtherHash, "token-name", 2},
      {"a name with a carriage return", good + "b\rb read " + kOtherHash, "token-name", 2},
      {"a name again", good + "alice read " + kOtherHash, "token-repeated", 2},
      {"a hash again", good + "bob manage " + kHashOfAbc, "token-repeated", 2},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const auto tokens = parse_admin_tokens(row.text, "admin.tokens");
    ASSERT_FALSE(tokens);
    ASSERT_EQ(tokens.error().problems().size(), 1U);
    EXPECT_EQ(tokens.error().problems()[0].code, row.code);
    EXPECT_EQ(tokens.error().problems()[0].place.line, row.line);
    EXPECT_EQ(tokens.error().text().find("s3cret"), std::string::npos);
  }
}

TEST(AdminTokens, ReportsEveryLineAtOnce) {
  const auto tokens = parse_admin_tokens("a\nb\n\nc read x\n", "admin.tokens");
  ASSERT_FALSE(tokens);
  EXPECT_EQ(tokens.error().problems().size(), 3U);
}

TEST(AdminTokens, FindsATokenByItsBytes) {
  const auto tokens = parse_admin_tokens(std::string("alice read ") + kHashOfAbc, "admin.tokens");
  ASSERT_TRUE(tokens);
  ASSERT_NE(find_admin_token(*tokens, "abc"), nullptr);
  EXPECT_EQ(find_admin_token(*tokens, "abc")->name, "alice");
  EXPECT_EQ(find_admin_token(*tokens, "abd"), nullptr);
  EXPECT_EQ(find_admin_token(*tokens, ""), nullptr);
  EXPECT_EQ(find_admin_token(*tokens, kHashOfAbc), nullptr) << "the hash is no token";
  EXPECT_EQ(find_admin_token({}, "abc"), nullptr);
}

}  // namespace
}  // namespace corsac
