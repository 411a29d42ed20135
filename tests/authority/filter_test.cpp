#include "corsac/authority/filter.hpp"

#include <gtest/gtest.h>

namespace corsac {
namespace {

using ScopeType = TrustedOrigin::ScopeType;

// With every parenthesis that it stands for.
std::string shape(const Filter& filter) {
  if (filter.kind == Filter::Kind::Equal) {
    return std::to_string(static_cast<int>(filter.attribute)) + "=" + filter.value;
  }
  if (filter.kind == Filter::Kind::Not) return "!" + shape(filter.children.front());
  std::string text = "(";
  for (const Filter& child : filter.children) {
    if (text.size() > 1) text += filter.kind == Filter::Kind::And ? " & " : " | ";
    text += shape(child);
  }
  return text + ")";
}

TEST(Filter, ReadsTheGrammar) {
  const struct {
    const char* desc;
    const char* text;
    const char* shape;
  } rows[] = {
      {"M11: id", R"(id eq "tos1")", "0=tos1"},
      {"M11: name", R"(name eq "Example Trusted Origin")", "1=Example Trusted Origin"},
      {"M11: origin", R"(origin eq "https://a.example/")", "2=https://a.example/"},
      {"M11: status", R"(status eq "ACTIVE")", "3=ACTIVE"},
      {"M11: type", R"(type eq "REDIRECT")", "4=REDIRECT"},
      {"M12: words in any case", R"(name EQ "a" OR Not name Eq "b" aNd id eq "c")",
       "(1=a | (!1=b & 0=c))"},
      {"M12: and before or", R"(id eq "1" or id eq "2" and id eq "3" or id eq "4")",
       "(0=1 | (0=2 & 0=3) | 0=4)"},
      {"M12: parentheses before and", R"((id eq "1" or id eq "2") and id eq "3")",
       "((0=1 | 0=2) & 0=3)"},
      {"M12: not before and", R"(not id eq "1" and id eq "2")", "(!0=1 & 0=2)"},
      {"M12: not before a parenthesis", R"(not(id eq "1" and id eq "2"))", "!(0=1 & 0=2)"},
      {"M12: not twice", R"(not not id eq "1")", "!!0=1"},
      {"M12: needless parentheses", R"(((id eq "1")))", "0=1"},
      {"blanks", R"(  (  id   eq   "1"  )  )", "0=1"},
      {"no blanks where none are needed", R"((id eq"1")or(id eq"2"))", "(0=1 | 0=2)"},
      {"M12: escapes of JSON", R"(name eq "a\"b\\c\/d\u00e4\ud83d\ude00\n")",
       "1=a\"b\\c/d\xC3\xA4\xF0\x9F\x98\x80\n"},
      {"words in a value", R"(name eq "a) or (id eq")", "1=a) or (id eq"},
      {"an empty value", R"(name eq "")", "1="},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const auto filter = parse_filter(row.text);
    ASSERT_TRUE(filter) << filter.error().what;
    EXPECT_EQ(shape(*filter), row.shape);
  }
}

TEST(Filter, SaysWhatIsWrongAndWhere) {
  constexpr const char* kAttribute = "expected id, name, origin, status or type, not ";
  const std::string attribute = kAttribute;
  const struct {
    const char* desc;
    std::string text;
    std::size_t position;
    std::string what;
  } rows[] = {
      {"nothing", "", 1, attribute + "the end"},
      {"blanks", "  ", 3, attribute + "the end"},
      {"another attribute", R"(created eq "x")", 1, attribute + R"("created")"},
      {"M12: attributes in their case", R"(Name eq "x")", 1, attribute + R"("Name")"},
      {"no operator", "name", 5, "expected eq, not the end"},
      {"another word", R"(name is "x")", 6, R"(expected eq, not "is")"},
      {"M12: an operator of other objects", R"(name sw "x")", 6,
       "the operator sw is not supported here, only eq is"},
      {"pr has no value", "name pr", 6, "the operator pr is not supported here, only eq is"},
      {"no value", "name eq", 8, "expected a value in double quotes, not the end"},
      {"a bare value", "name eq x", 9, R"(expected a value in double quotes, not "x")"},
      {"single quotes", "name eq 'x'", 9, R"(expected a value in double quotes, not "'x'")"},
      {"an open value", R"(name eq "x)", 9, "the value has no closing quote"},
      {"an open value that ends in an escape", "name eq \"x\\", 9,
       "the value has no closing quote"},
      {"no such escape", R"(name eq "\x")", 9, "the value is no JSON string"},
      {"half a pair", R"(name eq "\ud83d")", 9, "the value is no JSON string"},
      {"no UTF-8", "name eq \"\xFF\"", 9, "the value is no JSON string"},
      {"a line break", "name eq \"\n\"", 9, "the value is no JSON string"},
      {"M11: no such status", R"(status eq "active")", 11, "a status is ACTIVE or INACTIVE"},
      {"M11: no such type", R"(type eq "Redirect")", 9, "a type is CORS, REDIRECT or IFRAME_EMBED"},
      {"a second value", R"(id eq "1" "2")", 11, R"(expected and, or, or the end, not "\"")"},
      {"no second side", R"(id eq "1" and)", 14, attribute + "the end"},
      {"no first side", R"(or id eq "1")", 1, attribute + R"("or")"},
      {"an open parenthesis", R"((id eq "1")", 11, "expected ), not the end"},
      {"a closing one too many", "id eq \"1\")", 10, "expected and, or, or the end, not \")\""},
      {"empty parentheses", "()", 2, attribute + "\")\""},
      {"a control byte is shown escaped", "\x1b[31m", 1, attribute + R"("\x1B[31m")"},
      {"a long word is cut", std::string(200, 'x'), 1,
       attribute + "\"" + std::string(40, 'x') + "\""},
      {"deep", std::string(40, '(') + R"(id eq "1")", 34, "the filter nests too deep"},
      {"10 KB of parentheses", std::string(10'000, '('), 34, "the filter nests too deep"},
      {"too long", std::string(kFilterLimitBytes + 1, ' '), kFilterLimitBytes + 1,
       "the filter is longer than 16384 bytes"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const auto filter = parse_filter(row.text);
    ASSERT_FALSE(filter);
    EXPECT_EQ(filter.error().position, row.position);
    EXPECT_EQ(filter.error().what, row.what);
  }
}

TEST(Filter, ReadsTenKilobytesOfAlternatives) {
  std::string text = R"(id eq "tos0")";
  while (text.size() < 10'000) text += R"( or id eq "tos1")";
  const auto filter = parse_filter(text);
  ASSERT_TRUE(filter);
  EXPECT_EQ(filter->children.size(), 626U) << "one list, not a tree of that depth";
}

TEST(Filter, Matches) {
  const TrustedOrigin record = {.name = "Portal",
                                .origin = "https://portal.example/",
                                .scopes = {{ScopeType::Cors}, {ScopeType::Redirect}},
                                .id = "tos1"};
  const struct {
    const char* desc;
    const char* text;
    bool is_match;
  } rows[] = {
      {"M11: id", R"(id eq "tos1")", true},
      {"M11: another id", R"(id eq "tos2")", false},
      {"M11: name", R"(name eq "Portal")", true},
      {"M11: a part of the name", R"(name eq "Por")", false},
      {"M11: a name in another case", R"(name eq "portal")", false},
      {"M11: origin", R"(origin eq "https://portal.example/")", true},
      {"M11: its normal form", R"(origin eq "https://portal.example")", false},
      {"M11: status", R"(status eq "ACTIVE")", true},
      {"M11: one of its types", R"(type eq "REDIRECT")", true},
      {"M11: another type", R"(type eq "IFRAME_EMBED")", false},
      {"M12: and", R"(type eq "CORS" and type eq "IFRAME_EMBED")", false},
      {"M12: or", R"(type eq "IFRAME_EMBED" or type eq "CORS")", true},
      {"M12: not", R"(not type eq "CORS")", false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const auto filter = parse_filter(row.text);
    ASSERT_TRUE(filter);
    EXPECT_EQ(matches(*filter, record), row.is_match);
  }
}

}  // namespace
}  // namespace corsac
