#include "corsac/policy_api/json_body.hpp"

#include <string>

#include <gtest/gtest.h>

namespace corsac {
namespace {

std::string lines_of(const std::vector<Problem>& problems) {
  std::string lines;
  for (const Problem& problem : problems) {
    if (!lines.empty()) lines += ", ";
    lines += std::string(problem.code) + " " + problem.path + " " +
             std::to_string(problem.place.line) + ":" + std::to_string(problem.place.column);
  }
  return lines;
}

struct BodyRow {
  const char* desc;
  std::string body;
  const char* problems;
};

// What is cut is shown as cut.
const std::string kCut = std::string(512, 'a') + "...";
const std::string kLongProblems =
    "key-too-long " + kCut + " 1:2, field-repeated " + kCut + " 1:1040";

const BodyRow kBodies[] = {
    {"an object", R"({"a": [1, {"b": null}], "c": "d"})", ""},
    {"one name in two objects", R"({"a": {"b": 1}, "c": {"b": 1}})", ""},
    {"sixteen levels", "{\"a\":" + std::string(16, '[') + std::string(16, ']') + "}", ""},
    {"one more", "{\"a\":" + std::string(17, '[') + std::string(17, ']') + "}",
     "nesting-too-deep a[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0] 1:22"},
    {"a million levels", "{\"a\":" + std::string(1'000'000, '['),
     "nesting-too-deep a[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0] 1:22"},
    {"every name that stands twice", R"({"a": 1, "b": [{}, {"c": 1, "c": 2}], "a": 2})",
     "field-repeated b[1].c 1:29, field-repeated a 1:39"},
    {"twice by an escape", R"({"a": 1, "\u0061": 2})", "field-repeated a 1:10"},
    {"the longest name", "{\"" + std::string(1'024, 'a') + "\": 1}", ""},
    {"one byte more, twice, and an object in it",
     "{\"" + std::string(1'025, 'a') + "\": {\"b\": 1, \"b\": 2}}", kLongProblems.c_str()},
    {"nothing", "", "json-syntax  1:1"},
    {"half", "{\"a\":\n 1", "json-syntax  2:2"},
    {"something behind it", "{} {}", "json-syntax  1:4"},
    {"a list", "[1]", "json-root  1:1"},
    {"a text", R"("a")", "json-root  1:1"},
    {"null", "null", "json-root  1:1"},
    {"not UTF-8", "{\"a\": \"\xC3\x28\"}", "json-syntax  1:7"},
    {"a comment", "{ // a\n}", "json-syntax  1:3"},
    {"a number beyond all bounds", R"({"a": 1e999})", "json-syntax  1:7"},
};

TEST(JsonBody, TellsAllThatIsWrong) {
  for (const BodyRow& row : kBodies) {
    SCOPED_TRACE(row.desc);
    EXPECT_EQ(lines_of(check_json_body(row.body)), row.problems);
  }
}

struct PatchRow {
  const char* desc;
  const char* patch;
  const char* outcome;
};

// To kDocument.
constexpr const char* kDocument =
    R"({"version":1,"cors":{"allowed_origins":["https://a.example"],"debug":true}})";
constexpr PatchRow kPatches[] = {
    {"nothing", "{}", kDocument},
    {"a field is added", R"({"cors": {"allow_credentials": true}})",
     R"({"version":1,"cors":{"allowed_origins":["https://a.example"],"debug":true,)"
     R"("allow_credentials":true}})"},
    {"false is a value", R"({"cors": {"debug": false}})",
     R"({"version":1,"cors":{"allowed_origins":["https://a.example"],"debug":false}})"},
    {"null takes away", R"({"cors": {"debug": null}})",
     R"({"version":1,"cors":{"allowed_origins":["https://a.example"]}})"},
    {"null of what is not there", R"({"csrf": null, "cors": {"enabled": null}})", kDocument},
    {"a section goes", R"({"cors": null})", R"({"version":1})"},
    {"a list is replaced", R"({"cors": {"allowed_origins": ["https://b.example"]}})",
     R"({"version":1,"cors":{"allowed_origins":["https://b.example"],"debug":true}})"},
    {"a null in a list stays, for the reader", R"({"cors": {"allowed_origins": [null]}})",
     R"({"version":1,"cors":{"allowed_origins":[null],"debug":true}})"},
    {"what is wrong goes on to the reader", R"({"cors": 5, "unknown": {"a": null}})",
     R"({"version":1,"cors":5,"unknown":{}})"},
    {"null of what a policy has not",
     R"({"cors": {"allowed_origin": null, "debug": 5}, "x": null})",
     R"({"version":1,"cors":{"allowed_origins":["https://a.example"],"debug":5}})"
     "field-unknown cors.allowed_origin 0:0, field-unknown x 0:0"},
    {"a name twice", R"({"cors": {"debug": true, "debug": null}})",
     "field-repeated cors.debug 1:26"},
    {"no object", "[]", "json-root  1:1"},
};

TEST(JsonBody, MergesPatches) {
  for (const PatchRow& row : kPatches) {
    SCOPED_TRACE(row.desc);
    const MergedPatch merged = merge_patch(kDocument, row.patch);
    EXPECT_EQ(merged.document + lines_of(merged.problems), row.outcome);
  }
}

TEST(JsonBody, TellsAThousandProblemsAtMost) {
  std::string twice;
  std::string unknown;
  for (int i = 0; i < 2'000; ++i) {
    twice += R"(,"a":1)";
    unknown += R"(,"unknown)" + std::to_string(i) + "\":null";
  }
  EXPECT_EQ(check_json_body(R"({"a":1)" + twice + "}").size(), 1'000U);
  EXPECT_EQ(merge_patch("{}", R"({"cors":null)" + unknown + "}").problems.size(), 1'000U);
}

// A body of 1 MiB must not cost a thousand times as much.
TEST(JsonBody, KeepsLittleOfLongNames) {
  const auto bytes_of = [](const std::vector<Problem>& problems) {
    std::size_t bytes = 0;
    for (const Problem& problem : problems) bytes += problem.path.size() + problem.what.size();
    return bytes;
  };
  std::string twice;
  std::string long_names;
  std::string nested;
  for (int i = 0; i < 20'000; ++i) twice += R"(,"a":1)";
  for (int i = 0; i < 900; ++i) long_names += ",\"" + std::string(1'100, 'b') + "\":1";
  for (int i = 0; i < 15; ++i) nested += "{\"" + std::string(1'000, 'c') + "\":";
  const struct {
    const char* desc;
    std::string body;
  } rows[] = {
      {"in one long name", "{\"" + std::string(500'000, 'K') + R"(":{"a":1)" + twice + "}}"},
      {"many long names", R"({"a":1)" + long_names + "}"},
      {"in many names", nested + R"({"a":1)" + twice + "}" + std::string(15, '}')},
  };
  for (const auto& row : rows) {
    const std::vector<Problem> problems = check_json_body(row.body);
    EXPECT_GE(problems.size(), 900U) << row.desc;
    EXPECT_LE(bytes_of(problems), 1'000U * 600U) << row.desc;
  }
}

TEST(JsonBody, NamesTheNearestField) {
  const MergedPatch merged = merge_patch("{}", R"({"cors": {"allowed_origin": null}})");
  ASSERT_EQ(merged.problems.size(), 1U);
  EXPECT_EQ(merged.problems[0].fix, "write allowed_origins");
}

}  // namespace
}  // namespace corsac
