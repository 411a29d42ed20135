#include "corsac/policy/element_paths.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

TEST(ElementPaths, CountWhatTheReaderLeftOut) {
  const std::vector<Problem> read = {
      {.code = "field-type", .path = "cors.allowed_origins[1]"},
      {.code = "text-too-long", .path = "cors.allowed_origins[2]"},
      {.code = "field-type", .path = "cors.rules[0]"},
      {.code = "field-type", .path = "cors.rules[1].paths[0]"},
      {.code = "value-unknown", .path = "hosts.allowed[0]"},
      {.code = "field-type", .path = "cors.debug"},
  };
  const struct {
    const char* desc;
    std::string compiled;
    std::string path;
  } rows[] = {
      {"before them", "cors.allowed_origins[0]", "cors.allowed_origins[0]"},
      {"behind them", "cors.allowed_origins[1]", "cors.allowed_origins[3]"},
      {"further behind", "cors.allowed_origins[40]", "cors.allowed_origins[42]"},
      {"in a list of an item behind one", "cors.rules[0].paths[0]", "cors.rules[1].paths[1]"},
      {"in another list of that item", "cors.rules[0].hosts[0]", "cors.rules[1].hosts[0]"},
      {"in a list that lacks none", "hosts.allowed[0]", "hosts.allowed[0]"},
      {"of no element", "cors.debug", "cors.debug"},
      {"of none at all", "", ""},
      {"with a bracket that does not close", "cors.x[1", "cors.x[1"},
  };
  for (const auto& row : rows) {
    std::vector<Problem> compiled = {{.code = "x", .path = row.compiled}};
    restore_indices(read, compiled);
    EXPECT_EQ(compiled.front().path, row.path) << row.desc;
  }
}

TEST(ElementPaths, WithAnErrorOfTheReaderHaveNoOtherProblem) {
  const std::vector<Problem> read = {
      {.code = "field-missing", .path = "lint.allow[0].reason"},
      {.severity = Severity::Warning, .code = "store-warning", .path = "cors.debug"},
      {.code = "field-type", .path = "cors.allowed_origins[1]"},
      {.code = "too-deep", .path = ""},
  };
  const struct {
    const char* desc;
    std::string path;
    bool is_kept;
  } rows[] = {
      {"the same field", "lint.allow[0].reason", false},
      {"another field", "lint.allow[0].path", true},
      {"of another item", "lint.allow[1].reason", true},
      {"only a warning of the reader", "cors.debug", true},
      {"an element that counts as another did", "cors.allowed_origins[1]", true},
      {"no field", "", true},
  };
  for (const auto& row : rows) {
    std::vector<Problem> compiled = {{.code = "x", .path = row.path}};
    leave_out_consequences(read, compiled);
    EXPECT_EQ(compiled.size(), row.is_kept ? 1U : 0U) << row.desc;
  }
}

TEST(ElementPaths, StayWhereNothingWasLeftOut) {
  std::vector<Problem> compiled = {{.code = "x", .path = "cors.x[1"}};
  restore_indices({}, compiled);
  EXPECT_EQ(compiled.front().path, "cors.x[1");
}

}  // namespace
}  // namespace corsac
