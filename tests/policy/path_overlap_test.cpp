#include "corsac/policy/path_overlap.hpp"

#include <gtest/gtest.h>

namespace corsac {
namespace {

struct Row {
  const char* desc;
  const char* a;
  const char* b;
  bool overlap;
};

TEST(PathOverlap, IsFoundSegmentBySegment) {
  const Row rows[] = {
      {"a path and itself", "/api", "/api", true},
      {"a path and one below it", "/api", "/api/users", true},
      {"everything", "/", "/api/users$", true},
      {"two branches", "/api", "/admin", false},
      {"a segment border", "/api", "/apis", false},
      {"two branches below one path", "/api/users", "/api/items", false},
      {"an exact path and what it begins", "/api$", "/api", true},
      {"an exact path and one below it", "/api$", "/api/users", false},
      {"two exact paths", "/api$", "/apis$", false},
      {"the root alone", "/$", "/api", false},
      {"the root alone and everything", "/$", "/", true},
      {"any segment and a literal", "/users/:id/keys", "/users/7", true},
      {"any segment at another depth", "/users/:id/keys$", "/users$", false},
      {"two spellings of any segment", "/users/*", "/users/:id", true},
      {"any segment, then two literals", "/users/:id/keys", "/users/7/names", false},
      {"a raw prefix and what begins so", "/account*", "/accounts/7", true},
      {"a raw prefix and the prefix itself", "/account*", "/account$", true},
      {"a raw prefix and a shorter one", "/account*", "/acc*", true},
      {"a raw prefix and another", "/account*", "/admin*", false},
      {"a raw prefix and any segment", "/account*", "/:name/settings", true},
      {"a raw prefix and a longer branch", "/account*", "/admin/account", false},
      {"a raw prefix below an exact path", "/a$", "/a/b*", false},
      {"a raw prefix that is any beginning", "/api/a*", "/api/:id", true},
  };
  for (const Row& row : rows) {
    const auto a = parse_path_pattern(row.a);
    const auto b = parse_path_pattern(row.b);
    ASSERT_TRUE(a && b) << row.desc;
    EXPECT_EQ(do_paths_overlap(*a, *b), row.overlap) << row.desc;
    EXPECT_EQ(do_paths_overlap(*b, *a), row.overlap) << row.desc << ", the other way round";
  }
}

}  // namespace
}  // namespace corsac
