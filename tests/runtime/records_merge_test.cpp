#include "corsac/runtime/records_merge.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/policy/report.hpp"

namespace corsac {
namespace {

using Status = TrustedOrigin::Status;

TrustedOrigin a_record(std::string name, std::string origin, Status status = Status::Active) {
  TrustedOrigin record;
  record.name = std::move(name);
  record.origin = std::move(origin);
  record.scopes = {TrustedOrigin::Scope{}};
  record.status = status;
  record.place = {.line = 3, .column = 5};
  return record;
}

Policy a_policy(std::vector<TrustedOrigin> records, std::string source, std::string revision) {
  Policy policy;
  policy.trusted_origins = std::move(records);
  policy.sources = {std::move(source)};
  policy.revision = std::move(revision);
  return policy;
}

// "name origin" of each record that is active, in order.
std::vector<std::string> active(const Policy& policy) {
  std::vector<std::string> texts;
  for (const TrustedOrigin& record : policy.trusted_origins) {
    if (record.status == Status::Active) texts.push_back(record.name + " " + record.origin);
  }
  return texts;
}

TEST(RecordsMerge, LetsTheDocumentSpeakFirst) {
  struct Row {
    const char* desc;
    std::vector<TrustedOrigin> document;
    std::vector<TrustedOrigin> records;
    std::vector<std::string> active;
    std::string warning;  // path of the record that gives way; empty = none does
  };
  const Row rows[] = {
      {"nothing in common",
       {a_record("a", "https://a.example")},
       {a_record("b", "https://b.example")},
       {"a https://a.example", "b https://b.example"},
       ""},
      {"one name, two origins",
       {a_record("a", "https://a.example")},
       {a_record("a", "https://b.example")},
       {"a https://a.example"},
       "trusted_origins[0].name"},
      {"one origin, two names",
       {a_record("a", "https://a.example")},
       {a_record("x", "https://x.example"), a_record("b", "https://a.example")},
       {"a https://a.example", "x https://x.example"},
       "trusted_origins[1].origin"},
      {"one origin, written in two ways",
       {a_record("a", "https://a.example")},
       {a_record("b", "HTTPS://A.example:443/")},
       {"a https://a.example"},
       "trusted_origins[0].origin"},
      {"the document says no",
       {a_record("a", "https://a.example", Status::Inactive)},
       {a_record("b", "https://a.example")},
       {},
       "trusted_origins[0].origin"},
      {"the records say no",
       {a_record("a", "https://a.example")},
       {a_record("b", "https://a.example", Status::Inactive)},
       {"a https://a.example"},
       "trusted_origins[0].origin"},
      {"an origin that is none",
       {a_record("a", "nonsense")},
       {a_record("b", "nonsense")},
       {"a nonsense"},
       "trusted_origins[0].origin"},
  };
  for (const Row& row : rows) {
    const Policy document = a_policy(row.document, "policy.toml", "7");
    const Policy records = a_policy(row.records, "okta", "9");
    EXPECT_EQ(active(merged_policy(document, records)), row.active) << row.desc;
    const auto warnings = overruled_records(document, records);
    ASSERT_EQ(warnings.size(), row.warning.empty() ? 0U : 1U) << row.desc;
    if (warnings.empty()) continue;
    EXPECT_EQ(warnings[0].path, row.warning) << row.desc;
    EXPECT_EQ(warnings[0].severity, Severity::Warning) << row.desc;
  }
}

TEST(RecordsMerge, LetsTheDocumentSpeakFirstInOneList) {
  const auto kept = [](TrustedOrigin record, unsigned source = 1) {
    record.place.source = source & 0xFFU;
    return record;
  };
  TrustedOrigin over = a_record("a", "https://a.example");
  over.valid_until = std::chrono::system_clock::time_point();
  struct Row {
    const char* desc;
    std::vector<TrustedOrigin> records;
    std::vector<std::string> active;
    std::vector<std::string> warnings;  // paths
  };
  const Row rows[] = {
      {"no kept record",
       {a_record("a", "https://a.example"), a_record("b", "https://a.example/")},
       {"a https://a.example", "b https://a.example/"},
       {}},
      {"no record of the document: kept ones are as they are",
       {kept(a_record("a", "https://a.example")), kept(a_record("a", "https://a.example/"), 2)},
       {"a https://a.example", "a https://a.example/"},
       {}},
      {"nothing in common",
       {a_record("a", "https://a.example"), kept(a_record("b", "https://b.example"))},
       {"a https://a.example", "b https://b.example"},
       {}},
      {"the document says no, whatever a kept one says",
       {a_record("a", "https://a.example", Status::Inactive),
        kept(a_record("x", "https://x.example")), kept(a_record("b", "https://A.example:443/"), 2)},
       {"x https://x.example"},
       {"trusted_origins[2].origin"}},
      {"the document's is over",
       {over, kept(a_record("b", "https://a.example"))},
       {"a https://a.example"},
       {"trusted_origins[1].origin"}},
      {"one name, two origins",
       {a_record("a", "https://a.example"), kept(a_record("a", "https://b.example"))},
       {"a https://a.example"},
       {"trusted_origins[1].name"}},
      {"the kept ones stand first",
       {kept(a_record("b", "https://a.example")),
        a_record("a", "https://a.example", Status::Inactive)},
       {},
       {"trusted_origins[0].origin"}},
  };
  for (const Row& row : rows) {
    Policy policy = a_policy(row.records, "policy.toml", "7");
    std::vector<std::string> warnings;
    for (const Problem& problem : overrule_kept_records(policy)) {
      EXPECT_EQ(problem.code, "record-in-document") << row.desc;
      EXPECT_EQ(problem.severity, Severity::Warning) << row.desc;
      EXPECT_NE(problem.place.source, 0U) << row.desc;
      warnings.push_back(problem.path);
    }
    EXPECT_EQ(warnings, row.warnings) << row.desc;
    EXPECT_EQ(active(policy), row.active) << row.desc;
  }
}

TEST(RecordsMerge, KeepsPlacesAndRevisions) {
  const Policy document = a_policy({a_record("a", "https://a.example")}, "policy.toml", "7");
  const Policy records = a_policy({a_record("b", "https://b.example")}, "okta", "9");
  const Policy merged = merged_policy(document, records);
  EXPECT_EQ(merged.revision, "7+9");
  ASSERT_EQ(merged.trusted_origins.size(), 2U);
  EXPECT_EQ(place_text(merged.trusted_origins[0].place, merged.sources), "policy.toml:3:5");
  EXPECT_EQ(place_text(merged.trusted_origins[1].place, merged.sources), "okta:3:5");

  std::vector<Problem> problems(2);
  problems[0].path = "trusted_origins[0].origin";
  problems[0].place = merged.trusted_origins[0].place;
  problems[1].path = "trusted_origins[1].origin";
  problems[1].place = merged.trusted_origins[1].place;
  restore_record_indices(document, problems);
  EXPECT_EQ(problems[0].path, "trusted_origins[0].origin");
  EXPECT_EQ(problems[1].path, "trusted_origins[0].origin") << "as its own store counts it";
  EXPECT_FALSE(is_of_records(problems[0], document));
  EXPECT_TRUE(is_of_records(problems[1], document));
}

TEST(RecordsMerge, TellsNoPlaceWhereThereIsNoRoomForItsSource) {
  Policy document;
  document.sources.assign(256, "file");
  const Policy records = a_policy({a_record("b", "https://b.example")}, "okta", "9");
  EXPECT_FALSE(merged_policy(document, records).trusted_origins[0].place.is_known());
}

TEST(RecordsMerge, RefusesEverythingButTrustedOrigins) {
  struct Row {
    const char* desc;
    Policy policy;
    std::string path;  // empty = fine
  };
  const Place place{.line = 2, .column = 1};
  Policy cors;
  cors.cors.enabled = Setting<bool>(true, place);
  cors.cors.place = place;
  Policy hosts;
  hosts.hosts.allowed.add("a.example", place);
  Policy csrf;
  csrf.csrf = {.enabled = true, .place = place};
  Policy frames;
  frames.frames = {.report_only = true, .place = place};
  Policy redirects;
  redirects.redirects = {.enabled = true, .place = place};
  Policy lint;
  lint.allowed_warnings = {AllowedWarning{.code = "x", .path = "y", .reason = "z", .place = place}};
  Policy test;
  test.tests = {PolicyTest{.name = "t", .place = place}};
  const Row rows[] = {
      {"nothing", {}, ""},
      {"records", a_policy({a_record("a", "https://a.example")}, "okta", "1"), ""},
      {"[cors]", cors, "cors"},
      {"[hosts]", hosts, "hosts.allowed"},
      {"[csrf]", csrf, "csrf"},
      {"[frames]", frames, "frames"},
      {"[redirects]", redirects, "redirects"},
      {"[[lint.allow]]", lint, "lint.allow[0]"},
      {"[[test]]", test, "test[0]"},
  };
  for (const Row& row : rows) {
    const auto problems = foreign_sections(row.policy);
    ASSERT_EQ(problems.size(), row.path.empty() ? 0U : 1U) << row.desc;
    if (problems.empty()) continue;
    EXPECT_EQ(problems[0].code, "records-section") << row.desc;
    EXPECT_EQ(problems[0].path, row.path) << row.desc;
    EXPECT_EQ(problems[0].place, place) << row.desc;
    EXPECT_EQ(problems[0].severity, Severity::Error) << row.desc;
  }
}

}  // namespace
}  // namespace corsac
