#include "corsac/policy/changeable_policy.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/policy/compile.hpp"
#include "corsac/policy/near_miss.hpp"

namespace corsac {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kCount = 10'000;  // the least that has a table of its own
constexpr const char* kSource = "set";
constexpr const char* kNew = "https://new.example";

std::string listed(std::size_t n) { return "https://t" + std::to_string(n) + ".example"; }

// The document's own list holds https://own.example and a pattern, the set all others.
Policy long_policy() {
  Policy policy;
  policy.sources = {"document", kSource};
  policy.revision = "1";
  policy.hosts.allowed = {"api.example.com"};
  policy.cors.allowed_origins.add("https://own.example", {.line = 3, .column = 1});
  policy.cors.allowed_origins.add("https://*.wild.example", {.line = 4, .column = 1});
  for (std::size_t i = 0; i < kCount; ++i) {
    policy.cors.allowed_origins.add(listed(i), {.source = 1});
  }
  policy.cors.allowed_origins.add("https://a.wild.example", {.source = 1});
  return policy;
}

SnapshotPtr compiled(const Policy& policy, const Snapshot* previous = nullptr) {
  auto result = compile_policy(policy, {.previous = previous});
  EXPECT_TRUE(result) << (result ? "" : result.error().text());
  return result ? result->snapshot : nullptr;
}

std::optional<ChangeablePolicy> changeable(const Policy& policy) {
  return ChangeablePolicy::of(policy, compiled(policy));
}

bool grants(const Snapshot& snapshot, std::string_view origin, std::string_view path = "/") {
  RequestView request;
  request.method = "GET";
  request.target = request.path = path;
  request.host = {"api.example.com", 1};
  request.origin = {origin, 1};
  return snapshot.decide(request).has_grant();
}

OriginChanges added(const std::string& origin) {
  return {.source = kSource, .made = {{origin, true}}};
}
OriginChanges removed(const std::string& origin) {
  return {.source = kSource, .made = {{origin, false}}};
}

TEST(ChangeablePolicy, GrantsWhatCameAndNotWhatWent) {
  const auto before = changeable(long_policy());
  ASSERT_TRUE(before);
  const auto after =
      before->changed({.source = kSource, .made = {{kNew, true}, {listed(7), false}}}, "2");
  ASSERT_TRUE(after);
  EXPECT_EQ(after->counts.added, 1U);
  EXPECT_EQ(after->counts.removed, 1U);
  EXPECT_EQ(after->policy.change_count(), 2U);
  const Snapshot& now = *after->policy.snapshot();
  EXPECT_EQ(now.revision(), "2");
  EXPECT_TRUE(grants(now, kNew));
  EXPECT_FALSE(grants(now, listed(7)));
  EXPECT_TRUE(grants(now, listed(8)));
  EXPECT_TRUE(grants(now, "https://own.example"));
  EXPECT_FALSE(grants(*before->snapshot(), kNew)) << "the one before is as it was";
  EXPECT_TRUE(grants(*before->snapshot(), listed(7)));
}

TEST(ChangeablePolicy, KeepsWhatAPatternCovers) {
  const auto after = changeable(long_policy())->changed(removed("https://a.wild.example"), "2");
  ASSERT_TRUE(after);
  EXPECT_TRUE(grants(*after->policy.snapshot(), "https://a.wild.example"));
}

TEST(ChangeablePolicy, CountsOnlyWhatWasOtherwiseBefore) {
  const auto before = changeable(long_policy());
  const OriginChanges nothing = {.source = kSource,
                                 .made = {{listed(1), true},               // stands there
                                          {kNew, false},                   // does not
                                          {"https://own.example", false},  // not in that source
                                          {kNew, true},
                                          {kNew, false}}};
  const auto after = before->changed(nothing, "2");
  ASSERT_TRUE(after);
  EXPECT_EQ(after->policy.change_count(), 0U);
  EXPECT_EQ(after->counts.added, 1U) << "it came, and went";
  EXPECT_TRUE(grants(*after->policy.snapshot(), "https://own.example"));
  EXPECT_EQ(after->policy.document().cors.allowed_origins.values(),
            long_policy().cors.allowed_origins.values());
}

TEST(ChangeablePolicy, WritesItsDocumentAnew) {
  auto policy = *changeable(long_policy());
  for (const auto& changes : {added(kNew), removed(listed(0)), removed(listed(5)),
                              added("https://newer.example"), removed(kNew)}) {
    policy = policy.changed(changes, "9")->policy;
  }
  const Policy document = policy.document();
  const Names& origins = document.cors.allowed_origins;
  ASSERT_EQ(origins.size(), kCount + 2);
  EXPECT_EQ(document.revision, "9");
  EXPECT_EQ(origins.place(), long_policy().cors.allowed_origins.place());
  EXPECT_EQ(origins.values()[0], "https://own.example");
  EXPECT_EQ(origins.values()[2], listed(1));
  EXPECT_EQ(origins.place(2).source, 1U);
  EXPECT_EQ(origins.values()[origins.size() - 1], "https://newer.example");
  EXPECT_EQ(origins.place(origins.size() - 1).source, 1U);
  const auto texts = origins.values().to_strings();
  for (const std::string& gone : {listed(0), listed(5), std::string(kNew)}) {
    EXPECT_EQ(std::count(texts.begin(), texts.end(), gone), 0) << gone;
  }
}

TEST(ChangeablePolicy, ChangesEachRuleThatInherits) {
  Policy policy = long_policy();
  policy.cors.rules = {{.paths = {"/credentials/*"}, .allow_credentials = true},
                       {.paths = {"/own/*"}, .allowed_origins = {"https://x.example"}},
                       {.paths = {"/same/*"}, .allowed_origins = policy.cors.allowed_origins},
                       {.paths = {"/inherits/*"}, .max_age_seconds = 5}};
  const auto before = changeable(policy);
  ASSERT_TRUE(before);
  const auto after =
      before->changed({.source = kSource, .made = {{kNew, true}, {listed(7), false}}}, "2");
  ASSERT_TRUE(after);
  const Snapshot& now = *after->policy.snapshot();
  for (const auto* path : {"/", "/credentials/x", "/inherits/x"}) {
    EXPECT_TRUE(grants(now, kNew, path)) << path;
    EXPECT_FALSE(grants(now, listed(7), path)) << path;
  }
  for (const auto* path : {"/own/x", "/same/x"}) EXPECT_FALSE(grants(now, kNew, path)) << path;
  EXPECT_TRUE(grants(now, listed(7), "/same/x")) << "a list of its own, though it says the same";
  EXPECT_FALSE(grants(now, listed(8), "/inherits/../x")) << "an ambiguous path gets no grant";
}

// A list that is equal to the one before has the earlier table, whose bytes are other ones.
TEST(ChangeablePolicy, ChangesAListThatWasReadAgain) {
  const SnapshotPtr first = compiled(long_policy());
  Policy again = long_policy();
  again.cors.max_age_seconds = 7;
  const SnapshotPtr second = compiled(again, first.get());
  ASSERT_EQ(second->rule(0).cors->origins, first->rule(0).cors->origins);
  const auto before = ChangeablePolicy::of(again, second);
  ASSERT_TRUE(before);
  const auto after = before->changed(removed(listed(7)), "2");
  ASSERT_TRUE(after);
  EXPECT_FALSE(grants(*after->policy.snapshot(), listed(7)));
  EXPECT_EQ(after->policy.document().cors.allowed_origins.size(), kCount + 2);
}

TEST(ChangeablePolicy, HintsAtNothingThatWent) {
  const auto before = changeable(long_policy());
  const auto after = before->changed(removed(listed(7)), "2");
  RequestView request;
  request.method = "GET";
  request.target = request.path = "/";
  request.host = {"api.example.com", 1};
  const std::string asked = listed(7) + ":8443";
  request.origin = {asked, 1};
  const auto hint = [&](const Snapshot& snapshot) {
    return near_miss(snapshot, request, snapshot.decide(request));
  };
  EXPECT_THAT(hint(*before->snapshot()), HasSubstr(listed(7)));
  EXPECT_EQ(hint(*after->policy.snapshot()).find(listed(7) + '"'), std::string::npos);
}

TEST(ChangeablePolicy, RunsTheTests) {
  Policy policy = long_policy();
  policy.tests = {{.name = "refused", .origin = kNew, .expect = PolicyTest::Expect::Deny},
                  {.name = "allowed", .origin = listed(7)}};
  const auto before = changeable(policy);
  ASSERT_TRUE(before);
  EXPECT_FALSE(before->changed(added(kNew), "2"));
  EXPECT_FALSE(before->changed(removed(listed(7)), "2"));
  EXPECT_TRUE(before->changed(removed(listed(8)), "2"));
}

struct PolicyRow {
  const char* desc;
  std::function<void(Policy&)> change;
};

TEST(ChangeablePolicy, IsNoneOf) {
  const PolicyRow rows[] = {
      {"a short list", [](Policy& p) { p.cors.allowed_origins = {"https://a.example"}; }},
      {"no [cors]", [](Policy& p) { p.cors = {}; }},
      {"[cors] switched off", [](Policy& p) { p.cors.enabled = false; }},
      {"every origin", [](Policy& p) { p.cors.allowed_origins = {"*"}; }},
      {"an origins file beside the list",
       [](Policy& p) {
         p.cors.allowed_origins_file = "f";
         p.cors.allowed_origins_from_file = {"https://a.example"};
       }},
      {"records",
       [](Policy& p) {
         p.trusted_origins = {{.name = "r", .origin = "https://r.example", .scopes = {{}}}};
       }},
      {"a repeat in the list", [](Policy& p) { p.cors.allowed_origins.add(listed(3), {}); }},
      {"an exact origin that is no plain one",
       [](Policy& p) { p.cors.allowed_origins.add("app://shell", {}); }},
      {"many tests", [](Policy& p) { p.tests.resize(101, {.expect = PolicyTest::Expect::Allow}); }},
  };
  for (const PolicyRow& row : rows) {
    Policy policy = long_policy();
    row.change(policy);
    EXPECT_FALSE(changeable(policy)) << row.desc;
  }
}

struct ChangesRow {
  const char* desc;
  OriginChanges changes;
};

// Whatever a compiler would have to say something about.
TEST(ChangeablePolicy, LeavesAllElseToARead) {
  const ChangesRow rows[] = {
      {"any", added("*")},
      {"null", added("null")},
      {"a pattern", added("https://*.example")},
      {"a pattern goes", removed("https://*.wild.example")},
      {"a slash", added("https://new.example/")},
      {"upper case", added("https://New.example")},
      {"a hyphen at the edge of a label", added("https://new-.example")},
      {"http with credentials", added("http://new.example")},
      {"another scheme", added("app://new.example")},
      {"no text", added("")},
      {"what stands in the document itself, too", added("https://own.example")},
      {"the document itself", {.source = "document", .made = {{kNew, true}}}},
      {"a source that there is none of", {.source = "other", .made = {{kNew, true}}}},
      {"one of several", {.source = kSource, .made = {{kNew, true}, {"*", true}}}},
  };
  Policy policy = long_policy();
  policy.cors.rules = {{.paths = {"/credentials/*"}, .allow_credentials = true}};
  const auto before = changeable(policy);
  ASSERT_TRUE(before);
  for (const ChangesRow& row : rows) EXPECT_FALSE(before->changed(row.changes, "2")) << row.desc;
}

TEST(ChangeablePolicy, TakesHttpWhereNoCredentialsGo) {
  const auto after = changeable(long_policy())->changed(added("http://new.example"), "2");
  ASSERT_TRUE(after);
  EXPECT_TRUE(grants(*after->policy.snapshot(), "http://new.example"));
}

TEST(ChangeablePolicy, TakesOneSourceAlone) {
  Policy policy = long_policy();
  policy.sources.emplace_back("other");
  const auto first = changeable(policy)->changed(added(kNew), "2");
  ASSERT_TRUE(first);
  EXPECT_FALSE(
      first->policy.changed({.source = "other", .made = {{"https://newer.example", true}}}, "3"));
}

TEST(ChangeablePolicy, TakesAFewChanges) {
  const auto before = changeable(long_policy());
  OriginChanges changes = {.source = kSource};
  const std::size_t limit = (kCount + 3) / 16;
  for (std::size_t i = 0; i < limit; ++i) changes.made.push_back({listed(i), false});
  EXPECT_TRUE(before->changed(changes, "2"));
  changes.made.push_back({kNew, true});
  EXPECT_FALSE(before->changed(changes, "2"));
}

}  // namespace
}  // namespace corsac
