#include "corsac/authority/media_types.hpp"

#include <gtest/gtest.h>

namespace corsac {
namespace {

TEST(MediaTypes, AcceptsJson) {
  const struct {
    const char* desc;
    const char* accept;
    bool accepts;
  } rows[] = {
      {"the SDK's", "application/json, */*;q=0.8", true},
      {"curl's", "*/*", true},
      {"any case", "Application/JSON", true},
      {"one of several", "text/html, application/*;q=0.1", true},
      {"with a parameter", "application/json;charset=utf-8", true},
      {"of weight 0 but for JSON", "*/*;q=0, application/json", true},
      {"JSON of weight 0", "application/json;q=0.000, */*", false},
      {"everything of weight 0", "*/*;q=0", false},
      {"others", "text/html, application/xml", false},
      {"no range", ",;", false},
      {"empty", "", false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    EXPECT_EQ(accepts_json(row.accept), row.accepts);
  }
}

TEST(MediaTypes, KnowsJson) {
  const struct {
    const char* desc;
    const char* type;
    bool is_json;
  } rows[] = {
      {"plain", "application/json", true},
      {"any case", "Application/Json", true},
      {"UTF-8", "application/json; charset=UTF-8", true},
      {"UTF-8 in quotation marks", "application/json;x=y;charset=\"utf-8\"", true},
      {"another charset", "application/json; charset=iso-8859-1", false},
      {"another type", "application/jsonp", false},
      {"a form", "application/x-www-form-urlencoded", false},
      {"empty", "", false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    EXPECT_EQ(is_json_type(row.type), row.is_json);
  }
}

TEST(MediaTypes, KnowMergePatches) {
  EXPECT_TRUE(is_merge_patch_type("application/merge-patch+json"));
  EXPECT_TRUE(is_merge_patch_type("Application/Merge-Patch+JSON; charset=utf-8"));
  EXPECT_FALSE(is_merge_patch_type("application/merge-patch+json; charset=latin1"));
  EXPECT_FALSE(is_merge_patch_type("application/json-patch+json"));
  EXPECT_FALSE(is_merge_patch_type("application/json"));
}

}  // namespace
}  // namespace corsac
