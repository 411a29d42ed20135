// The walk over a document, its places, and what is said about syntax errors.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "toml_store_fixture.hpp"

namespace corsac {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::StartsWith;

class TomlDocument : public test::TomlStoreTest {};

struct Row {
  const char* desc;
  const char* toml;
  std::vector<std::string> calls;
};

TEST_F(TomlDocument, HandsOverEveryValueWithItsPlace) {
  const Row rows[] = {
      {"empty document", "", {}},
      {"comments only", "# nothing\n\n", {}},
      {"each kind of value",
       "t = \"x\"\ni = -7\nr = 1.5\nf = true\ng = false\n",
       {"flag f true 4:5", "flag g false 5:5", "integer i -7 2:5", "real r 1.5 3:5",
        "text t \"x\" 1:5"}},
      {"numbers in other spellings",
       "a = 0x10\nb = 1_000\nc = inf\nd = nan\n",
       {"integer a 16 1:5", "integer b 1000 2:5", "real c inf 3:5", "real d nan 4:5"}},
      {"times are texts",
       "a = 2027-01-31T00:00:00Z\nb = 2027-01-31 08:30:00.250-05:30\nc = 2027-01-31T08:30:00\n"
       "d = 2027-01-31\ne = 08:30:00\n",
       {"text a \"2027-01-31T00:00:00Z\" 1:5", "text b \"2027-01-31T08:30:00.25-05:30\" 2:5",
        "text c \"2027-01-31T08:30:00\" 3:5", "text d \"2027-01-31\" 4:5",
        "text e \"08:30:00\" 5:5"}},
      {"a list on several lines, and an empty one",
       "[cors]\nallowed_origins = [\n  \"a\",\n\t\"b\",\n]\nallowed_methods = []\n",
       {"begin_item cors 1:1", "begin_list allowed_methods 6:19", "end_list",
        "begin_list allowed_origins 2:19", "text - \"a\" 3:3", "text - \"b\" 4:2", "end_list",
        "end_item"}},
      {"a list of tables is a list of items",
       "[[cors.rules]]\npaths = [\"/a\"]\n[[cors.rules]]\n",
       {"begin_item cors 1:1", "begin_list rules 1:1", "begin_item - 1:1", "begin_list paths 2:9",
        "text - \"/a\" 2:10", "end_list", "end_item", "begin_item - 3:1", "end_item", "end_list",
        "end_item"}},
      {"inline tables among texts",
       "scopes = [\"CORS\", { type = \"X\" }]\n",
       {"begin_list scopes 1:10", "text - \"CORS\" 1:11", "begin_item - 1:19",
        "text type \"X\" 1:28", "end_item", "end_list"}},
      {"dotted names are items",
       "csrf.referer.enabled = true\n",
       {"begin_item csrf 1:1", "begin_item referer 1:6", "flag enabled true 1:24", "end_item",
        "end_item"}},
      {"carriage returns", "a = 1\r\nb = 2\r\n", {"integer a 1 1:5", "integer b 2 2:5"}},
      {"byte order mark",
       "\xEF\xBB\xBF"
       "a = 1\n",
       {"integer a 1 1:5"}},
      {"columns count bytes",
       "a = { \"\xC3\xBC\xE2\x82\xAC\" = \"\xF0\x9F\xA6\x8A\", z = 1 }\nb = [\"\xC3\xBC\", 2]\n",
       {"begin_item a 1:5", "integer z 1 1:29",
        "text \xC3\xBC\xE2\x82\xAC \"\xF0\x9F\xA6\x8A\" 1:17", "end_item", "begin_list b 2:5",
        "text - \"\xC3\xBC\" 2:6", "integer - 2 2:12", "end_list"}},
      {"texts in every spelling",
       "a = 'x\\n'\nb = \"x\\u00fc\"\nc = \"\"\"\nx\ny\"\"\"\nd = 1\n",
       {"text a \"x\\n\" 1:5", "text b \"x\xC3\xBC\" 2:5", "text c \"x\ny\" 3:5",
        "integer d 1 6:5"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    EXPECT_THAT(read(row.toml), ElementsAreArray(row.calls));
    EXPECT_EQ(status_, CORSAC_OK);
    EXPECT_EQ(revision_.size(), 32u);
  }
}

struct SyntaxRow {
  const char* desc;
  std::string toml;
  const char* place;
  const char* fix;  // the whole advice; empty = none can be given
};

TEST_F(TomlDocument, SaysWhereTheSyntaxIsWrongAndWhatToWrite) {
  const SyntaxRow rows[] = {
      {"text without quotes", "on_denied = block", "1:13", "write \"block\""},
      {"origin without quotes", "a = [\n https://a.example ]", "2:2",
       "write \"https://a.example\""},
      {"True", "enabled = True", "1:11", "write true"},
      {"False", "enabled = False # x", "1:11", "write false"},
      {"yes", "enabled = yes", "1:11", "write true"},
      {"off", "enabled = OFF", "1:11", "write false"},
      {"a value with control bytes", "a = x\x01y", "1:5", "put texts in double quotes"},
      {"JSON", "\n{\"version\": 1}", "2:1",
       "this is JSON: write the policy in TOML, which begins with version = 1"},
      {"colon", "a: 1", "1:2", "write = in place of :"},
      {"blank in a name", "my name = 1", "1:4",
       "write name = value; a name with other characters than A-Z a-z 0-9 _ - goes in quotes"},
      {"no comma", "a = [\"x\" \"y\"]", "1:10",
       "put a comma between the values, or ] behind the last one"},
      {"a list that is not closed", "a = [\"x\",\n\"y\"\nb = 1", "3:1",
       "put a comma between the values, or ] behind the last one"},
      {"a list without end", "a = [", "1:6", "close the list with ]"},
      {"comma before }", "a = { b = 1, }", "1:14", "remove the comma before }"},
      {"a name twice", "a = 1\na = 2", "2:5", "remove one of the two"},
      {"a table twice", "[cors]\n[cors]", "2:1",
       "put its fields into one table; a table for each element of a list has two brackets, "
       "[[like.this]]"},
      {"text without end", "a = \"x\nb = 1", "1:7",
       "close the text with its quote on the same line"},
      {"text without end at the end", "a = 'x", "1:7", "close the text with its quote"},
      {"text without end, and a line break behind it", "a = \"\"\"x\ny\n", "2:2",
       "close the text with its quote"},
      {"backslash", "a = \"\\q\"", "1:7",
       "write \\\\ for a backslash, or put the text in single quotes"},
      {"zero in front", "a = 07", "1:7", "remove the zeroes in front"},
      {"two on a line", "a = 1 b = 2", "1:7", "put what follows on a line of its own"},
      {"table name without end", "[cors", "1:6", "close the table's name with ]"},
      {"a name alone", "cors", "1:5", "write name = value"},
      {"no UTF-8", "a = \"\xFF\"", "1:5", "save the file as UTF-8"},
      {"a column behind a letter of two bytes", "a = [\"\xC3\xBC\" \"y\"]", "1:11",
       "put a comma between the values, or ] behind the last one"},
      {"a name that begins with a dot", "[.a]", "1:2", ""},
      {"no name", "[]", "1:2", ""},
      {"a letter beyond ASCII", "[\xC3\xA9]", "1:2", ""},
      {"a code point that the parser calls unreachable", "\xEF\xAF\xAF = 1", "1:1", ""},
      {"a number beyond 64 bits", "[cors]\nmax_age_seconds = 100000000000000000000\n", "2:40",
       "give max_age_seconds a number of at most 18 digits"},
      {"below them, in a table on one line", "a = { b = \"=\", c.d=-9223372036854775809 }", "1:40",
       "give c.d a number of at most 18 digits"},
      {"in a list, behind a text", "a = [\"b=c\", 99999999999999999999]", "1:33",
       "write a number of at most 18 digits"},
      {"behind a name in quotes", "\"a b\" = 99999999999999999999", "1:29",
       "write a number of at most 18 digits"},
      {"NUL", std::string("a = \0", 5), "1:5", "remove it"},
  };
  for (const SyntaxRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const std::vector<std::string> calls = read(row.toml);
    EXPECT_EQ(status_, CORSAC_INVALID);
    EXPECT_EQ(revision_, "");
    ASSERT_EQ(calls.size(), 1u);
    EXPECT_THAT(calls[0], StartsWith("problem toml-syntax " + std::string(row.place) + ": "));
    EXPECT_THAT(calls[0], testing::EndsWith("; " + std::string(row.fix)));
    EXPECT_THAT(calls[0], Not(HasSubstr("Error while parsing")));
  }
}

TEST_F(TomlDocument, RefusesNamesAndNestingThatWouldEndTheParser) {
  const auto repeated = [](const std::string& part, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += part;
    return text;
  };
  const SyntaxRow rows[] = {
      {"a table name of 200,000 parts", "[a" + repeated(".a", 200'000) + "]",
       "nesting-too-deep 1:2", ""},
      {"a key of 200,000 parts", "x = 1\n a" + repeated(".a", 200'000) + " = 1",
       "nesting-too-deep 2:2", ""},
      {"a key of quoted parts", "\"a\"" + repeated(".\"a\"", 17) + " = 1", "nesting-too-deep 1:1",
       ""},
      {"inline tables in each other", repeated("a={", 33), "nesting-too-deep 1:99", ""},
      {"lists in each other", "a = " + repeated("[", 100'000), "nesting-too-deep 1:37", ""},
      {"a long name", std::string(1025, 'a') + " = 1", "key-too-long 1:1", ""},
      {"a long quoted name", "\"" + std::string(1023, 'a') + "\" = 1", "key-too-long 1:1", ""},
      {"a long table name", "[[\"" + std::string(1023, 'a') + "\"]]", "key-too-long 1:3", ""},
      {"a long bare value", "a = " + std::string(1025, '1'), "key-too-long 1:5", ""},
  };
  for (const SyntaxRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const std::vector<std::string> calls = read(row.toml);
    EXPECT_EQ(status_, CORSAC_INVALID);
    ASSERT_EQ(calls.size(), 1u);
    EXPECT_THAT(calls[0], StartsWith("problem " + std::string(row.place) + ": "));
  }
}

TEST_F(TomlDocument, TakesWhatIsJustWithinTheLimits) {
  const std::string long_name(1024, 'a');
  EXPECT_THAT(read(long_name + " = 1"), ElementsAreArray({"integer " + long_name + " 1 1:1028"}));
  const std::string long_text(100'000, '.');
  EXPECT_THAT(read("a = \"" + long_text + "\""),
              ElementsAreArray({"text a \"" + long_text + "\" 1:5"}));
  const std::string lists = std::string(32, '[') + std::string(32, ']');
  EXPECT_EQ(read("a = " + lists).size(), 64u);
  EXPECT_EQ(read("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p = 1").size(), 31u);
  EXPECT_EQ(status_, CORSAC_OK);
}

TEST_F(TomlDocument, RefusesMoreValuesThanTheParserTakesInASecond) {
  const auto repeated = [](std::string_view part, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += part;
    return text;
  };
  constexpr std::size_t kLimit = 2'000'000;
  const SyntaxRow rows[] = {
      {"zeroes", "a = [" + repeated("0,", kLimit - 1) + "]", "too-many-values 1:4000003", ""},
      {"fields", repeated("a=1\n", kLimit + 1), "too-many-values 2000001:2", ""},
      {"empty lists", "a = [" + repeated("[],", kLimit / 2) + "]", "too-many-values 1:3000003", ""},
      {"tables", repeated("[[a]]\n", kLimit + 1), "too-many-values", ""},
      {"parts of names", repeated("[a.b.c.d]\n", kLimit / 4 + 1), "too-many-values", ""},
      {"some in a long list",
       "allowed_origins = [\n" + repeated("\"a\",\n", 2'000) + "]\nb = [" +
           repeated("0,", kLimit - 2'003) + "]",
       "too-many-values 2003:3995999", ""},
      {"the largest document", "a = [" + repeated("0,", 33'000'000) + "]",
       "too-many-values 1:4000003", ""},
  };
  for (const SyntaxRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const std::vector<std::string> calls = read(row.toml);
    EXPECT_EQ(status_, CORSAC_INVALID);
    ASSERT_EQ(calls.size(), 1u);
    EXPECT_THAT(calls[0], StartsWith("problem " + std::string(row.place)));
    EXPECT_THAT(calls[0], HasSubstr("put long lists of origins into an allowed_origins_file"));
  }
}

TEST_F(TomlDocument, TakesAMillionOrigins) {
  std::string toml = "[cors]\nallowed_origins = [\n";
  for (int i = 0; i < 1'000'000; ++i) {
    toml += "\"https://tenant-" + std::to_string(i) + ".customers.example\",\n";
  }
  folder_.write("policy.toml", toml + "]\n");
  open();
  test::RecordingSink sink;
  sink.count_only();
  EXPECT_EQ(store_->read(sink), CORSAC_OK);
  EXPECT_EQ(sink.count(), 1'000'006u);
}

TEST_F(TomlDocument, IsNotParsedWhenTheReadIsCancelledBefore) {
  folder_.write("policy.toml", std::string(8 * 1024 * 1024, '\n'));
  open();
  // Eight pieces and the end of the file make nine questions; those that follow come from the scan.
  std::size_t questions = 0;
  host_.on_cancelled_asked([&](std::size_t question) {
    questions = question;
    if (question == 13) host_.cancel();
  });
  test::RecordingSink sink;
  EXPECT_EQ(store_->read(sink), CORSAC_CANCELLED);
  EXPECT_LT(questions, 20u);
}

TEST_F(TomlDocument, LetsNobodyButTheStoreFillTheListOfAFile) {
  const std::vector<std::string> calls =
      read("[cors]\nallowed_origins_from_file = [\"https://a.example\"]\n");
  EXPECT_EQ(status_, CORSAC_INVALID);
  EXPECT_THAT(calls,
              ElementsAreArray({"begin_item cors 1:1",
                                "problem field-unknown 2:29: only the store may fill the field "
                                "allowed_origins_from_file; write allowed_origins_file = "
                                "\"origins.txt\"",
                                "end_item"}));
}

TEST_F(TomlDocument, StopsWithTheSink) {
  const char* policy = "version = 1\n[cors]\nallowed_origins = [\"a\", \"b\"]\n[[test]]\nx = 1\n";
  folder_.write("policy.toml", policy);
  open();
  test::RecordingSink whole;
  EXPECT_EQ(store_->read(whole), CORSAC_OK);
  for (std::size_t call = 1; call <= whole.count(); ++call) {
    test::RecordingSink sink;
    sink.stop_at(call);
    EXPECT_EQ(store_->read(sink), CORSAC_CANCELLED) << call;
    EXPECT_EQ(sink.count(), call);
  }
}

TEST_F(TomlDocument, NamesEachStateOfTheContent) {
  read("a = 1\n");
  const std::string first = revision_;
  read("a = 2\n");
  const std::string second = revision_;
  EXPECT_NE(first, second);
  read("a = 1\n");
  EXPECT_EQ(revision_, first);
}

}  // namespace
}  // namespace corsac
