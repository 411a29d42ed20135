#include "corsac/http/request_view.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace corsac {
namespace {

TEST(RequestView, TellsAPreflightByMethodOriginAndRequestedMethod) {
  const HeaderField absent = {};
  const HeaderField empty = {"", 1};
  const HeaderField origin = {"https://a.example", 1};
  const HeaderField put = {"PUT", 1};
  const struct {
    const char* desc;
    std::string_view method;
    HeaderField origin;
    HeaderField requested_method;
    bool is_one;
  } rows[] = {
      {"as a browser sends it", "OPTIONS", origin, put, true},
      {"without Access-Control-Request-Method it is the application's", "OPTIONS", origin, absent,
       false},
      {"without Origin it is not CORS", "OPTIONS", absent, put, false},
      {"an empty method is a malformed preflight, but one", "OPTIONS", origin, empty, true},
      {"an empty Origin as well", "OPTIONS", empty, put, true},
      {"several lines as well", "OPTIONS", {"https://a.example", 2}, {"PUT", 2}, true},
      {"another method", "GET", origin, put, false},
      {"methods compare byte for byte", "options", origin, put, false},
      {"neither", "OPTIONS", absent, absent, false},
      {"nothing was parsed", "", absent, absent, false},
  };
  for (const auto& row : rows) {
    RequestView request;
    request.method = row.method;
    request.origin = row.origin;
    request.requested_method = row.requested_method;
    EXPECT_EQ(is_preflight(request), row.is_one) << row.desc;
  }
}

TEST(RequestView, TellsEmptyFromAbsentAndRepeated) {
  EXPECT_FALSE(HeaderField{}.is_present());
  EXPECT_TRUE((HeaderField{"", 1}).is_present());
  EXPECT_FALSE((HeaderField{"", 1}).is_repeated());
  EXPECT_TRUE((HeaderField{"a", 2}).is_repeated());
}

}  // namespace
}  // namespace corsac
