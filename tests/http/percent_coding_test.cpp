#include "corsac/http/percent_coding.hpp"

#include <gtest/gtest.h>

namespace corsac {
namespace {

TEST(PercentCoding, Decodes) {
  const struct {
    const char* desc;
    const char* text;
    std::optional<std::string> in_path;
    std::optional<std::string> in_query;
  } rows[] = {
      {"plain", "aZ9", "aZ9", "aZ9"},
      {"digits in any case", "%2f%2F%c3%A4", "//\xC3\xA4", "//\xC3\xA4"},
      {"a NUL", "a%00b", std::string("a\0b", 3), std::string("a\0b", 3)},
      {"plus", "a+b%2B", "a+b+", "a b+"},
      {"once", "%2525", "%25", "%25"},
      {"empty", "", "", ""},
      {"cut", "a%", std::nullopt, std::nullopt},
      {"cut after a digit", "a%2", std::nullopt, std::nullopt},
      {"no digit", "%2g", std::nullopt, std::nullopt},
      {"no first digit", "% 2", std::nullopt, std::nullopt},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    EXPECT_EQ(percent_decoded(row.text, PlusSign::Plus), row.in_path);
    EXPECT_EQ(percent_decoded(row.text, PlusSign::Blank), row.in_query);
  }
}

TEST(PercentCoding, EncodesWhatIsNotUnreserved) {
  EXPECT_EQ(percent_encoded("aZ9-._~"), "aZ9-._~");
  EXPECT_EQ(percent_encoded(" \"/&=%+\xC3\xA4\r\n"), "%20%22%2F%26%3D%25%2B%C3%A4%0D%0A");
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  EXPECT_EQ(percent_decoded(percent_encoded(every), PlusSign::Blank), every);
}

}  // namespace
}  // namespace corsac
