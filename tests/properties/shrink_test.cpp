// That a failing case comes out small and can be run by hand.

#include <gtest/gtest.h>

#include "properties/generated.hpp"

namespace corsac::testing {
namespace {

TEST(Shrink, FindsTheSmallestListThatStillFails) {
  const auto property = [](Choices& choices) -> std::string {
    std::size_t big = 0;
    for (int i = 0; i < 50; ++i) big += choices.of(1000) >= 500 ? 1U : 0U;
    return big >= 2 ? std::to_string(big) + " big ones" : "";
  };
  EXPECT_EQ(check_property(property, 100), "round 0:\n2 big ones");
  std::mt19937 random(1);
  Choices choices(random);
  ASSERT_NE(property(choices), "");
  EXPECT_EQ(shrink(choices.list(), property).size(), 2U);
}

TEST(Shrink, SaysNothingOfWhatHolds) {
  EXPECT_EQ(check_property(
                [](Choices& choices) { return std::string(choices.of(2), '\0').substr(2); }, 0),
            "");
  EXPECT_EQ(check_property([](Choices&) { return std::string(); }, 10), "");
}

TEST(Shrink, ShowsAPolicyAndACurlLine) {
  const auto property = [](Choices& choices) -> std::string {
    const Policy policy = generated_policy(choices);
    const GeneratedRequest request = generated_request(choices);
    const bool is_wrong = policy.cors.allow_credentials.value_or(false) &&
                          request.value("Origin") == "https://evil.example";
    return is_wrong ? failure("as an example", policy, request) : "";
  };
  const std::string text = check_property(property, 2000);
  EXPECT_NE(text.find("as an example\n--- policy.toml\nversion = 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("allow_credentials = true\n"), std::string::npos) << text;
  EXPECT_NE(text.find("curl -i --path-as-is -X GET 'http://127.0.0.1:8080/api/x' -H 'Host: "
                      "api.example.com' -H 'Origin: https://evil.example'\n"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace corsac::testing
