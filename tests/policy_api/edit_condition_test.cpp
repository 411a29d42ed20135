#include "corsac/policy_api/edit_condition.hpp"

#include <gtest/gtest.h>

namespace corsac {
namespace {

// Of the document in revision 5:a.
struct Row {
  const char* desc;
  const char* if_match;
  const char* outcome;
};

constexpr Row kRows[] = {
    {"the tag", R"("5:a")", "holds"},
    {"blanks around it", "  \"5:a\"\t", "holds"},
    {"one of several", R"("4:x", "5:a")", "holds"},
    {"several without blanks", R"("4:x","5:a","6:b")", "holds"},
    {"any", "*", "holds"},
    {"another", R"("5:b")", "fails"},
    {"a weak one never matches (RFC 9110, 8.8.3.2)", R"(W/"5:a")", "fails"},
    {"a weak one beside the strong one", R"(W/"5:a", "5:a")", "holds"},
    {"a comma inside of a tag", R"("5:a,x")", "fails"},
    {"without quotation marks", "5:a", "malformed"},
    {"an open quotation mark", R"("5:a)", "malformed"},
    {"any beside a tag", R"(*, "5:a")", "malformed"},
    {"no comma between", R"("4:x" "5:a")", "malformed"},
    {"an empty tag", R"("")", "fails"},
    {"nothing", "", "fails"},
};

TEST(EditCondition, IsReadAsIfMatch) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.desc);
    const auto condition = parse_if_match(row.if_match);
    const char* const outcome = !condition                    ? "malformed"
                                : condition->holds_for("5:a") ? "holds"
                                                              : "fails";
    EXPECT_STREQ(outcome, row.outcome);
  }
}

TEST(EditCondition, HoldsForNothingWithoutARevision) {
  EXPECT_FALSE(parse_if_match(R"("")")->holds_for(""));
  EXPECT_TRUE(parse_if_match("*")->holds_for(""));
  EXPECT_TRUE(EditCondition().holds_for("5:a")) << "there is none";
}

TEST(EditCondition, TagsAreRevisions) {
  EXPECT_EQ(etag_of("5:a"), R"("5:a")");
  EXPECT_EQ(etag_of(""), "");
  for (const char* const strange : {"5 a", "5\"a", "5%3Aa", "5\na", "5\xC3\xA4"}) {
    const std::string tag = etag_of(strange);
    EXPECT_EQ(tag.size(), 66U) << strange;
    EXPECT_EQ(tag.find_first_not_of("0123456789abcdef\""), std::string::npos) << strange;
    EXPECT_TRUE(parse_if_match(tag)->holds_for(strange)) << strange;
  }
}

}  // namespace
}  // namespace corsac
