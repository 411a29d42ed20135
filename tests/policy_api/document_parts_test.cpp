#include "corsac/policy_api/document_parts.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/policy/writer.hpp"

namespace corsac {
namespace {

constexpr Place kOwn = {.line = 3, .column = 5, .source = 0};
constexpr Place kBeside = {.source = 1};

struct Row {
  const char* desc;
  std::vector<const char*> own;
  std::vector<const char*> beside;
  bool has_list;  // the document itself has one
  const char* left;
};

const Row kRows[] = {
    {"own alone", {"https://a.example"}, {}, true, "set 1"},
    {"both", {"https://a.example", "https://b.example"}, {"https://s.example"}, true, "set 2"},
    {"beside alone", {}, {"https://s.example"}, false, "not set"},
    {"an empty list of the document", {}, {"https://s.example"}, true, "set 0"},
    {"neither", {}, {}, false, "not set"},
};

TEST(DocumentParts, PartOriginsByWhereTheyStand) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.desc);
    Policy whole;
    Names& origins = whole.cors.allowed_origins;
    if (row.has_list) origins.set_empty(kOwn);
    for (const char* const origin : row.own) origins.add(origin, kOwn);
    for (const char* const origin : row.beside) origins.add(origin, kBeside);
    whole.sources = {"policy", "set"};
    const std::string before = policy_to_json(whole);

    const BesideDocument beside = take_beside(whole);
    EXPECT_EQ(origins.is_set() ? "set " + std::to_string(origins.size()) : "not set", row.left);
    EXPECT_EQ(beside.origins.size(), row.beside.size());

    whole.sources = {"body"};
    put_beside(beside, whole);
    EXPECT_EQ(policy_to_json(whole), before);
    EXPECT_EQ(whole.sources, (std::vector<std::string>{"body", "set"}));
    if (!row.beside.empty()) {
      EXPECT_EQ(origins.place(origins.size() - 1), kBeside);
    }
  }
}

TEST(DocumentParts, PartRecordsByWhereTheyStand) {
  Policy whole;
  whole.trusted_origins = {{.name = "a", .place = kOwn}, {.name = "kept", .place = kBeside}};
  const BesideDocument beside = take_beside(whole);
  ASSERT_EQ(whole.trusted_origins.size(), 1U);
  EXPECT_EQ(whole.trusted_origins[0].name, "a");
  ASSERT_EQ(beside.records.size(), 1U);
  EXPECT_EQ(beside.records[0].name, "kept");
  put_beside(beside, whole);
  EXPECT_EQ(whole.trusted_origins.back().name, "kept");
}

TEST(DocumentParts, LeaveOriginsOfAFileWithTheDocument) {
  Policy whole;
  whole.cors.allowed_origins_file = "origins.txt";
  whole.cors.allowed_origins_from_file.add("https://f.example", {.line = 1, .source = 1});
  EXPECT_FALSE(take_beside(whole).origins.is_set());
  EXPECT_EQ(whole.cors.allowed_origins_from_file.size(), 1U);
}

}  // namespace
}  // namespace corsac
