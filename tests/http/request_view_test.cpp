#include "corsac/http/request_view.hpp"

#include <gtest/gtest.h>

namespace corsac {
namespace {

TEST(RequestView, TellsEmptyFromAbsentAndRepeated) {
  EXPECT_FALSE(HeaderField{}.is_present());
  EXPECT_TRUE((HeaderField{"", 1}).is_present());
  EXPECT_FALSE((HeaderField{"", 1}).is_repeated());
  EXPECT_TRUE((HeaderField{"a", 2}).is_repeated());
}

}  // namespace
}  // namespace corsac
