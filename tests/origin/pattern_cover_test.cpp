#include "corsac/origin/pattern_cover.hpp"

#include <gtest/gtest.h>

namespace corsac {
namespace {

TEST(PatternCover, IsProvedOrNot) {
  const struct {
    const char* desc;
    const char* wide;
    const char* narrow;
    bool is_covered;
  } rows[] = {
      {"itself", "https://*.example.com", "https://*.example.com", true},
      {"a deeper wildcard", "https://*.example.com", "https://*.a.example.com", true},
      {"the other way round", "https://*.a.example.com", "https://*.example.com", false},
      {"a wildcard inside a label", "https://*.example.com", "https://pr-*.example.com", true},
      {"one name", "https://*.example.com", "https://a.example.com", true},
      {"the apex", "https://*.example.com", "https://example.com", false},
      {"a name that only ends so", "https://*.example.com", "https://notexample.com", false},
      {"another scheme", "https://*.example.com", "http://*.example.com", false},
      {"any port has each", "http://localhost:*", "http://localhost:[3000,8000-8099]", true},
      {"any port has none written", "http://localhost:*", "http://localhost", true},
      {"some ports have not any", "http://localhost:[3000,8000-8099]", "http://localhost:*", false},
      {"a range in a range", "http://a.example:[8000-8099]", "http://a.example:[8001-8002]", true},
      {"a range that goes beyond", "http://a.example:[8000-8099]", "http://a.example:[8099-8100]",
       false},
      {"none written is the default port", "https://a.example:[443,8443]", "https://a.example",
       true},
      {"and not another's", "https://a.example:[80,8443]", "https://a.example", false},
      {"an address is below no name", "https://*.0.0.example", "https://127.0.0.1", false},
      {"two wildcards inside a label", "https://pr-*.a.example", "https://pr-a*.a.example", false},
  };
  for (const auto& row : rows) {
    const auto wide = parse_origin_pattern(row.wide);
    const auto narrow = parse_origin_pattern(row.narrow);
    ASSERT_TRUE(wide && narrow) << row.desc;
    EXPECT_EQ(covers(*wide, *narrow), row.is_covered) << row.desc;
  }
}

}  // namespace
}  // namespace corsac
