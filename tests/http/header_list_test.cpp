#include "corsac/http/header_list.hpp"
#include "corsac/http/header_name_set.hpp"

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "support/allocation_counter.hpp"

namespace corsac {

void PrintTo(HeaderListVerdict verdict, std::ostream* out) {
  const char* const names[] = {"Empty", "Allowed", "NotAllowed", "Malformed", "OverBudget"};
  *out << names[static_cast<std::size_t>(verdict)];
}

namespace {

using namespace std::string_literals;
using Verdict = HeaderListVerdict;
using Lines = std::vector<std::string>;

const HeaderNameSet& some_names() {
  static const HeaderNameSet names({"Content-Type", "X-A", "X-B", "X-Request-Id", "Authorization",
                                    "a", "x-a-name-of-more-than-16-bytes"});
  return names;
}

const HeaderNameSet& no_names() {
  static const HeaderNameSet names;
  return names;
}

std::vector<std::string_view> views_of(const Lines& lines) { return {lines.begin(), lines.end()}; }

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

// `count` names in sorted order, joined with commas.
std::string sorted_names(std::size_t count, const std::string& prefix = "n") {
  std::string line;
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) line += ',';
    line += prefix + std::to_string(100 + i);
  }
  return line;
}

// The verdict and what it is about, as one text: "Allowed whole a,b", "Allowed A|b",
// "NotAllowed x-c".
std::string judged(const Lines& lines, const AllowedHeaders& allowed) {
  const std::vector<std::string_view> views = views_of(lines);
  RequestedHeaders result;
  result.count = 7;  // what stands in it before must not matter
  result.whole = "old";
  result.offending = "old";
  judge_requested_headers(views, allowed, result);
  std::string text = ::testing::PrintToString(result.verdict);
  if (!result.whole.empty()) text += " whole " + std::string(result.whole);
  for (std::uint32_t i = 0; i < result.count; ++i) {
    text += (i == 0 ? " " : "|") + std::string(result.names[i].view());
  }
  if (!result.offending.empty()) text += " " + std::string(result.offending);
  return text;
}

struct Row {
  const char* desc;
  Lines lines;
  std::string judged;
};

TEST(HeaderList, JudgesAgainstAListOfNames) {
  const AllowedHeaders allowed{&some_names(), false};
  const Row rows[] = {
      {"no line", {}, "Empty"},
      {"an empty line", {""}, "Empty"},
      {"only blanks and commas", {" , \t,,", ","}, "Empty"},
      {"one name, as a browser sends it", {"content-type"}, "Allowed whole content-type"},
      {"the shortest name", {"a"}, "Allowed whole a"},
      {"sorted, lower case, each once",
       {"a,authorization,content-type,x-a,x-request-id"},
       "Allowed whole a,authorization,content-type,x-a,x-request-id"},
      {"a long name",
       {"x-a,x-a-name-of-more-than-16-bytes,x-b"},
       "Allowed whole x-a,x-a-name-of-more-than-16-bytes,x-b"},
      {"a blank after the comma", {"content-type, x-a"}, "Allowed content-type|x-a"},
      {"blanks and tabs on both sides",
       {" \tcontent-type \t, \t x-a\t"},
       "Allowed content-type|x-a"},
      {"upper case is answered in lower case", {"Content-Type,X-A"}, "Allowed content-type|x-a"},
      {"one upper case letter in a long name",
       {"x-a-name-of-moRe-than-16-bytes"},
       "Allowed x-a-name-of-more-than-16-bytes"},
      {"not sorted", {"x-a,content-type"}, "Allowed x-a|content-type"},
      {"repeated", {"x-a,x-a"}, "Allowed x-a"},
      {"repeated in another case", {"x-a,X-A,x-b,X-a"}, "Allowed x-a|x-b"},
      {"several lines", {"x-a", "content-type"}, "Allowed x-a|content-type"},
      {"repeated on another line", {"x-a", "x-a"}, "Allowed x-a"},
      {"an empty line among others", {"x-a", "", "x-b"}, "Allowed x-a|x-b"},
      {"empty elements", {",x-a,,x-b,"}, "Allowed x-a|x-b"},
      {"a trailing comma", {"x-a,"}, "Allowed x-a"},
      {"one name that is not allowed", {"x-c"}, "NotAllowed x-c"},
      {"the first of two that are not", {"x-a,x-c,x-d"}, "NotAllowed x-c"},
      {"as it was written", {"X-A, X-C "}, "NotAllowed X-C"},
      {"on a later line", {"x-a", "x-b,x-c"}, "NotAllowed x-c"},
      {"a prefix of an allowed one", {"x-"}, "NotAllowed x-"},
      {"an extension of an allowed one", {"x-aa"}, "NotAllowed x-aa"},
      {"`*` is a name like any other", {"*"}, "NotAllowed *"},
      {"a semicolon", {"x-a;"}, "Malformed x-a;"},
      {"a blank inside", {"x a"}, "Malformed x a"},
      {"a line break", {"x-a\r\nSet-Cookie"}, "Malformed x-a\r\nSet-Cookie"},
      {"NUL", {"x-a\0"s}, "Malformed x-a\0"s},
      {"beyond ASCII", {"x-\xC3\xBC"}, "Malformed x-\xC3\xBC"},
      {"the comma's bits with the highest one set", {"x-a\xACx-b"}, "Malformed x-a\xACx-b"},
      {"a vertical tab is not a blank", {"x-a,\vx-b"}, "Malformed \vx-b"},
      {"what is wrong first decides", {"x a,x-c"}, "Malformed x a"},
      {"what is wrong first decides, the other way round", {"x-c,x a"}, "NotAllowed x-c"},
  };
  for (const Row& row : rows) EXPECT_EQ(judged(row.lines, allowed), row.judged) << row.desc;
}

TEST(HeaderList, AllowsNothingWithoutNames) {
  const AllowedHeaders allowed{&no_names(), false};
  EXPECT_EQ(judged({}, allowed), "Empty");
  EXPECT_EQ(judged({", ,"}, allowed), "Empty");
  EXPECT_EQ(judged({"content-type"}, allowed), "NotAllowed content-type");
  EXPECT_EQ(judged({"a-name-of-more-than-16-bytes"}, allowed),
            "NotAllowed a-name-of-more-than-16-bytes");
}

TEST(HeaderList, JudgesUnderAWildcard) {
  const AllowedHeaders any{&no_names(), true};
  const Row rows[] = {
      {"no line", {}, "Empty"},
      {"an empty line", {""}, "Empty"},
      {"any sorted names", {"a,b,x-anything"}, "Allowed whole a,b,x-anything"},
      {"long names with the same start",
       {"x-abcdefghi,x-abcdefghij,x-abcdefghik"},
       "Allowed whole x-abcdefghi,x-abcdefghij,x-abcdefghik"},
      {"every token byte", {"!#$%&'*+-.^_`|~09az"}, "Allowed whole !#$%&'*+-.^_`|~09az"},
      {"`*` is a name like any other", {"*"}, "Allowed whole *"},
      {"a shorter name sorts first", {"ab,a"}, "Allowed ab|a"},
      {"the same start, not sorted",
       {"x-abcdefghik,x-abcdefghij"},
       "Allowed x-abcdefghik|x-abcdefghij"},
      {"upper case stays for whoever joins them", {"X-B,x-a"}, "Allowed X-B|x-a"},
      {"repeated", {"x-a,x-a"}, "Allowed x-a"},
      {"repeated in another case", {"x-a,X-A,x-B,X-b,x-a"}, "Allowed x-a|x-B"},
      {"a long name repeated in another case",
       {"x-a-name-of-more-than-16-bytes,x-a-name-of-more-THAN-16-bytes"},
       "Allowed x-a-name-of-more-than-16-bytes"},
      {"long names that differ in the middle alone",
       {"x-a-name-of-more-than-16-bytes,x-a-name-of-mOre-thaM-16-bytes"},
       "Allowed x-a-name-of-more-than-16-bytes|x-a-name-of-mOre-thaM-16-bytes"},
      {"a blank after the comma", {"x-a, x-b"}, "Allowed x-a|x-b"},
      {"several lines", {"x-b", "x-a"}, "Allowed x-b|x-a"},
      {"authorization must be named", {"authorization"}, "NotAllowed authorization"},
      {"in any case", {"Authorization"}, "NotAllowed Authorization"},
      {"among others", {"accept,authorization,x-a"}, "NotAllowed authorization"},
      {"on a later line", {"x-a", "AUTHORIZATION"}, "NotAllowed AUTHORIZATION"},
      {"proxy-authorization is another name",
       {"proxy-authorization"},
       "Allowed whole proxy-authorization"},
      {"a name of the same size", {"authorizatiom"}, "Allowed whole authorizatiom"},
      {"a semicolon", {"x-a,x;b"}, "Malformed x;b"},
      {"a blank inside", {"x a"}, "Malformed x a"},
      {"a quoted name", {"\"x-a\""}, "Malformed \"x-a\""},
      {"NUL", {"x\0y"s}, "Malformed x\0y"s},
      {"beyond ASCII", {"x-\xC3\xBC"}, "Malformed x-\xC3\xBC"},
      {"a markup attempt", {"<script>"}, "Malformed <script>"},
      {"the comma's bits with the highest one set", {"x-a\xACx-b"}, "Malformed x-a\xACx-b"},
  };
  for (const Row& row : rows) EXPECT_EQ(judged(row.lines, any), row.judged) << row.desc;
}

TEST(HeaderList, AllowsAuthorizationUnderAWildcardWhenItIsNamed) {
  const HeaderNameSet names({"Authorization"});
  const AllowedHeaders any{&names, true};
  EXPECT_EQ(judged({"authorization,x-a"}, any), "Allowed whole authorization,x-a");
  EXPECT_EQ(judged({"x-a, AUTHORIZATION"}, any), "Allowed x-a|AUTHORIZATION");
}

// Proves 75, 76, S15.
TEST(HeaderList, KeepsItsBudget) {
  std::vector<std::string> many;
  for (int i = 100; i < 300; ++i) many.push_back("n" + std::to_string(i));
  many.push_back(std::string(4096, 'y'));
  many.push_back(std::string(4097, 'y'));
  many.push_back("x-a");
  const HeaderNameSet names(many);
  const std::string y4096(4096, 'y');
  const struct {
    const char* desc;
    Lines lines;
    Verdict verdict;
  } rows[] = {
      {"64 names", {sorted_names(64)}, Verdict::Allowed},
      {"65 names", {sorted_names(65)}, Verdict::OverBudget},
      {"64 names, not sorted", {"x-a," + sorted_names(63)}, Verdict::Allowed},
      {"65 names, not sorted", {"x-a," + sorted_names(64)}, Verdict::OverBudget},
      {"64 times one name", {repeated("x-a,", 63) + "x-a"}, Verdict::Allowed},
      {"65 times one name: repeats count", {repeated("x-a,", 64) + "x-a"}, Verdict::OverBudget},
      {"64 names on 64 lines", Lines(64, "x-a"), Verdict::Allowed},
      {"65 names on 65 lines", Lines(65, "x-a"), Verdict::OverBudget},
      {"the 65th is over budget whatever it says",
       {repeated("x-a,", 64) + "not-allowed;"},
       Verdict::OverBudget},
      {"16 empty elements", {repeated(",", 16) + "x-a"}, Verdict::Allowed},
      {"17 empty elements", {repeated(",", 17) + "x-a"}, Verdict::OverBudget},
      {"16 empty elements and no name", {repeated(",", 15)}, Verdict::Empty},
      {"17 empty elements and no name", {repeated(",", 16)}, Verdict::OverBudget},
      {"an element of blanks is empty", {repeated(" ,", 17) + "x-a"}, Verdict::OverBudget},
      {"16 empty lines", Lines(16, ""), Verdict::Empty},
      {"17 empty lines", Lines(17, ""), Verdict::OverBudget},
      {"empty elements of several lines count together",
       {repeated(",", 8) + "x-a", repeated(",", 9) + "x-a"},
       Verdict::OverBudget},
      {"4096 bytes in one name", {y4096}, Verdict::Allowed},
      {"4097 bytes in one name", {y4096 + "y"}, Verdict::OverBudget},
      {"4096 bytes with blanks", {"x-a" + std::string(4093, ' ')}, Verdict::Allowed},
      {"4097 bytes with blanks", {"x-a" + std::string(4094, ' ')}, Verdict::OverBudget},
      {"lines are joined with one comma each: 4096",
       {std::string(2047, ' '), "x-a" + std::string(2045, ' ')},
       Verdict::Allowed},
      {"lines are joined with one comma each: 4097",
       {std::string(2048, ' '), "x-a" + std::string(2045, ' ')},
       Verdict::OverBudget},
      {"80 lines: 64 names and 16 empty ones",
       [] {
         Lines lines(64, "x-a");
         lines.resize(80, "");
         return lines;
       }(),
       Verdict::Allowed},
      {"81 lines", Lines(81, ""), Verdict::OverBudget},
      {"100 lines of 8 KB", Lines(100, std::string(8192, 'x')), Verdict::OverBudget},
      {"bytes are counted before anything is read", {";" + y4096}, Verdict::OverBudget},
  };
  for (const auto& row : rows) {
    for (const bool allow_any : {false, true}) {
      const std::vector<std::string_view> views = views_of(row.lines);
      RequestedHeaders result;
      judge_requested_headers(views, {&names, allow_any}, result);
      EXPECT_EQ(result.verdict, row.verdict) << row.desc << (allow_any ? " (any)" : "");
      if (row.verdict == Verdict::OverBudget) {
        EXPECT_EQ(result.offending, "") << row.desc;
        EXPECT_EQ(result.count, 0U) << row.desc;
        EXPECT_EQ(result.whole, "") << row.desc;
      }
    }
  }
}

TEST(HeaderList, AnswersWithItsOwnBytesOrWithProvenOnes) {
  const std::string line = "X-B, x-a";
  const std::string_view lines[] = {line};
  RequestedHeaders result;
  judge_requested_headers(lines, {&some_names(), false}, result);
  ASSERT_EQ(result.count, 2U);
  EXPECT_EQ(result.names[0].data, some_names().at(some_names().rank_of("x-b")).data());
  EXPECT_EQ(result.names[1].data, some_names().at(some_names().rank_of("x-a")).data());

  judge_requested_headers(lines, {&no_names(), true}, result);
  ASSERT_EQ(result.count, 2U);
  EXPECT_EQ(result.names[0].data, line.data());
  EXPECT_EQ(result.names[1].data, line.data() + 5);
}

TEST(HeaderList, AllocatesNothing) {
  const Lines lists[] = {
      {"content-type,x-a,x-request-id"},
      {"X-B, x-a,, x-a", "Content-Type"},
      {"x-a,nope"},
      {"x a"},
      {sorted_names(64)},
      {std::string(4096, 'x')},
      {repeated("x-a,", 1000)},
      Lines(100, std::string(8192, ',')),
  };
  for (const Lines& lines : lists) {
    for (const bool allow_any : {false, true}) {
      const std::vector<std::string_view> views = views_of(lines);
      const AllowedHeaders allowed{&some_names(), allow_any};
      RequestedHeaders result;
      const testing::AllocationCounter counter;
      judge_requested_headers(views, allowed, result);
      judge_requested_headers_tolerantly(views, allowed, result);
      const std::size_t counted = counter.count();
      EXPECT_EQ(counted, 0U) << lines.front();
    }
  }
}

}  // namespace
}  // namespace corsac
