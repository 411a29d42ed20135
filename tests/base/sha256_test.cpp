// Rows from FIPS 180-4's examples, and texts that are no digest.

#include "corsac/base/sha256.hpp"

#include <string>

#include <gtest/gtest.h>

namespace corsac {
namespace {

TEST(Sha256, GivesThePublishedDigests) {
  const struct {
    const char* desc;
    std::string bytes;
    const char* digest;
  } rows[] = {
      {"nothing", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"three bytes", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {"a NUL", std::string(1, '\0'),
       "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    EXPECT_EQ(to_text(sha256(row.bytes)), row.digest);
    EXPECT_EQ(parse_sha256(row.digest), sha256(row.bytes));
  }
}

TEST(Sha256, ReadsDigestsInAnyCaseAndNothingElse) {
  const std::string digest = to_text(sha256("abc"));
  std::string upper = digest;
  for (char& c : upper) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
  EXPECT_EQ(parse_sha256(upper), sha256("abc"));
  EXPECT_FALSE(parse_sha256(""));
  EXPECT_FALSE(parse_sha256(digest.substr(1)));
  EXPECT_FALSE(parse_sha256(digest + "0"));
  EXPECT_FALSE(parse_sha256("g" + digest.substr(1)));
  EXPECT_FALSE(parse_sha256(" " + digest.substr(1)));
  EXPECT_FALSE(parse_sha256("0x" + digest.substr(2)));
}

TEST(Sha256, ComparesEveryByte) {
  const Sha256 digest = sha256("abc");
  EXPECT_TRUE(is_equal_in_constant_time(digest, sha256("abc")));
  for (std::size_t i = 0; i < digest.size(); ++i) {
    Sha256 other = digest;
    other[i] ^= 1;
    EXPECT_FALSE(is_equal_in_constant_time(digest, other)) << i;
  }
}

TEST(Sha256, ComparesTexts) {
  const struct {
    const char* desc;
    std::string_view a;
    std::string_view b;
    bool is_equal;
  } rows[] = {
      {"equal", "abc", "abc", true},
      {"the first byte", "abc", "xbc", false},
      {"the last byte", "abc", "abx", false},
      {"a beginning", "abc", "ab", false},
      {"empty", "", "", true},
      {"nothing and something", "", "a", false},
      {"zero bytes count", {"a\0b", 3}, {"a\0c", 3}, false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(is_equal_in_constant_time(row.a, row.b), row.is_equal) << row.desc;
  }
}

TEST(RandomToken, IsLongAndNeverTheSame) {
  const std::string token = make_random_token();
  EXPECT_TRUE(parse_sha256(token));  // 64 hex digits
  EXPECT_NE(token, make_random_token());
}

}  // namespace
}  // namespace corsac
