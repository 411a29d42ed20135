#include "corsac/policy/report.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace corsac {
namespace {

const std::vector<std::string> kSources = {"policy.toml", "origins.txt"};

struct TextRow {
  const char* desc;
  Problem problem;
  std::string text;
};

TEST(Report, WritesOneProblemAsTwoLines) {
  const TextRow rows[] = {
      {"the example of the policy document",
       {.code = "origin-trailing-slash",
        .path = "cors.allowed_origins[1]",
        .value = "https://app.example.com/",
        .place = {.line = 7, .column = 21, .source = 0},
        .what = "an origin has no path",
        .fix = "write \"https://app.example.com\""},
       "policy.toml:7:21: error[origin-trailing-slash]: cors.allowed_origins[1] = "
       "\"https://app.example.com/\"\n"
       "    an origin has no path; write \"https://app.example.com\"\n"},
      {"a warning without fix, of another source, the whole line",
       {.severity = Severity::Warning,
        .code = "record-not-granted",
        .path = "trusted_origins[0].origin",
        .value = "ftp://a.example",
        .place = {.line = 2, .column = 0, .source = 1},
        .what = "no browser sends it"},
       "origins.txt:2: warning[record-not-granted]: trusted_origins[0].origin = "
       "\"ftp://a.example\"\n    no browser sends it\n"},
      {"no value",
       {.code = "field-missing",
        .path = "version",
        .what = "it is missing",
        .fix = "write version = 1"},
       "policy.toml: error[field-missing]: version\n    it is missing; write version = 1\n"},
      {"neither path nor value",
       {.code = "toml-syntax",
        .place = {.line = 1, .column = 2, .source = 0},
        .what = "expected a key"},
       "policy.toml:1:2: error[toml-syntax]\n    expected a key\n"},
      {"a value without a path",
       {.code = "plugin-name", .value = "../x", .what = "it is no name"},
       "policy.toml: error[plugin-name]: \"../x\"\n    it is no name\n"},
      {"nothing may break the two lines or reach the terminal",
       {.code = "bad\ncode",
        .path = "cors.\x1b[31m",
        .value = "a\r\nb\"c",
        .what = "what\nnext",
        .fix = "fix \xC3\xBC"},
       "policy.toml: error[bad\\x0Acode]: cors.\\x1B[31m = \"a\\x0D\\x0Ab\\\"c\"\n"
       "    what\\x0Anext; fix \\xC3\\xBC\n"},
      {"a long value is cut",
       {.code = "c", .path = "p", .value = std::string(300, 'v'), .what = "w"},
       "policy.toml: error[c]: p = \"" + std::string(120, 'v') + "...\"\n    w\n"},
  };
  for (const TextRow& row : rows) {
    EXPECT_EQ(Report({row.problem}, kSources).text(), row.text) << row.desc;
  }
}

TEST(Report, WithoutSourcesSaysNoPlace) {
  const Report report({{.code = "c", .path = "p", .what = "w"}});
  EXPECT_EQ(report.text(), "error[c]: p\n    w\n");
  EXPECT_EQ(Report().text(), "");
  EXPECT_EQ(Report().json(), "[]");
}

TEST(Report, OrdersByPlaceAndKeepsTheOrderOfEqualOnes) {
  const Report report({{.code = "d", .place = {.line = 1, .column = 1, .source = 1}, .what = "w"},
                       {.code = "c", .place = {.line = 9, .column = 2, .source = 0}, .what = "w"},
                       {.code = "b2", .place = {.line = 9, .column = 1, .source = 0}, .what = "w"},
                       {.code = "b1", .place = {.line = 9, .column = 1, .source = 0}, .what = "w"},
                       {.code = "a", .what = "w"}},
                      kSources);
  std::vector<std::string> codes;
  for (const auto& object : nlohmann::json::parse(report.json())) codes.push_back(object["code"]);
  EXPECT_EQ(codes, (std::vector<std::string>{"a", "b2", "b1", "c", "d"}));
}

TEST(Report, OfWarningsAloneHasNoErrors) {
  const Problem warning = {.severity = Severity::Warning, .code = "w"};
  EXPECT_FALSE(Report().has_errors());
  EXPECT_FALSE(Report({warning}).has_errors());
  EXPECT_TRUE(Report({warning, {.code = "e"}}).has_errors());
}

TEST(Report, WritesTheSameFieldsAsJson) {
  const Report report({{.code = "field-type",
                        .path = "cors.enabled",
                        .value = "\xFFno\x1b",
                        .place = {.line = 4, .column = 11, .source = 0},
                        .what = "it must be true or false",
                        .fix = "write true"},
                       {.severity = Severity::Warning, .code = "debug-headers", .what = "w"}},
                      kSources);
  const auto list = nlohmann::json::parse(report.json());
  EXPECT_EQ(list, nlohmann::json::parse(R"([
    {"severity": "warning", "code": "debug-headers", "path": "", "value": "",
     "source": "policy.toml", "what": "w", "fix": ""},
    {"severity": "error", "code": "field-type", "path": "cors.enabled", "value": "\\xFFno\\x1B",
     "source": "policy.toml", "line": 4, "column": 11, "what": "it must be true or false",
     "fix": "write true"}])"));
}

struct PlaceRow {
  const char* desc;
  Place place;
  std::vector<std::string> sources;
  std::string text;
};

TEST(PlaceText, ShowsWhatIsKnown) {
  const PlaceRow rows[] = {
      {"line and column", {.line = 7, .column = 21, .source = 0}, kSources, "policy.toml:7:21"},
      {"the whole line", {.line = 7, .column = 0, .source = 1}, kSources, "origins.txt:7"},
      {"no known place", {}, kSources, "policy.toml"},
      {"no source", {.line = 7, .column = 21, .source = 0}, {}, ""},
      {"a source that does not exist", {.line = 7, .column = 1, .source = 9}, kSources, ""},
      {"a hostile source", {}, {"a\nb"}, "a\\x0Ab"},
  };
  for (const PlaceRow& row : rows)
    EXPECT_EQ(place_text(row.place, row.sources), row.text) << row.desc;
}

struct NearestRow {
  const char* desc;
  std::string name;
  std::string_view nearest;
};

TEST(NearestName, FindsSlipsAndNothingElse) {
  const std::vector<std::string_view> known = {"allowed_origins", "allowed_methods", "enabled",
                                               "paths", "profile"};
  const NearestRow rows[] = {
      {"one letter dropped", "allowed_orgins", "allowed_origins"},
      {"two letters swapped", "enabeld", "enabled"},
      {"a hyphen", "allowed-methods", "allowed_methods"},
      {"camel case", "allowedOrigins", "allowed_origins"},
      {"upper case", "ENABLED", "enabled"},
      {"singular", "path", "paths"},
      {"as it is heard", "pathes", "paths"},
      {"cut short", "profi", "profile"},
      {"another word", "colour", ""},
      {"too short to be a slip", "ab", ""},
      {"empty", "", ""},
      {"far too long", std::string(5000, 'a'), ""},
  };
  for (const NearestRow& row : rows)
    EXPECT_EQ(nearest_name(row.name, known), row.nearest) << row.desc;
  EXPECT_EQ(nearest_name("paths", {}), "");
}

}  // namespace
}  // namespace corsac
