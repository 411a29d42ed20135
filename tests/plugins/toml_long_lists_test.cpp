// Long plain lists of origins: what is read without the parser, and that nothing else changes.

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "long_lists.hpp"
#include "toml_store_fixture.hpp"

namespace corsac {
namespace {

using toml_store::without_long_lists;

class TomlLongLists : public test::TomlStoreTest {};

std::string elements(std::size_t count, const std::string& line_end = ",\n") {
  std::string lines;
  for (std::size_t i = 0; i < count; ++i) {
    lines += "  \"https://a" + std::to_string(i) + ".example\"" + line_end;
  }
  return lines;
}

bool is_wanted() { return true; }

struct Row {
  const char* desc;
  std::string document;
  std::size_t lists = 0;  // that are cut out, from two elements
};

TEST(WithoutLongLists, CutsOutPlainListsAlone) {
  const std::string two = elements(2);
  const Row rows[] = {
      {"one", "[cors]\nallowed_origins = [\n" + two + "]\n", 1},
      {"of two sections",
       "allowed_origins = [\n" + two + "]\na = 1\nallowed_origins=[\n" + two + "]", 2},
      {"without a comma at the end", "allowed_origins = [\n" + two + "\"https://z.example\"\n]\n",
       1},
      {"comments and blank lines",
       "allowed_origins = [ \n# ours\n\n" + two + " \t# end\t~\n  ]\t\n", 1},
      {"comments behind elements", "allowed_origins = [\n" + elements(2, ", # ours\n") + "]\n", 1},
      {"carriage returns", "allowed_origins = [\r\n" + elements(2, ",\r\n") + "]\r\n", 1},
      {"single quotes inside", "allowed_origins = [\n\"'''\",\n\"''\",\n]\n", 1},
      {"behind a list that is none",
       "allowed_origins = [\n1,\n2,\n]\nallowed_origins = [\n" + two + "]\n", 1},

      {"too short", "allowed_origins = [\n" + elements(1) + "]\n"},
      {"another name", "allowed_origin = [\n" + two + "]\n"},
      {"a longer name", "allowed_origins_file = [\n" + two + "]\n"},
      {"a dotted name", "cors.allowed_origins = [\n" + two + "]\n"},
      {"a quoted name", "\"allowed_origins\" = [\n" + two + "]\n"},
      {"a comment behind the bracket", "allowed_origins = [ # ours\n" + two + "]\n"},
      {"an element behind the bracket", "allowed_origins = [\"a\",\n" + two + "]\n"},
      {"one line", R"(allowed_origins = ["a", "b"])"},
      {"two on one line", "allowed_origins = [\n\"a\", \"b\",\n\"c\"\n]\n"},
      {"something behind the closing bracket", "allowed_origins = [\n" + two + "] # end\n"},
      {"no end", "allowed_origins = [\n" + two},
      {"no comma between", "allowed_origins = [\n\"a\"\n\"b\"\n]\n"},
      {"two commas", "allowed_origins = [\n\"a\",,\n\"b\"\n]\n"},
      {"a comma alone", "allowed_origins = [\n\"a\"\n,\"b\"\n]\n"},
      {"an escape", "allowed_origins = [\n\"a\\u0020\",\n\"b\"\n]\n"},
      {"another letter", "allowed_origins = [\n\"\xC3\xBC\",\n\"b\"\n]\n"},
      {"another letter in a comment", "allowed_origins = [\n# \xC3\xBC\n" + two + "]\n"},
      {"a control byte", "allowed_origins = [\n\"a\x01\",\n\"b\"\n]\n"},
      {"a deleted byte", "allowed_origins = [\n\"a\x7F\",\n\"b\"\n]\n"},
      {"a tab", "allowed_origins = [\n\"a\t\",\n\"b\"\n]\n"},
      {"a carriage return alone", "allowed_origins = [\n\"a\",\r\r\n\"b\"\n]\n"},
      {"a carriage return at the end", "allowed_origins = [\n" + two + "]\r"},
      {"literal strings", "allowed_origins = [\n'a',\n'b'\n]\n"},
      {"numbers", "allowed_origins = [\n1,\n2\n]\n"},
      {"a list inside", "allowed_origins = [\n[\n" + two + "]]\n"},
      {"behind a string of several lines",
       "name = \"\"\"\nallowed_origins = [\n" + two + "]\n\"\"\"\n"},
      {"behind a literal one", "name = '''\nallowed_origins = [\n" + two + "]\n'''\n"},
      {"nothing", ""},
  };
  for (const Row& row : rows) {
    const auto shortened = without_long_lists(row.document, 2, is_wanted);
    EXPECT_EQ(shortened.lists.size(), row.lists) << row.desc;
    EXPECT_EQ(shortened.text.empty(), row.lists == 0) << row.desc;
    const auto lines = [](const std::string& text) {
      return std::count(text.begin(), text.end(), '\n');
    };
    if (row.lists != 0) {
      EXPECT_EQ(lines(shortened.text), lines(row.document)) << row.desc;
    }
  }
}

TEST(WithoutLongLists, AreNotLookedForWhenNobodyWantsThem) {
  const std::string document = "allowed_origins = [\n" + elements(100'000) + "]\n";
  int questions = 0;
  const auto is_wanted_once = [&questions] { return ++questions == 1; };
  EXPECT_TRUE(without_long_lists(document + document, 2, is_wanted_once).lists.empty());
  EXPECT_EQ(questions, 2);
}

// Each document twice: as it stands, and with a comment that leaves the list to the parser.
TEST_F(TomlLongLists, MeanWhatTheParserReads) {
  const std::string many = elements(toml_store::kLongListFrom);
  const std::string tail = "allowed_methods = [\"GET\"]\n[hosts]\nallowed = [\"api.example\"]\n";
  const Row rows[] = {
      {"a list", "version = 1\n[cors]\nallowed_origins = [\n" + many + "]\n" + tail},
      {"of a rule", "[[cors.rules]]\npaths = [\"/a\"]\nallowed_origins = [\n" + many + "]\n"},
      {"of two sections", "[cors]\nallowed_origins = [\n" + many +
                              "]\n[redirects]\nallowed_origins = [\n" + many + "]\n"},
      {"behind letters of several bytes", "name = \"\xC3\xBC\"\n[cors]\nallowed_origins = [\n" +
                                              many + "]\nx = { \"\xC3\xBC\" = 1 }\n"},
      {"behind a byte order mark", "\xEF\xBB\xBF[cors]\nallowed_origins = [\n" + many + "]\n"},
      {"comments", "[cors]\nallowed_origins = [\n# first\n\n" + many + "  # last\n]\n"},
      {"where nothing should be", "allowed_origins = [\n" + many + "]\n"},
      {"a mistake before it", "[cors\nallowed_origins = [\n" + many + "]\n"},
      {"a mistake behind it", "[cors]\nallowed_origins = [\n" + many + "]\nx = \n"},
      {"bytes behind it that are no UTF-8",
       "[cors]\nx = [\nallowed_origins = [\n" + many + "]\ny = '\x80'\n"},
      {"the name twice, and then such bytes",
       "[cors]\nallowed_origins = [\n" + many + "]\nallowed_origins = [1]\ny = '\x80'\n"},
      {"the name twice",
       "[cors]\nallowed_origins = [\n" + many + "]\nallowed_origins = [\n" + many + "]\n"},
      {"inside of another list", "x = [\nallowed_origins = [\n" + many + "]\n]\n"},
      {"a mistake inside", "[cors]\nallowed_origins = [\n" + many + "https://a.example\n]\n"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    std::string slow = row.document;
    for (std::size_t at = 0; (at = slow.find("[\n", at)) != std::string::npos; at += 2) {
      if (slow.compare(at - 2, 2, "= ") == 0) slow.insert(at + 1, " # the parser's");
    }
    const auto expected = read(slow);
    const std::int32_t status = status_;
    EXPECT_EQ(read(row.document), expected);
    EXPECT_EQ(status_, status);
    EXPECT_FALSE(expected.empty());
  }
}

TEST_F(TomlLongLists, StopWhenTheSinkSaysSo) {
  folder_.write("policy.toml",
                "[cors]\nallowed_origins = [\n" + elements(toml_store::kLongListFrom) + "]\n");
  test::RecordingSink sink;
  sink.stop_at(10);
  EXPECT_EQ(open().read(sink), CORSAC_CANCELLED);
  EXPECT_EQ(sink.count(), 10U);
}

// The bytes of a long list go as they are handed over, and what is handed over behind it has its
// place all the same, in lines with letters of several bytes too.
TEST_F(TomlLongLists, MayBeSomeMegabytes) {
  const std::string many = elements(60'000);
  const std::string document = "a = { \"\xC3\xBC\" = 1, z = 2 }\n[cors]\nallowed_origins = [\n" +
                               many +
                               "]\nexposed_headers = [\"X-\xC3\xBC\", \"Y\"]\n"
                               "[[cors.rules]]\nname = \"\xC3\xBC\"\nallowed_origins = [\n" +
                               many + "]\n[redirects]\nx = { \"\xC3\xBC\" = 1, y = 2 }\n";
  ASSERT_EQ(without_long_lists(document, toml_store::kLongListFrom, is_wanted).lists.size(), 2U);
  const auto calls = read(document);
  EXPECT_EQ(status_, CORSAC_OK);
  std::string slow = document;
  for (std::size_t at = 0; (at = slow.find("= [\n", at)) != std::string::npos; at += 4) {
    slow.insert(at + 3, " # the parser's");
  }
  ASSERT_EQ(without_long_lists(slow, toml_store::kLongListFrom, is_wanted).lists.size(), 0U);
  EXPECT_EQ(calls, read(slow));
  EXPECT_GT(calls.size(), 120'000U);
}

}  // namespace
}  // namespace corsac
