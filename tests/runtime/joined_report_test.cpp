#include "corsac/runtime/joined_report.hpp"

#include <gtest/gtest.h>

namespace corsac {
namespace {

TEST(JoinedReport, TellsOtherProblemsFromThoseOfTheDocument) {
  const Problem option{.code = "option-x", .path = "options.x", .what = "wrong option"};
  const Problem field{.code = "field-x", .path = "cors.x", .place = {.line = 3}, .what = "wrong"};
  const Problem whole{.code = "document-x", .what = "wrong document"};
  struct Row {
    const char* desc;
    std::vector<Problem> others;
    Report report;
    std::string text;
  };
  const Row rows[] = {
      {"nothing at all", {}, {}, ""},
      {"no document", {option}, {}, "error[option-x]: options.x\n    wrong option\n"},
      {"a document without names",
       {option},
       Report({whole}),
       "error[option-x]: options.x\n    wrong option\nerror[document-x]\n    wrong document\n"},
      {"a document with a name",
       {option},
       Report({whole, field}, {"policy.toml"}),
       "options: error[option-x]: options.x\n    wrong option\n"
       "policy.toml: error[document-x]\n    wrong document\n"
       "policy.toml:3: error[field-x]: cors.x\n    wrong\n"},
      {"a document alone",
       {},
       Report({field}, {"policy.toml"}),
       "policy.toml:3: error[field-x]: cors.x\n    wrong\n"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(joined_report(row.others, "options", row.report).text(), row.text) << row.desc;
  }
}

TEST(JoinedReport, KeepsThePlacesOfTwoDocuments) {
  const Problem first{.code = "field-x", .path = "cors.x", .place = {.line = 3}, .what = "wrong"};
  const Problem second{.code = "field-y",
                       .path = "trusted_origins[0]",
                       .place = {.line = 4, .source = 1},
                       .what = "wrong"};
  const Problem away{.code = "store-unreachable", .path = "records", .what = "it is away"};
  struct Row {
    const char* desc;
    Report first;
    Report second;
    std::string text;
  };
  const Row rows[] = {
      {"nothing at all", {}, {}, ""},
      {"two documents with names", Report({first}, {"policy.toml"}),
       Report({second}, {"okta", "okta (page 2)"}),
       "policy.toml:3: error[field-x]: cors.x\n    wrong\n"
       "okta (page 2):4: error[field-y]: trusted_origins[0]\n    wrong\n"},
      {"the second gave none", Report({first}, {"policy.toml"}), Report({away}),
       "error[store-unreachable]: records\n    it is away\n"
       "policy.toml:3: error[field-x]: cors.x\n    wrong\n"},
      {"the first gave none", Report({away}), Report({second}, {"okta", "okta (page 2)"}),
       "error[store-unreachable]: records\n    it is away\n"
       "okta (page 2):4: error[field-y]: trusted_origins[0]\n    wrong\n"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(joined_report(row.first, row.second).text(), row.text) << row.desc;
  }
}

}  // namespace
}  // namespace corsac
