#include "corsac/policy/known_origin_sets.hpp"

#include <functional>
#include <string>

#include <gtest/gtest.h>

namespace corsac {
namespace {

CorsRules two_origins() {
  CorsRules rules;
  rules.allowed_origins = {{"https://a.example"}, {"https://b.example"}};
  return rules;
}

struct Row {
  const char* desc;
  std::function<void(CorsRules&)> change;
};

TEST(OriginInputMark, DiffersWheneverTheSetCould) {
  const Row rows[] = {
      {"another entry",
       [](CorsRules& r) {
         r.allowed_origins = {{"https://a.example"}, {"https://c.example"}};
       }},
      {"one entry less", [](CorsRules& r) { r.allowed_origins = {{"https://a.example"}}; }},
      {"a border between entries moves",
       [](CorsRules& r) {
         r.allowed_origins = {{"https://a.exampleh"}, {"ttps://b.example"}};
       }},
      {"an entry stands in the file instead",
       [](CorsRules& r) {
         r.allowed_origins = {{"https://a.example"}};
         r.allowed_origins_from_file = {{"https://b.example"}};
       }},
      {"a record is added",
       [](CorsRules& r) { r.record_origins = {{.origin = "https://c.example"}}; }},
      {"credentials", [](CorsRules& r) { r.allow_credentials = true; }},
      {"insecure origins", [](CorsRules& r) { r.dangerously_allow_insecure_origins = true; }},
      {"public suffixes", [](CorsRules& r) { r.dangerously_allow_public_suffixes = true; }},
  };
  const OriginInputMark mark = mark_of_origins(two_origins());
  EXPECT_EQ(mark_of_origins(two_origins()), mark);
  for (const Row& row : rows) {
    CorsRules rules = two_origins();
    row.change(rules);
    EXPECT_NE(mark_of_origins(rules), mark) << row.desc;
  }
}

TEST(OriginInputMark, DoesNotDependOnWhatIsNoOrigin) {
  CorsRules rules = two_origins();
  rules.field = "cors.rules[3]";
  rules.allowed_origins = {{"https://a.example", {.line = 7}}, {"https://b.example"}};
  rules.max_age_seconds = 60;
  EXPECT_EQ(mark_of_origins(rules), mark_of_origins(two_origins()));
}

TEST(OriginInputMark, CoversLongListsToTheirEnds) {
  std::string text(200'000, 'a');
  CorsRules rules;
  rules.allowed_origins = {{text}};
  const OriginInputMark mark = mark_of_origins(rules);
  std::string other = text;
  other.front() = 'b';
  rules.allowed_origins = {{other}};
  EXPECT_NE(mark_of_origins(rules), mark);
  other = text;
  other.back() = 'b';
  rules.allowed_origins = {{other}};
  EXPECT_NE(mark_of_origins(rules), mark);
}

TEST(KnownOriginSets, FindsASetByTheMarkOfItsInput) {
  KnownOriginSets sets;
  const OriginInputMark mark = mark_of_origins(two_origins());
  EXPECT_EQ(sets.find(mark), nullptr);
  const auto set = OriginSet::build({}, {}, 1);
  sets.add(mark, set);
  EXPECT_EQ(sets.find(mark), set);
  EXPECT_EQ(sets.find(OriginInputMark{}), nullptr);
}

}  // namespace
}  // namespace corsac
