#include "corsac/policy/setting.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/policy/policy.hpp"

namespace corsac {
namespace {

TEST(Setting, TellsUnsetFromSetToItsDefault) {
  const Setting<bool> unset;
  const Setting<bool> off = false;
  EXPECT_FALSE(unset.is_set());
  EXPECT_TRUE(unset.value_or(true));
  ASSERT_TRUE(off.is_set());
  EXPECT_FALSE(off.value_or(true));
}

TEST(Setting, KeepsItsPlace) {
  const Setting<std::int64_t> age(std::int64_t{600}, Place{.line = 7, .column = 3, .source = 1});
  EXPECT_EQ(age.value(), 600);
  EXPECT_EQ(age.place(), (Place{.line = 7, .column = 3, .source = 1}));
  EXPECT_FALSE(Setting<std::int64_t>(600).place().is_known());
}

TEST(Setting, TakesLiteralsAndPlainIntegers) {
  const CorsPolicy cors = {.profile = "fetch", .max_age_seconds = 600, .on_denied = "mark"};
  EXPECT_EQ(cors.profile.value(), "fetch");
  EXPECT_EQ(cors.max_age_seconds.value(), 600);
  EXPECT_EQ(cors.on_denied.value(), "mark");
}

TEST(Names, TellsUnsetFromExplicitlyEmpty) {
  EXPECT_FALSE(Names{}.is_set());
  ASSERT_TRUE(Names::none().is_set());
  EXPECT_EQ(Names::none().size(), 0U);
  Names emptied;
  emptied.set_empty();
  EXPECT_TRUE(emptied.is_set());
  EXPECT_FALSE(emptied.place().is_known());
}

TEST(Names, OfTwoLiteralsAreTwoNames) {
  // A std::vector<std::string> would read {{"a", "b"}} as one string made from two pointers.
  const CorsPolicy cors = {.allowed_methods = {{"GET", "PUT"}}};
  EXPECT_EQ(cors.allowed_methods.values(), (std::vector<std::string>{"GET", "PUT"}));
}

TEST(Names, HasAPlaceItselfOrThatOfItsFirstElement) {
  Names names;
  names.add("read", Place{.line = 3, .column = 5, .source = 0});
  EXPECT_EQ(names.place(), (Place{.line = 3, .column = 5, .source = 0}));
  names.set_empty(Place{.line = 2, .column = 8, .source = 0});
  EXPECT_EQ(names.place(), (Place{.line = 2, .column = 8, .source = 0}));
}

TEST(Names, KeepsThePlaceOfEachElement) {
  Names names = {"made in code"};
  names.add("read", Place{.line = 3, .column = 5, .source = 0});
  ASSERT_EQ(names.size(), 2U);
  EXPECT_FALSE(names.place(0).is_known());
  EXPECT_EQ(names.place(1), (Place{.line = 3, .column = 5, .source = 0}));
  EXPECT_FALSE(names.place(2).is_known());
}

struct PresenceRow {
  const char* desc;
  Policy policy;
  bool is_cors_present;
  bool is_empty;
};

TEST(Policy, KnowsWhatStandsInIt) {
  const PresenceRow rows[] = {
      {"nothing", {}, false, true},
      {"the first field of [cors]", {.cors = {.enabled = false}}, true, false},
      {"an empty list counts", {.cors = {.allowed_origins = Names::none()}}, true, false},
      {"a file of origins", {.cors = {.allowed_origins_from_file = Names::none()}}, true, false},
      {"a later setting", {.cors = {.report_only = true}}, true, false},
      {"the last field of [cors]",
       {.cors = {.dangerously_allow_public_suffixes = false}},
       true,
       false},
      {"a rule alone", {.cors = {.rules = {CorsRule{}}}}, true, false},
      {"a record", {.trusted_origins = {TrustedOrigin{}}}, false, false},
      {"hosts, even none", {.hosts = {.allowed = Names::none()}}, false, false},
      {"a guard", {.csrf = {.enabled = false}}, false, false},
      {"trust in a Referer", {.csrf = {.referer = {.enabled = false}}}, false, false},
      {"a cookie", {.csrf = {.cookie = {.name = "shared"}}}, false, false},
      {"another guard", {.redirects = {.parameters = Names::none()}}, false, false},
      {"tests and allowed warnings do nothing",
       {.allowed_warnings = {AllowedWarning{}}, .tests = {PolicyTest{}}},
       false,
       true},
  };
  for (const PresenceRow& row : rows) {
    EXPECT_EQ(row.policy.cors.is_present(), row.is_cors_present) << row.desc;
    EXPECT_EQ(row.policy.is_empty(), row.is_empty) << row.desc;
  }
}

}  // namespace
}  // namespace corsac
