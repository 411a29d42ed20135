#include "corsac/stage/reason.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

std::vector<ReasonInfo> all_reasons() {
  std::vector<ReasonInfo> reasons;
  for (std::size_t i = 0; i < kReasonCount; ++i) {
    reasons.push_back(reason_info(static_cast<Reason>(i)));
  }
  return reasons;
}

std::string first_line(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

TEST(Reason, CodesAreThoseOfThePolicyDocument) {
  const std::vector<std::string_view> expected = {"none",
                                                  "origin_not_allowed",
                                                  "origin_malformed",
                                                  "origin_null",
                                                  "origin_repeated",
                                                  "method_not_allowed",
                                                  "requested_method_not_allowed",
                                                  "requested_method_malformed",
                                                  "requested_header_not_allowed",
                                                  "requested_headers_malformed",
                                                  "requested_headers_over_budget",
                                                  "preflight_on_excluded_path",
                                                  "preflight_rejected",
                                                  "content_type_missing",
                                                  "method_unknown",
                                                  "path_ambiguous",
                                                  "cross_site_write",
                                                  "redirect_not_allowed",
                                                  "host_not_allowed",
                                                  "upgrade_not_allowed",
                                                  "policy_unavailable",
                                                  "redirect_to_other_origin",
                                                  "handler_headers_replaced",
                                                  "forward_not_allowed"};
  std::vector<std::string_view> codes;
  for (const ReasonInfo& info : all_reasons()) codes.push_back(info.code);
  EXPECT_EQ(codes, expected);
}

TEST(Reason, EveryOneHasItsOwnCodeTextAndHint) {
  std::set<std::string_view> codes;
  std::set<std::string_view> texts;
  std::set<std::string_view> hints;
  for (const ReasonInfo& info : all_reasons()) {
    EXPECT_TRUE(codes.insert(info.code).second) << info.code;
    EXPECT_TRUE(texts.insert(info.text).second) << info.code;
    EXPECT_TRUE(hints.insert(info.hint).second) << info.code;
    ASSERT_FALSE(info.text.empty() || info.hint.empty()) << info.code;
    EXPECT_EQ(info.text.back(), '.') << info.code;
    EXPECT_EQ(info.hint.back(), '.') << info.code;
    EXPECT_TRUE(info.code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") ==
                std::string_view::npos)
        << info.code;
  }
}

TEST(Reason, IsFoundAgainByItsCode) {
  for (const ReasonInfo& info : all_reasons()) {
    EXPECT_EQ(parse_reason(info.code), info.reason) << info.code;
    EXPECT_EQ(reason_info(info.reason).code, info.code);
  }
}

TEST(Reason, UnknownCodesAreNone) {
  for (const char* code : {"", "origin", "origin_not_allowed ", "ORIGIN_NULL", "origin-null"}) {
    EXPECT_FALSE(parse_reason(code)) << code;
  }
}

TEST(Reason, EveryOneHasAPageWithItsCodeAsTitle) {
  const std::filesystem::path folder = CORSAC_REASON_PAGES;
  std::set<std::string> expected;
  for (const ReasonInfo& info : all_reasons()) {
    if (info.reason == Reason::None) continue;
    const std::string file = std::string(info.code) + ".md";
    expected.insert(file);
    EXPECT_EQ(first_line(folder / file), "# " + std::string(info.code)) << file;
  }
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    found.insert(entry.path().filename().string());
  }
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace corsac
