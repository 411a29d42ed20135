#include "corsac/runtime/feed_json.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/policy/reader.hpp"
#include "support/recording_store_host.hpp"

namespace corsac {
namespace {

using test::RecordingSink;
using testing::ElementsAreArray;
using testing::StartsWith;

std::int32_t feed(RecordingSink& sink, const std::string& json) {
  return feed_json(nullptr, sink.sink(), json.data(), json.size());
}

struct Row {
  const char* desc;
  std::string json;
  std::vector<std::string> calls;
};

TEST(FeedJson, HandsOverEveryValueWithItsPlace) {
  const Row rows[] = {
      {"empty document", "{}", {}},
      {"each kind of value",
       R"({"t":"x","i":-7,"r":1.5,"f":true,"g":false,"n":null})",
       {"text t \"x\" 1:6", "integer i -7 1:14", "real r 1.5 1:21", "flag f true 1:29",
        "flag g false 1:38", "null n 1:48"}},
      {"lists and items",
       R"({"cors": {"allowed_origins": ["a", "b"], "rules": [{"paths": []}]}})",
       {"begin_item cors 1:10", "begin_list allowed_origins 1:30", "text - \"a\" 1:31",
        "text - \"b\" 1:36", "end_list", "begin_list rules 1:51", "begin_item - 1:52",
        "begin_list paths 1:62", "end_list", "end_item", "end_list", "end_item"}},
      {"lines, tabs and carriage returns",
       "{\r\n\t\"a\":\r\n  1,\n\n\"b\": [\n2\n]}",
       {"integer a 1 3:3", "begin_list b 5:6", "integer - 2 6:1", "end_list"}},
      {"columns count bytes",
       "{\"a\":\"\xC3\xBC\xC3\xBC\",\"b\":1}",
       {"text a \"\xC3\xBC\xC3\xBC\" 1:6", "integer b 1 1:17"}},
      {"escapes do not end a string",
       R"({"a":"\"}\\","b":1})",
       {"text a \"\"}\\\" 1:6", "integer b 1 1:18"}},
      {"any byte in a text",
       R"({"a":"x\u0000\n\u00fc"})",
       {std::string("text a \"x\0\n\xC3\xBC\" 1:6", 18)}},
      {"numbers that end a list",
       "{\"a\":[1,2]}",
       {"begin_list a 1:6", "integer - 1 1:7", "integer - 2 1:9", "end_list"}},
      {"the largest and the smallest integer",
       R"({"a":9223372036854775807,"b":-9223372036854775808})",
       {"integer a 9223372036854775807 1:6", "integer b -9223372036854775808 1:30"}},
      {"beyond the largest", R"({"a":9223372036854775808})", {"real a 9.22337e+18 1:6"}},
      {"byte order mark", "\xEF\xBB\xBF{\"a\":1}", {"integer a 1 1:9"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    RecordingSink sink;
    EXPECT_EQ(feed(sink, row.json), CORSAC_OK);
    EXPECT_THAT(sink.calls(), ElementsAreArray(row.calls));
  }
}

struct ErrorRow {
  const char* desc;
  std::string json;
  const char* problem;  // how the last call begins
};

std::string nested(std::size_t levels) {
  return "{\"a\":" + std::string(levels, '[') + std::string(levels, ']') + "}";
}

TEST(FeedJson, SaysWhatIsWrongAndWhere) {
  const ErrorRow rows[] = {
      {"nothing at all", "", "problem json-syntax 1:1: "},
      {"blanks only", " \n ", "problem json-syntax 1:1: "},
      {"a list", "[1]", "problem json-root 1:1: "},
      {"a text", "\n \"x\"", "problem json-root 2:2: "},
      {"a number", "17", "problem json-root 1:1: "},
      {"missing value", "{\"a\":}", "problem json-syntax 1:6: "},
      {"comma at the end", "{\"a\":1,\n }", "problem json-syntax 2:2: "},
      {"single quotes", "{'a':1}", "problem json-syntax 1:2: "},
      {"a comment", "{ // x\n}", "problem json-syntax 1:3: "},
      {"cut off", "{\"a\":[1,", "problem json-syntax 1:8: "},
      {"text without end", "{\"a\":\"x", "problem json-syntax 1:6: "},
      {"two documents", "{}\n{}", "problem json-syntax 2:1: "},
      {"not UTF-8", "{\"a\":\"\xFF\"}", "problem json-syntax 1:6: "},
      {"line break in a text", "{\"a\":\"x\ny\"}", "problem json-syntax 1:6: "},
      {"a number without end", "{\"a\":1e999}", "problem json-syntax 1:6: "},
      {"no number", "{\"a\":NaN}", "problem json-syntax 1:6: "},
      {"a level too deep", nested(kNestingLimit + 1), "problem nesting-too-deep 1:22: "},
      {"far too deep", nested(1'000'000), "problem nesting-too-deep 1:22: "},
  };
  for (const ErrorRow& row : rows) {
    SCOPED_TRACE(row.desc);
    RecordingSink sink;
    EXPECT_EQ(feed(sink, row.json), CORSAC_INVALID);
    ASSERT_FALSE(sink.calls().empty());
    EXPECT_THAT(sink.calls().back(), StartsWith(row.problem));
  }
}

// What an unfinished document lacks is no error of its own.
TEST(FeedJson, SaysOfHalfADocumentNothingElse) {
  const std::string whole = R"({"version": 1, "test": [{"x": 1, "y": [true, null, 1.5, {}]}, {}]})";
  for (std::size_t length = 1; length < whole.size(); ++length) {
    RecordingSink sink;
    EXPECT_EQ(feed(sink, whole.substr(0, length)), CORSAC_INVALID);
    ASSERT_EQ(sink.calls().size(), 1u) << length;
    EXPECT_THAT(sink.calls()[0], StartsWith("problem json-syntax 1:")) << length;
  }
}

TEST(FeedJson, SaysWhatToDo) {
  const ErrorRow rows[] = {
      {"cut off", R"({"a":[1,)", "it is empty, or cut off"},
      {"cut off in a text", R"({"a":"x)", "or write the whole document"},
      {"a word", R"({"a":yes})", "true, false, null, a number, or a text in double quotes"},
      {"a comment", "{ // x\n}", "JSON has no comments"},
      {"a line break in a text", "{\"a\":\"x\ny\"}", "write \\n for a line break"},
      {"not UTF-8", "{\"a\":\"\xFF\"}", "in UTF-8"},
      {"a comma too many", R"({"a":1,})", "put the whole document through a JSON parser"},
  };
  for (const ErrorRow& row : rows) {
    SCOPED_TRACE(row.desc);
    RecordingSink sink;
    feed(sink, row.json);
    ASSERT_EQ(sink.calls().size(), 1u);
    EXPECT_THAT(sink.calls()[0], testing::HasSubstr(row.problem));
  }
}

TEST(FeedJson, PlacesANumberThatSomethingFollowsWhichMayNot) {
  for (const std::string json : {"{\"a\":17[1]}", "{\"a\":17{}}"}) {
    RecordingSink sink;
    EXPECT_EQ(feed(sink, json), CORSAC_INVALID);
    ASSERT_EQ(sink.calls().size(), 1u) << json;
    EXPECT_THAT(sink.calls()[0], StartsWith("problem json-syntax 1:8: ")) << json;
  }
}

TEST(FeedJson, TakesTheDeepestAllowedNesting) {
  RecordingSink sink;
  EXPECT_EQ(feed(sink, nested(kNestingLimit)), CORSAC_OK);
  EXPECT_EQ(sink.calls().size(), 2 * kNestingLimit);
}

TEST(FeedJson, KeepsParsersWordsWithoutItsOwnCodes) {
  RecordingSink sink;
  feed(sink, "{\"a\":tru}");
  ASSERT_EQ(sink.calls().size(), 1u);
  EXPECT_EQ(sink.calls()[0].find("json.exception"), std::string::npos);
  EXPECT_THAT(sink.calls()[0], StartsWith("problem json-syntax 1:6: syntax error while parsing"));
}

TEST(FeedJson, ShowsNothingOfTheDocument) {
  const ErrorRow rows[] = {
      {"a literal", "{\"a\":s3cret}", "problem json-syntax 1:6: syntax error while parsing value"},
      {"a key", "{s3cret: 1}", "problem json-syntax 1:2: syntax error while parsing object key"},
      {"a text without end", "{\"a\":\"s3cret", "problem json-syntax 1:6: "},
      {"a text with what the parser says", "{\"a\":\"; expected s3cret\n\"}",
       "problem json-syntax 1:6: "},
      {"a number", "{\"a\":1e999}", "problem json-syntax 1:6: number overflow; "},
      {"no JSON at all", "s3cret", "problem json-syntax 1:1: "},
      {"behind the document", "{} s3cret", "problem json-syntax 1:4: "},
  };
  for (const ErrorRow& row : rows) {
    SCOPED_TRACE(row.desc);
    RecordingSink sink;
    EXPECT_EQ(feed(sink, row.json), CORSAC_INVALID);
    ASSERT_EQ(sink.calls().size(), 1u);
    EXPECT_THAT(sink.calls()[0], StartsWith(row.problem));
    for (const char* part : {"s3c", "999", "last read"}) {
      EXPECT_THAT(sink.calls()[0], testing::Not(testing::HasSubstr(part)));
    }
  }
}

TEST(FeedJson, StopsWithTheSink) {
  const std::string json = R"({"a":{"b":[1,2,{"c":null}],"d":true,"e":1.5},"f":"x","f":1})";
  RecordingSink whole;
  feed(whole, json);
  for (std::size_t call = 1; call <= whole.count(); ++call) {
    RecordingSink sink;
    sink.stop_at(call);
    EXPECT_EQ(feed(sink, json), CORSAC_CANCELLED) << call;
    EXPECT_EQ(sink.count(), call);
  }
}

TEST(FeedJson, RefusesWhatIsTooLargeBeforeItReadsAByte) {
  RecordingSink sink;
  const char byte = '{';
  EXPECT_EQ(feed_json(nullptr, sink.sink(), &byte, kDocumentLimitBytes + 1), CORSAC_INVALID);
  ASSERT_EQ(sink.calls().size(), 1u);
  EXPECT_THAT(sink.calls()[0], StartsWith("problem document-too-large 0:0: "));
}

TEST(FeedJson, RefusesMissingArguments) {
  RecordingSink sink;
  EXPECT_EQ(feed_json(nullptr, nullptr, "{}", 2), CORSAC_FAILED);
  EXPECT_EQ(feed_json(nullptr, sink.sink(), nullptr, 2), CORSAC_FAILED);
  EXPECT_EQ(sink.count(), 0u);
}

}  // namespace
}  // namespace corsac
