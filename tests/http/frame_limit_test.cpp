#include "corsac/http/frame_limit.hpp"

#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

struct Row {
  const char* desc;
  std::vector<std::string_view> policies;
  std::vector<std::string_view> options;
  FrameLimit limit;
};

TEST(FrameLimit, IsWhatBrowsersReadInXFrameOptions) {
  const Row rows[] = {
      {"nothing", {}, {}, FrameLimit::None},
      {"DENY", {}, {"DENY"}, FrameLimit::Nobody},
      {"in any case", {}, {" deny "}, FrameLimit::Nobody},
      {"SAMEORIGIN", {}, {"SameOrigin"}, FrameLimit::SameOrigin},
      {"ALLOWALL", {}, {"ALLOWALL"}, FrameLimit::None},
      {"what no browser reads", {}, {"ALLOW-FROM https://a.example"}, FrameLimit::None},
      {"empty", {}, {""}, FrameLimit::None},
      {"the same twice", {}, {"SAMEORIGIN", "sameorigin"}, FrameLimit::SameOrigin},
      {"the same twice in a line", {}, {"SAMEORIGIN, SAMEORIGIN"}, FrameLimit::SameOrigin},
      {"a contradiction", {}, {"SAMEORIGIN", "ALLOWALL"}, FrameLimit::Nobody},
      {"a contradiction in a line", {}, {"SAMEORIGIN, DENY"}, FrameLimit::Nobody},
      {"one that is read and one that is not", {}, {"x, DENY"}, FrameLimit::Nobody},
      {"a policy without the directive", {"default-src 'self'"}, {"DENY"}, FrameLimit::Nobody},
      {"a policy with it", {"frame-ancestors *"}, {"DENY"}, FrameLimit::None},
      {"in any case and place", {"a b; \tFRAME-Ancestors\t*"}, {"DENY"}, FrameLimit::None},
      {"in the second policy of a line", {"a b, frame-ancestors *"}, {"DENY"}, FrameLimit::None},
      {"in the second line", {"a b", "frame-ancestors"}, {"DENY"}, FrameLimit::None},
      {"another name", {"x-frame-ancestors *; frame-ancestors-x"}, {"DENY"}, FrameLimit::Nobody},
      {"as a value", {"frame-src frame-ancestors"}, {"DENY"}, FrameLimit::Nobody},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(frame_limit(row.policies, row.options), row.limit) << row.desc;
  }
}

}  // namespace
}  // namespace corsac
